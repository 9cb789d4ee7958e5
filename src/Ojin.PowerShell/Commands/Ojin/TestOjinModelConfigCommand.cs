using System.Management.Automation;
using Ojin.Json;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Tests values against the variant's configuration_schema (getModelVariantById) with PowerShell's own Test-Json.
/// Nothing is written. What does not fit is told as warnings.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "OjinModelConfig", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Test-OjinModelConfig.md")]
[OutputType(typeof(bool))]
public sealed class TestOjinModelConfigCommand : OjinCommand
{
    private readonly Dictionary<string, JsonMap> schemas = new(StringComparer.Ordinal);

    /// <summary>The variant whose schema counts.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ModelVariantIdCompleter))]
    public string ModelVariantId { get; set; } = "";

    /// <summary>The values: a hashtable, an object with properties or JSON text of an object.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("ModelConfigurations")]
    [ConfigurationTransformation]
    public object? Configuration { get; set; }

    private protected override object? CurrentTarget => ModelVariantId;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var configuration = ConfigurationTransformationAttribute.Read(Configuration)!;
        if (!schemas.TryGetValue(ModelVariantId, out var schema))
        {
            var variant = await new OjinClient(CreateTransport(), CurrentSession).GetModelVariantAsync(ModelVariantId, false, cancellationToken).ConfigureAwait(false);
            schemas[ModelVariantId] = schema = variant.ConfigurationSchema;
        }
        var problems = await OnPipelineThreadAsync(() => SchemaCheck.Problems(InvokeCommand, configuration, schema), cancellationToken).ConfigureAwait(false);
        foreach (var problem in problems) Warn(problem);
        await EmitAsync(problems.Count == 0, cancellationToken).ConfigureAwait(false);
    }
}
