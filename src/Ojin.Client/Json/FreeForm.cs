using System.Collections;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Ojin.Json;

/// <summary>
/// JSON values whose shape no contract gives, as plain .NET values and back, without a loss: a number keeps its value
/// and, wherever .NET has a type for it, its digits.
/// </summary>
public static class FreeForm
{
    /// <summary>How deep values may nest, which is the reader's own limit.</summary>
    public const int MaximumDepth = 64;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 256 };
    private static readonly JsonWriterOptions Indented = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 256, Indented = true };

    /// <summary>Parses any JSON text.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static object? Parse(ReadOnlySpan<byte> utf8Json)
    {
        var reader = new Utf8JsonReader(utf8Json);
        reader.Read();
        var value = Read(ref reader);
        if (reader.Read()) throw new JsonException("There is text after the end of the JSON.");
        return value;
    }

    /// <summary>The value at the reader, which stands at its first token and is left at its last.</summary>
    public static object? Read(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var map = new JsonMap();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!;
                    reader.Read();
                    var value = Read(ref reader);
                    // A name that comes twice: the last one counts, as nearly every parser has it.
                    if (!map.TryAddExact(name, value)) map.ReplaceExact(name, value);
                }
                return map;
            case JsonTokenType.StartArray:
                var list = new List<object?>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) list.Add(Read(ref reader));
                return list.ToArray();
            case JsonTokenType.String:
                return reader.GetString();
            case JsonTokenType.Number:
                return ReadNumber(reader.HasValueSequence ? Encoding.ASCII.GetString(System.Buffers.BuffersExtensions.ToArray(reader.ValueSequence)) : Encoding.ASCII.GetString(reader.ValueSpan));
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            default:
                return null;
        }
    }

    /// <summary>An element of a document as a plain value.</summary>
    public static object? FromElement(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var map = new JsonMap();
                foreach (var property in element.EnumerateObject())
                {
                    var value = FromElement(property.Value);
                    if (!map.TryAddExact(property.Name, value)) map.ReplaceExact(property.Name, value);
                }
                return map;
            case JsonValueKind.Array:
                var list = new List<object?>();
                foreach (var item in element.EnumerateArray()) list.Add(FromElement(item));
                return list.ToArray();
            case JsonValueKind.String:
                return element.GetString();
            case JsonValueKind.Number:
                return ReadNumber(element.GetRawText());
            case JsonValueKind.True:
                return true;
            case JsonValueKind.False:
                return false;
            default:
                return null;
        }
    }

    /// <summary>Writes a plain value: null, text, bool, numbers, times, dictionaries and lists of these.</summary>
    /// <exception cref="JsonException">A value that JSON has no form for.</exception>
    public static void Write(Utf8JsonWriter writer, object? value) => Write(writer, value, 0);

    /// <summary>The value as JSON text.</summary>
    public static string ToJson(object? value, bool indented = false)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, indented ? Indented : Compact)) Write(writer, value);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    /// <summary>Whether two values are the same JSON: names in any order, numbers by value.</summary>
    public static bool AreEqual(object? one, object? other)
    {
        if (one is null || other is null) return one is null && other is null;
        if (one is IDictionary left && other is IDictionary right)
        {
            if (left.Count != right.Count) return false;
            foreach (DictionaryEntry entry in left)
            {
                if (!right.Contains(entry.Key) || !AreEqual(entry.Value, right[entry.Key])) return false;
            }
            return true;
        }
        if (one is string || other is string) return one is string first && other is string second && first == second;
        if (one is bool || other is bool) return one is bool first && other is bool second && first == second;
        if (one is IList items && other is IList others)
        {
            if (items.Count != others.Count) return false;
            for (var i = 0; i < items.Count; i++)
            {
                if (!AreEqual(items[i], others[i])) return false;
            }
            return true;
        }
        var a = ToJson(one);
        var b = ToJson(other);
        return a == b
            || (double.TryParse(a, NumberStyles.Float, CultureInfo.InvariantCulture, out var x)
                && double.TryParse(b, NumberStyles.Float, CultureInfo.InvariantCulture, out var y)
                && x.Equals(y)
                && (!decimal.TryParse(a, NumberStyles.Float, CultureInfo.InvariantCulture, out var p)
                    || !decimal.TryParse(b, NumberStyles.Float, CultureInfo.InvariantCulture, out var q)
                    || p == q));
    }

    internal static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };

    private static object ReadNumber(string digits)
    {
        if (int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var small) && digits != "-0") return small;
        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large) && digits != "-0") return large;
        var real = double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
        if (double.IsFinite(real) && real.ToString("R", CultureInfo.InvariantCulture) == digits) return real;
        if (decimal.TryParse(digits, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var exact)
            && exact.ToString(CultureInfo.InvariantCulture) == digits)
        {
            return exact;
        }
        if (digits != "-0" && BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var huge)) return huge;
        return double.IsFinite(real) ? real : throw new JsonException($"The number {digits} is beyond every type.");
    }

    private static void Write(Utf8JsonWriter writer, object? value, int depth)
    {
        if (depth > MaximumDepth) throw new JsonException($"The value nests deeper than {MaximumDepth} levels, or contains itself.");
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case string text: writer.WriteStringValue(text); break;
            case bool truth: writer.WriteBooleanValue(truth); break;
            case int number: writer.WriteNumberValue(number); break;
            case long number: writer.WriteNumberValue(number); break;
            case double number: WriteReal(writer, number); break;
            case float number: WriteReal(writer, number, number.ToString("R", CultureInfo.InvariantCulture)); break;
            case decimal number: writer.WriteRawValue(number.ToString(CultureInfo.InvariantCulture)); break;
            case BigInteger number: writer.WriteRawValue(number.ToString(CultureInfo.InvariantCulture)); break;
            case byte or sbyte or short or ushort or uint: writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture)); break;
            case ulong number: writer.WriteNumberValue(number); break;
            case char character: writer.WriteStringValue(character.ToString()); break;
            case Enum name: writer.WriteStringValue(name.ToString()); break;
            case Guid id: writer.WriteStringValue(id); break;
            case Uri address: writer.WriteStringValue(address.OriginalString); break;
            case DateTimeOffset time: writer.WriteStringValue(time); break;
            case DateTime time: writer.WriteStringValue(time); break;
            case JsonElement element: element.WriteTo(writer); break;
            case IDictionary map:
                writer.WriteStartObject();
                foreach (DictionaryEntry entry in map)
                {
                    writer.WritePropertyName(Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!);
                    Write(writer, entry.Value, depth + 1);
                }
                writer.WriteEndObject();
                break;
            case IEnumerable list:
                writer.WriteStartArray();
                foreach (var item in list) Write(writer, item, depth + 1);
                writer.WriteEndArray();
                break;
            default:
                throw new JsonException($"A value of type {value.GetType().Name} has no form in JSON.");
        }
    }

    private static void WriteReal(Utf8JsonWriter writer, double number, string? digits = null)
    {
        if (!double.IsFinite(number)) throw new JsonException("JSON has no form for infinity or NaN.");
        writer.WriteRawValue(digits ?? number.ToString("R", CultureInfo.InvariantCulture));
    }
}
