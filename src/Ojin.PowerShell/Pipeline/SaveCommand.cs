using System.Management.Automation;
using Ojin.Http;
using Ojin.Transfer;

namespace Ojin.PowerShell.Pipeline;

/// <summary>
/// The base of the cmdlets that save files from a service, side by side and checked. A file takes its name when all of it
/// is there; the same command goes on with what an earlier run fetched.
/// </summary>
public abstract class SaveCommand : AsyncCommand
{
    private FileTransfers? transfers;
    private RangedDownload? download;
    private Func<string, CancellationToken, Task<DownloadSource>>? find;
    private string? current;

    private protected SaveCommand()
    {
    }

    /// <summary>A folder, where each file is named as its service says, or a file for a single one; the current folder unless given. A folder that ends with a slash is made.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Replaces a file that is there already.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>How many ranges are in flight over all files, 1 to 64; 12 unless given.</summary>
    [Parameter]
    [ValidateRange(1, TransferSlots.MaximumLimit)]
    public int ThrottleLimit { get; set; } = TransferSlots.DefaultLimit;

    private protected override object? CurrentTarget => current;

    /// <inheritdoc cref="OjinCommand.CreateTransport"/>
    private protected abstract HttpTransport CreateTransport();

    /// <summary>What asks the service where the bytes behind an id are; made once a call.</summary>
    private protected abstract Func<string, CancellationToken, Task<DownloadSource>> CreateSource();

    /// <summary>Saves what is behind each id.</summary>
    /// <param name="ids">The ids as they were given.</param>
    /// <param name="what">What an id stands for, to be shown; throws for one that is none.</param>
    /// <param name="extension">What makes an id a file's name, where the service tells none.</param>
    /// <param name="cancellationToken">Stops it.</param>
    private protected async Task SaveAllAsync(IEnumerable<string> ids, Func<string, string> what, string extension, CancellationToken cancellationToken)
    {
        var (path, isFolder) = FilePaths.ResolveTarget(this, Path);
        foreach (var id in ids)
        {
            current = id;
            try
            {
                if (!await ShouldProcessAsync(what(id), $"Download it to {TextForDisplay.Escape(path)}", cancellationToken).ConfigureAwait(false)) continue;
                if (isFolder) FilePaths.EnsureFolder(path);
                transfers ??= new FileTransfers(ThrottleLimit, ShowsProgress ? new TransferProgress("Downloading files", Show) : null);
                download ??= new RangedDownload(CreateTransport(), new DownloadOptions { Slots = transfers.Slots, Progress = transfers.Progress });
                find ??= CreateSource();
                var target = new DownloadTarget(path, isFolder, id + extension, Force);
                var ticket = await transfers.Slots.EnterAsync(1, cancellationToken).ConfigureAwait(false);
                await StartInBackgroundAsync(id, token => SaveAsync(id, target, ticket, token), cancellationToken).ConfigureAwait(false);
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
            var saved = await download!.SaveAsync(token => find!(id, token), target, ticket, cancellationToken).ConfigureAwait(false);
            await EmitAsync(new FileInfo(saved.Path), cancellationToken).ConfigureAwait(false);
        }
    }
}
