using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Ojin.Emulator;
using Xunit;

namespace Ojin.Client.Tests.Emulator;

public sealed class EmulatorHostTests : EmulatorTest
{
    private const string Create = """{"title":"t","model_variant_id":"ojin/oris-1.0/standard"}""";

    [Fact]
    public async Task A_request_is_recorded_as_it_was_on_the_wire()
    {
        using var response = await SendAsync("POST", Host.ElsewhereUri + "a%2Fb/%C3%BC?x=%20&y", new StringContent("hello"), "k");
        Assert.Equal("""{"elsewhere":true}""", await response.Content.ReadAsStringAsync());
        var record = Assert.Single(Host.Requests.All);
        Assert.Equal(("elsewhere", "POST", "/a%2Fb/%C3%BC?x=%20&y"), (record.Service, record.Method, record.Target));
        Assert.Equal(("/a%2Fb/%C3%BC", "x=%20&y"), (record.Path, record.Query));
        Assert.Equal(("hello", 5L, true), (record.Body, record.BodyBytes, record.BodyComplete));
        Assert.Equal(200, record.Status);
        Assert.Equal("k", record.Headers["x-api-key"]);
        Assert.Equal("EMULATOR_STRAY_CREDENTIAL", Assert.Single(Host.Requests.Violations).Code);
    }

    [Fact]
    public async Task A_status_is_answered_so_many_times_after_so_many_that_pass()
    {
        var rule = Host.Faults.Add(new FaultRule
        {
            Service = "ojin",
            Method = "GET",
            PathRegex = "^/v1/assets\\?",
            Skip = 1,
            Times = 2,
            Action = new FaultAction { Kind = FaultKind.Status, Status = 503, Body = "<html>", ContentType = "text/html", Headers = new() { ["Retry-After"] = "1" } },
        });
        List<int> statuses = [];
        foreach (var path in (string[])["/assets?limit=1", "/assets?limit=1", "/model-configs", "/assets?limit=1", "/assets?limit=1"])
        {
            using var response = await OjinAsync("GET", path);
            statuses.Add((int)response.StatusCode);
            if (!response.IsSuccessStatusCode)
            {
                Assert.Equal("<html>", await response.Content.ReadAsStringAsync());
                Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
                Assert.Equal("1", response.Headers.GetValues("Retry-After").Single());
            }
        }

        Assert.Equal([200, 503, 200, 503, 200], statuses);
        Assert.Equal(2, rule.Applied);
    }

