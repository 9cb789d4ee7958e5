using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Features;

namespace Ojin.Emulator;

/// <summary>Small things that every service needs to read a request and to write an answer.</summary>
internal static class Wire
{
    /// <summary>The code of the answer to a credential that must not be there.</summary>
    public const string StrayCredential = "EMULATOR_STRAY_CREDENTIAL";

    /// <summary>For the control API and everything else that is not on a hot path.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.Strict,
    };

    /// <summary>The request target exactly as it was on the wire, percent-encoding and all.</summary>
    public static string RawTarget(HttpContext context) => context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    /// <summary>The path of the request target, still encoded.</summary>
    public static string RawPath(HttpContext context)
    {
        var target = RawTarget(context);
        var query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? target : target[..query];
    }

    /// <summary>The query of the request target without its question mark, still encoded; empty when there is none.</summary>
    public static string RawQuery(HttpContext context)
    {
        var target = RawTarget(context);
        var query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? "" : target[(query + 1)..];
    }

    /// <summary>The segments of the path, each decoded, so that <c>%2F</c> does not separate.</summary>
    public static string[] Segments(HttpContext context)
    {
        var segments = RawPath(context).Split('/');
        for (var i = 0; i < segments.Length; i++)
            segments[i] = Uri.UnescapeDataString(segments[i]);
        return segments.Length > 0 && segments[0].Length == 0 ? segments[1..] : segments;
    }

    /// <summary>
    /// The query parameters, decoded (a plus is a space). A parameter that is not in <paramref name="allowed"/>
    /// or that comes twice is refused with status 400.
    /// </summary>
    public static Dictionary<string, string> Query(HttpContext context, string code, params string[] allowed)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        var raw = RawQuery(context);
        if (raw.Length == 0)
            return parameters;
        foreach (var pair in raw.Split('&'))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = Decode(equals < 0 ? pair : pair[..equals]);
            if (!allowed.Contains(name, StringComparer.Ordinal))
                throw new RefusalException(400, code, $"The query parameter '{name}' is unknown.");
            if (!parameters.TryAdd(name, equals < 0 ? "" : Decode(pair[(equals + 1)..])))
                throw new RefusalException(400, code, $"The query parameter '{name}' is given twice.");
        }

        return parameters;
    }

    /// <summary>A query parameter that is an integer (digits only) in a range.</summary>
    public static int IntegerParameter(Dictionary<string, string> query, string name, int absent, int minimum, int maximum, string code)
    {
        if (!query.TryGetValue(name, out var text))
            return absent;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < minimum || number > maximum)
            throw new RefusalException(400, code, $"The query parameter '{name}' must be an integer between {minimum} and {maximum}.");
        return number;
    }

    /// <summary>Refuses a request that carries any credential, and notes it as a violation.</summary>
    public static void RefuseCredentials(HttpContext context, params string[] exceptHeaders)
    {
        foreach (var header in CredentialHeaders)
        {
            if (context.Request.Headers.ContainsKey(header) && !exceptHeaders.Contains(header, StringComparer.OrdinalIgnoreCase))
            {
                Violation(context, StrayCredential, $"The header '{header}' must not be sent here.");
                throw new RefusalException(400, StrayCredential, $"The header '{header}' must not be sent here.");
            }
        }
    }

    /// <summary>Refuses a body where the operation has none.</summary>
    public static void RefuseBody(HttpContext context, string code)
    {
        if (context.Request.ContentLength is > 0 || context.Request.Headers.TransferEncoding.Count > 0)
            throw new RefusalException(400, code, "This operation takes no request body.");
    }

    public static RefusalException MethodNotAllowed(HttpContext context, string code, params string[] allowed)
    {
        var refusal = new RefusalException(405, code, $"{context.Request.Method} is not allowed here.");
        refusal.Headers["Allow"] = string.Join(", ", allowed);
        return refusal;
    }

    /// <summary>Notes something in <see cref="RequestLog.Violations"/> for the current request.</summary>
    public static void Violation(HttpContext context, string code, string message)
    {
        var record = Record(context);
        record?.Log.AddViolation(record, code, message);
    }

    public static RecordedRequest? Record(HttpContext context) => context.Features.Get<RecordedRequest>();

    public static Task WriteJsonAsync(HttpContext context, int status, JsonNode body) =>
        WriteBytesAsync(context, status, Encoding.UTF8.GetBytes(body.ToJsonString(Json)));

    public static Task WriteJsonAsync<T>(HttpContext context, int status, T body) =>
        WriteBytesAsync(context, status, JsonSerializer.SerializeToUtf8Bytes(body, Json));

    public static async Task WriteBytesAsync(HttpContext context, int status, ReadOnlyMemory<byte> body, string contentType = "application/json; charset=utf-8")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>An instant as the Ojin API and S3 write it: ISO 8601, milliseconds, Z.</summary>
    public static string Iso(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A control request's body as an object; an empty body is an object without fields.</summary>
    public static async Task<JsonObject> ControlBodyAsync(HttpContext context)
    {
        var bytes = await StrictJson.ReadBytesAsync(context.Request.Body, 64 * 1024 * 1024, context.RequestAborted)
            ?? throw new RefusalException(413, "EMULATOR_CONTROL", "The body is larger than 64 MiB.");
        if (bytes.Length == 0)
            return [];
        try
        {
            return JsonNode.Parse(bytes) as JsonObject
                ?? throw new RefusalException(400, "EMULATOR_CONTROL", "The body must be a JSON object.");
        }
        catch (JsonException problem)
        {
            throw new RefusalException(400, "EMULATOR_CONTROL", problem.Message);
        }
    }

    /// <summary>Options with the given fields changed; an unknown or wrongly typed one is refused.</summary>
    public static T Merge<T>(T options, JsonObject changes)
    {
        try
        {
            var merged = JsonSerializer.SerializeToNode(options, Json)!.AsObject();
            foreach (var (name, value) in changes)
                merged[name] = value?.DeepClone();
            return merged.Deserialize<T>(Json)!;
        }
        catch (JsonException problem)
        {
            throw new RefusalException(400, "EMULATOR_CONTROL", problem.Message);
        }
    }

    /// <summary>The answer to a control path that does not exist.</summary>
    public static RefusalException NoSuchControl(HttpContext context) =>
        new(404, "EMULATOR_CONTROL", $"There is no control operation {context.Request.Method} {RawPath(context)}.");

    private static readonly string[] CredentialHeaders = ["X-API-Key", "Authorization", "Cookie", "Proxy-Authorization"];

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
