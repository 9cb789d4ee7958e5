using System.Text.RegularExpressions;
using Ojin.Http;
using Ojin.Json;

namespace Ojin;

/// <summary>The body of a run, checked against what the contract forbids.</summary>
public static partial class AimpRun
{
    /// <summary>The mode that runs where none is given.</summary>
    public const string DefaultMode = "execute";

    // The platform manages these; the contract forbids them.
    private static readonly string[] Managed = ["hardware_tier", "resources", "alias", "collection", "namespace"];

    // The modes that the contract names as working on a vector namespace.
    private static readonly string[] VectorModes = ["index", "search"];

    /// <summary>Puts the body together (<c>POST /api/runs</c>).</summary>
    /// <exception cref="OjinException">A field that the contract forbids, or one that it wants is missing.</exception>
    public static JsonMap Body(string model, object? input, string? mode, string? scope, JsonMap? parameters, JsonMap? options)
    {
        if (string.IsNullOrWhiteSpace(model)) throw OjinException.Argument("The model's name is empty.", "Give -Model; Get-AimpModel lists the models. Nothing was sent.");
        var body = new JsonMap { ["model"] = model, ["mode"] = string.IsNullOrWhiteSpace(mode) ? DefaultMode : mode };
        if (scope is not null) body["scope"] = scope;
        body["input"] = input;
        if (parameters is not null) body["params"] = parameters;
        if (options is not null) body["options"] = options;
        Check(body);
        return body;
    }

    /// <summary>Checks a body that somebody put together by hand.</summary>
    /// <exception cref="OjinException">A field that the contract forbids, or one that it wants is missing.</exception>
    public static void Check(JsonMap body)
    {
        ArgumentNullException.ThrowIfNull(body);
        foreach (var name in Managed)
        {
            if (body.ContainsKey(name)) throw Forbidden(name, "the run");
            if (body.TryGetValue("options", out var options) && options is JsonMap map && map.ContainsKey(name)) throw Forbidden(name, "-Option");
        }
        if (body.ContainsKey("parameters")) throw OjinException.Argument("A run takes params, not parameters.", "Give the model's parameters with -Parameter. Nothing was sent.");
        if (!body.TryGetValue("model", out var model) || model is not string { Length: > 0 }) throw OjinException.Argument("The run names no model.", "Give the slug or the identifier of a published model; Get-AimpModel lists them. Nothing was sent.");
        if (body.TryGetValue("params", out var given) && given is not JsonMap) throw OjinException.Argument("The parameters of a run are a JSON object.", "Give -Parameter a hashtable. Nothing was sent.");
        if (!body.TryGetValue("input", out var input) || input is null) throw OjinException.Argument("The run has no input.", "Give -InputObject what the model's contract asks for, such as @{ text = 'Hello' }. Nothing was sent.");
        var mode = Text(body, "mode");
        var scope = Text(body, "scope");
        if (scope is not null && !ScopeName().IsMatch(scope))
        {
            throw OjinException.Argument($"'{TextForDisplay.Escape(scope, 100)}' is no scope.", "Give -Scope a name that starts with a letter or digit and has letters, digits, '.', '_' and '-', at most 64 of them. Nothing was sent.");
        }
        if (scope is null && mode is not null && VectorModes.Contains(mode, StringComparer.OrdinalIgnoreCase))
        {
            throw OjinException.Argument($"The mode '{mode}' works on indexed data and needs a scope.", "Give -Scope, the same one for indexing and searching. Nothing was sent.");
        }
    }

    private static string? Text(JsonMap body, string name)
    {
        if (!body.TryGetValue(name, out var value)) return null;
        return value as string ?? throw OjinException.Argument($"The {name} of a run is text.", $"Give the {name} as text, or leave it out. Nothing was sent.");
    }

    private static OjinException Forbidden(string name, string where) => OjinException.Argument(
        $"{where} must not have the field '{name}': the platform sets it.",
        $"Leave '{name}' out; hardware and routing come from the published model, data is separated with -Scope. Nothing was sent.");

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\\z")]
    private static partial Regex ScopeName();
}
