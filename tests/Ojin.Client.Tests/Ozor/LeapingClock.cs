namespace Ojin.Client.Tests.Ozor;

/// <summary>
/// A clock that leaps over each pause as soon as somebody wants to sleep through it, and writes the pauses down. Time
/// stands still otherwise. A timer that is longer than a pause (a timeout) fires when a leap gets there.
/// </summary>
internal sealed class LeapingClock(TimeSpan longestPause) : TimeProvider
{
    private readonly object gate = new();
    private readonly List<Timer> waiting = [];
    private readonly List<(TimeSpan At, TimeSpan Length)> pauses = [];
    private TimeSpan now;

    /// <summary>The pauses so far: when each began, and how long it was.</summary>
    public IReadOnlyList<(TimeSpan At, TimeSpan Length)> Pauses
    {
        get
        {
            lock (gate) return [.. pauses];
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        lock (gate) return now.Ticks;
    }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private void Schedule(Timer timer, TimeSpan dueTime)
    {
        List<Timer> due;
        lock (gate)
        {
            waiting.Remove(timer);
            if (dueTime == Timeout.InfiniteTimeSpan) return;
            timer.Due = now + dueTime;
            if (dueTime > longestPause)
            {
                waiting.Add(timer);
                return;
            }
            pauses.Add((now, dueTime));
            // A timeout that comes first ends the leap.
            var first = waiting.Where(other => other.Due <= timer.Due).MinBy(other => other.Due);
            now = first?.Due ?? timer.Due;
            due = first is null ? [timer] : [first];
            if (first is not null) waiting.Remove(first);
        }
        foreach (var one in due) ThreadPool.QueueUserWorkItem(_ => one.Fire());
    }

    private void Forget(Timer timer)
    {
        lock (gate) waiting.Remove(timer);
    }

    private sealed class Timer(LeapingClock clock, TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan Due { get; set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.Schedule(this, dueTime);
            return true;
        }

        public void Dispose() => clock.Forget(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
