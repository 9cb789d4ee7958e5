using System.Security;
using System.Text.Json.Serialization;
using Ojin.Json;

namespace Ojin;

/// <summary>An API key of the account, without the key itself (<c>GET /api/api-keys</c>).</summary>
public sealed class OzorApiKey : ServiceObject
{
    /// <summary>The id, by which it is revoked.</summary>
    [JsonRequired]
    public string KeyId { get; set; } = "";

    /// <summary>The name that it was given.</summary>
    public string Name { get; set; } = "";

    /// <summary>The first letters of the key, such as <c>sk_live_a1b2</c>.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>The state, word for word: <c>active</c> or <c>revoked</c>.</summary>
    public string Status { get; set; } = "";

    /// <summary>When it was created.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When it was last used; null until then.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <inheritdoc/>
    public override string ToString() => KeyId;
}

/// <summary>A new API key with the key itself, which no later answer has (<c>POST /api/api-keys</c>).</summary>
public sealed class OzorNewApiKey : ServiceObject
{
    /// <summary>The id, by which it is revoked.</summary>
    public required string KeyId { get; set; }

    /// <summary>The name that it was given.</summary>
    public string Name { get; set; } = "";

    /// <summary>The first letters of the key, such as <c>sk_live_a1b2</c>.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>
    /// The key. The service tells it once and keeps a hash alone. A secret: <c>Connect-Ozor</c> and <c>Set-Secret</c>
    /// take it as it is, <c>ConvertFrom-SecureString -AsPlainText</c> shows it.
    /// </summary>
    [JsonConverter(typeof(SecureStringConverter))]
    public required SecureString RawKey { get; set; }

    /// <summary>When it was created.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <inheritdoc/>
    public override string ToString() => KeyId;
}

/// <summary>Body of <c>POST /api/api-keys</c>.</summary>
internal sealed record OzorKeyOrder(string Name);
