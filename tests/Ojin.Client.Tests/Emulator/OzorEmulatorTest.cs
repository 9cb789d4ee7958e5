using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Ojin.Emulator;
using Xunit;

namespace Ojin.Client.Tests.Emulator;

/// <summary>A test of the emulated Ozor: requests as a plain HttpClient sends them.</summary>
public abstract class OzorEmulatorTest : EmulatorTest
{
    protected const string Key = "sk_live_0123456789abcdef0123456789abcdef";
    protected const string Token = "firebase-test-token";
    protected const string PdfType = "application/pdf";
    protected const string PptxType = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
    protected const string DocxType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

    protected static readonly byte[] Pdf = Encoding.ASCII.GetBytes("%PDF-1.7\n%%EOF\n");
    protected static readonly byte[] Zip = [0x50, 0x4B, 0x03, 0x04, 20, 0, 0, 0];

    protected Task<HttpResponseMessage> ApiAsync(string method, string path, string? json = null, string? key = Key) =>
        SendAsync(method, At("/api/v1" + path), Body(json), key);

    protected Task<HttpResponseMessage> KeysAsync(string method, string path = "", string? json = null, string? token = Token) =>
        SendAsync(method, At("/api/api-keys" + path), Body(json), null, token is null ? [] : [("Authorization", "Bearer " + token)]);

    /// <summary>The object of an answer that must be 200.</summary>
    protected async Task<JsonObject> OkAsync(string method, string path, string? json = null, string? key = Key)
    {
        using var response = await ApiAsync(method, path, json, key);
        return await OkAsync(response);
    }

    protected static async Task<JsonObject> OkAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode}: {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    /// <summary>An error of Ozor: the status, and a body that is <c>{"detail": text}</c>. Returns the text.</summary>
    protected static async Task<string> RefusedAsync(HttpResponseMessage response, int status)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        var body = JsonNode.Parse(text)!.AsObject();
        Assert.Equal(["detail"], body.Select(field => field.Key));
        return body["detail"]!.GetValue<string>();
    }

    protected async Task<string> RefusedAsync(int status, string method, string path, string? json = null, string? key = Key)
    {
        using var response = await ApiAsync(method, path, json, key);
        return await RefusedAsync(response, status);
    }

    protected async Task<(string VideoId, EmulatedJob Job)> GenerateAsync(string json = """{"prompt":"A desk lamp"}""")
    {
        var answer = await OkAsync("POST", "/videos/generate", json);
        return (Text(answer, "videoId"), Host.Ozor.FindJob(Text(answer, "jobId"))!);
    }

    protected async Task<EmulatedExport> ExportAsync(string videoId, string json = "{}") =>
        Host.Ozor.FindExport(Text(await OkAsync("POST", $"/videos/{videoId}/export", json), "exportId"))!;

    protected async Task<HttpResponseMessage> AnalyzeAsync(params HttpContent[] parts)
    {
        using var form = new MultipartFormDataContent { HeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        foreach (var part in parts)
            form.Add(part);
        return await SendAsync("POST", At("/api/v1/documents/analyze"), form, Key);
    }

    /// <summary>A form field as a browser sends it.</summary>
    protected static HttpContent Field(string name, string value, string? type = null)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(value));
        content.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name=\"{name}\"");
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return content;
    }

    protected static HttpContent File(string fileName, string? type, byte[] content, string name = "file")
    {
        var part = new ByteArrayContent(content);
        part.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name=\"{name}\"; filename=\"{fileName}\"");
        part.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        return part;
    }

    /// <summary>Starts the generation of a plan; the answer's headers are there, its body is not read.</summary>
    protected async Task<HttpResponseMessage> StreamAsync(string planId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, At($"/api/v1/documents/plans/{planId}/generate"));
        request.Headers.Add("X-API-Key", Key);
        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    protected async Task<JsonObject> PlanAsync(string planId) => (await OkAsync("GET", "/documents/plans/" + planId))["plan"]!.AsObject();

    protected string At(string path) => Host.OzorBaseUri.GetLeftPart(UriPartial.Authority) + path;

    protected static string Text(JsonObject json, string field) => json[field]!.GetValue<string>();

    /// <summary>The events of a stream with LF: the JSON after <c>data: </c>.</summary>
    protected static JsonObject[] Events(string stream) =>
    [
        .. stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(block => block.Split('\n'))
            .Where(line => line.StartsWith("data: ", StringComparison.Ordinal))
            .Select(line => JsonNode.Parse(line[6..])!.AsObject()),
    ];

    private static StringContent? Body(string? json) => json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
}
