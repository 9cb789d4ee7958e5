using Ojin.Emulator;
using Ojin.Http;
using Ojin.Json;
using Xunit;

namespace Ojin.Client.Tests.AnyRequest;

public sealed class AnyRequestClientTests : IAsyncLifetime
{
    private EmulatorHost emulator = null!;

    public async Task InitializeAsync() => emulator = await EmulatorHost.StartAsync();

    public async Task DisposeAsync() => await emulator.DisposeAsync();

    [Theory]
    [InlineData("model-variants", "/v1/model-variants")]
    [InlineData("/model-variants", "/v1/model-variants")]
    [InlineData("/v1/model-variants?limit=1", "/v1/model-variants?limit=1")]
    [InlineData("model-variants/ojin%2Foris-1.0%2Fstandard", "/v1/model-variants/ojin%2Foris-1.0%2Fstandard")]
    [InlineData("assets?name=a b&x=ü", "/v1/assets?name=a%20b&x=%C3%BC")]
    [InlineData("assets/50%/🙂\"", "/v1/assets/50%25/%F0%9F%99%82%22")]
    [InlineData("things/mailto:x", "/v1/things/mailto:x")]
    public void A_path_lies_below_the_address(string path, string expected) =>
        Assert.Equal(expected, Client().Resolve(path, []).PathAndQuery);

    [Theory]
    [InlineData("//evil.example/x")]
    [InlineData("https://evil.example/x")]
    [InlineData("http://user@{origin}/x")]
    [InlineData("\\\\evil.example\\x")]
    [InlineData("../../etc")]
    [InlineData("model-variants/%2e%2e/%2E%2e/x")]
    [InlineData("x#fragment")]
    [InlineData("@evil.example/\nx")]
    public void A_path_that_would_leave_the_origin_is_refused(string path)
    {
        var text = path.Replace("{origin}", emulator.OjinBaseUri.Authority, StringComparison.Ordinal);

        var error = Assert.Throws<OjinException>(() => Client().Resolve(text, []));

        Assert.Equal(ErrorCodes.InvalidAddress, error.Code);
    }

    [Fact]
    public void A_whole_address_of_the_same_origin_is_taken_as_it_is()
    {
        var address = emulator.OjinBaseUri.GetLeftPart(UriPartial.Authority) + "/v2/things?x=1";

        Assert.Equal("/v2/things?x=1&y=a%20b", Client().Resolve(address, [new("y", "a b")]).PathAndQuery);
    }

    [Fact]
    public async Task A_read_comes_with_the_key_and_gives_what_came()
    {
        var client = Client();
        var answer = await client.SendAsync(client.Create(HttpMethod.Get, client.Resolve("model-variants", [new("limit", "1")]), null), CancellationToken.None);

        Assert.Single((object?[])((JsonMap)answer!)["data"]!);
        Assert.Equal(emulator.Options.OjinApiKey, Assert.Single(emulator.Requests.Find("ojin")).Headers["X-API-Key"]);
    }

    [Theory]
    [InlineData("public/assets/123e4567-e89b-12d3-a456-426614174000")]
    [InlineData("%70ublic/assets/123e4567-e89b-12d3-a456-426614174000")]
    [InlineData("/v1/public/assets/123e4567-e89b-12d3-a456-426614174000")]
    public async Task What_is_public_gets_no_key(string path)
    {
        var client = Client();
        await Assert.ThrowsAsync<OjinException>(() => client.SendAsync(client.Create(HttpMethod.Get, client.Resolve(path, []), null), CancellationToken.None));

        Assert.DoesNotContain("X-API-Key", Assert.Single(emulator.Requests.Find("ojin")).Headers.Keys);
        Assert.Empty(emulator.Requests.Violations);
    }

    [Fact]
    public async Task What_writes_is_sent_once()
    {
        emulator.Faults.AddStatus(500, "ojin", times: null);
        var client = Client();
        var error = await Assert.ThrowsAsync<OjinException>(() => client.SendAsync(client.Create(HttpMethod.Post, client.Resolve("model-configs", []), """{"title":"x"}"""), CancellationToken.None));

        Assert.True(error.OutcomeUnknown);
        Assert.Single(emulator.Requests.Find("ojin"));
    }

    [Theory]
    [InlineData("api/api-keys", true)]
    [InlineData("api/api-keys/key-1", true)]
    [InlineData("api/%61pi-keys", true)]
    [InlineData("api/api-keys-of-tomorrow", false)]
    [InlineData("api/v1/videos", false)]
    public void Key_management_takes_the_token_and_nothing_else_does(string path, bool takesToken)
    {
        var session = new OzorSession("sk_live_0123456789abcdef0123456789abcdef", "token-of-firebase", emulator.OzorBaseUri.AbsoluteUri);
        var client = AnyRequestClient.ForOzor(new HttpTransport(null, session.Secrets), session);
        var credential = client.Create(HttpMethod.Get, client.Resolve(path, []), null).Credential;

        Assert.Same(takesToken ? session.Token : session.Key, credential);
    }

    [Theory]
    [InlineData("text/plain; charset=utf-8", "Grüße")]
    [InlineData("text/event-stream", "Grüße")]
    public async Task Text_comes_as_text(string type, string expected)
    {
        emulator.Faults.Add(new FaultRule { Service = "ojin", Action = new FaultAction { Kind = FaultKind.Status, Status = 200, ContentType = type, Body = "Grüße" } });
        var client = Client();

        Assert.Equal(expected, await client.SendAsync(client.Create(HttpMethod.Get, client.Resolve("x", []), null), CancellationToken.None));
    }

    [Fact]
    public async Task What_is_no_text_comes_as_its_bytes()
    {
        emulator.Faults.Add(new FaultRule { Service = "ojin", Action = new FaultAction { Kind = FaultKind.Status, Status = 200, ContentType = "image/png", Body = "PNG" } });
        var client = Client();

        Assert.Equal("PNG"u8.ToArray(), await client.SendAsync(client.Create(HttpMethod.Get, client.Resolve("x", []), null), CancellationToken.None));
    }

    [Theory]
    [InlineData("""{"model":"m","input":{},"parameters":{}}""")]
    [InlineData("""{"model":"m","input":{},"namespace":"n"}""")]
    [InlineData("""{"model":"m","input":{},"options":{"hardware_tier":"gpu"}}""")]
    public void A_run_by_hand_is_checked_too(string body)
    {
        var session = new AimpSession("canary-key-of-aimp", emulator.AimpGatewayUri.AbsoluteUri);
        var client = AnyRequestClient.ForAimp(new HttpTransport(null, session.Secrets), session);

        Assert.Throws<OjinException>(() => client.Create(HttpMethod.Post, client.Resolve("/api/runs", []), body));
    }

    private AnyRequestClient Client()
    {
        var session = new OjinSession(emulator.Options.OjinApiKey, emulator.OjinBaseUri.AbsoluteUri);
        return AnyRequestClient.ForOjin(new HttpTransport(null, session.Secrets, new TransportOptions { BaseDelay = TimeSpan.FromMilliseconds(1) }), session);
    }
}
