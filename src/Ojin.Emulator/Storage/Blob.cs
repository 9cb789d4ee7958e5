using Microsoft.Win32.SafeHandles;

namespace Ojin.Emulator;

/// <summary>Bytes that don't change: in a temporary file, in memory, or made anew whenever they are read.</summary>
internal sealed class Blob
{
    private readonly string? _path;
    private readonly Func<ReadOnlyMemory<byte>>? _make;

    private Blob(long length, string? path, Func<ReadOnlyMemory<byte>>? make)
    {
        Length = length;
        _path = path;
        _make = make;
    }

    public long Length { get; }

    public static Blob OfFile(string path, long length) => new(length, path, null);

    public static Blob OfBytes(ReadOnlyMemory<byte> bytes) => new(bytes.Length, null, () => bytes);

    public static Blob OfRecipe(int length, Func<ReadOnlyMemory<byte>> make) => new(length, null, make);

    public BlobReader Open() => _path is not null
        ? new BlobReader(File.OpenHandle(_path, share: FileShare.Read | FileShare.Delete), default)
        : new BlobReader(null, _make!());

    public void Delete()
    {
        if (_path is null)
            return;
        try
        {
            File.Delete(_path);
        }
        catch (IOException)
        {
            // Windows keeps a file that is being read; the folder goes with the host.
        }
    }
}

/// <summary>Reads a blob at any offset.</summary>
internal sealed class BlobReader(SafeFileHandle? file, ReadOnlyMemory<byte> bytes) : IDisposable
{
    public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        if (file is not null)
            return RandomAccess.ReadAsync(file, buffer, offset, cancellationToken);
        var count = (int)Math.Min(buffer.Length, bytes.Length - offset);
        bytes.Slice((int)offset, count).CopyTo(buffer);
        return new ValueTask<int>(count);
    }

    public void Dispose() => file?.Dispose();
}
