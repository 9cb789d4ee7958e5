namespace Ojin.PowerShell.Pipeline;

/// <summary>The base of the cmdlets that upload files to the AIMP Gateway, with their progress.</summary>
public abstract class AimpUploadCommand : AimpCommand
{
    private TransferProgress? progress;
    private AimpClient? client;

    private protected AimpUploadCommand()
    {
    }

    /// <summary>The client of this call.</summary>
    private protected AimpClient Client => client ??= new AimpClient(CreateTransport(), CurrentSession);

    /// <summary>The progress of all uploads of this call; null where none is shown.</summary>
    private protected Transfer.ITransferProgress? Progress => ShowsProgress ? progress ??= new TransferProgress("Uploading media", Show) : null;

    private protected override void Finish()
    {
        foreach (var record in progress?.End() ?? []) WriteProgress(record);
    }

    private protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) progress?.Dispose();
    }
}
