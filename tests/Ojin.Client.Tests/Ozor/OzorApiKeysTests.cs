using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Ojin.Client.Tests.Http;
using Ojin.Http;
using Xunit;

namespace Ojin.Client.Tests.Ozor;

/// <summary>Key management on the wire: with the Firebase token and never a key, and the new key in no text.</summary>
public sealed class OzorApiKeysTests : IRequestObserver
{
    private const string Key = "sk_live_ffffffffffffffffffffffffffffffff";
    private const string NewKey = "sk_live_a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6";
    private const string Token = "firebase-id-token-of-this-test";
    private const string Created = $$"""{ "keyId": "abc123xyz", "name": "Production", "prefix": "sk_live_a1b2", "rawKey": "{{NewKey}}", "createdAt": 1705312200000 }""";

    private readonly ConcurrentQueue<string> told = new();

    bool IRequestObserver.WantsBodies => true;

    void IRequestObserver.OnRequest(string line) => told.Enqueue(line);

    void IRequestObserver.OnBody(string text) => told.Enqueue(text);

    [Fact]
    public async Task A_key_is_created_with_the_token()
    {
        await using var server = new RawServer(RawAnswer.Json(Created));

        var key = await Client(server).CreateApiKeyAsync("Production — 東京", default);

        Assert.Equal(("abc123xyz", "Production", "sk_live_a1b2"), (key.KeyId, key.Name, key.Prefix));
        Assert.Equal(new DateTimeOffset(2024, 1, 15, 9, 50, 0, TimeSpan.Zero), key.CreatedAt);
        Assert.Equal(NewKey, new NetworkCredential("", key.RawKey).Password);
        Assert.True(key.RawKey.IsReadOnly());
        AssertRequest(server, "POST", "/api/api-keys");
        Assert.Equal("application/json", server.Requests[0].Headers["Content-Type"]);
        using var body = JsonDocument.Parse(server.Requests[0].Body);
        Assert.Equal("Production — 東京", Assert.Single(body.RootElement.EnumerateObject(), field => field.Name == "name").Value.GetString());
        Assert.Single(body.RootElement.EnumerateObject());
    }

    [Fact]
    public async Task A_new_key_is_in_no_text()
    {
        await using var server = new RawServer(RawAnswer.Json(Created));

        var key = await Client(server).CreateApiKeyAsync("Production", default);

        Assert.Equal("abc123xyz", key.ToString());
        Assert.DoesNotContain(NewKey, JsonSerializer.Serialize(key, OzorDocumentsJson.Default.OzorNewApiKey), StringComparison.Ordinal);
        Assert.Empty(key.AdditionalProperties);
        Assert.NotEmpty(told);
        Assert.All(told, text => Assert.DoesNotContain(NewKey[12..], text, StringComparison.OrdinalIgnoreCase));
        Assert.All(told, text => Assert.DoesNotContain(Token, text, StringComparison.Ordinal));
        Assert.Contains(told, text => text.Contains("abc123xyz", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData($$"""{ "keyId": "abc", "rawKey": "{{NewKey}}", "createdAt": "{{NewKey}}" }""")]
    [InlineData($$"""{ "rawKey": "{{NewKey}}" }""")]
    [InlineData($$"""{ "keyId": "abc", "rawKey": ["{{NewKey}}"] }""")]
    [InlineData($$"""{ "keyId": "abc", "rawKey": "{{NewKey}}" """)]
    [InlineData($$"""oops {{NewKey}}""")]
    public async Task An_answer_that_cannot_be_used_shows_no_key_either(string body)
    {
        await using var server = new RawServer(RawAnswer.Json(body));

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(server).CreateApiKeyAsync("Production", default));

        Assert.True(error.OutcomeUnknown);
        Assert.Contains("Get-OzorApiKey", error.RecommendedAction, StringComparison.Ordinal);
        foreach (var text in new[] { error.Message, error.RecommendedAction, error.RawBody ?? "", error.ToString(), error.InnerException?.ToString() ?? "", string.Join('\n', told) })
        {
            Assert.DoesNotContain(NewKey[12..], text, StringComparison.OrdinalIgnoreCase);
        }
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_refusal_that_quotes_the_token_is_told_without_it()
    {
        await using var server = new RawServer(RawAnswer.Json($$"""{"detail":"The token {{Token}} has expired."}""", 401));

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(server).ListApiKeysAsync(default));

        Assert.Equal(401, error.StatusCode);
        Assert.DoesNotContain(Token, error.Message + error.RawBody + error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500, true)]
    [InlineData(400, false)]
    [InlineData(0, true)]
    public async Task A_key_is_created_once(int status, bool unknown)
    {
        await using var server = new RawServer(status == 0 ? RawAnswer.ResetConnection : RawAnswer.Json("""{"detail":"You have 5 keys."}""", status));

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(server).CreateApiKeyAsync("Production", default));

        Assert.Equal(unknown, error.OutcomeUnknown);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public async Task A_name_out_of_its_range_is_told_before_any_call(int length)
    {
        await using var server = new RawServer(RawAnswer.Json(Created));

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(server).CreateApiKeyAsync(new string('n', length), default));

        Assert.Equal(ErrorCodes.InvalidArgument, error.Code);
        Assert.Empty(server.Requests);
        await Client(server).CreateApiKeyAsync(new string('n', 64), default);
        await Client(server).CreateApiKeyAsync("n", default);
    }

