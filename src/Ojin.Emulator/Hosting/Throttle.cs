using System.Diagnostics;

namespace Ojin.Emulator;

/// <summary>What the link between client and service is like; no limits by default.</summary>
/// <param name="LatencyMs">Milliseconds before each answer.</param>
/// <param name="BytesPerSecond">Bytes a second for each connection and direction; 0 is unlimited.</param>
public sealed record LinkOptions(int LatencyMs = 0, long BytesPerSecond = 0);

/// <summary>Paces the bytes of one direction of one connection.</summary>
internal sealed class Throttle(long bytesPerSecond)
{
    // Timers are no finer than this; pauses are saved up until they are worth one.
    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(20);

    // Timers wake late, and whoever moves the bytes has work of its own: neither makes the link slower than it is said to
    // be. What goes beyond this was a pause of the client, and is lost.
    private static readonly long Credit = Stopwatch.Frequency / 10;

    private long _due = Stopwatch.GetTimestamp();

    /// <summary>At most a twentieth of a second's bytes at once, so that the flow is even.</summary>
    public Memory<byte> Limit(Memory<byte> buffer) => buffer[..(int)Math.Min(buffer.Length, Chunk)];

    public int Chunk { get; } = (int)Math.Clamp(bytesPerSecond / 20, 1, 1 << 20);

    /// <summary>A body begins; the time since the one before it is no credit.</summary>
    public void Begin() => _due = Math.Max(_due, Stopwatch.GetTimestamp());

    /// <summary>Accounts for bytes that went through, and waits until the next ones may.</summary>
    public async ValueTask TakeAsync(int count, CancellationToken cancellationToken)
    {
        var now = Stopwatch.GetTimestamp();
        _due = Math.Max(_due, now - Credit) + (long)(count * (double)Stopwatch.Frequency / bytesPerSecond);
        var wait = Stopwatch.GetElapsedTime(now, _due);
        if (wait >= Grain)
            await Task.Delay(wait, cancellationToken);
    }
}
