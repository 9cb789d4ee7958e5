using System.Net;
using System.Text.Json;
using Ojin.Emulator;
using Ojin.Http;
using Xunit;

namespace Ojin.Client.Tests.Agents;

public sealed class AgentsClientTests : IAsyncLifetime
{
    private static readonly TransportOptions Quick = new() { BaseDelay = TimeSpan.FromMilliseconds(1) };
    private EmulatorHost emulator = null!;

    public async Task InitializeAsync() => emulator = await EmulatorHost.StartAsync();

    public async Task DisposeAsync() => await emulator.DisposeAsync();

    [Fact]
    public async Task A_session_starts_without_a_key_and_without_an_origin()
    {
        var started = await Client().ConnectAsync("agent-open", "user-7", origin: null, region: null, CancellationToken.None);

        Assert.NotEmpty(started.SessionId);
        Assert.Equal("agent-open", started.AgentId);
        var session = Assert.Single(emulator.Agents.Sessions);
        Assert.Equal(session.Token, new NetworkCredential("", started.Token).Password);
        var request = Assert.Single(emulator.Requests.Find("agents"));
        Assert.Equal(("POST", "/v1/public/agents/connect"), (request.Method, request.Target));
        Assert.DoesNotContain(request.Headers.Keys, name => name.Equals("Origin", StringComparison.OrdinalIgnoreCase) || name.Equals("X-API-Key", StringComparison.OrdinalIgnoreCase) || name.Equals("Authorization", StringComparison.OrdinalIgnoreCase));
        Assert.Equal("""{"agent_id":"agent-open","client_user_ref":"user-7"}""", request.Body);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        Assert.Empty(emulator.Requests.Violations);
    }

    [Fact]
    public async Task A_user_reference_that_is_not_given_is_not_sent()
    {
        await Client().ConnectAsync("agent-open", null, null, null, CancellationToken.None);

        Assert.Equal("""{"agent_id":"agent-open"}""", Assert.Single(emulator.Requests.Find("agents")).Body);
    }

    [Fact]
    public async Task An_origin_that_is_given_is_sent_as_it_is()
    {
        await Client().ConnectAsync("agent-hosts", null, "https://example.com/", null, CancellationToken.None);

        Assert.Equal("https://example.com", Assert.Single(emulator.Requests.Find("agents")).Headers["Origin"]);
    }

    [Theory]
    [InlineData("agent-nowhere", 404, "agent_not_found")]
    [InlineData("agent-unpublished", 403, "agent_unpublished")]
    [InlineData("agent-private", 403, "auth_failed")]
    [InlineData("agent-room-down", 502, "room_creation_failed")]
    [InlineData("agent-orchestrator-down", 502, "orchestrator_error")]
    [InlineData("agent-internal", 500, "internal_error")]
    public async Task Each_refusal_is_told_by_its_code_and_sent_once(string agent, int status, string code)
    {
        var error = await Assert.ThrowsAsync<OjinException>(() => Client().ConnectAsync(agent, null, null, null, CancellationToken.None));

        Assert.Equal((status, code), (error.StatusCode!.Value, error.Code));
        Assert.Equal(status >= 500, error.OutcomeUnknown);
        Assert.NotEmpty(error.RecommendedAction);
        Assert.Single(emulator.Requests.Find("agents"));
    }

    [Fact]
    public async Task A_full_agent_is_asked_again_after_the_pause_that_it_names()
    {
        emulator.Agents.SetAgent(new EmulatedAgent { AgentId = "agent-full", ErrorCode = "concurrency_limit", Times = 2, RetryAfterSeconds = 0.01 });

        var started = await Client().ConnectAsync("agent-full", null, null, null, CancellationToken.None);

        Assert.NotEmpty(started.SessionId);
        Assert.Equal(3, emulator.Requests.Find("agents").Count);
    }

    [Fact]
    public async Task A_pause_beyond_the_bound_is_an_error_at_once()
    {
        emulator.Agents.SetAgent(new EmulatedAgent { AgentId = "agent-full", ErrorCode = "concurrency_limit", RetryAfterSeconds = 3600 });

        var error = await Assert.ThrowsAsync<OjinException>(() => Client().ConnectAsync("agent-full", null, null, null, CancellationToken.None));

        Assert.Equal("concurrency_limit", error.Code);
        Assert.Equal(TimeSpan.FromHours(1), error.RetryAfter);
        Assert.False(error.OutcomeUnknown);
        Assert.Single(emulator.Requests.Find("agents"));
    }

