using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace Ojin.Emulator;

/// <summary>Reads a JSON body as strictly as a test wants it.</summary>
internal static class StrictJson
{
    private const int Limit = 16 * 1024 * 1024;

    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 128 };

    /// <summary>
    /// Reads the whole body as one JSON value. 415 for another media type, 400 for a body that is no JSON, that
    /// names a property twice, or that is missing; <paramref name="code"/> is the service's code for a bad request.
    /// </summary>
    public static async Task<JsonDocument> ReadAsync(HttpContext context, string code, int limit = Limit)
    {
        RequireJsonContentType(context, code);
        var bytes = await ReadBytesAsync(context.Request.Body, limit, context.RequestAborted);
        if (bytes is null)
            throw new RefusalException(413, code, $"The request body is larger than {limit >> 20} MiB.");
        if (bytes.Length == 0)
            throw new RefusalException(400, code, "The request body is missing.");
        try
        {
            return JsonDocument.Parse(bytes, Options);
        }
        catch (JsonException problem)
        {
            throw new RefusalException(400, code, "The request body is no valid JSON: " + problem.Message);
        }
    }

    /// <summary>Reads the body as one JSON object with no other fields than the ones given.</summary>
    public static Task<JsonFields> ReadObjectAsync(HttpContext context, string code, params string[] fields) =>
        ReadObjectAsync(context, code, Limit, fields);

    /// <summary>The same for a body of at most so many bytes, instead of 16 MiB.</summary>
    public static async Task<JsonFields> ReadObjectAsync(HttpContext context, string code, int limit, params string[] fields)
    {
        var document = await ReadAsync(context, code, limit);
        return new JsonFields(document.RootElement, "", code, fields);
    }

    public static void RequireJsonContentType(HttpContext context, string code)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            || !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || (type.Charset.HasValue && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
            throw new RefusalException(415, code, "The Content-Type must be application/json.");
    }

    /// <summary>All bytes of a body, or null when there are more than <paramref name="limit"/>.</summary>
    public static async Task<byte[]?> ReadBytesAsync(Stream body, int limit, CancellationToken cancellationToken)
    {
        var collected = new ArrayBufferWriter<byte>(4096);
        while (true)
        {
            var count = await body.ReadAsync(collected.GetMemory(4096), cancellationToken);
            if (count == 0)
                return collected.WrittenSpan.ToArray();
            collected.Advance(count);
            if (collected.WrittenCount > limit)
                return null;
        }
    }
}

/// <summary>The fields of one JSON object; every reader refuses what has another type.</summary>
internal sealed class JsonFields
{
    private readonly JsonElement _element;
    private readonly string _at;
    private readonly string _code;

    public JsonFields(JsonElement element, string at, string code, params string[] allowed)
    {
        _element = element;
        _at = at;
        _code = code;
        if (element.ValueKind != JsonValueKind.Object)
            throw Refuse(at.Length == 0 ? "The request body must be a JSON object." : $"'{at}' must be an object.");
        foreach (var property in element.EnumerateObject())
        {
            if (!allowed.Contains(property.Name, StringComparer.Ordinal))
                throw Refuse($"The field '{Path(property.Name)}' is unknown.");
        }
    }

    public JsonElement Element => _element;

    public bool Has(string name) => _element.TryGetProperty(name, out _);

    /// <summary>The raw value, or null when the field is missing.</summary>
    public JsonElement? Optional(string name) => _element.TryGetProperty(name, out var value) ? value : null;

    public JsonElement Required(string name) =>
        _element.TryGetProperty(name, out var value) ? value : throw Refuse($"The field '{Path(name)}' is required.");

    public string RequiredString(string name, bool allowEmpty = false)
    {
        Required(name);
        var value = OptionalString(name)!;
        return value.Length > 0 || allowEmpty ? value : throw Refuse($"The field '{Path(name)}' must not be empty.");
    }

    /// <summary>The string, or null when the field is missing. JSON null is refused unless <paramref name="nullable"/>.</summary>
    public string? OptionalString(string name, bool nullable = false)
    {
        if (!_element.TryGetProperty(name, out var value) || (nullable && value.ValueKind == JsonValueKind.Null))
            return null;
        if (value.ValueKind != JsonValueKind.String)
            throw Refuse($"The field '{Path(name)}' must be a string.");
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            throw Refuse($"The field '{Path(name)}' is no valid Unicode text.");
        }
    }

    public Guid RequiredGuid(string name) =>
        Guid.TryParseExact(RequiredString(name), "D", out var id) ? id : throw Refuse($"The field '{Path(name)}' must be a UUID.");

    public long RequiredInteger(string name, long minimum, long maximum)
    {
        Required(name);
        return OptionalInteger(name, minimum, maximum)!.Value;
    }

    /// <summary>An exact integer (no fraction, no exponent), or null when the field is missing.</summary>
    public long? OptionalInteger(string name, long minimum, long maximum, bool nullable = false)
    {
        if (!_element.TryGetProperty(name, out var value) || (nullable && value.ValueKind == JsonValueKind.Null))
            return null;
        if (value.ValueKind != JsonValueKind.Number
            || !long.TryParse(value.GetRawText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            throw Refuse($"The field '{Path(name)}' must be an integer.");
        if (number < minimum || number > maximum)
            throw Refuse($"The field '{Path(name)}' must be between {minimum} and {maximum}.");
        return number;
    }

    /// <summary>A number that may have a fraction, or null when the field is missing.</summary>
    public double? OptionalNumber(string name, double minimum, double maximum)
    {
        if (!_element.TryGetProperty(name, out var value))
            return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number))
            throw Refuse($"The field '{Path(name)}' must be a number.");
        if (number < minimum || number > maximum)
            throw Refuse($"The field '{Path(name)}' must be between {minimum} and {maximum}.");
        return number;
    }

    public bool? OptionalBoolean(string name)
    {
        if (!_element.TryGetProperty(name, out var value))
            return null;
        return value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Refuse($"The field '{Path(name)}' must be true or false."),
        };
    }

    public JsonElement RequiredObject(string name)
    {
        var value = Required(name);
        return value.ValueKind == JsonValueKind.Object ? value : throw Refuse($"The field '{Path(name)}' must be an object.");
    }

    public IReadOnlyList<JsonElement> RequiredArray(string name, int minimum, int maximum)
    {
        var value = Required(name);
        if (value.ValueKind != JsonValueKind.Array)
            throw Refuse($"The field '{Path(name)}' must be an array.");
        var count = value.GetArrayLength();
        if (count < minimum || count > maximum)
            throw Refuse($"The field '{Path(name)}' must have {minimum} to {maximum} items.");
        return [.. value.EnumerateArray()];
    }

    /// <summary>A refusal with status 400 and the service's code.</summary>
    public RefusalException Refuse(string message) => new(400, _code, message);

    private string Path(string name) => _at.Length == 0 ? name : _at + "." + name;
}
