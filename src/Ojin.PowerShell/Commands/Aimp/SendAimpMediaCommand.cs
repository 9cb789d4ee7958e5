using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;
using Ojin.Transfer;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Uploads files for a model's input, side by side (<c>POST /api/media/upload/init</c>, the bytes, <c>POST
/// /api/media/upload/complete</c>), and returns what stands for each in an input.
/// </summary>
[Cmdlet(VerbsCommunications.Send, "AimpMedia", DefaultParameterSetName = "Path", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Send-AimpMedia.md")]
[OutputType(typeof(AimpMedia))]
public sealed class SendAimpMediaCommand : AimpUploadCommand
{
    private SemaphoreSlim? slots;

    /// <summary>The files; wildcards find more than one.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "Path")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The files by their very names; files from Get-Item and Get-ChildItem come here.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "LiteralPath")]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The files' type, such as image/png; without it, it comes from the extension or the first bytes.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ContentType { get; set; }

    /// <summary>The gateway's kind of media: image, audio, video or file, or any other word. Without it, it comes from the type.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AimpMediaTypeCompleter))]
    [ValidateNotNullOrEmpty]
    public string? MediaType { get; set; }

    /// <summary>How many files are in flight, 1 to 64; 12 unless given.</summary>
    [Parameter]
    [ValidateRange(1, TransferSlots.MaximumLimit)]
    public int ThrottleLimit { get; set; } = TransferSlots.DefaultLimit;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var literal = ParameterSetName == "LiteralPath";
        // Resolved to the end here, on the pipeline thread.
        foreach (var given in FilePaths.Resolve(this, literal ? LiteralPath : Path, literal).ToArray())
        {
            try
            {
                var file = AimpMediaFile.FromDisk(given.FullPath ?? throw given.Error!, ContentType, MediaType);
                if (!await ShouldProcessAsync(file.FullPath, $"Upload {View.Size(file.SizeBytes)} to {CurrentSession.BaseUri.Authority}", cancellationToken).ConfigureAwait(false)) continue;
                var (client, progress) = (Client, Progress);
                slots ??= new SemaphoreSlim(ThrottleLimit);
                await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
                await StartInBackgroundAsync(given.Given, token => SendAsync(client, progress, file, token), cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException exception)
            {
                await EmitErrorAsync(exception, given.Given, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) slots?.Dispose();
    }

    private async Task SendAsync(AimpClient client, ITransferProgress? progress, AimpMediaFile file, CancellationToken cancellationToken)
    {
        try
        {
            await EmitAsync(await client.UploadAsync(file, progress, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            slots!.Release();
        }
    }
}
