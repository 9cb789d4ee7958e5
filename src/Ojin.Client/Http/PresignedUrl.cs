using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ojin.Http;

/// <summary>
/// A URL whose query is as good as a password for a while. It is shown without its query; <see cref="Uri"/> is the
/// whole. Where a <see cref="System.Uri"/> is wanted it converts by itself.
/// </summary>
[JsonConverter(typeof(PresignedUrlConverter))]
public sealed class PresignedUrl
{
    private readonly Uri uri;

    /// <summary>Wraps an absolute http or https URL.</summary>
    public PresignedUrl(Uri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        this.uri = uri;
    }

    /// <summary>The URL without its query.</summary>
    public string Address => uri.GetLeftPart(UriPartial.Path);

    /// <summary>The whole URL, to be used and not to be shown.</summary>
    public Uri ToUri() => uri;

    /// <summary>The whole URL, to be used and not to be shown.</summary>
    public static implicit operator Uri?(PresignedUrl? url) => url?.uri;

    /// <summary>The URL, with a mark in place of its query.</summary>
    public override string ToString() => uri.Query.Length > 0 ? Address + "?" + Redaction.Mark : Address;
}

internal sealed class PresignedUrlConverter : JsonConverter<PresignedUrl>
{
    public override PresignedUrl? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String) throw new JsonException("Expected a URL.");
        var text = reader.GetString()!;
        if (text.Length == 0) return null;
        // The signature covers the letters of the URL as they are, so nothing may normalize it.
        return Uri.TryCreate(text, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out var uri)
            && uri.IsAbsoluteUri && uri.Scheme is "http" or "https"
            ? new PresignedUrl(uri)
            : throw new JsonException("The URL is no absolute http or https address.");
    }

    public override void Write(Utf8JsonWriter writer, PresignedUrl value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
