using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Xunit;

namespace Ojin.Client.Tests.Swift;

/// <summary>What Swift says to a plain HttpClient: the ground that the transfers' tests stand on.</summary>
public sealed class SwiftStorageTests(SwiftFixture fixture) : SwiftTest(fixture)
{
    [SwiftFact]
    public async Task Parts_become_one_object_that_ranges_can_be_read_of()
    {
        var content = Bytes(PartSize + 1000);
        var (asset, _) = await UploadAsync(content);
        Assert.Equal(MultipartETag(content), asset["etag"]!.GetValue<string>().Trim('"'));
        Assert.Equal(content.Length, asset["size_bytes"]!.GetValue<long>());
        var url = Api.DownloadUrl(asset["asset_id"]!.GetValue<string>());

        var whole = await Http.GetAsync(url);
        Assert.Equal(content, await whole.Content.ReadAsByteArrayAsync());
        Assert.Equal($"\"{MultipartETag(content)}\"", whole.Headers.ETag!.Tag);

        var range = await GetRangeAsync(url, PartSize - 10, PartSize + 9, whole.Headers.ETag.Tag);
        Assert.Equal(HttpStatusCode.PartialContent, range.StatusCode);
        Assert.Equal(content[(PartSize - 10)..(PartSize + 10)], await range.Content.ReadAsByteArrayAsync());

        var other = await GetRangeAsync(url, 0, 9, "\"0123456789abcdef0123456789abcdef-2\"");
        Assert.Equal(HttpStatusCode.PreconditionFailed, other.StatusCode);
    }

    [SwiftFact]
    public async Task A_url_that_has_expired_and_one_that_was_changed_are_refused()
    {
        var upload = await PostAsync("/assets/initiate-upload", new JsonObject { ["name"] = "a.bin", ["category"] = "weight" });
        Api.ExpiredUploadUrls = 1;
        await AssertRefusedAsync(await PutAsync(upload, 1, [1]), "AccessDenied", "expired");
        Api.Tamper = BreakSignature;
        await AssertRefusedAsync(await PutAsync(upload, 1, [1]), "SignatureDoesNotMatch", "signature");
        Api.Tamper = static url => url;
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(upload, 1, [1])).StatusCode);
    }

    [SwiftFact]
    public async Task A_wrong_etag_at_the_end_is_refused()
    {
        var (_, status) = await UploadAsync(Bytes(1000), static etag => etag.Replace(etag[1], etag[1] == '0' ? '1' : '0'));
        Assert.Equal(HttpStatusCode.BadRequest, status);
    }

    private static async Task AssertRefusedAsync(HttpResponseMessage answer, string code, string message)
    {
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        var error = XDocument.Parse(await answer.Content.ReadAsStringAsync()).Root!;
        Assert.Equal(code, error.Element("Code")!.Value);
        Assert.Contains(message, error.Element("Message")!.Value, StringComparison.Ordinal);
    }

    private async Task<(JsonObject Answer, HttpStatusCode Status)> UploadAsync(byte[] content, Func<string, string>? change = null)
    {
        var upload = await PostAsync("/assets/initiate-upload", new JsonObject { ["name"] = "a.bin", ["category"] = "weight" });
        var parts = new JsonArray();
        foreach (var (index, part) in content.Chunk(PartSize).Index())
        {
            var answer = await PutAsync(upload, index + 1, part);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            var etag = answer.Headers.ETag!.Tag;
            parts.Add(new JsonObject { ["part_number"] = index + 1, ["etag"] = change is null ? etag : change(etag) });
        }

        using var request = Request("/assets", new JsonObject
        {
            ["asset_id"] = upload["asset_id"]!.DeepClone(),
            ["upload_id"] = upload["upload_id"]!.DeepClone(),
            ["name"] = "a.bin",
            ["category"] = "weight",
            ["content_type"] = "application/octet-stream",
            ["size_bytes"] = content.Length,
            ["parts"] = parts,
        });
        var end = await Http.SendAsync(request);
        return (JsonNode.Parse(await end.Content.ReadAsStringAsync())!.AsObject(), end.StatusCode);
    }

    private async Task<HttpResponseMessage> PutAsync(JsonObject upload, int part, byte[] content)
    {
        var body = upload.DeepClone().AsObject();
        body["part_number"] = part;
        var url = (await PostAsync("/assets/sign-part", body))["upload_url"]!.GetValue<string>();
        using var bytes = new ByteArrayContent(content);
        return await Http.PutAsync(url, bytes);
    }

    private async Task<HttpResponseMessage> GetRangeAsync(string url, long from, long to, string etag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Range = new RangeHeaderValue(from, to);
        request.Headers.IfMatch.Add(new EntityTagHeaderValue(etag));
        return await Http.SendAsync(request);
    }

    private async Task<JsonObject> PostAsync(string path, JsonObject body)
    {
        using var request = Request(path, body);
        var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    private HttpRequestMessage Request(string path, JsonObject body) => new(HttpMethod.Post, Api.BaseUri + path)
    {
        Headers = { { "X-API-Key", OjinOnS3.ApiKey } },
        Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
    };
}
