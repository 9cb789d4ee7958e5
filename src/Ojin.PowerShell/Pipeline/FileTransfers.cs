using System.Management.Automation;
using Ojin.Transfer;

namespace Ojin.PowerShell.Pipeline;

/// <summary>What the transfers of one call share: the bound on what is in flight, and the progress.</summary>
internal sealed class FileTransfers : IDisposable
{
    /// <param name="throttleLimit">How many parts may be in flight; 0 for the default.</param>
    /// <param name="progress">Shows it; null where nobody looks, and then it costs nothing.</param>
    public FileTransfers(int throttleLimit, TransferProgress? progress)
    {
        Slots = new TransferSlots(throttleLimit);
        Progress = progress;
    }

    public TransferSlots Slots { get; }

    public TransferProgress? Progress { get; }

    /// <summary>Takes the bars away; on the pipeline thread, when everything has ended.</summary>
    public void End(Action<ProgressRecord> write)
    {
        foreach (var record in Progress?.End() ?? []) write(record);
    }

    public void Dispose()
    {
        Progress?.Dispose();
        Slots.Dispose();
    }
}
