using System.Text.Json.Serialization;
using Ojin.Json;

namespace Ojin;

/// <summary>
/// A job that makes an idle video of an image (schema <c>IdleVideoGenerationResponse</c>). The contract documents no
/// way to ask for its state; the finished video appears among the assets.
/// </summary>
public sealed class IdleVideoJob : ServiceObject
{
    /// <summary>The id of the job, a UUID.</summary>
    [JsonRequired]
    public string JobId { get; set; } = "";

    /// <summary>The image that the video is made of.</summary>
    [JsonIgnore]
    public string SourceAssetId { get; internal set; } = "";

    /// <summary>The template of the motion that was asked for; null for the service's own choice.</summary>
    [JsonIgnore]
    public string? ReferenceTemplate { get; internal set; }

    /// <inheritdoc/>
    public override string ToString() => JobId;
}

/// <summary>Body of generateIdleVideo (schema <c>IdleVideoGenerationRequest</c>).</summary>
internal sealed record IdleVideoOrder(string SourceAssetId, string? ReferenceTemplate);
