using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Ojin.Emulator;
using Xunit;

namespace Ojin.Client.Tests.Emulator;

/// <summary>A test of the emulator itself: an emulator of its own, and a plain HttpClient.</summary>
[SuppressMessage("Design", "CA1001", Justification = "xunit calls DisposeAsync.")]
public abstract class EmulatorTest : IAsyncLifetime
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };

    protected EmulatorHost Host { get; private set; } = null!;

    protected HttpClient Http => _http;

    public async Task InitializeAsync() => Host = await EmulatorHost.StartAsync();

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await Host.DisposeAsync();
    }

    protected static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    [SuppressMessage("Security", "CA5351", Justification = "An ETag of S3 is an MD5.")]
    protected static string Md5(params byte[][] blocks) => Convert.ToHexStringLower(MD5.HashData([.. blocks.SelectMany(block => block)]));

    protected static async Task<JsonObject> JsonAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();

    /// <summary>A request to the Ojin API with the right key.</summary>
    protected Task<HttpResponseMessage> OjinAsync(string method, string path, string? json = null, string? key = "ojin-test-key") =>
        SendAsync(method, Host.OjinBaseUri.AbsoluteUri + path, json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"), key);

    protected async Task<HttpResponseMessage> SendAsync(string method, string uri, HttpContent? content = null, string? key = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(uri)) { Content = content };
        if (key is not null)
            request.Headers.Add("X-API-Key", key);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await _http.SendAsync(request);
    }

    protected async Task<JsonObject> InitiateAsync(string name = "film.mp4", string category = "video")
    {
        using var response = await OjinAsync("POST", "/assets/initiate-upload", new JsonObject { ["name"] = name, ["category"] = category }.ToJsonString());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await JsonAsync(response);
    }

    protected async Task<string> SignAsync(JsonObject upload, int part)
    {
        var body = upload.DeepClone().AsObject();
        body["part_number"] = part;
        using var response = await OjinAsync("POST", "/assets/sign-part", body.ToJsonString());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await JsonAsync(response))["upload_url"]!.GetValue<string>();
    }

    /// <summary>Signs and sends one part; returns its ETag as received.</summary>
    protected async Task<string> PutPartAsync(JsonObject upload, int part, byte[] content)
    {
        using var body = new ByteArrayContent(content);
        using var response = await SendAsync("PUT", await SignAsync(upload, part), body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response.Headers.GetValues("ETag").Single();
    }

    protected Task<HttpResponseMessage> FinalizeAsync(JsonObject upload, long size, IEnumerable<(int Number, string ETag)> parts, string name = "film.mp4") =>
        OjinAsync("POST", "/assets", new JsonObject
        {
            ["asset_id"] = upload["asset_id"]!.DeepClone(),
            ["upload_id"] = upload["upload_id"]!.DeepClone(),
            ["name"] = name,
            ["category"] = "video",
            ["content_type"] = "video/mp4",
            ["size_bytes"] = size,
            ["parts"] = new JsonArray([.. parts.Select(part => new JsonObject { ["part_number"] = part.Number, ["etag"] = part.ETag })]),
        }.ToJsonString());

    protected static async Task AssertRefusedAsync(HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        Assert.Equal(code, JsonNode.Parse(text)!["code"]!.GetValue<string>());
    }

    protected static async Task AssertS3ErrorAsync(HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/xml", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, System.Xml.Linq.XDocument.Parse(text).Root!.Element("Code")!.Value);
    }

    protected static MediaTypeHeaderValue Type(string type) => new(type);
}
