using Ojin.Http;

namespace Ojin;

/// <summary>Address and key of an AIMP Gateway. The address is the user's own: the contract names no public host.</summary>
public sealed class AimpSession : ServiceSession
{
    /// <summary>Creates a session.</summary>
    /// <param name="apiKey">The key.</param>
    /// <param name="gatewayUri">The gateway's address, with or without <c>/api</c> and a slash at the end.</param>
    /// <param name="source">Where the session comes from, to be shown.</param>
    /// <exception cref="OjinException">The address is not https, or the key is no key.</exception>
    public AimpSession(string? apiKey, string gatewayUri, string source = "")
        : base(OjinService.Aimp, ServiceAddress.Parse(WithApi(gatewayUri), "The gateway's address"), source)
    {
        Key = apiKey is null ? null : Credential.ApiKey(apiKey, BaseUri);
    }

    /// <inheritdoc/>
    public override string? KeyHint => Key?.Hint;

    internal Credential? Key { get; }

    internal override IEnumerable<string> Secrets => Key is null ? [] : [Key.Secret];

    internal Credential RequireKey() => Key ?? throw new OjinException(ErrorCodes.NotConnected, "There is no AIMP API key.", "Run Connect-Aimp with -ApiKey, or set the environment variable AIMP_API_KEY.") { Service = OjinService.Aimp };

    private static string WithApi(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var trimmed = address.Trim().TrimEnd('/');
        return trimmed.EndsWith("/api", StringComparison.OrdinalIgnoreCase) ? trimmed : trimmed + "/api";
    }
}
