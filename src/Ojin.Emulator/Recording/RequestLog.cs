using Microsoft.AspNetCore.Http.Features;

namespace Ojin.Emulator;

/// <summary>All requests on all ports but the control port, in the order of their arrival.</summary>
public sealed class RequestLog
{
    private readonly Lock _gate = new();
    private readonly List<RecordedRequest> _requests = [];
    private readonly List<Violation> _violations = [];
    private TaskCompletionSource _changed = NewSignal();
    private long _sequence;
    private int _waiting;

    /// <summary>Keep the bodies of storage PUTs too (up to 1 MiB each).</summary>
    public bool RecordBodies { get; set; }

    /// <summary>The requests so far.</summary>
    public IReadOnlyList<RecordedRequest> All
    {
        get
        {
            lock (_gate)
                return [.. _requests];
        }
    }

    /// <summary>How many requests there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _requests.Count;
        }
    }

    /// <summary>Credentials at places that must not get them, and the like.</summary>
    public IReadOnlyList<Violation> Violations
    {
        get
        {
            lock (_gate)
                return [.. _violations];
        }
    }

    /// <summary>The requests that match: a service's name, a method, a part of path and query; null matches all.</summary>
    public IReadOnlyList<RecordedRequest> Find(string? service = null, string? method = null, string? pathContains = null)
    {
        lock (_gate)
        {
            return [.. _requests.Where(request =>
                (service is null || request.Service.Equals(service, StringComparison.OrdinalIgnoreCase))
                && (method is null || request.Method.Equals(method, StringComparison.OrdinalIgnoreCase))
                && (pathContains is null || request.Target.Contains(pathContains, StringComparison.Ordinal)))];
        }
    }

    /// <summary>Waits until the log satisfies a condition; it is asked whenever a request arrives, progresses or ends.</summary>
    public async Task WaitAsync(Func<RequestLog, bool> condition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        Interlocked.Increment(ref _waiting);
        try
        {
            while (true)
            {
                Task changed;
                lock (_gate)
                    changed = _changed.Task;
                if (condition(this))
                    return;
                await changed.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Forgets all requests and violations; the next request is number 1.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _requests.Clear();
            _violations.Clear();
            _sequence = 0;
        }

        Changed();
    }

    internal RecordedRequest Begin(string service, HttpContext context)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in context.Request.Headers)
            headers[name] = string.Join(", ", values.ToArray());
        RecordedRequest record;
        lock (_gate)
        {
            record = new RecordedRequest(this)
            {
                Sequence = ++_sequence,
                Time = DateTimeOffset.UtcNow,
                Service = service,
                Connection = context.Connection.Id,
                Method = context.Request.Method,
                Target = Wire.RawTarget(context),
                Headers = headers,
                BodyComplete = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true,
            };
            _requests.Add(record);
        }

        Changed();
        return record;
    }

    internal void AddViolation(RecordedRequest record, string code, string message)
    {
        lock (_gate)
            _violations.Add(new Violation(record.Sequence, record.Service, record.Method, record.Target, code, message));
        Changed();
    }

    internal void Changed()
    {
        // Every read of a body comes by here, and mostly nobody waits.
        if (Volatile.Read(ref _waiting) == 0)
            return;
        TaskCompletionSource changed;
        lock (_gate)
        {
            changed = _changed;
            _changed = NewSignal();
        }

        changed.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
