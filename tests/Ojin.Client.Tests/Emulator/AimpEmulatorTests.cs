using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Ojin.Emulator;
using Xunit;

namespace Ojin.Client.Tests.Emulator;

/// <summary>The gateway of the emulator against its contract, asked with a plain HttpClient.</summary>
public sealed class AimpEmulatorTests : EmulatorTest
{
    private const string Key = "aimp-test-key";

    private string Gateway => Host.AimpGatewayUri.GetLeftPart(UriPartial.Authority) + "/api";

    private Task<HttpResponseMessage> AimpAsync(string method, string path, string? json = null, string? key = Key, params (string, string)[] headers) =>
        SendAsync(method, Gateway + path, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"), key, headers);

    private Task<HttpResponseMessage> ControlAsync(string method, string path, string json) =>
        SendAsync(method, Host.ControlUri.GetLeftPart(UriPartial.Authority) + "/state/aimp" + path, new StringContent(json, Encoding.UTF8, "application/json"));

    private static async Task AssertDetailAsync(HttpResponseMessage response, int status, string part)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        Assert.Contains(part, JsonNode.Parse(text)!["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private async Task<JsonObject> InitAsync(int size, string type = "image/png")
    {
        using var response = await AimpAsync("POST", "/media/upload/init", $$"""{"filename":"image.png","content_type":"{{type}}","media_type":"image","size_bytes":{{size}}}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await JsonAsync(response);
    }

    private Task<HttpResponseMessage> PutAsync(string url, byte[] content, string type = "image/png", string? key = null)
    {
        var body = new ByteArrayContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue(type);
        return SendAsync("PUT", url, body, key);
    }

    private Task<HttpResponseMessage> CompleteAsync(string uploadId) =>
        AimpAsync("POST", "/media/upload/complete", new JsonObject { ["upload_id"] = uploadId }.ToJsonString());

    private async Task<JsonNode> UploadAsync(byte[] content)
    {
        var init = await InitAsync(content.Length);
        using var put = await PutAsync(init["upload_url"]!.GetValue<string>(), content);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        using var complete = await CompleteAsync(init["upload_id"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.OK, complete.StatusCode);
        return (await JsonAsync(complete))["media_ref"]!;
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("wrong", 401)]
    [InlineData("aimp-forbidden-key", 403)]
    [InlineData("aimp-test-key", 200)]
    public async Task Every_operation_wants_the_key(string? key, int status)
    {
        foreach (var path in (string[])["/marketplace/models", "/marketplace/models/demo-model", "/billing/wallet", "/billing/usage/summary"])
        {
            using var response = await AimpAsync("GET", path, key: key);
            Assert.Equal(status, (int)response.StatusCode);
        }

        using var run = await AimpAsync("POST", "/runs", """{"model":"demo-model","input":{}}""", key);
        Assert.Equal(status, (int)run.StatusCode);
        Assert.Equal(status == 200 ? 1 : 0, Host.Aimp.Runs.Count);
    }

    [Fact]
    public async Task A_key_as_a_bearer_token_is_refused_and_noted()
    {
        using var response = await AimpAsync("GET", "/billing/wallet", key: null, headers: ("Authorization", "Bearer " + Key));
        await AssertDetailAsync(response, 401, "bearer");
        Assert.Equal("EMULATOR_KEY_AS_BEARER", Assert.Single(Host.Requests.Violations).Code);
        using var both = await AimpAsync("GET", "/billing/wallet", headers: ("Authorization", "Bearer something"));
        Assert.Equal(HttpStatusCode.BadRequest, both.StatusCode);
        Assert.Equal("EMULATOR_STRAY_CREDENTIAL", Host.Requests.Violations[1].Code);
    }

    [Fact]
    public async Task The_contracts_example_runs_and_is_in_the_ledger_with_its_request_id()
    {
        using var response = await AimpAsync("POST", "/runs", """{"model":"demo-model","mode":"execute","scope":"playground","input":{"text":"Hello","n":1.10},"params":{}}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = await JsonAsync(response);
        Assert.Equal("Hello", answer["output"]!["echo"]!["text"]!.GetValue<string>());
        var run = Assert.Single(Host.Aimp.Runs);
        Assert.Equal(run.RunId, answer["run_id"]!.GetValue<string>());
        Assert.Equal(run.RequestId, response.Headers.GetValues("X-Request-Id").Single());
        Assert.Equal("""{"text":"Hello","n":1.10}""", run.Input.GetRawText());
        Assert.Equal(("playground", "{}"), (run.Scope, run.Parameters!.Value.GetRawText()));
        using var byId = await AimpAsync("POST", "/runs", """{"model":"mdl_0001","input":"text"}""");
        Assert.Equal(HttpStatusCode.OK, byId.StatusCode);
        Assert.Equal("execute", Host.Aimp.Runs[1].Mode);
    }

    [Theory]
    [InlineData("""{"input":{}}""", 400)]
    [InlineData("""{"model":"demo-model"}""", 400)]
    [InlineData("""{"model":"demo-model","input":null}""", 400)]
    [InlineData("""{"model":"","input":{}}""", 400)]
    [InlineData("""{"model":"no-model","input":{}}""", 404)]
    [InlineData("""{"model":"demo-model","input":{},"extra":1}""", 400)]
    [InlineData("""{"model":"demo-model","input":{},"params":[]}""", 400)]
    [InlineData("""{"model":"demo-model","input":{},"params":null}""", 400)]
    [InlineData("""{"model":"demo-model","input":{},"options":"fast"}""", 400)]
    [InlineData("""{"model":"demo-model","input":{},"mode":"search","scope":"a"}""", 400)]
    [InlineData("""{"model":"product-search","input":{},"mode":"search"}""", 400)]
    [InlineData("""{"model":"product-search","input":{},"mode":"index"}""", 400)]
    [InlineData("""{"model":"product-search","input":{},"scope":"a"}""", 400)]
    [InlineData("""{"model":"demo-model","model":"demo-model","input":{}}""", 400)]
    [InlineData("""[]""", 400)]
    [InlineData("""{"model":"image-tagger","input":{"text":"a"}}""", 400)]
    [InlineData("""{"model":"image-tagger","input":{"image":"mref_unknown"}}""", 400)]
    [InlineData("""{"model":"demo-model","input":{"deep":[{"ref":"mref_unknown"}]}}""", 400)]
    public async Task A_wrong_run_is_refused_and_does_not_happen(string body, int status)
    {
        using var response = await AimpAsync("POST", "/runs", body);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Empty(Host.Aimp.Runs);
        Assert.Empty(Host.Requests.Violations);
    }

    [Theory]
    [InlineData("""{"model":"demo-model","input":{},"parameters":{}}""")]
    [InlineData("""{"model":"demo-model","input":{},"hardware_tier":"a100"}""")]
    [InlineData("""{"model":"demo-model","input":{},"options":{"hardware_tier":"a100"}}""")]
    [InlineData("""{"model":"demo-model","input":{},"resources":[]}""")]
    [InlineData("""{"model":"demo-model","input":{},"alias":"a"}""")]
    [InlineData("""{"model":"demo-model","input":{},"collection":"a"}""")]
    [InlineData("""{"model":"demo-model","input":{},"namespace":"a"}""")]
    [InlineData("""{"model":"demo-model","input":{},"options":{"namespace":"a"}}""")]
    public async Task What_a_client_must_not_send_is_a_violation_too(string body)
    {
        using var response = await AimpAsync("POST", "/runs", body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("EMULATOR_FORBIDDEN_FIELD", Assert.Single(Host.Requests.Violations).Code);
        Assert.Empty(Host.Aimp.Runs);
    }

    [Theory]
    [InlineData("a", 200)]
    [InlineData("9.a_b-c", 200)]
    [InlineData("-a", 400)]
    [InlineData(".a", 400)]
    [InlineData("a b", 400)]
    [InlineData("a\\n", 400)]
    [InlineData("\u00e4", 400)]
    [InlineData("", 400)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 200)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 400)]
    public async Task A_scope_is_as_documented(string scope, int status)
    {
        using var response = await AimpAsync("POST", "/runs", $$"""{"model":"product-search","mode":"index","input":{},"scope":"{{scope}}"}""");
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_search_finds_what_was_indexed_with_the_same_scope()
    {
        using var index = await AimpAsync("POST", "/runs", """{"model":"product-search","mode":"index","scope":"test","input":{"text":"red shoe"}}""");
        using var same = await AimpAsync("POST", "/runs", """{"model":"product-search","mode":"search","scope":"test","input":{"text":"shoe"}}""");
        Assert.Equal("red shoe", (await JsonAsync(same))["output"]!["matches"]![0]!["text"]!.GetValue<string>());
        using var other = await AimpAsync("POST", "/runs", """{"model":"product-search","mode":"search","scope":"other","input":{"text":"shoe"}}""");
        Assert.Empty((await JsonAsync(other))["output"]!["matches"]!.AsArray());
    }

    [Theory]
    [InlineData(402, false)]
    [InlineData(409, false)]
    [InlineData(502, false)]
    [InlineData(502, true)]
    [InlineData(429, false)]
    public async Task A_run_can_be_refused_before_or_after_it_happened(int status, bool after)
    {
        Host.Aimp.Options.RefuseStatus = status;
        Host.Aimp.Options.RefuseAfterRun = after;
        Host.Aimp.Options.RefuseRetryAfter = status == 429 ? 7 : null;
        using var refused = await AimpAsync("POST", "/runs", """{"model":"demo-model","input":{}}""");
        await AssertDetailAsync(refused, status, "refused");
        Assert.Equal(status == 429 ? TimeSpan.FromSeconds(7) : null, refused.Headers.RetryAfter?.Delta);
        Assert.Equal(after ? 1 : 0, Host.Aimp.Runs.Count);
        using var next = await AimpAsync("POST", "/runs", """{"model":"demo-model","input":{}}""");
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_media_ref_runs_when_it_comes_back_as_it_was_returned(bool isObject)
    {
        Host.Aimp.Options.ObjectMediaRefs = isObject;
        var reference = await UploadAsync(Bytes(1000));
        Assert.Equal(isObject, reference is JsonObject);
        using var run = await AimpAsync("POST", "/runs", new JsonObject { ["model"] = "image-tagger", ["input"] = new JsonObject { ["image"] = reference.DeepClone() } }.ToJsonString());
        Assert.Equal(HttpStatusCode.OK, run.StatusCode);
        Assert.Equal("cat", (await JsonAsync(run))["output"]!["tags"]![0]!["label"]!.GetValue<string>());
        if (!isObject)
            return;
        var changed = reference.DeepClone();
        changed["ratio"] = 1.1;
        using var refused = await AimpAsync("POST", "/runs", new JsonObject { ["model"] = "image-tagger", ["input"] = new JsonObject { ["image"] = changed } }.ToJsonString());
        await AssertDetailAsync(refused, 400, "never returned");
    }

    [Theory]
    [InlineData("""{"filename":"a.png","content_type":"image/png","media_type":"image"}""")]
    [InlineData("""{"filename":"a.png","content_type":"image/png","size_bytes":1}""")]
    [InlineData("""{"filename":"a.png","media_type":"image","size_bytes":1}""")]
    [InlineData("""{"content_type":"image/png","media_type":"image","size_bytes":1}""")]
    [InlineData("""{"filename":"a.png","content_type":"image/png","media_type":"picture","size_bytes":1}""")]
    [InlineData("""{"filename":"a.png","content_type":"png","media_type":"image","size_bytes":1}""")]
    [InlineData("""{"filename":"/etc/a.png","content_type":"image/png","media_type":"image","size_bytes":1}""")]
    [InlineData("""{"filename":"a.png","content_type":"image/png","media_type":"image","size_bytes":"1"}""")]
    [InlineData("""{"filename":"a.png","content_type":"image/png","media_type":"image","size_bytes":1,"x":1}""")]
    public async Task A_wrong_upload_is_not_begun(string body)
    {
        using var response = await AimpAsync("POST", "/media/upload/init", body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Empty(Host.Aimp.Uploads);
    }

    [Fact]
    public async Task An_upload_needs_its_bytes_once_and_is_completed_once()
    {
        var init = await InitAsync(10);
        var (url, id) = (init["upload_url"]!.GetValue<string>(), init["upload_id"]!.GetValue<string>());
        Assert.StartsWith("studio_upload_", id, StringComparison.Ordinal);
        Assert.StartsWith(Host.StorageUri.AbsoluteUri, url, StringComparison.Ordinal);
        using var early = await CompleteAsync(id);
        await AssertDetailAsync(early, 409, "bytes");
        using var stray = await PutAsync(url, Bytes(10), key: Key);
        Assert.Equal(HttpStatusCode.BadRequest, stray.StatusCode);
        Assert.Equal("EMULATOR_STRAY_CREDENTIAL", Assert.Single(Host.Requests.Violations).Code);
        using var otherType = await PutAsync(url, Bytes(10), "image/jpeg");
        await AssertS3ErrorAsync(otherType, 403, "SignatureDoesNotMatch");
        using var put = await PutAsync(url, Bytes(9));
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        using var tooSmall = await CompleteAsync(id);
        await AssertDetailAsync(tooSmall, 400, "10 bytes were declared and 9");
        using var again = await PutAsync(url, Bytes(10));
        using var complete = await CompleteAsync(id);
        Assert.Equal(HttpStatusCode.OK, complete.StatusCode);
        using var twice = await CompleteAsync(id);
        await AssertDetailAsync(twice, 409, "complete already");
        using var unknown = await CompleteAsync("studio_upload_x");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task The_upload_url_can_be_at_the_gateways_own_origin_and_wants_the_key_there()
    {
        Host.Aimp.Options.UploadTo = AimpUploadTarget.Gateway;
        var init = await InitAsync(10);
        var url = init["upload_url"]!.GetValue<string>();
        Assert.StartsWith(Host.AimpGatewayUri.AbsoluteUri, url, StringComparison.Ordinal);
        using var bare = await PutAsync(url, Bytes(10));
        await AssertDetailAsync(bare, 401, "missing");
        using var otherType = await PutAsync(url, Bytes(10), "image/jpeg", Key);
        await AssertDetailAsync(otherType, 415, "image/png");
        using var tooSmall = await PutAsync(url, Bytes(9), key: Key);
        await AssertDetailAsync(tooSmall, 400, "declared");
        using var unsigned = await PutAsync(url.Split('?')[0], Bytes(10), key: Key);
        await AssertDetailAsync(unsigned, 403, "not the one");
        using var post = await SendAsync("POST", url, new ByteArrayContent(Bytes(10)), Key);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        using var put = await PutAsync(url, Bytes(10), key: Key);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        using var complete = await CompleteAsync(init["upload_id"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.OK, complete.StatusCode);
    }

    [Fact]
    public async Task The_answers_about_media_can_stand_one_level_down()
    {
        Host.Aimp.Options.NestMediaAnswers = true;
        var init = await InitAsync(10);
        using var put = await PutAsync(init["upload"]!["upload_url"]!.GetValue<string>(), Bytes(10));
        using var complete = await CompleteAsync(init["upload"]!["upload_id"]!.GetValue<string>());
        Assert.NotNull((await JsonAsync(complete))["media"]!["media_ref"]);
    }

    [Theory]
    [InlineData(AimpEnvelope.Array, null)]
    [InlineData(AimpEnvelope.Data, "data")]
    [InlineData(AimpEnvelope.Results, "results")]
    [InlineData(AimpEnvelope.Items, "items")]
    [InlineData(AimpEnvelope.Models, "models")]
    public async Task The_list_of_models_comes_in_any_envelope(AimpEnvelope envelope, string? name)
    {
        Host.Aimp.Options.Envelope = envelope;
        Host.Aimp.Options.NextPage = "https://example.com/next";
        using var response = await AimpAsync("GET", "/marketplace/models");
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        var models = (name is null ? answer : answer[name]!).AsArray();
        Assert.Equal(["demo-model", "image-tagger", "product-search"], models.Select(model => model!["slug"]!.GetValue<string>()));
        if (name is not null)
            Assert.Equal("https://example.com/next", answer["next"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("/marketplace/models/demo-model", 200)]
    [InlineData("/marketplace/models/mdl_0001", 404)]
    [InlineData("/marketplace/models/no-model", 404)]
    [InlineData("/marketplace/models/", 404)]
    [InlineData("/marketplace/models?limit=1", 400)]
    [InlineData("/billing/wallet?x=1", 400)]
    [InlineData("/billing/wallet/entries", 404)]
    [InlineData("/runs/run_1", 404)]
    [InlineData("/runs", 405)]
    public async Task Only_what_is_documented_is_there(string path, int status)
    {
        using var response = await AimpAsync("GET", path);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task Everything_is_below_api()
    {
        using var response = await SendAsync("GET", Host.AimpGatewayUri + "marketplace/models", key: Key);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData("detail", "$.detail")]
    [InlineData("code", "$.message")]
    [InlineData("errorCode", "$.message")]
    [InlineData("error", "$.error")]
    [InlineData("errorObject", "$.error.message")]
    public async Task Errors_come_in_any_shape(string shape, string at)
    {
        using var set = await ControlAsync("PUT", "/options", $$"""{"errorShape":"{{shape}}"}""");
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        using var response = await AimpAsync("GET", "/marketplace/models/no-model");
        var node = JsonNode.Parse(await response.Content.ReadAsStringAsync());
        foreach (var name in at.Split('.').Skip(1))
            node = node![name];
        Assert.Equal("There is no such published model.", node!.GetValue<string>());
    }

    [Fact]
    public async Task Models_wallet_and_usage_are_set_over_the_control_api_and_reset()
    {
        using var model = await ControlAsync("PUT", "/models/caption", """{"modes":["execute"],"output":{"text":"a cat"},"page":{"title":"Caption"}}""");
        Assert.Equal(HttpStatusCode.OK, model.StatusCode);
        using var wallet = await ControlAsync("PUT", "/wallet", """{"anything":[1]}""");
        using var run = await AimpAsync("POST", "/runs", """{"model":"caption","input":{}}""");
        Assert.Equal("a cat", (await JsonAsync(run))["output"]!["text"]!.GetValue<string>());
        using var read = await AimpAsync("GET", "/billing/wallet");
        Assert.Equal("""{"anything":[1]}""", await read.Content.ReadAsStringAsync());
        using var usage = await AimpAsync("GET", "/billing/usage/summary");
        Assert.Equal(1, (await JsonAsync(usage))["total_runs"]!.GetValue<int>());
        using var state = await SendAsync("GET", Host.ControlUri + "state/aimp");
        var ledger = (await JsonAsync(state))["runs"]!.AsArray();
        Assert.Equal(Host.Aimp.Runs[0].RequestId, Assert.Single(ledger)!["requestId"]!.GetValue<string>());
        using var unknown = await ControlAsync("PUT", "/options", """{"no":1}""");
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        Host.Reset();
        Assert.Empty(Host.Aimp.Runs);
        Assert.Null(Host.Aimp.FindModel("caption"));
    }
}
