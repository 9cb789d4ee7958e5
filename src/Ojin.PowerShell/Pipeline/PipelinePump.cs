using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Ojin.PowerShell.Pipeline;

/// <summary>
/// Carries what background work has to say to the pipeline thread, which alone may write to PowerShell's streams. The
/// number of items on their way is bounded, so that fast work waits for a slow pipeline.
/// </summary>
internal sealed class PipelinePump : IDisposable
{
    private const int Capacity = 256;

    private readonly ConcurrentQueue<Item> queue = new();
    private readonly SemaphoreSlim available = new(0);
    private readonly SemaphoreSlim room = new(Capacity);
    private readonly CancellationTokenSource stop;
    private ExceptionDispatchInfo? broken;

    public PipelinePump(CancellationTokenSource stop) => this.stop = stop;

    /// <summary>Puts an item on its way as soon as there is room.</summary>
    public async Task PostAsync(Action run, Action? abandon, CancellationToken cancellationToken)
    {
        await room.WaitAsync(cancellationToken).ConfigureAwait(false);
        queue.Enqueue(new Item(
            () =>
            {
                room.Release();
                run();
            },
            () =>
            {
                room.Release();
                abandon?.Invoke();
            }));
        available.Release();
    }

    /// <summary>Puts an item on its way at once; for the few that are bounded by what they belong to.</summary>
    public void Post(Action run)
    {
        queue.Enqueue(new Item(run, null));
        available.Release();
    }

    /// <summary>Runs, on the pipeline thread, what is there now.</summary>
    public void RunAvailable()
    {
        while (queue.TryDequeue(out var item)) Run(item);
        ThrowIfBroken();
    }

    /// <summary>
    /// Runs, on the pipeline thread, what comes until the work has ended. When the pipeline stops meanwhile, the work
    /// is cancelled and awaited before the stop goes on its way.
    /// </summary>
    public void RunUntil(Task work)
    {
        DrainUntil(work);
        ThrowIfBroken();
    }

    /// <summary>Waits for cancelled work without writing anything more.</summary>
    public void Abandon(Task work)
    {
        broken ??= ExceptionDispatchInfo.Capture(new OperationCanceledException());
        DrainUntil(work);
    }

    public void Dispose()
    {
        available.Dispose();
        room.Dispose();
    }

    private void DrainUntil(Task work)
    {
        _ = work.ContinueWith(_ => available.Release(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        while (true)
        {
            var ended = work.IsCompleted;
            while (queue.TryDequeue(out var item)) Run(item);
            if (ended) return;
            available.Wait(CancellationToken.None);
        }
    }

    private void Run(Item item)
    {
        if (broken is not null)
        {
            item.Abandon?.Invoke();
            return;
        }
        try
        {
            item.Run();
        }
        catch (Exception exception)
        {
            // A stopped pipeline, or -ErrorAction Stop: nothing more may be written, and the work must end first.
            broken = ExceptionDispatchInfo.Capture(exception);
            stop.Cancel();
        }
    }

    private void ThrowIfBroken() => broken?.Throw();

    // No struct: the runtime has a queue of references compiled, and one of these it would have to compile in every process.
    private sealed record Item(Action Run, Action? Abandon);
}