    [Theory]
    [InlineData(FaultKind.CutBeforeRead, false)]
    [InlineData(FaultKind.CutBeforeHandler, false)]
    [InlineData(FaultKind.CutAfterHandler, true)]
    public async Task A_cut_leaves_no_answer_and_maybe_an_effect(FaultKind kind, bool effect)
    {
        Host.Faults.Add(kind, "ojin", "POST");
        await Assert.ThrowsAsync<HttpRequestException>(() => OjinAsync("POST", "/model-configs", Create));
        Assert.Equal(effect ? 5 : 4, Host.Ojin.Configs.Count);
        var record = Assert.Single(Host.Requests.All);
        Assert.Equal(kind.ToString(), record.Fault);
        Assert.True(record.Aborted);
        Assert.Null(record.Status);
        Assert.Equal(kind != FaultKind.CutBeforeRead, record.BodyComplete);
        using var second = await OjinAsync("POST", "/model-configs", Create.Replace("\"t\"", "\"u\"", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
    }

    [Fact]
    public async Task A_download_is_cut_in_the_middle()
    {
        Host.Storage.AddObject("b", "k", Bytes(100_000), "video/mp4");
        Host.Faults.Add(new FaultRule { Service = "storage", Action = new FaultAction { Kind = FaultKind.CutAnswer, AfterBytes = 1000 } });
        var url = Host.Storage.CreateDownloadUrl("b", "k");
        using var response = await Http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(100_000, response.Content.Headers.ContentLength);
        await using var body = await response.Content.ReadAsStreamAsync();
        using var received = new MemoryStream();
        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(received));
        Assert.Equal(Bytes(100_000)[..(int)received.Length], received.ToArray());
        Assert.InRange(received.Length, 0, 1000);
        Assert.Equal(Bytes(100_000), await Http.GetByteArrayAsync(url));
    }

    [Fact]
    public async Task An_answer_is_replaced_or_cut_short_and_its_effect_stays()
    {
        Host.Faults.Add(new FaultRule { Method = "POST", Action = new FaultAction { Kind = FaultKind.ReplaceBody, Body = "<html>", ContentType = "text/html" } });
        using var replaced = await OjinAsync("POST", "/model-configs", Create);
        Assert.Equal(HttpStatusCode.Created, replaced.StatusCode);
        Assert.Equal("<html>", await replaced.Content.ReadAsStringAsync());
        Assert.Equal(5, Host.Ojin.Configs.Count);
        Host.Faults.Add(new FaultRule { Action = new FaultAction { Kind = FaultKind.TruncateBody, AfterBytes = 9 } });
        using var truncated = await OjinAsync("GET", "/assets");
        Assert.Equal("""{"data":[""", await truncated.Content.ReadAsStringAsync());
        Host.Faults.Add(new FaultRule { Action = new FaultAction { Kind = FaultKind.ReplaceBody, Body = "{\"a\":\"", GarbageBytes = 200_000 } });
        using var garbage = await OjinAsync("GET", "/assets");
        Assert.Equal(200_006, (await garbage.Content.ReadAsByteArrayAsync()).Length);
    }

    [Fact]
    public async Task A_redirect_leads_to_the_foreign_origin()
    {
        Host.Faults.Add(new FaultRule { Action = new FaultAction { Kind = FaultKind.Redirect, Location = "{elsewhere}/x" } });
        using var response = await OjinAsync("GET", "/assets");
        Assert.Equal(HttpStatusCode.TemporaryRedirect, response.StatusCode);
        Assert.Equal(new Uri(Host.ElsewhereUri, "/x"), response.Headers.Location);
    }

    [Fact]
    public async Task A_delayed_answer_is_late_and_ends_with_its_rule()
    {
        Host.Faults.Add(new FaultRule { Action = new FaultAction { Kind = FaultKind.Delay, DelayMs = 3_600_000 } });
        var pending = OjinAsync("DELETE", "/model-configs/00000000-0000-4000-9000-000000000001");
        await Host.Requests.WaitAsync(log => log.All is [{ Fault: "Delay" }]).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.False(pending.IsCompleted);
        Host.Faults.Clear();
        using var response = await pending;
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Theory]
    [InlineData(FaultKind.Delay)]
    [InlineData(FaultKind.StallAnswer)]
    public async Task What_is_held_up_ends_when_the_client_goes_away(FaultKind kind)
    {
        Host.Faults.Add(new FaultRule { Action = new FaultAction { Kind = kind, DelayMs = kind == FaultKind.Delay ? 3_600_000 : 0 } });
        using var stop = new CancellationTokenSource();
        var pending = Http.GetAsync(new Uri(Host.ElsewhereUri, "/"), stop.Token);
        await Host.Requests.WaitAsync(log => log.Count == 1).WaitAsync(TimeSpan.FromSeconds(60));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
        await Host.Requests.WaitAsync(log => log.All[0].Finished).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(Host.Requests.All[0].Aborted);
    }

    [Fact]
    public async Task A_stalled_upload_ends_with_its_rule()
    {
        var url = await SignAsync(await InitiateAsync(), 1);
        Host.Faults.Add(new FaultRule { Service = "storage", Action = new FaultAction { Kind = FaultKind.StallRequest, AfterBytes = 1000 } });
        var pending = SendAsync("PUT", url, new ByteArrayContent(Bytes(20_000_000)));
        await Host.Requests.WaitAsync(log => log.Find("storage") is [{ BodyBytes: 1000 }]).WaitAsync(TimeSpan.FromSeconds(60));
        Host.Faults.Clear();
        await Assert.ThrowsAsync<HttpRequestException>(() => pending);
        Assert.False(Host.Requests.Find("storage")[0].BodyComplete);
    }

    [Fact]
    public async Task The_link_paces_both_directions()
    {
        Host.Storage.AddObject("b", "k", Bytes(300_000), "video/mp4");
        Host.Link = new LinkOptions(LatencyMs: 20, BytesPerSecond: 1_000_000);
        var clock = Stopwatch.StartNew();
        Assert.Equal(Bytes(300_000), await Http.GetByteArrayAsync(Host.Storage.CreateDownloadUrl("b", "k")));
        // Only the lower bound: a loaded machine is slower still.
        Assert.True(clock.ElapsedMilliseconds >= 200, $"{clock.ElapsedMilliseconds} ms");
        clock.Restart();
        using var response = await SendAsync("PUT", Host.Storage.CreateUploadUrl("b", "u").AbsoluteUri, new ByteArrayContent(Bytes(300_000)));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(clock.ElapsedMilliseconds >= 200, $"{clock.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task The_control_api_does_what_the_library_does()
    {
        using var info = await SendAsync("GET", Host.ControlUri + "info");
        Assert.Equal(Host.OjinBaseUri.AbsoluteUri, (await JsonAsync(info))["ojin"]!.GetValue<string>());
        using var fault = await SendAsync("POST", Host.ControlUri + "faults", new StringContent("""{"service":"ojin","action":{"kind":"status","status":418}}"""));
        Assert.Equal(HttpStatusCode.Created, fault.StatusCode);
        using var bad = await SendAsync("POST", Host.ControlUri + "faults", new StringContent("""{"service":"ojin","acton":{}}"""));
        Assert.Equal(HttpStatusCode.BadRequest, bad.StatusCode);
        using var teapot = await OjinAsync("GET", "/assets");
        Assert.Equal(418, (int)teapot.StatusCode);
        using var options = await SendAsync("PUT", Host.ControlUri + "state/ojin/options", new StringContent("""{"duplicateTitleStatus":409}"""));
        Assert.Equal(HttpStatusCode.OK, options.StatusCode);
        Assert.Equal(409, Host.Ojin.Options.DuplicateTitleStatus);
        using var unknown = await SendAsync("PUT", Host.ControlUri + "state/ojin/options", new StringContent("""{"nope":409}"""));
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        using var assets = await SendAsync("POST", Host.ControlUri + "state/ojin/assets", new StringContent("""{"count":10}"""));
        Assert.Equal(16, (await JsonAsync(assets))["assets"]!.GetValue<int>());
        using var requests = await SendAsync("GET", Host.ControlUri + "requests?service=ojin&count=1&finished=true");
        var record = Assert.Single(JsonNode.Parse(await requests.Content.ReadAsStringAsync())!.AsArray())!;
        Assert.Equal("Status", record["fault"]!.GetValue<string>());
        Assert.Equal(418, record["status"]!.GetValue<int>());
        using var reset = await SendAsync("POST", Host.ControlUri + "reset");
        Assert.Equal(HttpStatusCode.NoContent, reset.StatusCode);
        Assert.Equal(0, Host.Requests.Count);
        Assert.Empty(Host.Faults.All);
        Assert.Equal(6, Host.Ojin.Assets.Count);
    }

    [Theory]
    [InlineData("agent-open", null, 200, null)]
    [InlineData("agent-open", "https://anything.example", 200, null)]
    [InlineData("agent-hosts", "https://example.com", 200, null)]
    [InlineData("agent-hosts", "https://example.org", 403, "auth_failed")]
    [InlineData("agent-hosts", null, 403, "auth_failed")]
    [InlineData("agent-private", "https://example.com", 403, "auth_failed")]
    [InlineData("agent-unpublished", null, 403, "agent_unpublished")]
    [InlineData("agent-busy", null, 429, "concurrency_limit")]
    [InlineData("agent-room-down", null, 502, "room_creation_failed")]
    [InlineData("agent-orchestrator-down", null, 502, "orchestrator_error")]
    [InlineData("agent-internal", null, 500, "internal_error")]
    [InlineData("nobody", null, 404, "agent_not_found")]
    public async Task A_session_starts_or_fails_as_documented(string agent, string? origin, int status, string? code)
    {
        using var response = await ConnectAsync($$"""{"agent_id":"{{agent}}","client_user_ref":"me"}""", origin);
        Assert.Equal(status, (int)response.StatusCode);
        var body = await JsonAsync(response);
        Assert.Equal(code, body["error_code"]?.GetValue<string>());
        Assert.Equal(code == "concurrency_limit", body.ContainsKey("retry_after_seconds"));
        Assert.Equal(status == 200 ? 1 : 0, Host.Agents.Sessions.Count);
        if (status == 200)
            Assert.Equal(["session_id", "room_url", "token"], body.Select(field => field.Key));
    }

    [Fact]
    public async Task A_busy_agent_has_a_slot_in_the_end()
    {
        List<int> statuses = [];
        for (var i = 0; i < 3; i++)
        {
            using var response = await ConnectAsync("""{"agent_id":"agent-busy"}""");
            statuses.Add((int)response.StatusCode);
        }

        Assert.Equal([429, 429, 200], statuses);
    }

    [Fact]
    public async Task A_wrong_session_request_is_400()
    {
        foreach (var body in (string[])["{}", """{"agent_id":1}""", """{"agent_id":"agent-open","x":1}""", $$"""{"agent_id":"agent-open","client_user_ref":"{{new string('a', 257)}}"}"""])
        {
            using var response = await ConnectAsync(body);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }

        using var origin = await ConnectAsync("""{"agent_id":"agent-open"}""", "example.com");
        Assert.Equal(HttpStatusCode.BadRequest, origin.StatusCode);
        using var stray = await SendAsync("POST", Host.AgentsUri + "v1/public/agents/connect", new StringContent("{}", Encoding.UTF8, "application/json"), "key");
        Assert.Equal("EMULATOR_STRAY_CREDENTIAL", (await JsonAsync(stray))["error_code"]!.GetValue<string>());
        Assert.Empty(Host.Agents.Sessions);
    }

    private Task<HttpResponseMessage> ConnectAsync(string json, string? origin = null) =>
        SendAsync("POST", Host.AgentsUri + "v1/public/agents/connect", new StringContent(json, Encoding.UTF8, "application/json"), null, origin is null ? [] : [("Origin", origin)]);
}
