using Ojin.Json;

namespace Ojin;

/// <summary>What has to happen to a configuration of the service, so that it is as its file says.</summary>
public enum ModelConfigAction
{
    /// <summary>It is as it should be.</summary>
    None,

    /// <summary>It is not there.</summary>
    Create,

    /// <summary>Title or values differ.</summary>
    Update,

    /// <summary>It has no file.</summary>
    Delete,
}

/// <summary>A step of Sync-OjinModelConfig.</summary>
public sealed class ModelConfigChange
{
    internal ModelConfigChange(ModelConfigAction action, string title)
    {
        Action = action;
        Title = title;
    }

    /// <summary>What has to happen.</summary>
    public ModelConfigAction Action { get; }

    /// <summary>Whether it has happened; false under -WhatIf and where it was declined.</summary>
    public bool Applied { get; internal set; }

    /// <summary>The title that the configuration has at the end.</summary>
    public string Title { get; }

    /// <summary>The configuration on the service; null while it is not created.</summary>
    public string? ModelConfigId { get; internal set; }

    /// <summary>The variant that it configures.</summary>
    public string ModelVariantId { get; internal set; } = "";

    /// <summary>The file; null for one that has none.</summary>
    public string? Path { get; internal set; }

    /// <summary>What differs, by property.</summary>
    public IReadOnlyList<JsonDifference> Difference { get; internal set; } = [];

    /// <inheritdoc/>
    public override string ToString() => $"{Action} {Title}";
}
