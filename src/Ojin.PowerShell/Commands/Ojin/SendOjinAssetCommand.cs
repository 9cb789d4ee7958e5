using System.Globalization;
using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;
using Ojin.Transfer;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Sends files as assets, in parts and side by side (initiateAssetUpload, signAssetUploadPart, createAssetRecord). The
/// same command goes on with what an earlier run began and did not end.
/// </summary>
[Cmdlet(VerbsCommunications.Send, "OjinAsset", DefaultParameterSetName = "Path", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Send-OjinAsset.md")]
[OutputType(typeof(Asset))]
public sealed class SendOjinAssetCommand : OjinCommand
{
    private FileTransfers? transfers;
    private AssetUploader? uploader;
    private string? current;
    private bool hasUsedName;

    /// <summary>The files; wildcards work, and leave folders out.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path", ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The files, with their names as they are; files from Get-ChildItem come this way.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [Alias("PSPath", "FullName", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The category, such as image, video or weight; without it image or video, as the type says.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AssetCategoryCompleter))]
    public string? Category { get; set; }

    /// <summary>The name of the asset, for a single file; without it the file's own.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The MIME type; without it what the extension says, else the file's first bytes.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ContentType { get; set; }

    /// <summary>The size of a part in bytes, 5MB to 5GB; without it 8 MiB, more only where 10,000 parts would not do. Another one starts an upload over.</summary>
    [Parameter]
    public long PartSize { get; set; }

    /// <summary>How many parts are in flight over all files, 1 to 64; 12 unless given.</summary>
    [Parameter]
    [ValidateRange(1, TransferSlots.MaximumLimit)]
    public int ThrottleLimit { get; set; } = TransferSlots.DefaultLimit;

    /// <summary>Sends everything anew and keeps no journal.</summary>
    [Parameter]
    public SwitchParameter NoResume { get; set; }

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var literal = ParameterSetName == "LiteralPath";
        // Resolved to the end here, on the pipeline thread.
        foreach (var file in FilePaths.Resolve(this, literal ? LiteralPath : Path, literal).ToArray())
        {
            current = file.Given;
            try
            {
                await BeginFileAsync(file, cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException exception)
            {
                await EmitErrorAsync(exception, file.Given, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private protected override void Finish() => transfers?.End(WriteProgress);

    private protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) transfers?.Dispose();
    }

    private async Task BeginFileAsync(GivenFile given, CancellationToken cancellationToken)
    {
        if (given.Error is not null) throw given.Error;
        if (Name is not null && hasUsedName) throw OjinException.Argument("-Name names one asset, and there is more than one file.", "Leave -Name out, or send the files one by one. Nothing of this file was sent.");
        hasUsedName = true;
        var file = FileToSend.FromDisk(given.FullPath!, Category, Name, ContentType, PartSize == 0 ? null : PartSize);
        var action = string.Create(CultureInfo.InvariantCulture, $"Send it as the {TextForDisplay.Escape(file.Category, 50)} '{TextForDisplay.Escape(file.Name, 100)}' ({TextForDisplay.Escape(file.ContentType, 100)}, {View.Size(file.SizeBytes)}, {file.PartCount} {(file.PartCount == 1 ? "part" : "parts")})");
        if (!await ShouldProcessAsync(file.FullPath, action, cancellationToken).ConfigureAwait(false)) return;
        CurrentSession.RequireKey();
        transfers ??= new FileTransfers(ThrottleLimit, ShowsProgress ? new TransferProgress("Sending files", Show) : null);
        uploader ??= new AssetUploader(CreateTransport(), CurrentSession, new UploadOptions
        {
            Slots = transfers.Slots,
            JournalFolder = NoResume ? null : StateFolder.Uploads,
            Progress = transfers.Progress,
            Warn = Warn,
        });
        var ticket = await transfers.Slots.EnterAsync(file.PartCount, cancellationToken).ConfigureAwait(false);
        await StartInBackgroundAsync(given.Given, token => SendAsync(file, ticket, token), cancellationToken).ConfigureAwait(false);
    }

    private async Task SendAsync(FileToSend file, TransferTicket ticket, CancellationToken cancellationToken)
    {
        using (ticket) await EmitAsync(await uploader!.UploadAsync(file, ticket, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }
}
