using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ojin.Json;

namespace Ojin.Http;

/// <summary>A successful answer, whole.</summary>
public sealed class ServiceAnswer
{
    private readonly ServiceRequest request;
    private readonly int attempts;

    internal ServiceAnswer(ServiceRequest request, int status, HttpResponseHeaders headers, HttpContentHeaders contentHeaders, byte[] body, int attempts)
    {
        this.request = request;
        this.attempts = attempts;
        StatusCode = status;
        Headers = headers;
        ContentHeaders = contentHeaders;
        Body = body;
    }

    /// <summary>The status, 200 to 299.</summary>
    public int StatusCode { get; }

    /// <summary>The headers.</summary>
    public HttpResponseHeaders Headers { get; }

    /// <summary>The headers of the body.</summary>
    public HttpContentHeaders ContentHeaders { get; }

    /// <summary>The body.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The body as an object of a contract.</summary>
    /// <exception cref="OjinException">It is no JSON, or not that object.</exception>
    public T Read<T>(JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(Text(), type) ?? throw new JsonException("The JSON is null.");
        }
        catch (JsonException exception)
        {
            throw Invalid(exception);
        }
    }

    /// <summary>The body as a free-form value; null when it is empty.</summary>
    /// <exception cref="OjinException">It is no JSON.</exception>
    public object? ReadFreeForm()
    {
        try
        {
            return Text().Length == 0 ? null : FreeForm.Parse(Text());
        }
        catch (JsonException exception)
        {
            throw Invalid(exception);
        }
    }

    private ReadOnlySpan<byte> Text()
    {
        var text = Body.Span;
        return text.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? text[3..] : text;
    }

    private OjinException Invalid(JsonException exception)
    {
        var start = Text().TrimStart(" \t\r\n"u8);
        var what = start.Length == 0 ? "an empty body instead of JSON"
            : start[0] == '<' ? "a web page instead of JSON"
            : start[0] is not ((byte)'{' or (byte)'[') ? "something that is no JSON"
            : IsCut(exception) ? "JSON that is cut short"
            : exception.Path is { Length: > 1 } path ? $"JSON that does not fit the contract (at {TextForDisplay.Escape(path, 100)})"
            : "JSON that does not fit the contract";
        // The exception quotes the answer, which may repeat the key that it got: it does not come out.
        return HttpTransport.Invalid(request, StatusCode, what, attempts);
    }

    private static bool IsCut(JsonException exception) => exception.Message.Contains("end of data", StringComparison.OrdinalIgnoreCase)
        || exception.Message.Contains("There is an open JSON", StringComparison.OrdinalIgnoreCase)
        || exception.Message.Contains("incomplete", StringComparison.OrdinalIgnoreCase);
}
