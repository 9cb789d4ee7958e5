using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Lists the model configurations (listModelConfigs), or reads some (getModelConfigById, publicGetModelConfigById).</summary>
[Cmdlet(VerbsCommon.Get, "OjinModelConfig", DefaultParameterSetName = "Id", SupportsPaging = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Get-OjinModelConfig.md")]
[OutputType(typeof(ModelConfig))]
public sealed class GetOjinModelConfigCommand : OjinListCommand
{
    private string? current;

    /// <summary>The configurations' ids, UUIDs; without any, the organization's configurations are listed.</summary>
    [Parameter(Position = 0, ParameterSetName = "Id", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ModelConfigIdCompleter))]
    public string[]? ModelConfigId { get; set; }

    /// <summary>Reads the public form, without organization and creator, and sends no key.</summary>
    [Parameter(ParameterSetName = "Id")]
    public SwitchParameter Public { get; set; }

    /// <summary>Only the configurations of this variant.</summary>
    [Parameter(ParameterSetName = "List", ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ModelVariantIdCompleter))]
    public string? ModelVariantId { get; set; }

    /// <summary>Org lists the organization's own configurations, which is the default, Template those of the service.</summary>
    [Parameter(ParameterSetName = "List")]
    [ValidateSet("Org", "Template")]
    public string? Source { get; set; }

    /// <summary>Only the configurations with this title; wildcards work. The service has no such filter, so the whole list is read.</summary>
    [Parameter(ParameterSetName = "List")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ModelConfigTitleCompleter))]
    public string? Title { get; set; }

    private protected override object? CurrentTarget => current ?? ModelVariantId;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var client = new OjinClient(CreateTransport(), CurrentSession);
        if (ModelConfigId is null)
        {
            if (Public) throw OjinException.Argument("-Public needs the id of a configuration: there is no public list.", "Give -ModelConfigId.");
            var title = Pattern(Title);
            await EmitListAsync(
                range => client.ListModelConfigsAsync(ModelVariantId, Source?.ToLowerInvariant(), range, cancellationToken),
                title is null ? null : config => title.IsMatch(config.Title),
                cancellationToken).ConfigureAwait(false);
            return;
        }
        foreach (var id in ModelConfigId)
        {
            current = id;
            try
            {
                var config = await (Public ? client.GetPublicModelConfigAsync(id, cancellationToken) : client.GetModelConfigAsync(id, cancellationToken)).ConfigureAwait(false);
                await EmitAsync(config, cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException exception)
            {
                await EmitErrorAsync(exception, id, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
