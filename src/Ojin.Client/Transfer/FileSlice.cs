using System.Buffers;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Ojin.Http;

namespace Ojin.Transfer;

/// <summary>A piece of a file as the body of a request, read as it is sent, with its MD5 computed on the way.</summary>
internal sealed class FileSlice : HttpContent
{
    /// <summary>Large enough that reading, hashing and sending cost no calls, small enough to stay in the processor's cache.</summary>
    public const int BufferSize = 256 * 1024;

    // So small that a slow link is not taken for one that stands still.
    private const int ChunkSize = 64 * 1024;

    private readonly SafeFileHandle file;
    private readonly string path;
    private readonly long offset;
    private readonly long length;
    private readonly StallWatch watch;
    private readonly Action<long>? moved;
    private readonly IncrementalHash? md5;

    /// <param name="file">The file; it stays open.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="offset">Where the piece begins.</param>
    /// <param name="length">How long it is.</param>
    /// <param name="watch">Is touched as bytes move.</param>
    /// <param name="moved">Is told how many bytes moved.</param>
    /// <param name="hash">Whether the MD5 is wanted.</param>
    public FileSlice(SafeFileHandle file, string path, long offset, long length, StallWatch watch, Action<long>? moved, bool hash)
    {
        this.file = file;
        this.path = path;
        this.offset = offset;
        this.length = length;
        this.watch = watch;
        this.moved = moved;
#pragma warning disable CA5351 // An ETag of S3 is an MD5.
        if (hash) md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
    }

    /// <summary>How many bytes this try has sent.</summary>
    public long Sent { get; private set; }

    /// <summary>The MD5 of the piece; null until all of it was sent.</summary>
    public byte[]? Md5 { get; private set; }

    protected override bool TryComputeLength(out long length)
    {
        length = this.length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (Sent < length)
            {
                var count = await ReadAsync(buffer.AsMemory(0, (int)Math.Min(BufferSize, length - Sent)), cancellationToken).ConfigureAwait(false);
                md5?.AppendData(buffer, 0, count);
                for (var written = 0; written < count;)
                {
                    var chunk = Math.Min(ChunkSize, count - written);
                    await stream.WriteAsync(buffer.AsMemory(written, chunk), cancellationToken).ConfigureAwait(false);
                    written += chunk;
                    Sent += chunk;
                    watch.Touch();
                    moved?.Invoke(chunk);
                }
            }
            Md5 = md5?.GetHashAndReset();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) md5?.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count;
        try
        {
            count = await RandomAccess.ReadAsync(file, buffer, offset + Sent, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Told apart from a connection that breaks: reading again would not help.
            throw LocalFile.Unreadable(path, exception);
        }
        return count > 0 ? count : throw LocalFile.Changed(path);
    }
}
