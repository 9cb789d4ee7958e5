using System.Net;
using Microsoft.Win32.SafeHandles;
using Ojin.Http;

namespace Ojin.Transfer;

/// <summary>An open file as a body, read as it is sent. It owns the file.</summary>
internal sealed class WholeFile : HttpContent
{
    private readonly SafeFileHandle file;
    private readonly FileSlice slice;
    private readonly long length;

    /// <inheritdoc cref="FileSlice(SafeFileHandle, string, long, long, StallWatch, Action{long}?, bool)"/>
    public WholeFile(SafeFileHandle file, string path, long length, StallWatch watch, Action<long>? moved)
    {
        this.file = file;
        this.length = length;
        slice = new FileSlice(file, path, 0, length, watch, moved, hash: false);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => slice.CopyToAsync(stream, context);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) => slice.CopyToAsync(stream, context, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = this.length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            slice.Dispose();
            file.Dispose();
        }
        base.Dispose(disposing);
    }
}
