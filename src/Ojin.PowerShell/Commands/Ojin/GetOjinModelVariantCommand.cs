using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Lists the model variants (listModelVariants), or reads some (getModelVariantById).</summary>
[Cmdlet(VerbsCommon.Get, "OjinModelVariant", DefaultParameterSetName = "Id", SupportsPaging = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Get-OjinModelVariant.md")]
[OutputType(typeof(ModelVariant))]
public sealed class GetOjinModelVariantCommand : OjinListCommand
{
    private string? current;

    /// <summary>The variants' ids, such as ojin/oris-1.0/standard; without any, all are listed.</summary>
    [Parameter(Position = 0, ParameterSetName = "Id", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ModelVariantIdCompleter))]
    public string[]? ModelVariantId { get; set; }

    /// <summary>Only the variants of this model.</summary>
    [Parameter(ParameterSetName = "List")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ModelIdCompleter))]
    public string? ModelId { get; set; }

    /// <summary>Only the variants with this status, word for word, such as available or deprecated.</summary>
    [Parameter(ParameterSetName = "List")]
    [ValidateNotNullOrEmpty]
    public string? Status { get; set; }

    /// <summary>Only the variants that have all of these tags. A tag cannot have a comma.</summary>
    [Parameter(ParameterSetName = "List")]
    [ValidateNotNullOrEmpty]
    public string[]? Tag { get; set; }

    /// <summary>Sends no key; only public variants are found then.</summary>
    [Parameter]
    public SwitchParameter Anonymous { get; set; }

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var client = new OjinClient(CreateTransport(), CurrentSession);
        if (ModelVariantId is null)
        {
            await EmitListAsync(range => client.ListModelVariantsAsync(ModelId, Status, Tag, Anonymous, range, cancellationToken), null, cancellationToken).ConfigureAwait(false);
            return;
        }
        foreach (var id in ModelVariantId)
        {
            current = id;
            try
            {
                await EmitAsync(await client.GetModelVariantAsync(id, Anonymous, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException exception)
            {
                await EmitErrorAsync(exception, id, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
