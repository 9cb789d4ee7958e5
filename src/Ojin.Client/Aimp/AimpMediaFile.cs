using Ojin.Http;

namespace Ojin;

/// <summary>A file to upload, with what the gateway wants to know of it.</summary>
public sealed class AimpMediaFile
{
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
    /// <exception cref="OjinException">It is not there, empty, or cannot be read.</exception>
    public static AimpMediaFile FromDisk(string fullPath, string? contentType = null, string? mediaType = null) => throw new NotSupportedException();

    internal HttpContent CreateContent(StallWatch watch, IProgress<long>? progress) => throw new NotSupportedException();
}
