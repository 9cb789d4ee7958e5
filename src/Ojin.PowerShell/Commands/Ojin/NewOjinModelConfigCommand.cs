using System.Management.Automation;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Creates a model configuration (createModelConfig).</summary>
[Cmdlet(VerbsCommon.New, "OjinModelConfig", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/New-OjinModelConfig.md")]
[OutputType(typeof(ModelConfig))]
public sealed class NewOjinModelConfigCommand : ModelConfigWriteCommand
{
    /// <summary>The title, unique within the organization.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Title { get; set; } = "";

    /// <summary>The variant to configure; it cannot be changed later.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ModelVariantIdCompleter))]
    public string ModelVariantId { get; set; } = "";

    /// <summary>The values: a hashtable, an object with properties or JSON text of an object. Without it the configuration is empty.</summary>
    [Parameter(Position = 2, ValueFromPipelineByPropertyName = true)]
    [Alias("ModelConfigurations")]
    [ConfigurationTransformation]
    public object? Configuration { get; set; }

    private protected override object? CurrentTarget => Title;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var configuration = ConfigurationTransformationAttribute.Read(Configuration);
        if (!ShouldProcess($"model configuration '{Http.TextForDisplay.Escape(Title)}'", $"Create for {Http.TextForDisplay.Escape(ModelVariantId)}")) return;
        var created = await new OjinClient(CreateTransport(), CurrentSession).CreateModelConfigAsync(Title, ModelVariantId, configuration, cancellationToken).ConfigureAwait(false);
        WarnOfChanges(created, Title, configuration);
        await EmitAsync(created, cancellationToken).ConfigureAwait(false);
    }
}
