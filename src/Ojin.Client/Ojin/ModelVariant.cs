using System.Text.Json.Serialization;
using Ojin.Json;

namespace Ojin;

/// <summary>A variant of a model, to be configured (schema <c>ModelVariant</c>).</summary>
public sealed class ModelVariant : ServiceObject
{
    /// <summary>The id; it has slashes, such as <c>ojin/oris-1.0/standard</c>.</summary>
    [JsonRequired]
    public string ModelVariantId { get; set; } = "";

    /// <summary>The parent model.</summary>
    public string ModelId { get; set; } = "";

    /// <summary>The name to show, unique within the model.</summary>
    public string Title { get; set; } = "";

    /// <summary>Texts to show, by name, such as the resolution.</summary>
    public JsonMap Description { get; set; } = [];

    /// <summary>Where a preview is; null where there is none.</summary>
    public Uri? PreviewMediaUrl { get; set; }

    /// <summary>The JSON Schema of a configuration for this variant; empty where anything goes.</summary>
    public JsonMap ConfigurationSchema { get; set; } = [];

    /// <summary>Words that describe it.</summary>
    public IReadOnlyList<string> Tags { get; set; } = [];

    /// <summary>The status, word for word, such as <c>available</c>, <c>deprecated</c> or <c>public</c>; the contract closes no list.</summary>
    public string Status { get; set; } = "";

    /// <summary>When it was made.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }

    /// <inheritdoc/>
    public override string ToString() => ModelVariantId;
}
