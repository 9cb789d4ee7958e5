using System.Management.Automation;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Lists the gateway's published models, or gets some (<c>GET /api/marketplace/models[/{slug}]</c>).</summary>
[Cmdlet(VerbsCommon.Get, "AimpModel", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Get-AimpModel.md")]
[OutputType(typeof(PSObject))]
public sealed class GetAimpModelCommand : AimpCommand
{
    internal const string TypeName = "Ojin.AimpModel";

    private string? current;

    /// <summary>The models' slugs; without any, all models are listed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AimpModelCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Slug { get; set; }

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var client = new AimpClient(CreateTransport(), CurrentSession);
        if (Slug is null)
        {
            var answer = await client.ListModelsAsync(cancellationToken).ConfigureAwait(false);
            // What is no list comes out as it is.
            foreach (var model in FreeFormList.ItemsOf(answer) ?? (answer is null ? [] : [answer])) await EmitAsync(FreeFormObjects.From(model, TypeName), cancellationToken).ConfigureAwait(false);
            if (FreeFormList.HasNextPage(answer)) Warn("The gateway names a next page of this list, which its contract does not describe. Invoke-OjinRequest -Service Aimp reads it.");
            return;
        }
        foreach (var slug in Slug)
        {
            current = slug;
            try
            {
                var model = await client.GetModelAsync(slug, cancellationToken).ConfigureAwait(false);
                await EmitAsync(FreeFormObjects.From(model, TypeName), cancellationToken).ConfigureAwait(false);
            }
            catch (Http.OjinException exception)
            {
                await EmitErrorAsync(exception, slug, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
