using System.Text.Json.Nodes;
using Ojin.Emulator;
using Ojin.Http;
using Ojin.Json;
using Xunit;

namespace Ojin.Client.Tests.Rest;

/// <summary>Each operation of the REST API on the wire.</summary>
public sealed class OjinClientTests : IAsyncLifetime
{
    private const string Key = "ojin-test-key";
    private const string Asset1 = "00000000-0000-4000-8000-000000000001";
    private const string Config1 = "00000000-0000-4000-9000-000000000001";

    private static readonly TransportOptions Quick = new() { BaseDelay = TimeSpan.FromMilliseconds(1), MaximumDelay = TimeSpan.FromMilliseconds(5) };

    private EmulatorHost emulator = null!;
    private OjinClient client = null!;

    public async Task InitializeAsync()
    {
        emulator = await EmulatorHost.StartAsync();
        client = ClientWith(Key);
    }

    public async Task DisposeAsync()
    {
        var violations = emulator.Requests.Violations;
        await emulator.DisposeAsync();
        Assert.Empty(violations);
    }

    [Fact]
    public async Task Variants_are_listed_with_their_filters()
    {
        var variants = await ToListAsync(client.ListModelVariantsAsync("ojin/oris-1.0", "public", ["real-time", "general-purpose"], false, null, default));

        Assert.Equal("ojin/oris-1.0/standard", Assert.Single(variants).ModelVariantId);
        var request = Only("GET");
        Assert.Equal("/v1/model-variants?model_id=ojin%2Foris-1.0&status=public&tags=real-time,general-purpose&limit=100", request.Target);
        Assert.Equal(Key, request.Headers["X-API-Key"]);
    }

    [Fact]
    public async Task Tags_are_escaped_each_and_their_commas_are_not()
    {
        await ToListAsync(client.ListModelVariantsAsync(null, null, ["a b", "ü&x=1", "c/d"], false, null, default));

        Assert.Equal("/v1/model-variants?tags=a%20b,%C3%BC%26x%3D1,c%2Fd&limit=100", Only("GET").Target);
    }

    [Theory]
    [InlineData("a,b")]
    [InlineData("")]
    public async Task A_tag_that_cannot_be_sent_is_refused(string tag)
    {
        var error = await Assert.ThrowsAsync<OjinException>(() => ToListAsync(client.ListModelVariantsAsync(null, null, ["x", tag], false, null, default)));

        Assert.Equal(ErrorCodes.InvalidArgument, error.Code);
        Assert.Empty(emulator.Requests.All);
    }

    [Fact]
    public async Task Without_a_key_only_public_variants_are_seen_and_none_is_sent()
    {
        var variants = await ToListAsync(client.ListModelVariantsAsync(null, null, null, true, null, default));
        var error = await Assert.ThrowsAsync<OjinException>(() => client.GetModelVariantAsync("ojin/oris-1.0/high", true, default));

        Assert.All(variants, variant => Assert.Equal("public", variant.Status));
        Assert.Equal(404, error.StatusCode);
        Assert.All(emulator.Requests.All, request => Assert.DoesNotContain("X-API-Key", request.Headers.Keys));
    }

    [Theory]
    [InlineData("ojin/oris-1.0/standard", "ojin%2Foris-1.0%2Fstandard")]
    [InlineData("ojin/lab/50% ü+x", "ojin%2Flab%2F50%25%20%C3%BC%2Bx")]
    public async Task A_variant_is_one_segment_of_the_path(string id, string segment)
    {
        var variant = await client.GetModelVariantAsync(id, false, default);

        Assert.Equal(id, variant.ModelVariantId);
        Assert.NotNull(variant.CreatedAt);
        Assert.Equal("/v1/model-variants/" + segment, Only("GET").Target);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("a\nb")]
    public async Task A_variant_id_that_names_something_else_is_refused(string id)
    {
        await Assert.ThrowsAsync<OjinException>(() => client.GetModelVariantAsync(id, false, default));

        Assert.Empty(emulator.Requests.All);
    }

