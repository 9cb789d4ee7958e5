using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ojin.Http;

/// <summary>A JSON body, small enough to be kept.</summary>
internal sealed class JsonBody : ByteArrayContent
{
    private readonly byte[] json;

    private JsonBody(byte[] json)
        : base(json)
    {
        this.json = json;
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    public string Text => Encoding.UTF8.GetString(json);

    public static Func<HttpContent> Of<T>(T value, JsonTypeInfo<T> type)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(value, type);
        return () => new JsonBody(bytes);
    }

    public static Func<HttpContent> Of(string json)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        return () => new JsonBody(bytes);
    }
}
