using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using Ojin.Json;

namespace Ojin.Http;

/// <summary>What an answer that is no success says, in each of the shapes there are.</summary>
internal sealed class ErrorReader
{
    public string? Code { get; private set; }
    public string? Message { get; private set; }
    public JsonMap? Details { get; private set; }
    public TimeSpan? RetryAfter { get; private set; }

    /// <summary>
    /// Ojin: <c>code, message, details</c>. Agents: <c>error_code, message, retry_after_seconds</c>. Ozor:
    /// <c>detail</c>, a text or the list of a validation. AIMP gives none: any of these. Storage: XML.
    /// </summary>
    public static ErrorReader Read(HttpResponseMessage answer, ReadOnlySpan<byte> body)
    {
        var reader = new ErrorReader { RetryAfter = RetryAfterOf(answer) };
        var start = body.TrimStart(" \t\r\n"u8);
        if (start.StartsWith("\u00ef\u00bb\u00bf"u8)) start = start[3..];
        if (start.Length == 0) return reader;
        if (start[0] == '{') reader.ReadJson(start);
        else if (start[0] == '<') reader.ReadXml(start);
        return reader;
    }

    internal static TimeSpan? RetryAfterOf(HttpResponseMessage answer)
    {
        if (answer.Headers.RetryAfter is not { } header) return null;
        var wait = header.Delta ?? (header.Date is { } date ? date - (answer.Headers.Date ?? DateTimeOffset.UtcNow) : null);
        return wait is { } span ? (span < TimeSpan.Zero ? TimeSpan.Zero : span) : null;
    }

    private void ReadJson(ReadOnlySpan<byte> body)
    {
        JsonMap map;
        try
        {
            if (FreeForm.Parse(body) is not JsonMap parsed) return;
            map = parsed;
        }
        catch (JsonException)
        {
            return;
        }
        // Some gateways wrap the error once more.
        if (map.TryGetValue("error", out var inner) && inner is JsonMap nested) map = nested;
        // "error" alone is a code in one word, or the message.
        var error = Text(map, "error");
        var isSentence = error?.Contains(' ', StringComparison.Ordinal) == true;
        Code = Text(map, "code") ?? Text(map, "error_code") ?? (isSentence ? null : error);
        Message = Text(map, "message") ?? Detail(map) ?? Text(map, "error_description") ?? Text(map, "title") ?? (isSentence ? error : null);
        if (map.TryGetValue("details", out var details)) Details = details as JsonMap ?? (details is null ? null : new JsonMap { ["details"] = details });
        else if (map.TryGetValue("detail", out var detail) && detail is not string and not null) Details = detail as JsonMap ?? new JsonMap { ["detail"] = detail };
        if (map.TryGetValue("retry_after_seconds", out var seconds) && seconds is int or long or double or decimal)
        {
            var wait = Convert.ToDouble(seconds, CultureInfo.InvariantCulture);
            if (wait is >= 0 and < 1e6) RetryAfter = TimeSpan.FromSeconds(wait);
        }
        if (Code is { Length: > 100 }) Code = null;
    }

    private void ReadXml(ReadOnlySpan<byte> body)
    {
        try
        {
            using var text = new StringReader(Encoding.UTF8.GetString(body));
            using var xml = XmlReader.Create(text, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 65536 });
            var root = XElement.Load(xml);
            if (root.Name.LocalName != "Error") return;
            Code = root.Elements().FirstOrDefault(element => element.Name.LocalName == "Code")?.Value;
            Message = root.Elements().FirstOrDefault(element => element.Name.LocalName == "Message")?.Value;
        }
        catch (XmlException)
        {
        }
    }

    private static string? Text(JsonMap map, string name) => map.TryGetValue(name, out var value) && value is string { Length: > 0 } text ? text : null;

    private static string? Detail(JsonMap map)
    {
        if (!map.TryGetValue("detail", out var detail)) return null;
        switch (detail)
        {
            case string text:
                return text;
            case JsonMap inner:
                return Text(inner, "message") ?? Text(inner, "detail") ?? inner.ToJson();
            case object?[] list:
                return string.Join("; ", list.Select(item => item is JsonMap problem
                    ? $"{(problem.TryGetValue("loc", out var where) && where is object?[] path ? string.Join('.', path) + ": " : "")}{Text(problem, "msg") ?? problem.ToJson()}"
                    : Convert.ToString(item, CultureInfo.InvariantCulture)));
            default:
                return null;
        }
    }
}
