using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ojin.Emulator;

/// <summary>The few words of JSON Schema that the emulated variants use; what it does not know it accepts.</summary>
internal static class ConfigurationCheck
{
    /// <summary>What is wrong with a value, or null.</summary>
    public static string? Check(JsonElement value, JsonObject schema, string at)
    {
        if (schema["type"] is JsonValue type && !IsA(value, type.GetValue<string>()))
            return $"'{at}' must be of type {type.GetValue<string>()}.";
        if (schema["enum"] is JsonArray words && !words.Any(word => JsonNode.DeepEquals(word, JsonNode.Parse(value.GetRawText()))))
            return $"'{at}' must be one of {words.ToJsonString()}.";
        if (value.ValueKind == JsonValueKind.Number)
        {
            if (schema["minimum"] is JsonValue minimum && value.GetDouble() < minimum.GetValue<double>())
                return $"'{at}' must not be less than {minimum}.";
            if (schema["maximum"] is JsonValue maximum && value.GetDouble() > maximum.GetValue<double>())
                return $"'{at}' must not be more than {maximum}.";
        }

        if (value.ValueKind != JsonValueKind.Object)
            return null;
        foreach (var name in schema["required"] as JsonArray ?? [])
        {
            if (!value.TryGetProperty(name!.GetValue<string>(), out _))
                return $"'{at}' needs the property '{name}'.";
        }

        var properties = schema["properties"] as JsonObject ?? [];
        foreach (var property in value.EnumerateObject())
        {
            if (properties[property.Name] is JsonObject inner)
            {
                if (Check(property.Value, inner, at + "." + property.Name) is { } problem)
                    return problem;
            }
            else if (schema["additionalProperties"] is JsonValue additional && additional.GetValueKind() == JsonValueKind.False)
            {
                return $"'{at}' must not have the property '{property.Name}'.";
            }
        }

        return null;
    }

    private static bool IsA(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => true,
    };
}
