namespace Ojin.Transfer;

/// <summary>
/// Bounds what is in flight over all files of one call. A part takes a slot while it moves; a file is let in when the
/// files before it no longer fill the slots by themselves, so that many small files move side by side and a large one
/// has all slots for itself until it nears its end.
/// </summary>
public sealed class TransferSlots : IDisposable
{
    /// <summary>How many parts are in flight unless told otherwise: what a link with 30 ms before each answer still gains from (docs/performance.md).</summary>
    public const int DefaultLimit = 12;

    /// <summary>The most that makes sense.</summary>
    public const int MaximumLimit = 64;

    private readonly SemaphoreSlim slots;
    private readonly LinkedList<Waiter> waiters = new();
    private readonly object gate = new();
    private readonly long enough;
    private long wanted;

    /// <summary>Creates the slots.</summary>
    /// <param name="limit">How many parts may be in flight, 1 to 64; 0 for the default.</param>
    public TransferSlots(int limit = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MaximumLimit);
        Limit = limit == 0 ? DefaultLimit : limit;
        slots = new SemaphoreSlim(Limit);
        // A small file is in its slot for a part of its time only: what comes before and after its bytes needs none.
        enough = Limit == 1 ? 1 : 4L * Limit;
    }

    /// <summary>How many parts may be in flight.</summary>
    public int Limit { get; }

    /// <summary>Waits until a file may begin; files are let in in their order.</summary>
    /// <param name="parts">How many parts the file has, as far as is known.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What the file gives back at its end.</returns>
    public Task<TransferTicket> EnterAsync(int parts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var count = Math.Max(1, parts);
        Waiter waiter;
        lock (gate)
        {
            if (waiters.Count == 0 && wanted < enough)
            {
                wanted += count;
                return Task.FromResult(new TransferTicket(this, count));
            }
            waiter = new Waiter(count);
            waiters.AddLast(waiter);
        }
        return WaitAsync(waiter, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => slots.Dispose();

    /// <summary>Takes a slot for one part; <see cref="Release"/> gives it back.</summary>
    internal Task TakeAsync(CancellationToken cancellationToken) => slots.WaitAsync(cancellationToken);

    internal void Release() => slots.Release();

    /// <summary>Fewer parts are wanted than before.</summary>
    internal void Lessen(long parts)
    {
        List<Waiter>? admitted = null;
        lock (gate)
        {
            wanted -= parts;
            while (wanted < enough && waiters.First is { } first)
            {
                waiters.RemoveFirst();
                wanted += first.Value.Parts;
                (admitted ??= []).Add(first.Value);
            }
        }
        if (admitted is null) return;
        foreach (var waiter in admitted)
        {
            // One that stopped waiting in this very moment gives its place back at once.
            if (!waiter.Admission.TrySetResult(new TransferTicket(this, waiter.Parts))) Lessen(waiter.Parts);
        }
    }

    private async Task<TransferTicket> WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        var registration = cancellationToken.Register(() =>
        {
            if (!waiter.Admission.TrySetCanceled(cancellationToken)) return;
            lock (gate) waiters.Remove(waiter);
        });
        await using (registration.ConfigureAwait(false)) return await waiter.Admission.Task.ConfigureAwait(false);
    }

    private sealed class Waiter(int parts)
    {
        public int Parts { get; } = parts;

        public TaskCompletionSource<TransferTicket> Admission { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>A file's place among those that move; to be disposed when it has ended, however it ended.</summary>
public sealed class TransferTicket : IDisposable
{
    private readonly TransferSlots slots;
    private int left;

    internal TransferTicket(TransferSlots slots, int parts)
    {
        this.slots = slots;
        left = parts;
    }

    /// <summary>Gives the place back.</summary>
    public void Dispose() => SetLeft(0);

    /// <summary>Tells how many parts are still to move, so that the next file is let in in time.</summary>
    internal void SetLeft(int parts)
    {
        var before = Interlocked.Exchange(ref left, parts);
        if (before != parts) slots.Lessen(before - parts);
    }

    /// <summary>One part has moved.</summary>
    internal void PartEnded()
    {
        while (true)
        {
            var before = Volatile.Read(ref left);
            // The last part keeps the place until the file has ended.
            if (before <= 1) return;
            if (Interlocked.CompareExchange(ref left, before - 1, before) != before) continue;
            slots.Lessen(1);
            return;
        }
    }
}
