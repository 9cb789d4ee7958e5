using System.Text.Json.Serialization;
using Ojin.Http;
using Ojin.Json;

namespace Ojin;

/// <summary>
/// A video: the project, and what its latest export has come to (<c>GET /api/v1/videos/{videoId}</c>; the list has the
/// project alone). Fields of the export appear once one has been started.
/// </summary>
public sealed class OzorVideo : ServiceObject
{
    /// <summary>The id.</summary>
    [JsonRequired]
    public string VideoId { get; set; } = "";

    /// <summary>The title; the list cuts it short. It comes from a server: it is no path to write to.</summary>
    public string Title { get; set; } = "";

    /// <summary>The project's state, word for word: <c>draft</c>, <c>rendering</c> or <c>completed</c>, which means that a render has ended at least once.</summary>
    public string Status { get; set; } = "";

    /// <summary>Where the project can be edited in a browser.</summary>
    public Uri? EditorUrl { get; set; }

    /// <summary>When the project was created.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>The id of the latest export; null where there is none.</summary>
    public string? ExportId { get; set; }

    /// <summary>The latest export's state, word for word: <c>queued</c>, <c>processing</c>, <c>complete</c> or <c>failed</c>; null where there is none.</summary>
    public string? ExportStatus { get; set; }

    /// <summary>Where the film is for about 24 hours, for whoever has the URL; null until the export is complete. Reading the video again gives a fresh one.</summary>
    public PresignedUrl? DownloadUrl { get; set; }

    /// <summary>Where the film is for everybody and for good; null unless the export was public.</summary>
    public Uri? ShareUrl { get; set; }

    /// <summary>The seven letters and digits of a public export; null unless the export was public.</summary>
    public string? ShareCode { get; set; }

    /// <summary>A picture of the film; null until the export is complete.</summary>
    public PresignedUrl? ThumbnailUrl { get; set; }

    /// <summary>Why the latest export failed; null where it did not.</summary>
    public string? ExportError { get; set; }

    /// <inheritdoc/>
    public override string ToString() => VideoId;
}

/// <summary>Answer of <c>GET /api/v1/videos</c>.</summary>
internal sealed class OzorVideoList
{
    [JsonRequired]
    public OzorVideo[] Videos { get; set; } = [];
}
