namespace Ojin;

/// <summary>How a wait is carried out.</summary>
public sealed class OzorWaitOptions
{
    /// <summary>How long one object is waited for.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// The pause between two looks at one object; null for the service's own cadence, 2 to 3 seconds in the first minute
    /// and 5 to 10 after that.
    /// </summary>
    public TimeSpan? PollInterval { get; init; }

    /// <summary>How many requests are under way at a time, however many objects are waited for.</summary>
    public int MaximumRequests { get; init; } = 8;

    /// <summary>Is told what a person should know and what ends nothing: a status word that the contract does not name, a service that does not answer.</summary>
    public Action<string>? OnWarning { get; init; }

    /// <summary>The clock; the tests have their own.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>How far a wait is.</summary>
/// <param name="Status">The last status seen, word for word, or what stands in its place.</param>
/// <param name="Elapsed">How long it has been waited for.</param>
public readonly record struct OzorWaitProgress(string Status, TimeSpan Elapsed);
