using Ojin.Http;

namespace Ojin;

/// <summary>Address and key of the Ojin REST API, and the address of the Session API, which takes no key.</summary>
public sealed class OjinSession : ServiceSession
{
    /// <summary>The address that the contract gives.</summary>
    public const string DefaultBaseUri = "https://api.ojin.ai/v1";

    /// <summary>The address of the Session API that routes to the nearest region.</summary>
    public const string DefaultAgentsUri = "https://agents.ojin.ai";

    /// <summary>Creates a session.</summary>
    /// <param name="apiKey">The key; null for public operations only.</param>
    /// <param name="baseUri">The base address; null for the service's own.</param>
    /// <param name="agentsUri">The base address of the Session API; null for the service's own.</param>
    /// <param name="source">Where the session comes from, to be shown.</param>
    /// <exception cref="OjinException">An address is not https, or the key is no key.</exception>
    public OjinSession(string? apiKey, string? baseUri = null, string? agentsUri = null, string source = "")
        : base(OjinService.Ojin, ServiceAddress.Parse(baseUri ?? DefaultBaseUri, "The base address"), source)
    {
        Agents = ServiceAddress.Parse(agentsUri ?? DefaultAgentsUri, "The address of the Session API");
        Key = apiKey is null ? null : Credential.ApiKey(apiKey, BaseUri);
    }

    /// <summary>The address of the Session API.</summary>
    public Uri AgentsUri => Agents.BaseUri;

    /// <inheritdoc/>
    public override string? KeyHint => Key?.Hint;

    internal Credential? Key { get; }

    internal ServiceAddress Agents { get; }

    internal override IEnumerable<string> Secrets => Key is null ? [] : [Key.Secret];

    /// <summary>The key, for an operation that needs one.</summary>
    /// <exception cref="OjinException">There is none.</exception>
    internal Credential RequireKey() => Key ?? throw new OjinException(ErrorCodes.NotConnected, "There is no Ojin API key.", "Run Connect-Ojin with -ApiKey, or set the environment variable OJIN_API_KEY.") { Service = OjinService.Ojin };
}
