namespace Ojin.Http;

/// <summary>
/// A key or a token, bound to one origin (scheme, host and port). It adds itself to a request for that origin and
/// throws for any other. Nothing public shows its value.
/// </summary>
public sealed class Credential
{
    private readonly string header;
    private readonly string prefix;

    private Credential(string header, string prefix, string secret, Uri origin)
    {
        this.header = header;
        this.prefix = prefix;
        Secret = secret;
        Origin = origin;
    }

    internal string Secret { get; }

    /// <summary>The only origin it goes to.</summary>
    public Uri Origin { get; }

    /// <summary>What may be shown of it.</summary>
    public string Hint => Redaction.Hint(Secret);

    /// <summary>A key for the <c>X-API-Key</c> header.</summary>
    public static Credential ApiKey(string key, Uri origin) => new("X-API-Key", "", Checked(key, "API key"), OriginOf(origin));

    /// <summary>A token for <c>Authorization: Bearer</c>.</summary>
    public static Credential Bearer(string token, Uri origin) => new("Authorization", "Bearer ", Checked(token, "token"), OriginOf(origin));

    /// <summary>Whether the address has the scheme, host and port that the credential is bound to.</summary>
    public bool BelongsTo(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return SameOrigin(Origin, address);
    }

    /// <summary>Whether two addresses have the same scheme, host and port.</summary>
    public static bool SameOrigin(Uri one, Uri other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        return string.Equals(one.Scheme, other.Scheme, StringComparison.OrdinalIgnoreCase)
            && string.Equals(one.IdnHost, other.IdnHost, StringComparison.OrdinalIgnoreCase)
            && one.Port == other.Port;
    }

    internal void AddTo(HttpRequestMessage message)
    {
        if (!BelongsTo(message.RequestUri!))
        {
            throw new OjinException(
                ErrorCodes.InvalidAddress,
                $"The credential for {Origin.GetLeftPart(UriPartial.Authority)} was not sent to {message.RequestUri!.GetLeftPart(UriPartial.Authority)}.",
                "Give a path below the service's own address.");
        }
        message.Headers.TryAddWithoutValidation(header, prefix + Secret);
    }

    /// <inheritdoc/>
    public override string ToString() => Hint;

    private static Uri OriginOf(Uri address) => new(address.GetLeftPart(UriPartial.Authority));

    private static string Checked(string secret, string what)
    {
        secret = secret.Trim();
        if (secret.Length == 0)
        {
            throw new OjinException(ErrorCodes.NotConnected, $"The {what} is empty.", "Give the key that the service's dashboard shows, or set its environment variable.");
        }
        foreach (var character in secret)
        {
            if (character is <= ' ' or > '~')
            {
                throw OjinException.Argument($"The {what} has a character that no {what} has: a space, a line break or a letter beyond ASCII.", "Copy it again, without quotes and line breaks.");
            }
        }
        return secret;
    }
}
