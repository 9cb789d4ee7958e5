using System.Management.Automation;
using System.Text.RegularExpressions;
using Ojin.Http;
using Ojin.Json;

namespace Ojin.PowerShell.Pipeline;

/// <summary>JSON Schema by PowerShell's own Test-Json.</summary>
internal static partial class SchemaCheck
{
    // What does not fit is an answer here and no error, so it does not stay in $Error.
    private const string Script = """
        param($json, $schema)
        Set-StrictMode -Off
        $problems = $null
        try {
            $fits = Microsoft.PowerShell.Utility\Test-Json -Json $json -Schema $schema -ErrorAction SilentlyContinue -ErrorVariable problems
        }
        catch {
            $fits = $null
            if (-not $problems) { $problems = @($_) }
        }
        foreach ($problem in $problems) { $global:Error.Remove($problem) }
        [pscustomobject]@{
            Fits     = [bool]$fits
            Unusable = $null -eq $fits -or @($problems).FullyQualifiedErrorId -like 'InvalidJsonSchema,*'
            Problems = [string[]]@($problems | ForEach-Object { $_.Exception.Message })
        }
        """;

    /// <summary>Runs on the pipeline thread.</summary>
    /// <returns>What does not fit, in words; nothing when all of it fits.</returns>
    /// <exception cref="OjinException">The schema itself cannot be used.</exception>
    public static IReadOnlyList<string> Problems(CommandInvocationIntrinsics invoke, JsonMap configuration, JsonMap schema)
    {
        // Test-Json fetches what a schema refers to, from whatever address and for as long as it takes.
        if (ForeignReference(schema, Ids(schema)) is { } foreign)
        {
            throw Unusable($"refers to another one ({TextForDisplay.Escape(foreign, 200)}), which is not fetched");
        }
        var result = invoke.InvokeScript(true, ScriptBlock.Create(Script), null, configuration.ToJson(), schema.ToJson()).Single();
        var problems = ((string[])PSObject.AsPSObject(result.Properties["Problems"].Value).BaseObject).Distinct(StringComparer.Ordinal).ToArray();
        if (LanguagePrimitives.IsTrue(result.Properties["Unusable"].Value))
        {
            throw Unusable($"cannot be used by Test-Json: {TextForDisplay.Escape(string.Join(' ', problems), 300)}");
        }
        return LanguagePrimitives.IsTrue(result.Properties["Fits"].Value) ? []
            : problems.Length > 0 ? [.. problems.Select(problem => InWords(problem, schema))] : ["It does not fit the schema, and Test-Json does not tell where."];
    }

    private static OjinException Unusable(string why) =>
        new(ErrorCodes.InvalidAnswer, $"The variant's configuration schema {why}.", "The schema comes from the service. Write the configuration without testing it; the service checks it too.") { Service = OjinService.Ojin };

    /// <summary>A problem as Test-Json tells it, with its place first, and with what the schema allows there; as it is where it is told otherwise.</summary>
    private static string InWords(string problem, JsonMap schema)
    {
        if (TestJsonProblem().Match(problem) is not { Success: true } told) return problem;
        var (what, where) = (told.Groups["what"].Value, told.Groups["where"].Value);
        var place = where.Length == 0 ? "The values" : $"'{where[1..]}'";
        if (what.StartsWith("All values fail against the false schema", StringComparison.Ordinal)) return $"{place}: the schema allows no field of this name.";
        return what.Contains("enum", StringComparison.Ordinal) && Allowed(schema, where) is { } allowed
            ? $"{place}: the schema allows {string.Join(", ", allowed.Select(value => FreeForm.ToJson(value)))}."
            : $"{place}: {what}{(what.EndsWith('.') ? "" : ".")}";
    }

    // Through named properties only; what else leads to a place is left to the words of Test-Json.
    private static object?[]? Allowed(JsonMap schema, string where)
    {
        foreach (var name in where.Split('/').Skip(1))
        {
            if (!(schema.TryGetValue("properties", out var inner) && inner is JsonMap properties && properties.TryGetValue(name, out var next) && next is JsonMap property)) return null;
            schema = property;
        }
        return schema.TryGetValue("enum", out var values) ? values as object?[] : null;
    }

    [GeneratedRegex(@"^The JSON is not valid with the schema: (?<what>.+) at '(?<where>(?:/.*)?)'\.?$", RegexOptions.Singleline)]
    private static partial Regex TestJsonProblem();

    private static HashSet<string> Ids(JsonMap schema)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in Keywords(schema))
        {
            if (name is "$id" or "id" && value is string id) ids.Add(id.TrimEnd('#'));
        }
        return ids;
    }

    private static string? ForeignReference(JsonMap schema, HashSet<string> ids)
    {
        foreach (var (name, value) in Keywords(schema))
        {
            if (value is not string address) continue;
            if (name is "$ref" or "$dynamicRef" or "$recursiveRef" && !address.StartsWith('#') && !ids.Contains(address.Split('#')[0])) return address;
            if (name == "$schema" && !(Uri.TryCreate(address, UriKind.Absolute, out var meta) && meta.Host == "json-schema.org")) return address;
        }
        return null;
    }

    // Every name and value at any depth, but for data that only looks like schema.
    private static IEnumerable<KeyValuePair<string, object?>> Keywords(object? schema)
    {
        var open = new Stack<object?>([schema]);
        while (open.TryPop(out var next))
        {
            if (next is object?[] list)
            {
                foreach (var item in list) open.Push(item);
            }
            else if (next is JsonMap map)
            {
                foreach (var pair in map)
                {
                    yield return pair;
                    if (pair.Key is not ("const" or "enum" or "default" or "examples")) open.Push(pair.Value);
                }
            }
        }
    }
}
