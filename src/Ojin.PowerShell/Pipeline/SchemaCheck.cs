using System.Management.Automation;
using Ojin.Http;
using Ojin.Json;

namespace Ojin.PowerShell.Pipeline;

/// <summary>JSON Schema by PowerShell's own Test-Json.</summary>
internal static class SchemaCheck
{
    // What does not fit is an answer here and no error, so it does not stay in $Error.
    private const string Script = """
        param($json, $schema)
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
        var result = invoke.InvokeScript(true, ScriptBlock.Create(Script), null, configuration.ToJson(), schema.ToJson()).Single();
        var problems = ((string[])PSObject.AsPSObject(result.Properties["Problems"].Value).BaseObject).Distinct(StringComparer.Ordinal).ToArray();
        if (LanguagePrimitives.IsTrue(result.Properties["Unusable"].Value))
        {
            throw new OjinException(ErrorCodes.InvalidAnswer, $"The variant's configuration schema cannot be used by Test-Json: {TextForDisplay.Escape(string.Join(' ', problems), 300)}", "The schema comes from the service. Write the configuration without testing it; the service checks it too.") { Service = OjinService.Ojin };
        }
        return LanguagePrimitives.IsTrue(result.Properties["Fits"].Value) ? []
            : problems.Length > 0 ? problems : ["It does not fit the schema, and Test-Json does not tell where."];
    }
}
