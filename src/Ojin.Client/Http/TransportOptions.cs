namespace Ojin.Http;

/// <summary>How patient the transport is.</summary>
public sealed class TransportOptions
{
    /// <summary>The default.</summary>
    public static TransportOptions Default { get; } = new();

    /// <summary>How many times a safe request leaves at most.</summary>
    public int MaximumAttempts { get; init; } = 5;

    /// <summary>The pause that the first repetition waits at most; each further one twice as long, drawn at random below it.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause that is drawn.</summary>
    public TimeSpan MaximumDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The longest pause that a service may ask for; one that asks for more gets no further try.</summary>
    public TimeSpan MaximumRetryAfter { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>The largest answer that is read into memory, in bytes.</summary>
    public int MaximumAnswerBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>How long an answer's body may stand still.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the headers of an answer, or the next event of a stream, are waited for at most, however patient a request is.</summary>
    public TimeSpan MaximumAnswerTimeout { get; init; } = TimeSpan.MaxValue;

    internal TransportOptions With(int maximumAttempts) => new()
    {
        MaximumAttempts = maximumAttempts,
        BaseDelay = BaseDelay,
        MaximumDelay = MaximumDelay,
        MaximumRetryAfter = MaximumRetryAfter,
        MaximumAnswerBytes = MaximumAnswerBytes,
        StallTimeout = StallTimeout,
        MaximumAnswerTimeout = MaximumAnswerTimeout,
    };
}