    [Fact]
    public async Task Configurations_are_listed_with_their_filters()
    {
        var own = await ToListAsync(client.ListModelConfigsAsync("ojin/oris-1.0/standard", null, null, default));
        var templates = await ToListAsync(client.ListModelConfigsAsync(null, "template", null, default));

        Assert.Equal("Receptionist", Assert.Single(own).Title);
        Assert.Equal("Template host", Assert.Single(templates).Title);
        Assert.Equal(
            ["/v1/model-configs?model_variant_id=ojin%2Foris-1.0%2Fstandard&limit=100", "/v1/model-configs?source=template&limit=100"],
            emulator.Requests.All.Select(request => request.Target));
    }

    [Fact]
    public async Task A_configuration_is_created_word_for_word()
    {
        const string values = """{"voice":"amber","nested":{"deep":{"list":[1],"none":null,"exact":1.10,"time":"2024-01-01T00:00:00Z"}},"empty":{}}""";

        var created = await client.CreateModelConfigAsync("New one", "ojin/oris-1.0/standard", JsonMap.Parse(values), default);

        var request = Only("POST");
        Assert.Equal("/v1/model-configs", request.Target);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        AssertJson("""{"title":"New one","model_variant_id":"ojin/oris-1.0/standard","model_configurations":""" + values + "}", request.Body);
        Assert.Equal(values, created.Configuration.ToJson());
        Assert.Equal("org_emulator", created.OrganizationId);
    }

    [Fact]
    public async Task A_configuration_without_values_leaves_them_out()
    {
        var created = await client.CreateModelConfigAsync("Bare", "ojin/oris-1.0/standard", null, default);

        AssertJson("""{"title":"Bare","model_variant_id":"ojin/oris-1.0/standard"}""", Only("POST").Body);
        Assert.Empty(created.Configuration);
    }

