namespace Ojin.Emulator;

/// <summary>An agent that sessions can be started with, or that refuses them in one of the documented ways.</summary>
public sealed class EmulatedAgent
{
    /// <summary>Its id.</summary>
    public required string AgentId { get; set; }

    /// <summary>Allowed origins; "*" takes all, also calls without an Origin; none makes the agent private.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; set; } = ["*"];

    /// <summary>One of the documented error codes that every session is refused with; null for none.</summary>
    public string? ErrorCode { get; set; }

    /// <summary>So many of the next calls get <see cref="ErrorCode"/>; null for all.</summary>
    public int? Times { get; set; }

    /// <summary>Seconds that a concurrency_limit says to wait; fractions are allowed.</summary>
    public double RetryAfterSeconds { get; set; } = 1;
}

/// <summary>A session that was started.</summary>
/// <param name="SessionId">Its id.</param>
/// <param name="AgentId">The agent.</param>
/// <param name="ClientUserRef">The reference that the client gave, or null.</param>
/// <param name="Origin">The Origin header, or null.</param>
/// <param name="RoomUrl">Address of the room.</param>
/// <param name="Token">Token for the room.</param>
public sealed record EmulatedSession(string SessionId, string AgentId, string? ClientUserRef, string? Origin, Uri RoomUrl, string Token);

/// <summary>Agents and their sessions.</summary>
public sealed class AgentsState
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, EmulatedAgent> _agents = new(StringComparer.Ordinal);
    private readonly List<EmulatedSession> _sessions = [];

    internal AgentsState() => Reset();

    /// <summary>The agents there are.</summary>
    public IReadOnlyList<EmulatedAgent> Agents
    {
        get
        {
            lock (_gate)
                return [.. _agents.Values];
        }
    }

    /// <summary>The sessions that were started, in their order.</summary>
    public IReadOnlyList<EmulatedSession> Sessions
    {
        get
        {
            lock (_gate)
                return [.. _sessions];
        }
    }

    /// <summary>Adds or replaces an agent.</summary>
    public void SetAgent(EmulatedAgent agent)
    {
        ArgumentNullException.ThrowIfNull(agent);
        lock (_gate)
            _agents[agent.AgentId] = agent;
    }

    /// <summary>The agent, or null.</summary>
    public EmulatedAgent? FindAgent(string agentId)
    {
        lock (_gate)
            return _agents.GetValueOrDefault(agentId);
    }

    internal bool TakeError(EmulatedAgent agent)
    {
        lock (_gate)
        {
            if (agent.ErrorCode is null || agent.Times == 0)
                return false;
            agent.Times--;
            return true;
        }
    }

    internal EmulatedSession Start(string agentId, string? clientUserRef, string? origin)
    {
        var id = Guid.NewGuid().ToString("D");
        var session = new EmulatedSession(id, agentId, clientUserRef, origin, new Uri($"https://rooms.example.com/{id}"), "room-token-" + Guid.NewGuid().ToString("N"));
        lock (_gate)
            _sessions.Add(session);
        return session;
    }

    internal void Reset()
    {
        lock (_gate)
        {
            _agents.Clear();
            _sessions.Clear();
            SetAgent(new EmulatedAgent { AgentId = "agent-open" });
            SetAgent(new EmulatedAgent { AgentId = "agent-hosts", AllowedOrigins = ["https://example.com"] });
            SetAgent(new EmulatedAgent { AgentId = "agent-private", AllowedOrigins = [] });
            SetAgent(new EmulatedAgent { AgentId = "agent-unpublished", ErrorCode = "agent_unpublished" });
            SetAgent(new EmulatedAgent { AgentId = "agent-busy", ErrorCode = "concurrency_limit", Times = 2 });
            SetAgent(new EmulatedAgent { AgentId = "agent-room-down", ErrorCode = "room_creation_failed" });
            SetAgent(new EmulatedAgent { AgentId = "agent-orchestrator-down", ErrorCode = "orchestrator_error" });
            SetAgent(new EmulatedAgent { AgentId = "agent-internal", ErrorCode = "internal_error" });
        }
    }
}