    [Fact]
    public async Task Keys_are_listed_as_a_bare_list()
    {
        await using var server = new RawServer(RawAnswer.Json("""
            [
              { "keyId": "abc123xyz", "name": "Production", "prefix": "sk_live_a1b2", "status": "active", "createdAt": 1705312200000, "lastUsedAt": 1705400100000 },
              { "keyId": "old", "name": "Old", "prefix": "sk_live_0000", "status": "revoked", "createdAt": 1705312200000, "lastUsedAt": null, "scope": "all" }
            ]
            """));

        var keys = await Client(server).ListApiKeysAsync(default);

        Assert.Equal([("abc123xyz", "Production", "sk_live_a1b2", "active"), ("old", "Old", "sk_live_0000", "revoked")], keys.Select(key => (key.KeyId, key.Name, key.Prefix, key.Status)));
        Assert.Equal([new DateTimeOffset(2024, 1, 16, 10, 15, 0, TimeSpan.Zero), null], keys.Select(key => key.LastUsedAt));
        Assert.Equal("all", keys[1].AdditionalProperties["scope"]);
        AssertRequest(server, "GET", "/api/api-keys");
    }

    [Fact]
    public async Task A_key_is_revoked_by_its_id()
    {
        await using var server = new RawServer(RawAnswer.Json("""{ "message": "API key abc123xyz revoked" }"""));

        await Client(server).RevokeApiKeyAsync("abc/123", default);

        AssertRequest(server, "DELETE", "/api/api-keys/abc%2F123");
        Assert.Equal("", server.Requests[0].Body);
        await Assert.ThrowsAsync<OjinException>(() => Client(server).RevokeApiKeyAsync(" ", default));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_key_that_is_not_there_is_told()
    {
        await using var server = new RawServer(RawAnswer.Json("""{"detail":"No such key."}""", 404));

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(server).RevokeApiKeyAsync("abc", default));

        Assert.Equal(404, error.StatusCode);
        Assert.Contains("Get-OzorApiKey", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_whose_revocation_lost_its_answer_is_revoked()
    {
        await using var server = new RawServer(RawAnswer.ResetConnection, RawAnswer.Json("""{"detail":"No such key."}""", 404));

        await Client(server).RevokeApiKeyAsync("abc", default);

        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Without_a_token_nothing_is_sent_whatever_key_there_is()
    {
        await using var server = new RawServer(RawAnswer.Json("[]"));
        var session = new OzorSession(Key, baseUri: server.Address.AbsoluteUri);
        var client = new OzorClient(new HttpTransport(), session);

        foreach (var call in new Func<Task>[] { () => client.ListApiKeysAsync(default), () => client.CreateApiKeyAsync("n", default), () => client.RevokeApiKeyAsync("k", default) })
        {
            var error = await Assert.ThrowsAsync<OjinException>(call);
            Assert.Equal(ErrorCodes.NotConnected, error.Code);
            Assert.Contains("-FirebaseToken", error.RecommendedAction, StringComparison.Ordinal);
        }

        Assert.Empty(server.Requests);
    }

    [Fact]
    public void The_key_in_use_is_known_by_its_first_letters()
    {
        var client = new OzorClient(new HttpTransport(), new OzorSession(Key));

        Assert.True(client.UsesKeyWith("sk_live_ffff"));
        Assert.False(client.UsesKeyWith("sk_live_a1b2"));
        Assert.False(client.UsesKeyWith(""));
        Assert.False(client.UsesKeyWith(null));
    }

    private static void AssertRequest(RawServer server, string method, string target)
    {
        var request = Assert.Single(server.Requests);
        Assert.Equal((method, target), (request.Method, request.Target));
        Assert.Equal("Bearer " + Token, request.Headers["Authorization"]);
        Assert.DoesNotContain("X-API-Key", request.Headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    private OzorClient Client(RawServer server)
    {
        var session = new OzorSession(Key, Token, server.Address.AbsoluteUri);
        return new OzorClient(new HttpTransport(this, session.Secrets, new TransportOptions { BaseDelay = TimeSpan.FromMilliseconds(1) }), session);
    }
}
