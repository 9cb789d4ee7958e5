using System.Text.Json.Serialization;
using Ojin.Http;
using Ojin.Json;

namespace Ojin;

/// <summary>
/// A file that the service keeps (schemas <c>Asset</c>, with the download URL of getAssetDownloadById, and
/// <c>PublicAsset</c>, which lacks organization and creator).
/// </summary>
public sealed class Asset : ServiceObject
{
    /// <summary>The id, a UUID.</summary>
    [JsonRequired]
    public string AssetId { get; set; } = "";

    /// <summary>The organization that owns it; null in the public form.</summary>
    public string? OrganizationId { get; set; }

    /// <summary>Who sent it; null in the public form.</summary>
    public string? CreatedBy { get; set; }

    /// <summary>The name of the file that was sent. It comes from a server: it is no path to write to.</summary>
    public string Name { get; set; } = "";

    /// <summary>The category, such as <c>image</c>, <c>video</c> or <c>weight</c>; the contract closes no list.</summary>
    public string Category { get; set; } = "";

    /// <summary>The MIME type.</summary>
    public string ContentType { get; set; } = "";

    /// <summary>The size in bytes.</summary>
    public long SizeBytes { get; set; }

    /// <summary>The ETag of the stored object, as it came, with quotes where it has them.</summary>
    [JsonPropertyName("etag")]
    public string ETag { get; set; } = "";

    /// <summary>When the upload was finished.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }

    /// <summary>Where the content is, for a short while and for whoever has the URL; null unless it was asked for.</summary>
    public PresignedUrl? AssetUrl { get; set; }

    /// <inheritdoc/>
    public override string ToString() => AssetId;
}
