using System.IO.Compression;
using Microsoft.Win32.SafeHandles;
using Ojin.Http;
using Ojin.Transfer;

namespace Ojin;

/// <summary>A document that can become a film: PDF, PPTX or DOCX by extension and by content, at most 50 MB.</summary>
public sealed class DocumentFile
{
    /// <summary>The largest document, in bytes.</summary>
    public const long MaximumBytes = 50 * 1024 * 1024;

    private DocumentFile(string fullPath, string contentType, long sizeBytes)
    {
        FullPath = fullPath;
        ContentType = contentType;
        SizeBytes = sizeBytes;
    }

    /// <summary>The file on disk.</summary>
    public string FullPath { get; }

    /// <summary>The name that the service gets.</summary>
    public string FileName => Path.GetFileName(FullPath);

    /// <summary>The MIME type.</summary>
    public string ContentType { get; }

    /// <summary>The size in bytes.</summary>
    public long SizeBytes { get; }

    /// <summary>Looks at a file.</summary>
    /// <exception cref="OjinException">It is not there, empty, unreadable, too large, or none of the three kinds.</exception>
    public static DocumentFile FromDisk(string fullPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(fullPath);
        var shown = LocalFile.Shown(fullPath);
        var extension = Path.GetExtension(fullPath);
        using var file = LocalFile.OpenToSend(fullPath);
        try
        {
            var size = RandomAccess.GetLength(file);
            var type = extension.ToUpperInvariant() is ".PDF" or ".PPTX" or ".DOCX" ? MediaTypes.OfExtension(fullPath) : null;
            if (type is null) throw Unusable($"{shown} is no document that Ozor takes: it takes .pdf, .pptx and .docx.");
            if (size > MaximumBytes) throw Unusable($"{shown} has {LocalFile.Shown(size)}; Ozor takes documents of at most {LocalFile.Shown(MaximumBytes)}.");
            if (!HasContentOf(file, extension)) throw Unusable($"{shown} is no {extension[1..].ToUpperInvariant()} file, whatever its name says.");
            return new DocumentFile(fullPath, type, size);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw LocalFile.Unreadable(fullPath, exception);
        }
    }

    /// <summary>The file as a body, read as it is sent.</summary>
    internal HttpContent CreateContent(StallWatch watch)
    {
        var file = LocalFile.OpenToSend(FullPath);
        if (RandomAccess.GetLength(file) == SizeBytes) return new WholeFile(file, FullPath, SizeBytes, watch, null);
        file.Dispose();
        throw LocalFile.Changed(FullPath);
    }

    private static bool HasContentOf(SafeFileHandle file, string extension)
    {
        Span<byte> head = stackalloc byte[1024];
        head = head[..RandomAccess.Read(file, head, 0)];
        // Readers of PDF look for the mark in the first kilobyte.
        if (extension.Equals(".pdf", StringComparison.OrdinalIgnoreCase)) return head.IndexOf("%PDF-"u8) >= 0;
        if (!head.StartsWith("PK\x03\x04"u8)) return false;
        try
        {
            using var stream = new HandleStream(file);
            using var zip = new ZipArchive(stream, ZipArchiveMode.Read);
            var folder = extension.Equals(".pptx", StringComparison.OrdinalIgnoreCase) ? "ppt/" : "word/";
            return zip.GetEntry("[Content_Types].xml") is not null && zip.Entries.Any(entry => entry.FullName.StartsWith(folder, StringComparison.OrdinalIgnoreCase));
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private static OjinException Unusable(string message) => new(ErrorCodes.FileUnusable, message, "Give a PDF, PowerPoint or Word document of at most 50 MB, or -Uri for a web page. Nothing was sent.");

    /// <summary>A seekable look at a file that somebody else closes.</summary>
    private sealed class HandleStream(SafeFileHandle file) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => false;

        public override long Length => RandomAccess.GetLength(file);

        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var count = RandomAccess.Read(file, buffer, Position);
            Position += count;
            return count;
        }

        public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => Position + offset,
            _ => Length + offset,
        };

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
