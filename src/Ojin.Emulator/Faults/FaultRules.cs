namespace Ojin.Emulator;

/// <summary>The rules in force.</summary>
public sealed class FaultRules : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<FaultRule> _rules = [];
    private CancellationTokenSource _cleared = new();

    /// <summary>The rules in their order.</summary>
    public IReadOnlyList<FaultRule> All
    {
        get
        {
            lock (_gate)
                return [.. _rules];
        }
    }

    /// <summary>Ends with the next <see cref="Clear"/>: no stall or delay outlives its rule.</summary>
    internal CancellationToken Cleared
    {
        get
        {
            lock (_gate)
                return _cleared.Token;
        }
    }

    /// <summary>Adds a rule behind the others and returns it.</summary>
    public FaultRule Add(FaultRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        lock (_gate)
            _rules.Add(rule);
        return rule;
    }

    /// <summary>Adds a rule for one kind of fault.</summary>
    public FaultRule Add(FaultKind kind, string? service = null, string? method = null, string? pathContains = null, int? times = 1, int skip = 0) =>
        Add(new FaultRule
        {
            Service = service,
            Method = method,
            PathContains = pathContains,
            Times = times,
            Skip = skip,
            Action = new FaultAction { Kind = kind },
        });

    /// <summary>Adds a rule that answers with a status, an optional body and headers.</summary>
    public FaultRule AddStatus(int status, string? service = null, string? method = null, string? pathContains = null, int? times = 1, string? body = null, Dictionary<string, string>? headers = null) =>
        Add(new FaultRule
        {
            Service = service,
            Method = method,
            PathContains = pathContains,
            Times = times,
            Action = new FaultAction { Kind = FaultKind.Status, Status = status, Body = body, Headers = headers },
        });

    /// <summary>Removes all rules and ends what they hold up.</summary>
    public void Clear()
    {
        CancellationTokenSource cleared;
        lock (_gate)
        {
            _rules.Clear();
            cleared = _cleared;
            _cleared = new CancellationTokenSource();
        }

        cleared.Cancel();
        cleared.Dispose();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _cleared.Cancel();
        _cleared.Dispose();
    }

    internal FaultRule? Take(RecordedRequest request)
    {
        lock (_gate)
        {
            foreach (var rule in _rules)
            {
                if (rule.Times <= rule.Applied || !rule.Matches(request))
                    continue;
                if (++rule.Matched <= rule.Skip)
                    continue;
                rule.Applied++;
                return rule;
            }

            return null;
        }
    }
}
