using System.Buffers;
using System.Security.Cryptography;

namespace Ojin.Emulator;

/// <summary>An object: what S3 knows about it.</summary>
public sealed class StoredObject
{
    /// <summary>Its bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>Its key.</summary>
    public required string Key { get; init; }

    /// <summary>Size in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>ETag with its quotes.</summary>
    public required string ETag { get; init; }

    /// <summary>Media type that a GET answers with.</summary>
    public required string ContentType { get; init; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset LastModified { get; init; }

    internal IReadOnlyList<Blob> Content { get; init; } = [];

    /// <summary>All its bytes; for small objects.</summary>
    public async Task<byte[]> ReadAllAsync(CancellationToken cancellationToken = default)
    {
        using var whole = new MemoryStream();
        await CopyAsync(whole, 0, Length, flip: false, cancellationToken);
        return whole.ToArray();
    }

    /// <summary>MD5 over all its bytes in hexadecimal digits, whatever the ETag is.</summary>
    public async Task<string> ComputeMd5Async(CancellationToken cancellationToken = default)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        await using var sink = new HashStream(hash);
        await CopyAsync(sink, 0, Length, flip: false, cancellationToken);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Writes a range of the object; with <paramref name="flip"/> the first byte of it comes out wrong.</summary>
    internal async Task CopyAsync(Stream to, long offset, long count, bool flip, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        try
        {
            foreach (var blob in Content)
            {
                if (offset >= blob.Length)
                {
                    offset -= blob.Length;
                    continue;
                }

                using var reader = blob.Open();
                while (count > 0 && offset < blob.Length)
                {
                    var read = await reader.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, count)), offset, cancellationToken);
                    if (read == 0)
                        throw new IOException("A stored part is shorter than it was.");
                    if (flip)
                        buffer[0] ^= 0xFF;
                    flip = false;
                    await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                    offset += read;
                    count -= read;
                }

                if (count == 0)
                    return;
                offset = 0;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private sealed class HashStream(IncrementalHash hash) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            hash.AppendData(buffer.Span);
            return ValueTask.CompletedTask;
        }
    }
}
