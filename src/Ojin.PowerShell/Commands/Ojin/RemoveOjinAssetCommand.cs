using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Deletes assets and their content for good (deleteAsset).</summary>
[Cmdlet(VerbsCommon.Remove, "OjinAsset", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Remove-OjinAsset.md")]
public sealed class RemoveOjinAssetCommand : OjinCommand
{
    private string? current;

    /// <summary>The assets' ids, UUIDs.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AssetIdCompleter))]
    public string[] AssetId { get; set; } = [];

    /// <summary>The asset itself, from the pipeline: -WhatIf and -Confirm name it.</summary>
    [Parameter(ValueFromPipeline = true)]
    public Asset? InputObject { get; set; }

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        foreach (var id in AssetId)
        {
            current = id;
            try
            {
                OjinId.Uuid(id, "asset id");
                if (!await ShouldProcessAsync(InputObject?.AssetId == id ? $"asset '{TextForDisplay.Escape(InputObject.Name, 100)}' ({id})" : $"asset {id}", "Delete it and its content for good", cancellationToken).ConfigureAwait(false)) continue;
                await new OjinClient(CreateTransport(), CurrentSession).DeleteAssetAsync(id, cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException exception)
            {
                await EmitErrorAsync(exception, id, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
