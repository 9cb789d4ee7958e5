using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ojin.Emulator;

/// <summary>The Session API: one operation, no key, an allowlist of origins.</summary>
internal sealed class AgentsService(AgentsState state) : IEmulatedService
{
    private const int LongestReference = 256;

    // The contract has no code for a malformed request; this one says whose it is.
    private const string BadRequest = "EMULATOR_BAD_REQUEST";

    public string Name => "agents";

    public async Task HandleAsync(HttpContext context)
    {
        Wire.RefuseCredentials(context);
        if (Wire.RawPath(context) != "/v1/public/agents/connect")
            throw new RefusalException(404, BadRequest, "There is nothing at " + Wire.RawPath(context));
        if (!HttpMethods.IsPost(context.Request.Method))
            throw Wire.MethodNotAllowed(context, BadRequest, "POST");
        Wire.Query(context, BadRequest);
        var body = await StrictJson.ReadObjectAsync(context, BadRequest, "agent_id", "client_user_ref");
        var agentId = body.RequiredString("agent_id");
        var reference = body.OptionalString("client_user_ref");
        if (reference?.EnumerateRunes().Count() > LongestReference)
            throw new RefusalException(400, BadRequest, $"The field 'client_user_ref' has more than {LongestReference} characters.");
        var origin = context.Request.Headers.Origin.Count > 0 ? context.Request.Headers.Origin.ToString() : null;
        if (origin is not null && !IsOrigin(origin))
            throw new RefusalException(400, BadRequest, "The header Origin is no scheme://host[:port].");

        var agent = state.FindAgent(agentId) ?? throw Error("agent_not_found", "Agent ID does not exist or is not visible to the caller.");
        if (!agent.AllowedOrigins.Contains("*") && (origin is null || !agent.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase)))
            throw Error("auth_failed", "Hostname allowlist validation failed.");
        if (state.TakeError(agent))
            throw Error(agent.ErrorCode!, $"The agent refused the session: {agent.ErrorCode}.", agent.RetryAfterSeconds);
        var session = state.Start(agentId, reference, origin);
        await Wire.WriteJsonAsync(context, 200, new JsonObject
        {
            ["session_id"] = session.SessionId,
            ["room_url"] = session.RoomUrl.AbsoluteUri,
            ["token"] = session.Token,
        });
    }

    public Task WriteRefusalAsync(HttpContext context, RefusalException refusal)
    {
        var body = new JsonObject { ["error_code"] = refusal.Code, ["message"] = refusal.Message };
        if (refusal.Details?["retry_after_seconds"] is { } seconds)
            body["retry_after_seconds"] = seconds.DeepClone();
        return Wire.WriteJsonAsync(context, refusal.Status, body);
    }

    public void Reset() => state.Reset();

    public async Task HandleControlAsync(HttpContext context, IReadOnlyList<string> path)
    {
        switch (context.Request.Method, path)
        {
            case ("GET", []):
                await Wire.WriteJsonAsync(context, 200, new { state.Agents, state.Sessions });
                break;
            case ("PUT", ["agents", var id]):
                var body = await Wire.ControlBodyAsync(context);
                body["agentId"] = id;
                var agent = body.Deserialize<EmulatedAgent>(Wire.Json)!;
                if (agent.ErrorCode is not null)
                    _ = StatusOf(agent.ErrorCode);
                state.SetAgent(agent);
                await Wire.WriteJsonAsync(context, 200, agent);
                break;
            default:
                throw Wire.NoSuchControl(context);
        }
    }

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && uri.GetLeftPart(UriPartial.Authority).Equals(text, StringComparison.OrdinalIgnoreCase);

    private static int StatusOf(string code) => code switch
    {
        "agent_not_found" => 404,
        "agent_unpublished" or "auth_failed" => 403,
        "concurrency_limit" => 429,
        "room_creation_failed" or "orchestrator_error" => 502,
        "internal_error" => 500,
        _ => throw new RefusalException(400, "EMULATOR_CONTROL", $"'{code}' is no documented error code."),
    };

    private static RefusalException Error(string code, string message, double retryAfter = 0) =>
        new(StatusOf(code), code, message, code == "concurrency_limit" ? new JsonObject { ["retry_after_seconds"] = retryAfter } : null);
}
