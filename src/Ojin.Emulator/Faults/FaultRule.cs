using System.Text.RegularExpressions;

namespace Ojin.Emulator;

/// <summary>What a <see cref="FaultRule"/> does to a request.</summary>
public enum FaultKind
{
    /// <summary>Status, headers and body of the rule instead of the handler. The request is read first.</summary>
    Status,

    /// <summary>The connection is cut before the request body is read.</summary>
    CutBeforeRead,

    /// <summary>The connection is cut after the request was read whole and before the handler ran.</summary>
    CutBeforeHandler,

    /// <summary>The connection is cut after the handler ran: the effect happened and the answer is lost.</summary>
    CutAfterHandler,

    /// <summary>The connection is cut after <see cref="FaultAction.AfterBytes"/> bytes of the answer's body.</summary>
    CutAnswer,

    /// <summary>The handler runs, and its answer comes after <see cref="FaultAction.DelayMs"/>.</summary>
    Delay,

    /// <summary>Reading the request body stops after <see cref="FaultAction.AfterBytes"/> until the client goes away.</summary>
    StallRequest,

    /// <summary>Writing the answer's body stops after <see cref="FaultAction.AfterBytes"/> until the client goes away.</summary>
    StallAnswer,

    /// <summary>The answer's body comes with <see cref="FaultAction.BytesPerSecond"/>.</summary>
    SlowAnswer,

    /// <summary>The handler runs, and its answer keeps status and headers but has the body of the rule.</summary>
    ReplaceBody,

    /// <summary>The handler runs, and only the first <see cref="FaultAction.AfterBytes"/> of its body are sent, as a whole message.</summary>
    TruncateBody,

    /// <summary>A redirect to <see cref="FaultAction.Location"/> instead of the handler; status 307 unless given.</summary>
    Redirect,
}

/// <summary>What happens when a rule matches. Which properties count depends on <see cref="Kind"/>.</summary>
public sealed class FaultAction
{
    /// <summary>What happens.</summary>
    public required FaultKind Kind { get; set; }

    /// <summary>Status of the answer, for Status and Redirect; for ReplaceBody null keeps the handler's.</summary>
    public int? Status { get; set; }

    /// <summary>
    /// Headers of the answer, beside Content-Length. In the values <c>{ojin}</c>, <c>{storage}</c>, <c>{agents}</c>,
    /// <c>{ozor}</c>, <c>{aimp}</c> and <c>{elsewhere}</c> stand for the addresses.
    /// </summary>
    public Dictionary<string, string>? Headers { get; set; }

    /// <summary>Body of the answer, or what comes before the garbage.</summary>
    public string? Body { get; set; }

    /// <summary>Media type of the body; application/json unless given.</summary>
    public string? ContentType { get; set; }

    /// <summary>So many bytes of the letter x after <see cref="Body"/>, streamed and chunked.</summary>
    public long GarbageBytes { get; set; }

    /// <summary>Bytes that still go through, for CutAnswer, StallRequest, StallAnswer and TruncateBody.</summary>
    public long AfterBytes { get; set; }

    /// <summary>Milliseconds before the answer, for every kind.</summary>
    public int DelayMs { get; set; }

    /// <summary>Pace of SlowAnswer.</summary>
    public long BytesPerSecond { get; set; }

    /// <summary>Where Redirect leads; placeholders as in <see cref="Headers"/>.</summary>
    public string? Location { get; set; }
}

/// <summary>Which requests go wrong, how often, and how. The first rule that matches and is not used up is taken.</summary>
public sealed class FaultRule
{
    private Regex? _regex;

    /// <summary>Name of the service; null for all.</summary>
    public string? Service { get; set; }

    /// <summary>Method; null for all.</summary>
    public string? Method { get; set; }

    /// <summary>A part of the path and query as on the wire; null for all.</summary>
    public string? PathContains { get; set; }

    /// <summary>A regular expression for the path and query as on the wire; null for all.</summary>
    public string? PathRegex { get; set; }

    /// <summary>How many matching requests it hits, after the skipped ones; null for all.</summary>
    public int? Times { get; set; } = 1;

    /// <summary>How many matching requests pass first.</summary>
    public int Skip { get; set; }

    /// <summary>What happens.</summary>
    public required FaultAction Action { get; set; }

    /// <summary>How many requests it matched so far, the skipped ones included.</summary>
    public int Matched { get; internal set; }

    /// <summary>How many requests it hit so far.</summary>
    public int Applied { get; internal set; }

    internal bool Matches(RecordedRequest request) =>
        (Service is null || Service.Equals(request.Service, StringComparison.OrdinalIgnoreCase))
        && (Method is null || Method.Equals(request.Method, StringComparison.OrdinalIgnoreCase))
        && (PathContains is null || request.Target.Contains(PathContains, StringComparison.Ordinal))
        && (PathRegex is null || (_regex ??= new Regex(PathRegex, RegexOptions.CultureInvariant)).IsMatch(request.Target));
}
