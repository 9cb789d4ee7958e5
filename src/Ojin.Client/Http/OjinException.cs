using System.Globalization;
using Ojin.Json;

namespace Ojin.Http;

/// <summary>
/// The one exception of this library: a refusal of a service, a connection that failed, an answer that cannot be used,
/// or input that would have been refused. Its message says what happened, to what, and what to do. It never holds a
/// key, a token or the query of a presigned URL.
/// </summary>
public sealed class OjinException : Exception
{
    /// <summary>Creates an error that came from no answer.</summary>
    /// <param name="code">One of <see cref="ErrorCodes"/>, or the service's own code.</param>
    /// <param name="message">What happened, and to what.</param>
    /// <param name="recommendedAction">What to do next.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public OjinException(string code, string message, string recommendedAction, Exception? innerException = null)
        : base(message, innerException)
    {
        Code = code;
        RecommendedAction = recommendedAction;
    }

    /// <summary>Who answered; null for an error that has nothing to do with a service.</summary>
    public OjinService? Service { get; init; }

    /// <summary>The HTTP status; null when there was no answer.</summary>
    public int? StatusCode { get; init; }

    /// <summary>The service's code, else one of <see cref="ErrorCodes"/>.</summary>
    public string Code { get; }

    /// <summary>What the service told beyond the message, as it came; null when it told nothing.</summary>
    public JsonMap? Details { get; init; }

    /// <summary>How long the service asked to wait; null when it did not.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The HTTP method; null when nothing was to be sent.</summary>
    public string? Method { get; init; }

    /// <summary>The path, without the query; null when nothing was to be sent.</summary>
    public string? Path { get; init; }

    /// <summary>The beginning of the answer's body, redacted; null when there was none.</summary>
    public string? RawBody { get; init; }

    /// <summary>How many times the request left.</summary>
    public int Attempts { get; init; }

    /// <summary>What to do next, in a sentence.</summary>
    public string RecommendedAction { get; }

    /// <summary>
    /// True when a request that charges or creates has left and no answer tells what became of it. Such a request is
    /// not repeated; look first.
    /// </summary>
    public bool OutcomeUnknown { get; init; }

    /// <summary>The last state seen of what was waited for; it can be waited for again. Null elsewhere.</summary>
    public object? LastState { get; init; }

    /// <summary>Input that cannot be used, found before anything was sent.</summary>
    public static OjinException Argument(string message, string recommendedAction) =>
        new(ErrorCodes.InvalidArgument, message, recommendedAction);

    /// <summary>The exception with another recommended action, code or last state, and everything else as it was.</summary>
    internal OjinException With(string? code = null, string? message = null, string? recommendedAction = null, object? lastState = null) =>
        new(code ?? Code, message ?? Message, recommendedAction ?? RecommendedAction, InnerException)
        {
            Service = Service,
            StatusCode = StatusCode,
            Details = Details,
            RetryAfter = RetryAfter,
            Method = Method,
            Path = Path,
            RawBody = RawBody,
            Attempts = Attempts,
            OutcomeUnknown = OutcomeUnknown,
            LastState = lastState ?? LastState,
        };

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{nameof(OjinException)} {Code}{(StatusCode is { } status ? $" ({status})" : "")}: {Message}");
}
