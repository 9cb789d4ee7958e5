using System.Text;
using System.Text.Json;
using Ojin.Http;
using Ojin.Json;

namespace Ojin.PowerShell.Pipeline;

/// <summary>A configuration as a file: what can be written back, under the names of the contract, and nothing that changes by itself.</summary>
internal sealed class ModelConfigFile
{
    private const int LongestName = 80;
    private static readonly string[] Reserved = ["CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9"];
    private static readonly string[] Fields = ["model_config_id", "title", "model_variant_id", "model_configurations"];

    public required string Path { get; init; }
    public string? ModelConfigId { get; init; }
    public required string Title { get; init; }
    public required string ModelVariantId { get; init; }
    public required JsonMap Configuration { get; init; }

    public static string TextOf(ModelConfig config) => FreeForm.ToJson(
        new JsonMap
        {
            ["model_config_id"] = config.ModelConfigId,
            ["title"] = config.Title,
            ["model_variant_id"] = config.ModelVariantId,
            ["model_configurations"] = config.Configuration,
        },
        indented: true).ReplaceLineEndings("\n") + "\n";

    /// <exception cref="OjinException">The file cannot be read, or is no configuration.</exception>
    public static async Task<ModelConfigFile> ReadAsync(string path, CancellationToken cancellationToken)
    {
        JsonMap map;
        try
        {
            map = JsonMap.Parse(await File.ReadAllTextAsync(path, Encoding.UTF8, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new OjinException(ErrorCodes.FileUnusable, $"The file {Shown(path)} cannot be read: {exception.Message}", "Check that it is there and that you may read it.", exception);
        }
        catch (JsonException exception)
        {
            throw Unusable(path, $"is no JSON object: {TextForDisplay.Escape(exception.Message, 200)}", exception);
        }
        foreach (var name in map.Keys)
        {
            if (!Fields.Contains(name, StringComparer.Ordinal)) throw Unusable(path, $"has the field '{TextForDisplay.Escape(name, 80)}', which no configuration file has");
        }
        return new ModelConfigFile
        {
            Path = path,
            ModelConfigId = Text(map, path, "model_config_id", required: false) is { } id ? (Guid.TryParseExact(id, "D", out _) ? id : throw Unusable(path, "has a model_config_id that is no UUID")) : null,
            Title = Text(map, path, "title", required: true)!,
            ModelVariantId = Text(map, path, "model_variant_id", required: true)!,
            Configuration = !map.TryGetValue("model_configurations", out var values) ? []
                : values as JsonMap ?? throw Unusable(path, "has model_configurations that are no JSON object"),
        };
    }

    /// <summary>A file name for a title, fit for every file system; it cannot leave its folder.</summary>
    public static string NameOf(ModelConfig config)
    {
        var name = new StringBuilder(config.Title.Length);
        foreach (var rune in config.Title.EnumerateRunes())
        {
            var plain = System.Text.Rune.IsLetterOrDigit(rune) || rune.Value is '-' or '_' or '.' or ' ' or '(' or ')';
            name.Append(plain ? rune.ToString() : "_");
            if (name.Length >= LongestName) break;
        }
        var text = name.ToString().Trim(' ', '.');
        if (text.Length == 0) text = config.ModelConfigId;
        return Reserved.Contains(text.Split('.')[0], StringComparer.OrdinalIgnoreCase) ? "_" + text : text;
    }

    public static string Shown(string path) => "'" + TextForDisplay.Escape(path) + "'";

    private static string? Text(JsonMap map, string path, string name, bool required)
    {
        if (!map.HasExact(name) || (!required && map.GetExact(name) is null)) return required ? throw Unusable(path, $"has no {name}") : null;
        return map.GetExact(name) is string { Length: > 0 } text ? text : throw Unusable(path, $"has a {name} that is no text");
    }

    private static OjinException Unusable(string path, string why, Exception? cause = null) =>
        new(ErrorCodes.FileUnusable, $"The file {Shown(path)} {why}.", "Write it as Export-OjinModelConfig does: title, model_variant_id and model_configurations, and model_config_id where it is known.", cause);
}
