using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ojin.Json;

/// <summary>
/// Times in each of the services' formats: ISO 8601, epoch seconds, epoch milliseconds. A number from 10^11 on is
/// milliseconds: as seconds it would lie in the year 5138.
/// </summary>
internal sealed class FlexibleTimeConverter : JsonConverter<DateTimeOffset?>
{
    public override DateTimeOffset? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.Number:
                var number = reader.GetDouble();
                if (Math.Abs(number) > 2.5e14) throw new JsonException("The number is no time.");
                return DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(Math.Abs(number) >= 1e11 ? number : number * 1000));
            case JsonTokenType.String:
                // The usual form, and the fast way to read it; without an offset that way would take it for local time.
                if (!reader.HasValueSequence && reader.ValueSpan.EndsWith("Z"u8) && reader.TryGetDateTimeOffset(out var usual)) return usual;
                var text = reader.GetString()!;
                if (text.Length == 0) return null;
                return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
                    ? time
                    : throw new JsonException("The text is no time.");
            default:
                throw new JsonException("Expected a time.");
        }
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options)
    {
        if (value is { } time) writer.WriteStringValue(time);
        else writer.WriteNullValue();
    }
}
