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
public sealed class SaveOjinAssetCommand : OjinCommand
{
    private FileTransfers? transfers;
    private RangedDownload? download;
    private OjinClient? client;
    private string? current;

    /// <summary>The assets' ids, UUIDs.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AssetIdCompleter))]
    public string[] AssetId { get; set; } = [];

    /// <summary>A folder, where each file gets its asset's name, or a file for a single asset; the current folder unless given. A folder that ends with a slash is made.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Reads the public form of the asset, and sends no key.</summary>
    [Parameter]
    public SwitchParameter Public { get; set; }

    /// <summary>Replaces a file that is there already.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>How many ranges are in flight over all files, 1 to 64; 12 unless given.</summary>
    [Parameter]
    [ValidateRange(1, TransferSlots.MaximumLimit)]
    public int ThrottleLimit { get; set; } = TransferSlots.DefaultLimit;

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var (path, isFolder) = FilePaths.ResolveTarget(this, Path);
        foreach (var id in AssetId)
        {
            current = id;
            try
            {
                OjinId.Uuid(id, "asset id");
                if (!await ShouldProcessAsync($"asset {id}", $"Download it to {TextForDisplay.Escape(path)}", cancellationToken).ConfigureAwait(false)) continue;
                if (isFolder) FilePaths.EnsureFolder(path);
                transfers ??= new FileTransfers(ThrottleLimit, ShowsProgress ? new TransferProgress("Downloading files", Show) : null);
                client ??= new OjinClient(CreateTransport(), CurrentSession);
                download ??= new RangedDownload(CreateTransport(), new DownloadOptions { Slots = transfers.Slots, Progress = transfers.Progress });
                var target = new DownloadTarget(path, isFolder, id, Force);
                var ticket = await transfers.Slots.EnterAsync(1, cancellationToken).ConfigureAwait(false);
                await OnPipelineThreadAsync(
                    () =>
                    {
                        StartInBackground(id, token => SaveAsync(id, target, ticket, token));
                        return true;
                    },
                    cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException exception)
            {
                await EmitErrorAsync(exception, id, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private protected override void Finish() => transfers?.End(WriteProgress);

    private protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) transfers?.Dispose();
    }

    private async Task SaveAsync(string id, DownloadTarget target, TransferTicket ticket, CancellationToken cancellationToken)
    {
        using (ticket)
        {
            var saved = await download!.SaveAsync(SourceAsync, target, ticket, cancellationToken).ConfigureAwait(false);
            await EmitAsync(new FileInfo(saved.Path), cancellationToken).ConfigureAwait(false);
        }

        async Task<DownloadSource> SourceAsync(CancellationToken token)
        {
            var asset = await (Public ? client!.GetPublicAssetAsync(id, token) : client!.GetAssetDownloadAsync(id, token)).ConfigureAwait(false);
            return asset.AssetUrl is { } url
                ? new DownloadSource(url.ToUri(), asset.Name, asset.SizeBytes > 0 ? asset.SizeBytes : null, asset.ETag)
                : throw new OjinException(ErrorCodes.InvalidAnswer, $"The service gave no download URL for the asset {id}.", "Try again in a while; if it stays so, the asset has no content.") { Service = OjinService.Ojin };
        }
    }
}
