using System.Text.Json.Serialization;
using Ojin.Json;

namespace Ojin;

/// <summary>
/// A configuration of a model variant (schemas <c>ModelConfig</c> and <c>PublicModelConfig</c>; the public one lacks
/// organization and creator).
/// </summary>
public sealed class ModelConfig : ServiceObject
{
    /// <summary>The id, a UUID.</summary>
    [JsonRequired]
    public string ModelConfigId { get; set; } = "";

    /// <summary>The organization that owns it; null in the public form.</summary>
    public string? OrganizationId { get; set; }

    /// <summary>The parent model of the variant.</summary>
    public string ModelId { get; set; } = "";

    /// <summary>The variant that it configures.</summary>
    public string ModelVariantId { get; set; } = "";

    /// <summary>Who made it; null in the public form.</summary>
    public string? CreatedBy { get; set; }

    /// <summary>The title, unique within the organization.</summary>
    public string Title { get; set; } = "";

    /// <summary>The values (<c>model_configurations</c>), as the service keeps them.</summary>
    [JsonPropertyName("model_configurations")]
    public JsonMap Configuration { get; set; } = [];

    /// <summary>When it was made.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }

    /// <inheritdoc/>
    public override string ToString() => ModelConfigId;
}

/// <summary>Body of createModelConfig (schema <c>ModelConfigCreationRequest</c>).</summary>
internal sealed record ModelConfigCreation(
    string Title,
    string ModelVariantId,
    [property: JsonPropertyName("model_configurations")] JsonMap? Configuration);

/// <summary>Body of updateModelConfig (schema <c>ModelConfigUpdateRequest</c>); both fields are required.</summary>
internal sealed record ModelConfigUpdate(
    string Title,
    [property: JsonPropertyName("model_configurations")] JsonMap Configuration);
