namespace Ojin.Emulator;

/// <summary>A request body on its way to the handler: counted, kept in part, slowed down to the link, stalled by a fault.</summary>
internal sealed class RecordingStream(Stream inner, RecordedRequest record, int keep, Throttle? throttle) : ReadOnlyStream
{
    /// <summary>After so many bytes <see cref="Stall"/> is awaited before the next read.</summary>
    public long StallAfter { get; set; } = long.MaxValue;

    public Func<Task>? Stall { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Stall is not null)
        {
            if (record.BodyBytes >= StallAfter)
                await Stall();
            else if (buffer.Length > StallAfter - record.BodyBytes)
                buffer = buffer[..(int)(StallAfter - record.BodyBytes)];
        }

        if (throttle is not null)
        {
            if (record.BodyBytes == 0)
                throttle.Begin();
            buffer = throttle.Limit(buffer);
        }

        var count = await inner.ReadAsync(buffer, cancellationToken);
        if (count == 0 && buffer.Length > 0)
        {
            record.BodyComplete = true;
        }
        else
        {
            record.BodyBytes += count;
            if (keep > 0)
                record.Keep(buffer.Span[..count], keep);
            if (throttle is not null)
                await throttle.TakeAsync(count, cancellationToken);
        }

        record.Log.Changed();
        return count;
    }
}

/// <summary>What every read-only, forward-only stream has in common.</summary>
internal abstract class ReadOnlyStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
