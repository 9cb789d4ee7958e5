using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Ojin.Client.Tests.Emulator;

public sealed class OjinRestEmulatorTests : EmulatorTest
{
    private const string FirstAsset = "00000000-0000-4000-8000-000000000001";
    private const string FirstImage = "00000000-0000-4000-8000-000000000002";
    private const string FirstConfig = "00000000-0000-4000-9000-000000000001";
    private const string TemplateConfig = "00000000-0000-4000-9000-000000000003";
    private const string ForeignConfig = "00000000-0000-4000-9000-000000000004";
    private const string TemplateAsset = "00000000-0000-4000-a000-000000000001";
    private const string ForeignAsset = "00000000-0000-4000-a000-000000000003";

    [Theory]
    [InlineData("/model-configs")]
    [InlineData("/assets")]
    [InlineData("/assets/" + FirstAsset)]
    [InlineData("/assets/" + FirstAsset + "/download")]
    public async Task A_missing_and_a_wrong_key_are_401(string path)
    {
        using var missing = await OjinAsync("GET", path, key: null);
        await AssertRefusedAsync(missing, 401, "UNAUTHORIZED");
        using var wrong = await OjinAsync("GET", path, key: "ojin-test-kez");
        await AssertRefusedAsync(wrong, 401, "UNAUTHORIZED");
    }

    [Fact]
    public async Task A_key_without_rights_is_403()
    {
        using var response = await OjinAsync("GET", "/assets", key: "ojin-forbidden-key");
        await AssertRefusedAsync(response, 403, "FORBIDDEN");
    }

    [Fact]
    public async Task Without_a_key_only_public_variants_are_listed_whatever_the_status_filter_says()
    {
        using var response = await OjinAsync("GET", "/model-variants?status=deprecated", key: null);
        var variant = Assert.Single((await JsonAsync(response))["data"]!.AsArray());
        Assert.Equal("public", variant!["status"]!.GetValue<string>());
        using var hidden = await OjinAsync("GET", "/model-variants/ojin%2Foris-1.0%2Fhigh", key: null);
        await AssertRefusedAsync(hidden, 404, "RESOURCE_NOT_FOUND");
    }

