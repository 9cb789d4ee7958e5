using System.Globalization;
using Ojin.Http;

namespace Ojin;

/// <content>API keys. These operations take the Firebase ID token and never a key.</content>
public sealed partial class OzorClient
{
    /// <summary>The longest name of a key, in characters.</summary>
    public const int MaximumKeyNameLength = 64;

    private const string KeysPath = "api/api-keys";

    /// <summary>
    /// Creates an API key (<c>POST /api/api-keys</c>). It is sent once. The key itself is in this answer and in no later
    /// one; an account has at most five active keys.
    /// </summary>
    /// <param name="name">A name to know it by, 1 to 64 characters.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OjinException">The name is empty or too long, 400 where there are five keys, or any failure.</exception>
    public Task<OzorNewApiKey> CreateApiKeyAsync(string name, CancellationToken cancellationToken)
    {
        CheckKeyName(name);
        return transport.SendAsync(
            new ServiceRequest
            {
                Service = OjinService.Ozor,
                Method = HttpMethod.Post,
                Address = session.Address.Build(KeysPath),
                Retry = RetryRule.Once,
                Credential = session.RequireToken(),
                Content = JsonBody.Of(new OzorKeyOrder(name), OzorDocumentsJson.Default.OzorKeyOrder),
                HowToLook = "Look with Get-OzorApiKey whether a key of this name is there. Its value can't be had again: revoke it, and create another.",
            },
            OzorDocumentsJson.Default.OzorNewApiKey,
            cancellationToken);
    }

    /// <summary>Lists the account's keys, active and revoked (<c>GET /api/api-keys</c>).</summary>
    /// <exception cref="OjinException">Any failure.</exception>
    public async Task<IReadOnlyList<OzorApiKey>> ListApiKeysAsync(CancellationToken cancellationToken) => await transport.SendAsync(
        new ServiceRequest
        {
            Service = OjinService.Ozor,
            Method = HttpMethod.Get,
            Address = session.Address.Build(KeysPath),
            Retry = RetryRule.Safe,
            Credential = session.RequireToken(),
        },
        OzorDocumentsJson.Default.OzorApiKeyArray,
        cancellationToken).ConfigureAwait(false);

    /// <summary>Revokes a key at once (<c>DELETE /api/api-keys/{keyId}</c>).</summary>
    /// <exception cref="OjinException">404 where there is none, or any failure.</exception>
    public async Task RevokeApiKeyAsync(string keyId, CancellationToken cancellationToken)
    {
        var request = new ServiceRequest
        {
            Service = OjinService.Ozor,
            Method = HttpMethod.Delete,
            Address = session.Address.Build(KeysPath + "/" + Segment(keyId, "key id")),
            Retry = RetryRule.Safe,
            Credential = session.RequireToken(),
        };
        try
        {
            await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (OjinException gone) when (gone is { StatusCode: 404, Attempts: > 1 })
        {
            // An earlier try revoked it, and only its answer was lost.
            transport.Trace($"{request.Method} {request.Path}: revoked already, after a try without an answer");
        }
        catch (OjinException missing) when (missing.StatusCode == 404)
        {
            throw missing.With(recommendedAction: "Check the id; Get-OzorApiKey lists the keys of this account.");
        }
    }

    /// <summary>Checks a key's name as <see cref="CreateApiKeyAsync"/> does, before anybody is asked anything.</summary>
    /// <exception cref="OjinException">The name is empty or too long.</exception>
    internal static void CheckKeyName(string name)
    {
        OjinId.Text(name, "name");
        // The contract counts characters: a letter beyond the basic plane is one, though .NET has two for it.
        var length = name.EnumerateRunes().Count();
        if (length > MaximumKeyNameLength) throw OjinException.Argument(string.Create(CultureInfo.InvariantCulture, $"The name has {length} characters; the service takes at most {MaximumKeyNameLength}."), "Give a shorter name. Nothing was sent.");
    }

    /// <summary>Whether a key with these first letters may be the one that this session uses.</summary>
    internal bool UsesKeyWith(string? prefix) => !string.IsNullOrEmpty(prefix) && session.Key is { } key && key.Secret.StartsWith(prefix, StringComparison.Ordinal);
}
