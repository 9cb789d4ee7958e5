using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Lists the assets (listAssets), or reads some (getAssetById, getAssetDownloadById, publicGetAssetById).</summary>
[Cmdlet(VerbsCommon.Get, "OjinAsset", DefaultParameterSetName = "Id", SupportsPaging = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Get-OjinAsset.md")]
[OutputType(typeof(Asset))]
public sealed class GetOjinAssetCommand : OjinListCommand
{
    private string? current;

    /// <summary>The assets' ids, UUIDs; without any, the organization's assets are listed.</summary>
    [Parameter(Position = 0, ParameterSetName = "Id", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AssetIdCompleter))]
    public string[]? AssetId { get; set; }

    /// <summary>Reads the public form, without organization and creator but with a download URL, and sends no key.</summary>
    [Parameter(ParameterSetName = "Id")]
    public SwitchParameter Public { get; set; }

    /// <summary>Asks for a presigned download URL too. Whoever has it can download for a while; it is shown without its query.</summary>
    [Parameter(ParameterSetName = "Id")]
    public SwitchParameter IncludeUrl { get; set; }

    /// <summary>Org lists the organization's own assets, which is the default, Template those of the service.</summary>
    [Parameter(ParameterSetName = "List")]
    [ValidateSet("Org", "Template")]
    public string? Source { get; set; }

    /// <summary>Only the assets of this category, such as image or video.</summary>
    [Parameter(ParameterSetName = "List")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AssetCategoryCompleter))]
    public string? Category { get; set; }

    /// <summary>Only the assets with this name; wildcards work.</summary>
    [Parameter(ParameterSetName = "List")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AssetNameCompleter))]
    public string? Name { get; set; }

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var client = new OjinClient(CreateTransport(), CurrentSession);
        if (AssetId is null)
        {
            if (Public || IncludeUrl) throw OjinException.Argument($"-{(Public ? "Public" : "IncludeUrl")} needs the id of an asset: a list has no such form.", "Give -AssetId, or pipe the list: Get-OjinAsset | Get-OjinAsset -IncludeUrl.");
            var name = Pattern(Name);
            // What the service's own filter matches is left open, so it may narrow a literal name down, and no more.
            var literal = Name is not null && !WildcardPattern.ContainsWildcardCharacters(Name) ? Name : null;
            await EmitListAsync(
                range => client.ListAssetsAsync(Source?.ToLowerInvariant(), Category, literal, range, cancellationToken),
                name is null ? null : asset => name.IsMatch(asset.Name),
                cancellationToken).ConfigureAwait(false);
            return;
        }
        foreach (var id in AssetId)
        {
            current = id;
            try
            {
                var asset = await (Public ? client.GetPublicAssetAsync(id, cancellationToken)
                    : IncludeUrl ? client.GetAssetDownloadAsync(id, cancellationToken)
                    : client.GetAssetAsync(id, cancellationToken)).ConfigureAwait(false);
                await EmitAsync(asset, cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException exception)
            {
                await EmitErrorAsync(exception, id, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
