using System.Text.Json.Serialization;
using Ojin.Http;
using Ojin.Json;

namespace Ojin;

/// <summary>
/// A render of a video to an MP4 file, which costs nothing (answer of <c>POST /api/v1/videos/{videoId}/export</c>). One
/// that came from the cache is complete at once and has its URLs.
/// </summary>
public sealed class OzorExport : ServiceObject
{
    /// <summary>The video.</summary>
    [JsonRequired]
    public string VideoId { get; set; } = "";

    /// <summary>The id of the export; null in a wait for whatever export appears, until one has appeared.</summary>
    public string? ExportId { get; set; }

    /// <summary>
    /// The state, word for word: <c>queued</c>, <c>processing</c>, <c>complete</c> or <c>failed</c>; null where it is not
    /// known, because the video shows another export or none yet.
    /// </summary>
    public string? ExportStatus { get; set; }

    /// <summary>The agent's job that the export comes from; null where it is not known.</summary>
    public string? JobId { get; set; }

    /// <summary>Where the film is for about 24 hours, for whoever has the URL; null until the export is complete.</summary>
    public PresignedUrl? DownloadUrl { get; set; }

    /// <summary>Where the film is for everybody and for good; null unless the export is public and complete.</summary>
    public Uri? ShareUrl { get; set; }

    /// <summary>The seven letters and digits of a public export, which may be there before the film is; null unless it is public.</summary>
    public string? ShareCode { get; set; }

    /// <summary>A picture of the film; null until the export is complete.</summary>
    public PresignedUrl? ThumbnailUrl { get; set; }

    /// <summary>Why the export failed; null where it did not.</summary>
    public string? ExportError { get; set; }

    /// <inheritdoc/>
    public override string ToString() => ExportId ?? VideoId;
}

/// <summary>Body of <c>POST /api/v1/videos/{videoId}/export</c>.</summary>
internal sealed record OzorExportOrder(string? Quality, bool? IsPublic);