    [Theory]
    [InlineData(FaultKind.CutBeforeHandler)]
    [InlineData(FaultKind.CutAfterHandler)]
    public async Task A_lost_answer_is_told_as_unknown_and_never_sent_again(FaultKind kind)
    {
        emulator.Faults.Add(kind, "agents", times: null);

        var error = await Assert.ThrowsAsync<OjinException>(() => Client().ConnectAsync("agent-open", null, null, null, CancellationToken.None));

        Assert.Equal(ErrorCodes.OutcomeUnknown, error.Code);
        Assert.True(error.OutcomeUnknown);
        Assert.Single(emulator.Requests.Find("agents"));
    }

    [Theory]
    [InlineData("https://agents.invalid", "eu-central-1", "eu-central-1.agents.invalid")]
    [InlineData("https://agents.invalid:444/base/", "us", "us.agents.invalid")]
    public async Task A_region_stands_before_the_address(string address, string region, string host)
    {
        var client = new AgentsClient(new HttpTransport(null, [], new TransportOptions { MaximumAttempts = 1 }), new OjinSession(null, null, address));
        var error = await Assert.ThrowsAsync<OjinException>(() => client.ConnectAsync("agent-open", null, null, region, CancellationToken.None));

        Assert.Equal(ErrorCodes.ConnectionFailed, error.Code);
        Assert.Contains($"the name {host} does not resolve", error.Message, StringComparison.Ordinal);
        Assert.False(error.OutcomeUnknown);
    }

    [Theory]
    [InlineData(OjinSession.DefaultAgentsUri, "us-east", "https://us-east.agents.ojin.ai/")]
    [InlineData("https://eu.agents.ojin.ai", "us-east", "https://us-east.agents.ojin.ai/")]
    [InlineData("https://eu.agents.ojin.ai", null, "https://eu.agents.ojin.ai/")]
    [InlineData(OjinSession.DefaultAgentsUri, null, "https://agents.ojin.ai/")]
    public void The_regions_of_the_contract_are_at_its_addresses(string address, string? region, string expected) =>
        Assert.Equal(expected, new AgentsClient(new HttpTransport(), new OjinSession(null, null, address)).AddressFor(region).BaseUri.AbsoluteUri);

    [Fact]
    public async Task A_host_of_other_letters_is_sent_as_a_browser_does()
    {
        await Assert.ThrowsAsync<OjinException>(() => Client().ConnectAsync("agent-hosts", null, "https://bücher.example:8443", null, CancellationToken.None));

        Assert.Equal("https://xn--bcher-kva.example:8443", Assert.Single(emulator.Requests.Find("agents")).Headers["Origin"]);
    }

    [Fact]
    public async Task A_user_reference_is_counted_in_characters()
    {
        await Client().ConnectAsync("agent-open", string.Concat(Enumerable.Repeat("🙂", 256)), null, null, CancellationToken.None);
        await Assert.ThrowsAsync<OjinException>(() => Client().ConnectAsync("agent-open", string.Concat(Enumerable.Repeat("🙂", 257)), null, null, CancellationToken.None));

        Assert.Single(emulator.Requests.Find("agents"));
    }

    [Fact]
    public async Task The_token_is_in_no_text_of_the_session()
    {
        var started = await Client().ConnectAsync("agent-open", null, null, null, CancellationToken.None);

        var token = Assert.Single(emulator.Agents.Sessions).Token;
        Assert.DoesNotContain(token, JsonSerializer.Serialize(started, AgentsJson.Default.AgentSession), StringComparison.Ordinal);
        Assert.DoesNotContain(token, started.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", null, null, null)]
    [InlineData("agent-open", "long", null, null)]
    [InlineData("agent-open", null, "example.com", null)]
    [InlineData("agent-open", null, "https://example.com/path", null)]
    [InlineData("agent-open", null, null, "evil.example.com/")]
    [InlineData("agent-open", null, null, "eu.central")]
    [InlineData("agent-open", null, null, "eu\n")]
    public async Task Input_that_cannot_be_right_is_told_before_any_call(string agent, string? user, string? origin, string? region)
    {
        var client = new AgentsClient(new HttpTransport(), new OjinSession(null));

        await Assert.ThrowsAsync<OjinException>(() => client.ConnectAsync(agent, user is null ? null : new string('u', 257), origin, region, CancellationToken.None));

        Assert.Equal(0, emulator.Requests.Count);
    }

    private AgentsClient Client()
    {
        var session = new OjinSession("canary-key-of-ojin", emulator.OjinBaseUri.AbsoluteUri, emulator.AgentsUri.AbsoluteUri);
        return new AgentsClient(new HttpTransport(null, session.Secrets, Quick), session);
    }
}
