namespace Ojin.Emulator;

/// <summary>An answer's body on its way to the client: slowed down, stalled or cut.</summary>
internal sealed class AnswerStream(Stream inner, Throttle? throttle) : Stream
{
    private long _written;
    private bool _begun;

    /// <summary>Awaited once before the first byte.</summary>
    public Func<Task>? Before { get; set; }

    /// <summary>After so many bytes <see cref="End"/> is awaited, which throws.</summary>
    public long EndAfter { get; set; } = long.MaxValue;

    public Func<Task>? End { get; set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await BeginAsync();
        while (buffer.Length > 0)
        {
            var take = (int)Math.Min(buffer.Length, EndAfter - _written);
            if (throttle is not null)
                take = Math.Min(take, throttle.Chunk);
            if (take > 0)
            {
                await inner.WriteAsync(buffer[..take], cancellationToken);
                _written += take;
                buffer = buffer[take..];
            }

            if (throttle is not null)
            {
                await inner.FlushAsync(cancellationToken);
                await throttle.TakeAsync(take, cancellationToken);
            }

            if (_written >= EndAfter)
                await EndAsync();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await BeginAsync();
        await inner.FlushAsync(cancellationToken);
    }

    public async Task BeginAsync()
    {
        if (_begun)
            return;
        _begun = true;
        if (Before is not null)
            await Before();
        throttle?.Begin();
    }

    public async Task EndAsync()
    {
        await inner.FlushAsync(CancellationToken.None);
        if (End is not null)
            await End();
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Write asynchronously.");
}
