using System.Text.Json.Serialization;
using Ojin.Http;
using Ojin.Json;

namespace Ojin;

/// <summary>A multipart upload that was started (schema <c>AssetInitiateUploadResponse</c>).</summary>
public sealed class AssetUpload : ServiceObject
{
    /// <summary>The id that the asset will have.</summary>
    [JsonRequired]
    public string AssetId { get; set; } = "";

    /// <summary>The id of the upload; the parts and the end need it.</summary>
    [JsonRequired]
    public string UploadId { get; set; } = "";

    /// <summary>The key in the storage; null where the service gave none. What it gave goes back with each part to sign.</summary>
    [JsonPropertyName("s3_key")]
    public string? S3Key { get; set; }
}

/// <summary>Where to put a part (schema <c>AssetSignPartResponse</c>).</summary>
public sealed class SignedPart : ServiceObject
{
    /// <summary>The presigned URL. How long it lives is not told.</summary>
    public required PresignedUrl UploadUrl { get; set; }

    /// <summary>The part that it is for, from 1.</summary>
    public required int PartNumber { get; set; }
}

/// <summary>A part that arrived (schema <c>AssetUploadPart</c>).</summary>
/// <param name="PartNumber">From 1 to 10,000.</param>
/// <param name="ETag">The ETag as the storage sent it, quotes included.</param>
public sealed record AssetUploadPart(int PartNumber, [property: JsonPropertyName("etag")] string ETag);

/// <summary>Body of initiateAssetUpload (schema <c>AssetInitiateUploadRequest</c>).</summary>
internal sealed record AssetInitiation(string Name, string Category, string? ContentType, long? SizeBytes);

/// <summary>Body of signAssetUploadPart (schema <c>AssetSignPartRequest</c>).</summary>
internal sealed record PartToSign([property: JsonPropertyName("s3_key")] string? S3Key, string AssetId, string UploadId, int PartNumber);

/// <summary>Body of createAssetRecord (schema <c>AssetFinalizationRequest</c>).</summary>
internal sealed record AssetFinalization(
    string AssetId,
    string UploadId,
    string Name,
    string Category,
    string ContentType,
    long SizeBytes,
    IReadOnlyList<AssetUploadPart> Parts);
