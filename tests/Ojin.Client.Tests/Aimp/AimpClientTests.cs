using System.Collections.Concurrent;
using Ojin.Emulator;
using Ojin.Http;
using Ojin.Json;
using Xunit;

namespace Ojin.Client.Tests.Aimp;

public sealed class AimpClientTests : IAsyncLifetime, IRequestObserver
{
    private static readonly TransportOptions Quick = new() { BaseDelay = TimeSpan.FromMilliseconds(1) };
    private readonly ConcurrentQueue<string> told = new();
    private readonly string folder = Directory.CreateTempSubdirectory("ojin-aimp-").FullName;
    private EmulatorHost emulator = null!;

    bool IRequestObserver.WantsBodies => true;

    private string Gateway => emulator.AimpGatewayUri.GetLeftPart(UriPartial.Authority);

    private string Key => emulator.Options.AimpApiKey;

    public async Task InitializeAsync() => emulator = await EmulatorHost.StartAsync();

    public async Task DisposeAsync()
    {
        await emulator.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    void IRequestObserver.OnRequest(string line) => told.Enqueue(line);

    void IRequestObserver.OnBody(string text) => told.Enqueue(text);

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/api")]
    [InlineData("/api/")]
    public async Task The_gateways_address_comes_with_or_without_api_and_a_slash(string end)
    {
        await Client(Gateway + end).GetWalletAsync(CancellationToken.None);

        Assert.Equal("/api/billing/wallet", Assert.Single(emulator.Requests.Find("aimp")).Target);
    }

    [Fact]
    public async Task Reads_are_at_their_documented_paths_with_the_key_in_its_header()
    {
        await Client().ListModelsAsync(CancellationToken.None);
        await Client().GetModelAsync("demo-model", CancellationToken.None);
        await Client().GetWalletAsync(CancellationToken.None);
        await Client().GetUsageAsync(CancellationToken.None);

        var requests = emulator.Requests.Find("aimp");
        Assert.Equal(
            ["GET /api/marketplace/models", "GET /api/marketplace/models/demo-model", "GET /api/billing/wallet", "GET /api/billing/usage/summary"],
            requests.Select(request => $"{request.Method} {request.Target}"));
        Assert.All(requests, request => Assert.Equal(Key, request.Headers["X-API-Key"]));
        Assert.All(requests, request => Assert.DoesNotContain("Authorization", request.Headers.Keys));
        Assert.Empty(emulator.Requests.Violations);
    }

    [Theory]
    [InlineData("a/b", "/api/marketplace/models/a%2Fb")]
    [InlineData("50% ü", "/api/marketplace/models/50%25%20%C3%BC")]
    public async Task A_slug_is_one_segment_of_the_path(string slug, string target)
    {
        await Assert.ThrowsAsync<OjinException>(() => Client().GetModelAsync(slug, CancellationToken.None));

        Assert.Equal(target, Assert.Single(emulator.Requests.Find("aimp")).Target);
    }

    [Theory]
    [InlineData(AimpEnvelope.Array)]
    [InlineData(AimpEnvelope.Data)]
    [InlineData(AimpEnvelope.Results)]
    [InlineData(AimpEnvelope.Items)]
    [InlineData(AimpEnvelope.Models)]
    public async Task A_list_is_found_in_any_envelope(AimpEnvelope envelope)
    {
        emulator.Aimp.Options.Envelope = envelope;
        var answer = await Client().ListModelsAsync(CancellationToken.None);

        var models = FreeFormList.ItemsOf(answer);
        Assert.Equal(["demo-model", "image-tagger", "product-search"], models!.Select(model => ((JsonMap)model!)["slug"]));
        Assert.False(FreeFormList.HasNextPage(answer));
        emulator.Aimp.Options.NextPage = "https://example.com/next";
        Assert.Equal(envelope != AimpEnvelope.Array, FreeFormList.HasNextPage(await Client().ListModelsAsync(CancellationToken.None)));
    }

    [Theory]
    [InlineData("""{"a":[{"x":1}],"b":[{"y":1}]}""")]
    [InlineData("""{"a":"text"}""")]
    [InlineData("""{"a":["slug","other"]}""")]
    [InlineData("\"text\"")]
    public void What_is_no_list_is_none(string json) => Assert.Null(FreeFormList.ItemsOf(FreeForm.Parse(System.Text.Encoding.UTF8.GetBytes(json))));

    [Theory]
    [InlineData("""{"a":[],"b":[{"y":1}]}""", 1)]
    [InlineData("""{"count":0,"next":null,"results":[]}""", 0)]
    [InlineData("[]", 0)]
    public void An_empty_list_is_a_list(string json, int count) => Assert.Equal(count, FreeFormList.ItemsOf(FreeForm.Parse(System.Text.Encoding.UTF8.GetBytes(json)))!.Count);

    [Fact]
    public async Task A_run_goes_out_with_the_contracts_fields_and_keeps_its_values()
    {
        var input = JsonMap.Parse("""{"text":"Grüße","n":1.10,"big":12345678901234567890,"one":["x"],"none":null}""");
        var answer = (JsonMap)(await Client().RunAsync(AimpRun.Body("demo-model", input, null, "playground", [], null), CancellationToken.None))!;

        var run = Assert.Single(emulator.Aimp.Runs);
        Assert.Equal(run.RunId, answer["run_id"]);
        Assert.Equal(input.ToJson(), run.Input.GetRawText());
        Assert.Equal(input.ToJson(), ((JsonMap)((JsonMap)answer["output"]!)["echo"]!).ToJson());
        Assert.Equal("application/json", Assert.Single(emulator.Requests.Find("aimp")).Headers["Content-Type"]);
    }

    [Theory]
    [InlineData(402, false)]
    [InlineData(409, false)]
    [InlineData(502, true)]
    public async Task No_retry_hides_a_refused_run(int status, bool unknown)
    {
        emulator.Aimp.Options.RefuseStatus = status;
        emulator.Aimp.Options.RefuseTimes = 10;
        emulator.Aimp.Options.RefuseAfterRun = unknown;
        var error = await Assert.ThrowsAsync<OjinException>(() => RunAsync());

        Assert.Equal((status, unknown, 1), (error.StatusCode!.Value, error.OutcomeUnknown, error.Attempts));
        Assert.Single(emulator.Requests.Find("aimp"));
        Assert.Equal(unknown ? 1 : 0, emulator.Aimp.Runs.Count);
        Assert.Contains(status == 409 ? "conflict" : "Get-AimpWallet", error.RecommendedAction, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_run_that_waits_its_turn_happens_once()
    {
        emulator.Aimp.Options.RefuseStatus = 429;
        emulator.Aimp.Options.RefuseRetryAfter = 0;
        emulator.Aimp.Options.RefuseTimes = 2;
        await RunAsync();

        Assert.Equal(3, emulator.Requests.Find("aimp").Count);
        Assert.Single(emulator.Aimp.Runs);
    }

    [Theory]
    [InlineData(FaultKind.CutBeforeHandler, 0)]
    [InlineData(FaultKind.CutAfterHandler, 1)]
    [InlineData(FaultKind.CutAnswer, 1)]
    public async Task A_run_whose_answer_is_lost_is_never_sent_again(FaultKind kind, int runs)
    {
        emulator.Faults.Add(kind, "aimp", times: null);
        var error = await Assert.ThrowsAsync<OjinException>(() => RunAsync());

        Assert.True(error.OutcomeUnknown);
        Assert.Contains("Get-AimpUsage", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Single(emulator.Requests.Find("aimp"));
        Assert.Equal(runs, emulator.Aimp.Runs.Count);
    }

    [Theory]
    [InlineData(AimpErrorShape.Detail, "NOT_FOUND")]
    [InlineData(AimpErrorShape.Code, "not_found")]
    [InlineData(AimpErrorShape.ErrorCode, "not_found")]
    [InlineData(AimpErrorShape.Error, "NOT_FOUND")]
    [InlineData(AimpErrorShape.ErrorObject, "not_found")]
    public async Task An_error_is_understood_in_any_shape(AimpErrorShape shape, string code)
    {
        emulator.Aimp.Options.ErrorShape = shape;
        var error = await Assert.ThrowsAsync<OjinException>(() => Client().GetModelAsync("no-model", CancellationToken.None));

        Assert.Equal((404, code), (error.StatusCode!.Value, error.Code));
        Assert.Contains("There is no such published model.", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.RawBody);
    }

    [Fact]
    public async Task A_read_goes_again()
    {
        emulator.Faults.AddStatus(503, "aimp", times: 2);
        await Client().GetUsageAsync(CancellationToken.None);

        Assert.Equal(3, emulator.Requests.Find("aimp").Count);
    }

    [Theory]
    [InlineData("aimp-forbidden-key", 403)]
    [InlineData("another-key", 401)]
    public async Task A_key_that_is_not_good_is_told(string key, int status)
    {
        var session = new AimpSession(key, Gateway);
        var error = await Assert.ThrowsAsync<OjinException>(() => new AimpClient(new HttpTransport(null, session.Secrets, Quick), session).GetWalletAsync(CancellationToken.None));

        Assert.Equal(status, error.StatusCode);
        Assert.Equal(status == 401, error.RecommendedAction.Contains("Connect-Aimp", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_file_becomes_a_reference_that_runs_as_it_came(bool isObject, bool nested)
    {
        emulator.Aimp.Options.ObjectMediaRefs = isObject;
        emulator.Aimp.Options.NestMediaAnswers = nested;
        var media = await Client().UploadAsync(File("cat.png", 300_000), null, CancellationToken.None);
        await Client().RunAsync(AimpRun.Body("image-tagger", new JsonMap { ["image"] = media.MediaRef }, null, null, null, null), CancellationToken.None);

        Assert.Equal(("cat.png", "image/png", "image", 300_000L), (media.FileName, media.ContentType, media.MediaType, media.SizeBytes));
        Assert.Equal(isObject, media.MediaRef is JsonMap);
        var upload = Assert.Single(emulator.Aimp.Uploads);
        Assert.Equal(upload.MediaRef!.ToJsonString(), Assert.Single(emulator.Aimp.Runs).Input.GetProperty("image").GetRawText());
        Assert.Equal("""{"filename":"cat.png","content_type":"image/png","media_type":"image","size_bytes":300000}""", emulator.Requests.Find("aimp")[0].Body);
        Assert.Equal(await System.IO.File.ReadAllBytesAsync(Path.Combine(folder, "cat.png")), await emulator.Storage.FindObject(AimpState.Bucket, upload.StorageKey)!.ReadAllAsync());
        Assert.Empty(emulator.Requests.Violations);
    }

    [Fact]
    public async Task The_bytes_go_to_the_storage_without_the_key_and_with_what_was_declared()
    {
        await Client().UploadAsync(File("cat.png", 1000), null, CancellationToken.None);

        Assert.Equal(["/api/media/upload/init", "/api/media/upload/complete"], emulator.Requests.Find("aimp").Select(request => request.Target));
        var bytes = Assert.Single(emulator.Requests.Find("storage"));
        Assert.Equal(("PUT", "image/png", "1000"), (bytes.Method, bytes.Headers["Content-Type"], bytes.Headers["Content-Length"]));
        Assert.DoesNotContain(bytes.Headers, header => header.Value.Contains(Key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_bytes_go_to_the_gateways_own_origin_with_the_key()
    {
        emulator.Aimp.Options.UploadTo = AimpUploadTarget.Gateway;
        await Client().UploadAsync(File("cat.png", 1000), null, CancellationToken.None);

        Assert.Equal(Key, Assert.Single(emulator.Requests.Find("aimp", "PUT")).Headers["X-API-Key"]);
        Assert.Empty(emulator.Requests.Find("storage"));
        Assert.Equal(AimpUploadState.Completed, Assert.Single(emulator.Aimp.Uploads).State);
    }

    [Theory]
    [InlineData(AimpUploadTarget.Storage, "X-Amz-Signature")]
    [InlineData(AimpUploadTarget.Gateway, "token-of-")]
    public async Task The_query_of_the_upload_url_is_told_to_nobody(AimpUploadTarget target, string part)
    {
        emulator.Aimp.Options.UploadTo = target;
        await Client().UploadAsync(File("cat.png", 1000), null, CancellationToken.None);
        emulator.Faults.AddStatus(400, method: "PUT", times: null);
        var error = await Assert.ThrowsAsync<OjinException>(() => Client().UploadAsync(File("cat.png", 1000), null, CancellationToken.None));

        Assert.True(told.Count >= 6);
        Assert.DoesNotContain(told, line => line.Contains(part, StringComparison.Ordinal) || line.Contains(Key, StringComparison.Ordinal));
        Assert.DoesNotContain(part, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_upload_url_without_an_origin_is_redacted_too() =>
        Assert.Equal("""{"upload_url":"/api/bytes/1?***","x":1}""", Redaction.Redact("""{"upload_url":"/api/bytes/1?upload_token=secret","x":1}""", []));

    [Theory]
    [InlineData(FaultKind.CutBeforeHandler)]
    [InlineData(FaultKind.CutAfterHandler)]
    public async Task Bytes_that_were_lost_on_the_way_go_again(FaultKind kind)
    {
        emulator.Faults.Add(kind, "storage", times: 2);
        await Client().UploadAsync(File("cat.png", 100_000), null, CancellationToken.None);

        Assert.Equal(3, emulator.Requests.Find("storage", "PUT").Count);
        Assert.Single(emulator.Aimp.Uploads);
    }

    [Theory]
    [InlineData("""{"upload_id":"x"}""")]
    [InlineData("""{"upload_url":"https://example.com/"}""")]
    [InlineData("""{"upload_id":"x","upload_url":"ftp://example.com/"}""")]
    [InlineData("""[]""")]
    public async Task An_answer_without_what_the_upload_needs_is_an_error(string body)
    {
        emulator.Faults.Add(new FaultRule { Service = "aimp", PathContains = "init", Action = new FaultAction { Kind = FaultKind.ReplaceBody, Body = body } });
        var error = await Assert.ThrowsAsync<OjinException>(() => Client().UploadAsync(File("cat.png", 10), null, CancellationToken.None));

        Assert.Equal(ErrorCodes.InvalidAnswer, error.Code);
        Assert.Empty(emulator.Requests.Find("storage"));
    }

    [Fact]
    public async Task Bytes_go_to_no_host_over_plain_http()
    {
        emulator.Faults.Add(new FaultRule { Service = "aimp", PathContains = "init", Action = new FaultAction { Kind = FaultKind.ReplaceBody, Body = """{"upload_id":"x","upload_url":"http://example.com/x?sig=canary"}""" } });
        var error = await Assert.ThrowsAsync<OjinException>(() => Client().UploadAsync(File("cat.png", 10), null, CancellationToken.None));

        Assert.Equal(ErrorCodes.InvalidAddress, error.Code);
        Assert.DoesNotContain("canary", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_completion_without_a_reference_is_an_error()
    {
        emulator.Faults.Add(new FaultRule { Service = "aimp", PathContains = "complete", Action = new FaultAction { Kind = FaultKind.ReplaceBody, Body = """{"ok":true}""" } });
        var error = await Assert.ThrowsAsync<OjinException>(() => Client().UploadAsync(File("cat.png", 10), null, CancellationToken.None));

        Assert.Equal(ErrorCodes.InvalidAnswer, error.Code);
        Assert.Contains("media_ref", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("image/png", "image")]
    [InlineData("audio/mpeg", "audio")]
    [InlineData("video/mp4", "video")]
    [InlineData("application/pdf", "file")]
    [InlineData("text/plain", "file")]
    public void The_kind_of_media_comes_from_the_type(string type, string kind) => Assert.Equal(kind, AimpMediaFile.MediaTypeOf(type));

    private AimpMediaFile File(string name, int size)
    {
        var path = Path.Combine(folder, name);
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        System.IO.File.WriteAllBytes(path, bytes);
        return AimpMediaFile.FromDisk(path, "image/png");
    }

    private Task<object?> RunAsync() => Client().RunAsync(AimpRun.Body("demo-model", new JsonMap { ["text"] = "x" }, null, null, null, null), CancellationToken.None);

    private AimpClient Client(string? gateway = null)
    {
        var session = new AimpSession(Key, gateway ?? Gateway);
        return new AimpClient(new HttpTransport(this, session.Secrets, Quick), session);
    }
}
