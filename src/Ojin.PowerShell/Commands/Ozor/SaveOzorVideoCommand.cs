using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;
using Ojin.Transfer;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Downloads the film of a video's latest export (<c>GET /api/v1/videos/{videoId}</c>), side by side and checked. A file
/// takes its name when all of it is there; the same command goes on with what an earlier run fetched.
/// </summary>
[Cmdlet(VerbsData.Save, "OzorVideo", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Save-OzorVideo.md")]
[OutputType(typeof(FileInfo))]
public sealed class SaveOzorVideoCommand : OzorCommand
{
    private FileTransfers? transfers;
    private RangedDownload? download;
    private OzorClient? client;
    private string? current;

    /// <summary>The ids of the videos.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VideoIdCompleter))]
    public string[] VideoId { get; set; } = [];

    /// <summary>A folder, where each film is named after its title, or a file for a single video; the current folder unless given. A folder that ends with a slash is made.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Replaces a file that is there already.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>How many ranges are in flight over all films, 1 to 64; 12 unless given.</summary>
    [Parameter]
    [ValidateRange(1, TransferSlots.MaximumLimit)]
    public int ThrottleLimit { get; set; } = TransferSlots.DefaultLimit;

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var (path, isFolder) = FilePaths.ResolveTarget(this, Path);
        foreach (var id in VideoId)
        {
            current = id;
            try
            {
                ServiceAddress.Segment(id, "video id");
                if (!await ShouldProcessAsync($"video {TextForDisplay.Escape(id, 100)}", $"Download it to {TextForDisplay.Escape(path)}", cancellationToken).ConfigureAwait(false)) continue;
                if (isFolder) FilePaths.EnsureFolder(path);
                transfers ??= new FileTransfers(ThrottleLimit, ShowsProgress ? new TransferProgress("Downloading films", Show) : null);
                client ??= new OzorClient(CreateTransport(), CurrentSession);
                download ??= new RangedDownload(CreateTransport(), new DownloadOptions { Slots = transfers.Slots, Progress = transfers.Progress });
                var target = new DownloadTarget(path, isFolder, id + ".mp4", Force);
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
            // Each reading of the video signs its URL anew.
            var video = await client!.GetVideoAsync(id, token).ConfigureAwait(false);
            var name = string.IsNullOrWhiteSpace(video.Title) ? null : video.Title + ".mp4";
            return video.DownloadUrl is { } url ? new DownloadSource(url.ToUri(), name, null, null) : throw NoFilm(video);
        }
    }

    private static OjinException NoFilm(OzorVideo video)
    {
        var id = TextForDisplay.Escape(video.VideoId, 100);
        return video.ExportStatus switch
        {
            null => new OjinException(ErrorCodes.JobFailed, $"The video {id} has no export yet, so there is no film to download.", $"Run Start-OzorExport {id} | Wait-OzorExport | Save-OzorVideo.") { Service = OjinService.Ozor },
            "failed" => new OjinException(ErrorCodes.JobFailed, $"The latest export of the video {id} failed: {TextForDisplay.Escape(video.ExportError ?? "no reason is given", 500)}", $"Start another with Start-OzorExport {id}.") { Service = OjinService.Ozor },
            var status => new OjinException(ErrorCodes.JobFailed, $"The latest export of the video {id} is {TextForDisplay.Escape(status, 50)}, so there is no film to download yet.", $"Wait for it: Wait-OzorExport {id} | Save-OzorVideo.") { Service = OjinService.Ozor },
        };
    }
}
