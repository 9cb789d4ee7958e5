namespace Ojin.Emulator;

/// <summary>One service behind one port. Recording and faults have already happened when it is asked.</summary>
internal interface IEmulatedService
{
    /// <summary>The name in the request log, in fault rules and below <c>/state/</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Answers a request. A <see cref="RefusalException"/> that leaves it is written by <see cref="WriteRefusalAsync"/>.
    /// </summary>
    Task HandleAsync(HttpContext context);

    /// <summary>Writes a refusal in the error shape of this service.</summary>
    Task WriteRefusalAsync(HttpContext context, RefusalException refusal);

    /// <summary>Answers a control request below <c>/state/{Name}</c>; <paramref name="path"/> is the decoded rest.</summary>
    Task HandleControlAsync(HttpContext context, IReadOnlyList<string> path);

    /// <summary>Back to the state of the start.</summary>
    void Reset();
}