    [Theory]
    [InlineData("status=available", 1)]
    [InlineData("tags=general-purpose,studio", 1)]
    [InlineData("tags=general-purpose", 2)]
    [InlineData("model_id=ojin%2Foris-1.0", 2)]
    [InlineData("limit=1", 1)]
    [InlineData("offset=3", 1)]
    public async Task Variants_are_filtered(string query, int count)
    {
        using var response = await OjinAsync("GET", "/model-variants?" + query);
        Assert.Equal(count, (await JsonAsync(response))["data"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("/model-variants?limit=0")]
    [InlineData("/model-variants?limit=101")]
    [InlineData("/model-variants?limit=+5")]
    [InlineData("/model-variants?offset=-1")]
    [InlineData("/model-variants?Limit=5")]
    [InlineData("/model-variants?limit=5&limit=5")]
    [InlineData("/model-variants?tags=a&tags=b")]
    [InlineData("/assets?source=all")]
    [InlineData("/assets?tags=a")]
    [InlineData("/assets/" + FirstAsset + "?x=1")]
    [InlineData("/assets/no-guid")]
    [InlineData("/assets/000000000000400080000000000000001")]
    public async Task A_wrong_query_or_id_is_400(string path)
    {
        using var response = await OjinAsync("GET", path);
        await AssertRefusedAsync(response, 400, "VALIDATION_ERROR");
    }

    [Theory]
    [InlineData("ojin%2Foris-1.0%2Fstandard")]
    [InlineData("ojin/oris-1.0/standard")]
    [InlineData("ojin%2Flab%2F50%25%20%C3%BC%2Bx")]
    public async Task A_variant_is_found_with_its_slashes_encoded_or_not(string id)
    {
        using var response = await OjinAsync("GET", "/model-variants/" + id);
        Assert.Equal(Uri.UnescapeDataString(id), (await JsonAsync(response))["model_variant_id"]!.GetValue<string>());
        Assert.EndsWith(id, Host.Requests.All[0].Target, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Either_form_of_slashes_can_be_switched_off()
    {
        Host.Ojin.Options.RejectEncodedSlashes = true;
        using var encoded = await OjinAsync("GET", "/model-variants/ojin%2Foris-1.0%2Fstandard");
        Assert.Equal(HttpStatusCode.NotFound, encoded.StatusCode);
        Host.Ojin.Options.RejectEncodedSlashes = false;
        Host.Ojin.Options.RejectRawSlashes = true;
        using var raw = await OjinAsync("GET", "/model-variants/ojin/oris-1.0/standard");
        Assert.Equal(HttpStatusCode.NotFound, raw.StatusCode);
    }

    [Theory]
    [InlineData("""{"title":"t"}""")]
    [InlineData("""{"model_variant_id":"ojin/oris-1.0/standard"}""")]
    [InlineData("""{"title":"t","model_variant_id":"ojin/oris-1.0/standard","extra":1}""")]
    [InlineData("""{"title":1,"model_variant_id":"ojin/oris-1.0/standard"}""")]
    [InlineData("""{"title":"t","title":"u","model_variant_id":"ojin/oris-1.0/standard"}""")]
    [InlineData("""{"title":"t","model_variant_id":"ojin/oris-1.0/standard","model_configurations":[]}""")]
    [InlineData("""{"title":"t","model_variant_id":"ojin/oris-1.0/standard","model_configurations":null}""")]
    [InlineData("""{"title":"t","model_variant_id":"ojin/oris-1.0/standard","model_configurations":{"speed":9}}""")]
    [InlineData("""{"title":"t","model_variant_id":"ojin/oris-1.0/high","model_configurations":{}}""")]
    [InlineData("""[1]""")]
    [InlineData("""{"title":"t",""")]
    public async Task A_wrong_configuration_is_400_and_creates_nothing(string body)
    {
        using var response = await OjinAsync("POST", "/model-configs", body);
        await AssertRefusedAsync(response, 400, "VALIDATION_ERROR");
        Assert.Equal(4, Host.Ojin.Configs.Count);
    }

    [Fact]
    public async Task Another_content_type_is_415()
    {
        using var body = new StringContent("""{"title":"t","model_variant_id":"ojin/oris-1.0/standard"}""", Encoding.UTF8, "text/plain");
        using var response = await SendAsync("POST", Host.OjinBaseUri + "/model-configs", body, "ojin-test-key");
        await AssertRefusedAsync(response, 415, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task A_configuration_comes_back_as_it_was_sent()
    {
        const string Configuration = """{"speed":1.10,"prompt":{"n":12345678901234567890,"e":1e3,"t":"\u00e9","list":[1,[2,{}]],"none":null}}""";
        using var created = await OjinAsync("POST", "/model-configs", $$"""{"title":"t","model_variant_id":"ojin/oris-1.0/standard","model_configurations":{{Configuration}}}""");
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var text = await created.Content.ReadAsStringAsync();
        Assert.Contains("\"model_configurations\":" + Configuration, text, StringComparison.Ordinal);
        var id = JsonNode.Parse(text)!["model_config_id"]!.GetValue<string>();
        using var read = await OjinAsync("GET", "/model-configs/" + id);
        Assert.Equal(text, await read.Content.ReadAsStringAsync());
        using var open = await OjinAsync("GET", "/public/model-configs/" + id, key: null);
        var wire = await JsonAsync(open);
        Assert.False(wire.ContainsKey("organization_id"));
        Assert.False(wire.ContainsKey("created_by"));
    }

    [Fact]
    public async Task A_title_is_unique_and_a_variant_must_exist()
    {
        using var twice = await OjinAsync("POST", "/model-configs", """{"title":"Receptionist","model_variant_id":"ojin/oris-1.0/standard"}""");
        await AssertRefusedAsync(twice, 400, "TITLE_NOT_UNIQUE");
        using var missing = await OjinAsync("POST", "/model-configs", """{"title":"t","model_variant_id":"no/such"}""");
        await AssertRefusedAsync(missing, 404, "RESOURCE_NOT_FOUND");
    }

    [Fact]
    public async Task An_update_needs_both_fields_and_moves_the_time()
    {
        using var half = await OjinAsync("PUT", "/model-configs/" + FirstConfig, """{"title":"t"}""");
        await AssertRefusedAsync(half, 400, "VALIDATION_ERROR");
        var before = Host.Ojin.FindConfig(Guid.Parse(FirstConfig))!.UpdatedAt;
        using var whole = await OjinAsync("PUT", "/model-configs/" + FirstConfig, """{"title":"t","model_configurations":{"voice":"birch"}}""");
        Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
        Assert.True(Host.Ojin.FindConfig(Guid.Parse(FirstConfig))!.UpdatedAt > before);
    }

    [Fact]
    public async Task A_template_can_be_read_and_not_written_and_another_organization_is_closed()
    {
        using var read = await OjinAsync("GET", "/model-configs/" + TemplateConfig);
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        using var write = await OjinAsync("DELETE", "/model-configs/" + TemplateConfig);
        await AssertRefusedAsync(write, 403, "FORBIDDEN");
        using var asset = await OjinAsync("DELETE", "/assets/" + TemplateAsset);
        await AssertRefusedAsync(asset, 403, "FORBIDDEN");
        using var foreign = await OjinAsync("GET", "/model-configs/" + ForeignConfig);
        await AssertRefusedAsync(foreign, 403, "FORBIDDEN");
        using var foreignAsset = await OjinAsync("GET", "/assets/" + ForeignAsset);
        await AssertRefusedAsync(foreignAsset, 403, "FORBIDDEN");
        using var list = await OjinAsync("GET", "/assets?source=template");
        Assert.Equal(2, (await JsonAsync(list))["pagination"]!["total_items"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_referenced_configuration_is_409_until_the_reference_is_named()
    {
        var agent = Guid.NewGuid();
        Host.Ojin.FindConfig(Guid.Parse(FirstConfig))!.ReferencedBy.Add(agent);
        using var refused = await OjinAsync("DELETE", "/model-configs/" + FirstConfig);
        await AssertRefusedAsync(refused, 409, "RESOURCE_CONFLICT");
        using var other = await OjinAsync("DELETE", $"/model-configs/{FirstConfig}?referenced_by={Guid.NewGuid()}");
        await AssertRefusedAsync(other, 409, "RESOURCE_CONFLICT");
        using var deleted = await OjinAsync("DELETE", $"/model-configs/{FirstConfig}?referenced_by={agent}");
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var again = await OjinAsync("DELETE", "/model-configs/" + FirstConfig);
        await AssertRefusedAsync(again, 404, "RESOURCE_NOT_FOUND");
    }

    [Theory]
    [InlineData("/public/assets/" + FirstAsset)]
    [InlineData("/public/model-configs/" + FirstConfig)]
    public async Task A_key_on_a_public_endpoint_is_refused_and_counted(string path)
    {
        using var open = await OjinAsync("GET", path, key: null);
        Assert.Equal(HttpStatusCode.OK, open.StatusCode);
        Assert.Empty(Host.Requests.Violations);
        using var stray = await OjinAsync("GET", path);
        await AssertRefusedAsync(stray, 400, "EMULATOR_STRAY_CREDENTIAL");
        Assert.Equal("EMULATOR_STRAY_CREDENTIAL", Assert.Single(Host.Requests.Violations).Code);
    }

    [Fact]
    public async Task A_bearer_token_is_refused_everywhere()
    {
        using var response = await SendAsync("GET", Host.OjinBaseUri + "/assets", null, "ojin-test-key", ("Authorization", "Bearer x"));
        await AssertRefusedAsync(response, 400, "EMULATOR_STRAY_CREDENTIAL");
    }

    [Fact]
    public async Task A_page_says_how_many_items_it_has_and_how_many_there_are()
    {
        Host.Ojin.AddAssets(20_000);
        using var response = await OjinAsync("GET", "/assets?limit=100&offset=19950");
        var page = await JsonAsync(response);
        Assert.Equal(53, page["data"]!.AsArray().Count);
        Assert.Equal("""{"limit":53,"offset":19950,"total_items":20003}""", page["pagination"]!.ToJsonString());
        using var beyond = await OjinAsync("GET", "/assets?offset=20003");
        Assert.Empty((await JsonAsync(beyond))["data"]!.AsArray());
        using var named = await OjinAsync("GET", "/assets?name=ASSET-20003&category=video");
        Assert.Single((await JsonAsync(named))["data"]!.AsArray());
    }

    [Fact]
    public async Task Assets_at_the_start_have_the_content_that_they_say()
    {
        using var response = await OjinAsync("GET", $"/assets/{FirstAsset}/download");
        var asset = await JsonAsync(response);
        var content = await Http.GetByteArrayAsync(new Uri(asset["asset_url"]!.GetValue<string>()));
        Assert.Equal(asset["size_bytes"]!.GetValue<int>(), content.Length);
        Assert.Equal(asset["etag"]!.GetValue<string>(), $"\"{Md5(content)}\"");
        using var plain = await OjinAsync("GET", "/assets/" + FirstAsset);
        Assert.False((await JsonAsync(plain)).ContainsKey("asset_url"));
    }

    [Theory]
    [InlineData("""{"name":"a"}""")]
    [InlineData("""{"name":"","category":"video"}""")]
    [InlineData("""{"name":"a","category":"video","size_bytes":"1"}""")]
    [InlineData("""{"name":"a","category":"video","size_bytes":1.0}""")]
    [InlineData("""{"name":"a","category":"video","size_bytes":-1}""")]
    [InlineData("""{"name":"a","category":"video","part_size":1}""")]
    [InlineData("")]
    public async Task A_wrong_initiate_upload_is_400(string body)
    {
        using var response = await OjinAsync("POST", "/assets/initiate-upload", body);
        await AssertRefusedAsync(response, 400, "VALIDATION_ERROR");
        Assert.Empty(Host.Ojin.Uploads);
    }

    [Theory]
    [InlineData("part_number", "0", 400)]
    [InlineData("part_number", "10001", 400)]
    [InlineData("part_number", "\"1\"", 400)]
    [InlineData("s3_key", "\"other\"", 400)]
    [InlineData("upload_id", "\"other\"", 404)]
    [InlineData("asset_id", "\"00000000-0000-4000-8000-000000000001\"", 404)]
    public async Task A_part_is_signed_only_for_its_upload(string field, string value, int status)
    {
        var body = await InitiateAsync();
        body["part_number"] = 1;
        body[field] = JsonNode.Parse(value);
        using var response = await OjinAsync("POST", "/assets/sign-part", body.ToJsonString());
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData(FirstImage, "v2", 202)]
    [InlineData(FirstImage, null, 202)]
    [InlineData(FirstImage, "v4", 400)]
    [InlineData(FirstAsset, "v1", 400)]
    [InlineData("00000000-0000-4000-8000-00000000ffff", "v1", 404)]
    public async Task An_idle_video_is_made_of_an_image(string source, string? template, int status)
    {
        var body = new JsonObject { ["source_asset_id"] = source };
        if (template is not null)
            body["reference_template"] = template;
        using var response = await OjinAsync("POST", "/assets/generate/ojin/oris-1.0-idle-video-generator", body.ToJsonString());
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status == 202 ? 1 : 0, Host.Ojin.IdleVideos.Count);
    }

    [Theory]
    [InlineData("PATCH", "/assets", "GET, POST")]
    [InlineData("POST", "/model-variants", "GET")]
    [InlineData("GET", "/assets/initiate-upload", "POST")]
    public async Task A_wrong_method_is_405(string method, string path, string allow)
    {
        using var response = await OjinAsync(method, path);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(allow, string.Join(", ", response.Content.Headers.Allow));
    }

    [Fact]
    public async Task A_deleted_asset_takes_its_object_with_it()
    {
        using var before = await OjinAsync("GET", $"/assets/{FirstAsset}/download");
        var url = (await JsonAsync(before))["asset_url"]!.GetValue<string>();
        using var deleted = await OjinAsync("DELETE", "/assets/" + FirstAsset);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var gone = await SendAsync("GET", url);
        await AssertS3ErrorAsync(gone, 404, "NoSuchKey");
        using var again = await OjinAsync("DELETE", "/assets/" + FirstAsset);
        await AssertRefusedAsync(again, 404, "RESOURCE_NOT_FOUND");
    }

    [Fact]
    public async Task Overrides_are_answered_and_a_reset_forgets_them()
    {
        Host.Ojin.FindAsset(Guid.Parse(FirstAsset))!.Overrides = new JsonObject { ["name"] = "../evil", ["unknown"] = 1 };
        using var changed = await OjinAsync("GET", "/assets/" + FirstAsset);
        var wire = await JsonAsync(changed);
        Assert.Equal("../evil", wire["name"]!.GetValue<string>());
        Assert.Equal(1, wire["unknown"]!.GetValue<int>());
        Host.Reset();
        Assert.Equal("asset-00001.mp4", Host.Ojin.FindAsset(Guid.Parse(FirstAsset))!.Name);
        Assert.Null(Host.Ojin.FindAsset(Guid.Parse(FirstAsset))!.Overrides);
        Assert.Equal(0, Host.Requests.Count);
    }
}
