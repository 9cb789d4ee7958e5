namespace Ojin;

/// <summary>A file that was uploaded to the gateway, and what stands for it in a model's input.</summary>
public sealed class AimpMedia
{
    /// <summary>
    /// What the gateway returned as <c>media_ref</c>, unchanged: its shape is the gateway's own. It goes into an input
    /// as it is.
    /// </summary>
    public required object? MediaRef { get; init; }

    /// <summary>The file's name.</summary>
    public required string FileName { get; init; }

    /// <summary>The file's type.</summary>
    public required string ContentType { get; init; }

    /// <summary>The gateway's kind of media: image, audio, video or file.</summary>
    public required string MediaType { get; init; }

    /// <summary>The file's size in bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>The name of the upload.</summary>
    public required string UploadId { get; init; }

    /// <summary>The answer to the completion, with whatever else the gateway told.</summary>
    public required object? Answer { get; init; }
}
