namespace Ojin.Http;

/// <summary>
/// Ends a try that stands still: whoever moves bytes touches it, and when nobody has for the length of the limit the
/// try is cancelled and may go again.
/// </summary>
public sealed class StallWatch
{
    private CancellationTokenSource? current;
    private long touched;

    /// <summary>Creates a watch.</summary>
    public StallWatch(TimeSpan limit) => Limit = limit;

    /// <summary>How long nothing may move.</summary>
    public TimeSpan Limit { get; }

    /// <summary>Tells that bytes moved. Cheap enough for each buffer.</summary>
    public void Touch()
    {
        // The timer is moved a few times a second only; each move takes a lock.
        var now = Environment.TickCount64;
        if (now - Interlocked.Read(ref touched) < Math.Min(250, Limit.TotalMilliseconds / 4)) return;
        Interlocked.Exchange(ref touched, now);
        try
        {
            Volatile.Read(ref current)?.CancelAfter(Limit);
        }
        catch (ObjectDisposedException)
        {
            // The try has ended meanwhile.
        }
    }

    internal void Start(CancellationTokenSource source)
    {
        Volatile.Write(ref current, source);
        Interlocked.Exchange(ref touched, Environment.TickCount64);
        source.CancelAfter(Limit);
    }

    internal void Stop() => Volatile.Write(ref current, null);
}