    [Theory]
    [InlineData(FaultKind.CutAfterHandler)]
    [InlineData(FaultKind.CutBeforeHandler)]
    public async Task A_creation_whose_answer_is_lost_is_not_sent_again(FaultKind kind)
    {
        emulator.Faults.Add(kind, "ojin", "POST", times: null);

        var error = await Assert.ThrowsAsync<OjinException>(() => client.CreateModelConfigAsync("It's new", "ojin/oris-1.0/standard", null, default));

        Assert.True(error.OutcomeUnknown);
        Assert.Contains("Get-OjinModelConfig -Title 'It''s new'", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Single(emulator.Requests.All);
        Assert.Equal(kind == FaultKind.CutAfterHandler ? 1 : 0, emulator.Ojin.Configs.Count(config => config.Title == "It's new"));
    }

    [Fact]
    public async Task A_configuration_is_read_with_and_without_the_key()
    {
        var own = await client.GetModelConfigAsync(Config1, default);
        var open = await client.GetPublicModelConfigAsync(Config1, default);

        Assert.Equal(own.Configuration.ToJson(), open.Configuration.ToJson());
        Assert.Equal(("org_emulator", (string?)null), (own.OrganizationId, open.OrganizationId));
        Assert.Equal(["/v1/model-configs/" + Config1, "/v1/public/model-configs/" + Config1], emulator.Requests.All.Select(request => request.Target));
        Assert.DoesNotContain("X-API-Key", emulator.Requests.All[1].Headers.Keys);
    }

    [Fact]
    public async Task An_update_sends_both_fields()
    {
        var updated = await client.UpdateModelConfigAsync(Config1, "Renamed", JsonMap.Parse("""{"voice":"birch"}"""), default);

        var request = Only("PUT");
        Assert.Equal("/v1/model-configs/" + Config1, request.Target);
        AssertJson("""{"title":"Renamed","model_configurations":{"voice":"birch"}}""", request.Body);
        Assert.Equal("Renamed", updated.Title);
    }

    [Fact]
    public async Task An_update_whose_answer_is_lost_is_not_sent_again()
    {
        emulator.Faults.AddStatus(500, "ojin", "PUT", times: null);

        var error = await Assert.ThrowsAsync<OjinException>(() => client.UpdateModelConfigAsync(Config1, "Renamed", [], default));

        Assert.True(error.OutcomeUnknown);
        Assert.Single(emulator.Requests.All);
    }

    [Fact]
    public async Task A_configuration_is_deleted()
    {
        await client.DeleteModelConfigAsync(Config1, null, default);

        Assert.Equal(("/v1/model-configs/" + Config1, 204), (Only("DELETE").Target, Only("DELETE").Status));
        Assert.Equal("", Only("DELETE").Body);
    }

    [Fact]
    public async Task A_reference_is_deleted_with_its_configuration()
    {
        const string agent = "123e4567-e89b-12d3-a456-426614174000";

        await client.DeleteModelConfigAsync(Config1, agent, default);

        Assert.Equal($"/v1/model-configs/{Config1}?referenced_by={agent}", Only("DELETE").Target);
    }

    [Fact]
    public async Task A_deletion_whose_answer_was_lost_is_no_error()
    {
        emulator.Faults.Add(FaultKind.CutAfterHandler, "ojin", "DELETE");

        await client.DeleteAssetAsync(Asset1, default);

        Assert.Equal(2, emulator.Requests.Find("ojin", "DELETE").Count);
        Assert.Null(emulator.Ojin.FindAsset(Guid.Parse(Asset1)));
    }

    [Fact]
    public async Task What_is_not_there_cannot_be_deleted()
    {
        var error = await Assert.ThrowsAsync<OjinException>(() => client.DeleteAssetAsync("123e4567-e89b-12d3-a456-426614174000", default));

        Assert.Equal((404, "RESOURCE_NOT_FOUND"), (error.StatusCode, error.Code));
    }

    [Fact]
    public async Task An_upload_is_started_signed_and_finished()
    {
        var upload = await client.InitiateUploadAsync("a.txt", "weight", "text/plain", 3, default);
        var signed = await client.SignPartAsync(upload, 1, default);
        using var http = new HttpClient();
        using var content = new ByteArrayContent([1, 2, 3]);
        using var put = await http.PutAsync(signed.UploadUrl.ToUri(), content);
        var asset = await client.FinalizeUploadAsync(upload, "a.txt", "weight", "text/plain", 3, [new AssetUploadPart(1, put.Headers.GetValues("ETag").Single())], default);

        var sent = emulator.Requests.Find("ojin");
        Assert.Equal(["/v1/assets/initiate-upload", "/v1/assets/sign-part", "/v1/assets"], sent.Select(request => request.Target));
        AssertJson("""{"name":"a.txt","category":"weight","content_type":"text/plain","size_bytes":3}""", sent[0].Body);
        AssertJson($$"""{"s3_key":"{{upload.S3Key}}","asset_id":"{{upload.AssetId}}","upload_id":"{{upload.UploadId}}","part_number":1}""", sent[1].Body);
        AssertJson(
            $$"""{"asset_id":"{{upload.AssetId}}","upload_id":"{{upload.UploadId}}","name":"a.txt","category":"weight","content_type":"text/plain","size_bytes":3,"parts":[{"part_number":1,"etag":"{{put.Headers.GetValues("ETag").Single().Replace("\"", "\\\"", StringComparison.Ordinal)}}"}]}""",
            sent[2].Body);
        Assert.Equal((upload.AssetId, 3L), (asset.AssetId, asset.SizeBytes));
        Assert.NotEmpty(upload.S3Key!);
    }

    [Fact]
    public async Task An_upload_without_type_size_and_key_leaves_them_out()
    {
        emulator.Ojin.Options.OmitS3Key = true;

        var upload = await client.InitiateUploadAsync("a.bin", "weight", null, null, default);
        await client.SignPartAsync(upload, 10_000, default);

        var sent = emulator.Requests.Find("ojin");
        AssertJson("""{"name":"a.bin","category":"weight"}""", sent[0].Body);
        AssertJson($$"""{"asset_id":"{{upload.AssetId}}","upload_id":"{{upload.UploadId}}","part_number":10000}""", sent[1].Body);
    }

    [Fact]
    public async Task Signing_is_repeated_and_starting_and_finishing_are_not()
    {
        var upload = await client.InitiateUploadAsync("a.bin", "weight", null, null, default);
        emulator.Faults.AddStatus(500, "ojin", "POST", "sign-part", times: 2);
        await client.SignPartAsync(upload, 1, default);
        Assert.Equal(3, emulator.Requests.Find(pathContains: "sign-part").Count);

        emulator.Faults.AddStatus(500, "ojin", "POST", times: null);
        Assert.True((await Assert.ThrowsAsync<OjinException>(() => client.InitiateUploadAsync("b.bin", "weight", null, null, default))).OutcomeUnknown);
        var error = await Assert.ThrowsAsync<OjinException>(() => client.FinalizeUploadAsync(upload, "a.bin", "weight", "x/y", 1, [new AssetUploadPart(1, "\"e\"")], default));

        Assert.Contains("Get-OjinAsset " + upload.AssetId, error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(2, emulator.Requests.Find(pathContains: "initiate-upload").Count);
        Assert.Single(emulator.Requests.All, request => request.Target == "/v1/assets");
    }

    [Fact]
    public async Task Assets_are_listed_with_their_filters()
    {
        await ToListAsync(client.ListAssetsAsync("template", "image", "a b&c", null, default));

        Assert.Equal("/v1/assets?source=template&category=image&name=a%20b%26c&limit=100", Only("GET").Target);
    }

    [Fact]
    public async Task A_long_list_comes_whole_and_in_order()
    {
        emulator.Ojin.AddAssets(1230);

        var assets = await ToListAsync(client.ListAssetsAsync(null, null, null, null, default));

        Assert.Equal(emulator.Ojin.Assets.Where(asset => asset.Owner == OjinOwner.Org).Select(asset => asset.AssetId.ToString("D")), assets.Select(asset => asset.AssetId));
        Assert.Equal(13, emulator.Requests.Count);
    }

    [Fact]
    public async Task A_long_list_comes_through_a_bad_network()
    {
        emulator.Ojin.AddAssets(300);
        emulator.Faults.AddStatus(503, "ojin", times: 2);
        emulator.Faults.Add(FaultKind.CutAnswer, "ojin", skip: 1);
        emulator.Faults.Add(FaultKind.CutBeforeRead, "ojin", skip: 2);

        Assert.Equal(303, (await ToListAsync(client.ListAssetsAsync(null, null, null, null, default))).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_list_of_a_server_that_ignores_the_offset_ends(bool omitPagination)
    {
        emulator.Ojin.AddAssets(300);
        emulator.Ojin.Options.IgnoreOffset = true;
        emulator.Ojin.Options.OmitPagination = omitPagination;

        Assert.Equal(100, (await ToListAsync(client.ListAssetsAsync(null, null, null, null, default))).Count);
    }

    [Fact]
    public async Task An_asset_is_read_in_each_form()
    {
        var plain = await client.GetAssetAsync(Asset1, default);
        var download = await client.GetAssetDownloadAsync(Asset1, default);
        var open = await client.GetPublicAssetAsync(Asset1, default);

        Assert.Null(plain.AssetUrl);
        Assert.NotNull(download.AssetUrl);
        Assert.NotNull(open.AssetUrl);
        Assert.Equal((null, null), (open.OrganizationId, open.CreatedBy));
        Assert.StartsWith("\"", plain.ETag, StringComparison.Ordinal);
        Assert.Equal(
            [$"/v1/assets/{Asset1}", $"/v1/assets/{Asset1}/download", $"/v1/public/assets/{Asset1}"],
            emulator.Requests.All.Select(request => request.Target));
        Assert.Equal([true, true, false], emulator.Requests.All.Select(request => request.Headers.ContainsKey("X-API-Key")));
    }

    [Fact]
    public async Task An_idle_video_is_started_once()
    {
        var job = await client.GenerateIdleVideoAsync("00000000-0000-4000-8000-000000000002", "v2", default);

        var request = Only("POST");
        Assert.Equal("/v1/assets/generate/ojin/oris-1.0-idle-video-generator", request.Target);
        AssertJson("""{"source_asset_id":"00000000-0000-4000-8000-000000000002","reference_template":"v2"}""", request.Body);
        Assert.Equal((202, "00000000-0000-4000-8000-000000000002", "v2"), (request.Status!.Value, job.SourceAssetId, job.ReferenceTemplate));

        emulator.Faults.Add(FaultKind.CutAfterHandler, "ojin", "POST", times: null);
        Assert.True((await Assert.ThrowsAsync<OjinException>(() => client.GenerateIdleVideoAsync("00000000-0000-4000-8000-000000000002", null, default))).OutcomeUnknown);
        Assert.Equal(2, emulator.Requests.Find("ojin", "POST").Count);
        AssertJson("""{"source_asset_id":"00000000-0000-4000-8000-000000000002"}""", emulator.Requests.Find("ojin", "POST")[1].Body);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("../model-configs")]
    [InlineData("{00000000-0000-4000-8000-000000000001}")]
    [InlineData("00000000000040008000000000000001")]
    public async Task An_id_that_is_no_uuid_is_refused_before_any_call(string id)
    {
        Func<Task>[] calls =
        [
            () => client.GetAssetAsync(id, default),
            () => client.GetAssetDownloadAsync(id, default),
            () => client.GetPublicAssetAsync(id, default),
            () => client.DeleteAssetAsync(id, default),
            () => client.GenerateIdleVideoAsync(id, null, default),
            () => client.GetModelConfigAsync(id, default),
            () => client.GetPublicModelConfigAsync(id, default),
            () => client.UpdateModelConfigAsync(id, "t", [], default),
            () => client.DeleteModelConfigAsync(id, null, default),
            () => client.DeleteModelConfigAsync(Config1, id, default),
        ];
        foreach (var call in calls) Assert.Equal(ErrorCodes.InvalidArgument, (await Assert.ThrowsAsync<OjinException>(call)).Code);
        Assert.Empty(emulator.Requests.All);
    }

    [Fact]
    public async Task Without_a_key_nothing_is_sent_that_needs_one()
    {
        var error = await Assert.ThrowsAsync<OjinException>(() => ClientWith(null).GetAssetAsync(Asset1, default));

        Assert.Equal(ErrorCodes.NotConnected, error.Code);
        Assert.Contains("OJIN_API_KEY", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(emulator.Requests.All);
    }

    [Theory]
    [InlineData("wrong-key", 401)]
    [InlineData("ojin-forbidden-key", 403)]
    public async Task A_key_that_is_not_good_is_told(string key, int status)
    {
        var error = await Assert.ThrowsAsync<OjinException>(() => ClientWith(key).GetAssetAsync(Asset1, default));

        Assert.Equal(status, error.StatusCode);
        Assert.Single(emulator.Requests.All);
    }

    [Fact]
    public async Task Test_of_a_session_tells_who_answers()
    {
        var session = new OjinSession(Key, emulator.OjinBaseUri.AbsoluteUri);

        var good = await SessionTest.RunAsync(new HttpTransport(), session, default);
        var bad = await SessionTest.RunAsync(new HttpTransport(), new OjinSession("wrong-key", emulator.OjinBaseUri.AbsoluteUri), default);
        var stranger = await SessionTest.RunAsync(new HttpTransport(), new OjinSession(null, emulator.OjinBaseUri.AbsoluteUri), default);

        Assert.Equal((true, true, 200), (good.Succeeded, good.KeyIsValid!.Value, good.StatusCode!.Value));
        Assert.Equal((false, false, 401), (bad.Succeeded, bad.KeyIsValid!.Value, bad.StatusCode!.Value));
        Assert.Equal((false, (bool?)null, (int?)null), (stranger.Succeeded, stranger.KeyIsValid, stranger.StatusCode));
        Assert.Equal(["/v1/model-configs?limit=1", "/v1/model-configs?limit=1"], emulator.Requests.All.Select(request => request.Target));
    }

    private static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items) list.Add(item);
        return list;
    }

    private static void AssertJson(string expected, string actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), $"Expected: {expected}\nActual:   {actual}");

    private RecordedRequest Only(string method) => Assert.Single(emulator.Requests.All, request => request.Method == method);

    private OjinClient ClientWith(string? key)
    {
        var session = new OjinSession(key, emulator.OjinBaseUri.AbsoluteUri);
        return new OjinClient(new HttpTransport(null, session.Secrets, Quick), session);
    }
}
