using System.Net.Http.Headers;
using Ojin.Http;
using Ojin.Transfer;

namespace Ojin;

/// <summary>A file to upload, with what the gateway wants to know of it.</summary>
public sealed class AimpMediaFile
{
    private long told;

    /// <summary>The file on disk.</summary>
    public required string FullPath { get; init; }

    /// <summary>The name that the gateway gets.</summary>
    public required string FileName { get; init; }

    /// <summary>The file's type.</summary>
    public required string ContentType { get; init; }

    /// <summary>The gateway's kind of media: image, audio, video or file.</summary>
    public required string MediaType { get; init; }

    /// <summary>The file's size in bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>The kind of media that a type belongs to, as the contract lists them: images, audio, video, or files.</summary>
    public static string MediaTypeOf(string contentType)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        var kind = contentType.Split('/')[0];
        return kind is "image" or "audio" or "video" ? kind : "file";
    }

    /// <summary>A file as it is on disk.</summary>
    /// <param name="fullPath">The file.</param>
    /// <param name="contentType">Its type; null takes it from the extension, else from the first bytes.</param>
    /// <param name="mediaType">The gateway's kind of media; null takes it from the type.</param>
    /// <exception cref="OjinException">It is not there, empty, or cannot be read, or the type is none.</exception>
    public static AimpMediaFile FromDisk(string fullPath, string? contentType = null, string? mediaType = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(fullPath);
        using var file = LocalFile.OpenToSend(fullPath);
        if (contentType is not null && !MediaTypes.IsMediaType(contentType)) throw OjinException.Argument($"'{TextForDisplay.Escape(contentType, 100)}' is no MIME type.", "Give -ContentType in the form type/subtype, such as video/mp4, or leave it out. Nothing was sent.");
        try
        {
            var type = contentType ?? MediaTypes.Of(fullPath, file);
            return new AimpMediaFile
            {
                FullPath = fullPath,
                FileName = Path.GetFileName(fullPath),
                ContentType = type,
                MediaType = mediaType ?? MediaTypeOf(type),
                SizeBytes = RandomAccess.GetLength(file),
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw LocalFile.Unreadable(fullPath, exception);
        }
    }

    /// <summary>The whole file as a body; what an earlier try told of its progress is taken back.</summary>
    internal HttpContent CreateContent(StallWatch watch, ITransferItem? progress)
    {
        if (told > 0) progress?.Add(-told);
        told = 0;
        var file = LocalFile.OpenToSend(FullPath);
        if (RandomAccess.GetLength(file) != SizeBytes)
        {
            file.Dispose();
            throw LocalFile.Changed(FullPath);
        }
        return new WholeFile(file, FullPath, SizeBytes, watch, progress is null ? null : Tell) { Headers = { ContentType = MediaTypeHeaderValue.Parse(ContentType) } };

        void Tell(long bytes)
        {
            told += bytes;
            progress.Add(bytes);
        }
    }
}
