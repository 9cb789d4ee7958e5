using System.Globalization;
using System.Text.RegularExpressions;
using Ojin.Http;

namespace Ojin;

/// <summary>The Ojin Session API, one operation. It takes no key.</summary>
public sealed partial class AgentsClient
{
    /// <summary>The longest reference to a user, in characters.</summary>
    public const int MaximumUserRefLength = 256;

    // {region}.agents.ojin.ai, and without a region the one that routes to the nearest.
    private const string GeoRoutedHost = "agents.ojin.ai";

    private readonly HttpTransport transport;
    private readonly OjinSession session;

    /// <summary>Creates a client.</summary>
    public AgentsClient(HttpTransport transport, OjinSession session)
    {
        this.transport = transport;
        this.session = session;
    }

    /// <summary>
    /// Starts a session with an agent (<c>POST /v1/public/agents/connect</c>). It is sent once: a session that was
    /// started cannot be ended through this API. Only a 429 lets it go again, after the pause that the service names.
    /// </summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="clientUserRef">An opaque name of your own for the end user, at most 256 characters; null for none.</param>
    /// <param name="origin">The Origin header, such as <c>https://example.com</c>, for agents with a list of hosts; null sends none.</param>
    /// <param name="region">The region whose address is asked; null for the one that routes to the nearest.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OjinException">The input cannot be used, or one of the contract's seven error codes came back.</exception>
    public async Task<AgentSession> ConnectAsync(string agentId, string? clientUserRef, string? origin, string? region, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(agentId)) throw OjinException.Argument("The agent's id is empty.", "Give -AgentId. Nothing was sent.");
        // A character beyond the first plane is one character, and two of the units that a string counts.
        if (clientUserRef is { Length: > MaximumUserRefLength } && clientUserRef.EnumerateRunes().Count() is > MaximumUserRefLength and var length)
        {
            throw OjinException.Argument(
                string.Create(CultureInfo.InvariantCulture, $"The user reference has {length} characters; the service takes at most {MaximumUserRefLength}."),
                "Give a shorter -ClientUserRef. Nothing was sent.");
        }
        var request = new ServiceRequest
        {
            Service = OjinService.Agents,
            Method = HttpMethod.Post,
            Address = AddressFor(region).Build("v1/public/agents/connect"),
            Retry = RetryRule.Once,
            Headers = origin is null ? [] : [("Origin", CheckedOrigin(origin))],
            Content = JsonBody.Of(new AgentConnectRequest(agentId, clientUserRef), AgentsJson.Default.AgentConnectRequest),
            HowToLook = "A session may have been started, and this API cannot tell. It was not sent again; start another one when you need it.",
        };
        var started = await transport.SendAsync(request, AgentsJson.Default.AgentSession, cancellationToken).ConfigureAwait(false);
        started.AgentId = agentId;
        return started;
    }

    internal ServiceAddress AddressFor(string? region)
    {
        if (region is null) return session.Agents;
        if (!RegionName().IsMatch(region)) throw OjinException.Argument($"'{TextForDisplay.Escape(region, 80)}' is no region: it becomes a part of the host's name.", "Give letters, digits and hyphens, such as eu-central-1. Nothing was sent.");
        var address = session.AgentsUri;
        if (address.HostNameType != UriHostNameType.Dns)
        {
            throw OjinException.Argument($"The region '{region}' cannot be put before {address.Host}, which is no name.", "Leave -Region out, or give Connect-Ojin an -AgentsUri with a host name. Nothing was sent.");
        }
        // The address of the session may be a region's already.
        var host = address.Host.EndsWith("." + GeoRoutedHost, StringComparison.OrdinalIgnoreCase) ? GeoRoutedHost : address.Host;
        var regional = new UriBuilder(address) { Host = region + "." + host };
        return ServiceAddress.Parse(regional.Uri.AbsoluteUri, "The region's address");
    }

    private static string CheckedOrigin(string origin)
    {
        var text = origin.Trim().TrimEnd('/');
        // A header has ASCII alone, and a browser sends a name of other letters in its ASCII form.
        return Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" && uri.UserInfo.Length == 0
            && string.Equals(uri.GetLeftPart(UriPartial.Authority), uri.OriginalString, StringComparison.OrdinalIgnoreCase)
            ? uri.GetLeftPart(UriPartial.Authority).Replace(uri.Host, uri.IdnHost, StringComparison.OrdinalIgnoreCase)
            : throw OjinException.Argument($"'{TextForDisplay.Escape(origin, 80)}' is no origin.", "Give scheme, host and, where it is not the usual one, port: https://www.example.com. Nothing was sent.");
    }

    [GeneratedRegex("^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\z")]
    private static partial Regex RegionName();
}
