using System.Security;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ojin.Json;

/// <summary>Takes a secret out of JSON into a SecureString, so that no view and no export shows it; never writes it.</summary>
internal sealed class SecureStringConverter : JsonConverter<SecureString>
{
    public override SecureString Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String) throw new JsonException("Expected text.");
        var secret = new SecureString();
        foreach (var character in reader.GetString()!) secret.AppendChar(character);
        secret.MakeReadOnly();
        return secret;
    }

    public override void Write(Utf8JsonWriter writer, SecureString value, JsonSerializerOptions options) => writer.WriteNullValue();
}
