using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;
using Ojin.Transfer;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Downloads assets (getAssetDownloadById, publicGetAssetById), side by side and checked. A file takes its name when all
/// of it is there; the same command goes on with what an earlier run fetched.
/// </summary>
[Cmdlet(VerbsData.Save, "OjinAsset", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Save-OjinAsset.md")]
[OutputType(typeof(FileInfo))]
public sealed class SaveOjinAssetCommand : SaveCommand
{
    private OjinSession? resolved;

    /// <summary>The assets' ids, UUIDs.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AssetIdCompleter))]
    public string[] AssetId { get; set; } = [];

    /// <summary>Reads the public form of the asset, and sends no key.</summary>
    [Parameter]
    public SwitchParameter Public { get; set; }

    /// <inheritdoc cref="OjinCommand.Session"/>
    [Parameter]
    [ValidateNotNull]
    [SessionTransformation(typeof(OjinSession), "Connect-Ojin")]
    public OjinSession? Session { get; set; }

    private OjinSession CurrentSession => resolved ??= SessionStore.ResolveOjin(Session);

    private protected override HttpTransport CreateTransport() => new(this, CurrentSession.Secrets);

    private protected override Task ProcessRecordAsync(CancellationToken cancellationToken) => SaveAllAsync(AssetId, id => $"asset {OjinId.Uuid(id, "asset id")}", "", cancellationToken);

    private protected override Func<string, CancellationToken, Task<DownloadSource>> CreateSource()
    {
        var client = new OjinClient(CreateTransport(), CurrentSession);
        return async (id, token) =>
        {
            var asset = await (Public ? client.GetPublicAssetAsync(id, token) : client.GetAssetDownloadAsync(id, token)).ConfigureAwait(false);
            return asset.AssetUrl is { } url
                ? new DownloadSource(url.ToUri(), asset.Name, asset.SizeBytes > 0 ? asset.SizeBytes : null, asset.ETag)
                : throw new OjinException(ErrorCodes.InvalidAnswer, $"The service gave no download URL for the asset {id}.", "Try again in a while; if it stays so, the asset has no content.") { Service = OjinService.Ojin };
        };
    }
}
