using System.Text;
using System.Text.Json.Serialization;

namespace Ojin.Emulator;

/// <summary>One request as it arrived, and what became of it. It changes until the answer has begun.</summary>
public sealed class RecordedRequest
{
    private readonly Lock _gate = new();
    private byte[] _body = [];
    private int _kept;

    internal RecordedRequest(RequestLog log) => Log = log;

    /// <summary>1 for the first request since the start or the last reset.</summary>
    public required long Sequence { get; init; }

    /// <summary>When the headers had arrived.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>ojin, storage, agents, ozor, aimp or elsewhere.</summary>
    public required string Service { get; init; }

    /// <summary>Tells connections apart.</summary>
    public required string Connection { get; init; }

    /// <summary>The method on the wire.</summary>
    public required string Method { get; init; }

    /// <summary>Path and query exactly as on the wire.</summary>
    public required string Target { get; init; }

    /// <summary>All headers; several of one name are joined by ", ".</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The path exactly as on the wire, without the query.</summary>
    public string Path => Target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var at ? Target[..at] : Target;

    /// <summary>The query exactly as on the wire without the question mark; empty when there is none.</summary>
    public string Query => Target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var at ? Target[(at + 1)..] : "";

    /// <summary>Bytes of the body that were read.</summary>
    public long BodyBytes { get; internal set; }

    /// <summary>Whether the body was read to its end. True for a request without a body.</summary>
    public bool BodyComplete { get; internal set; }

    /// <summary>MD5 of the body in hexadecimal digits, for storage PUTs that arrived whole; else null.</summary>
    public string? BodyMd5 { get; internal set; }

    /// <summary>The status that was answered; null when no answer was begun.</summary>
    public int? Status { get; internal set; }

    /// <summary>The fault that was applied, or null.</summary>
    public string? Fault { get; internal set; }

    /// <summary>Whether the service's handler ran to its end.</summary>
    public bool Handled { get; internal set; }

    /// <summary>Whether the connection ended before the answer did.</summary>
    public bool Aborted { get; internal set; }

    /// <summary>Whether the emulator is done with the request.</summary>
    public bool Finished { get; internal set; }

    /// <summary>An unexpected exception in the emulator itself, or null.</summary>
    public string? Error { get; internal set; }

    /// <summary>The body as UTF-8 text, as far as it was kept.</summary>
    public string Body => Encoding.UTF8.GetString(GetBody());

    [JsonIgnore]
    internal RequestLog Log { get; }

    /// <summary>The bytes of the body that were kept: the first MiB at most, and none of a storage PUT unless asked for.</summary>
    public byte[] GetBody()
    {
        lock (_gate)
            return _body.AsSpan(0, _kept).ToArray();
    }

    internal void Keep(ReadOnlySpan<byte> bytes, int limit)
    {
        lock (_gate)
        {
            var take = Math.Min(bytes.Length, limit - _kept);
            if (take <= 0)
                return;
            if (_body.Length < _kept + take)
                Array.Resize(ref _body, Math.Min(limit, Math.Max(_kept + take, _body.Length * 2)));
            bytes[..take].CopyTo(_body.AsSpan(_kept));
            _kept += take;
        }
    }
}

/// <summary>Something that a client must never do, whatever the answer was.</summary>
/// <param name="Sequence">The request's sequence number.</param>
/// <param name="Service">The service that saw it.</param>
/// <param name="Method">The request's method.</param>
/// <param name="Target">The request's path and query.</param>
/// <param name="Code">What kind of violation.</param>
/// <param name="Message">What was wrong.</param>
public sealed record Violation(long Sequence, string Service, string Method, string Target, string Code, string Message);
