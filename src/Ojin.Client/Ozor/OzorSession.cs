using Ojin.Http;

namespace Ojin;

/// <summary>Address and credentials of Ozor: a key for everything, a Firebase ID token for key management alone.</summary>
public sealed class OzorSession : ServiceSession
{
    /// <summary>The address that the contract gives.</summary>
    public const string DefaultBaseUri = "https://ozor.ai";

    /// <summary>Creates a session.</summary>
    /// <param name="apiKey">The key (<c>sk_live_</c> and 32 hex digits); null for key management only.</param>
    /// <param name="firebaseToken">The Firebase ID token; null where no keys are managed.</param>
    /// <param name="baseUri">The base address; null for the service's own.</param>
    /// <param name="creditLimit">How many credits this session may spend; null for no limit.</param>
    /// <param name="source">Where the session comes from, to be shown.</param>
    /// <exception cref="OjinException">The address is not https, or a credential is none.</exception>
    public OzorSession(string? apiKey, string? firebaseToken = null, string? baseUri = null, int? creditLimit = null, string source = "")
        : base(OjinService.Ozor, ServiceAddress.Parse(baseUri ?? DefaultBaseUri, "The base address"), source)
    {
        Key = apiKey is null ? null : Credential.ApiKey(apiKey, BaseUri);
        Token = firebaseToken is null ? null : Credential.Bearer(firebaseToken, BaseUri);
        Credits = new CreditLedger(creditLimit);
    }

    /// <inheritdoc/>
    public override string? KeyHint => Key?.Hint;

    /// <summary>Whether there is a Firebase ID token for key management.</summary>
    public bool HasFirebaseToken => Token is not null;

    /// <summary>How many credits this session may spend; null for no limit.</summary>
    public int? CreditLimit => Credits.Limit;

    /// <summary>How many credits this session has started to spend, a job that may still fail included.</summary>
    public int CreditsStarted => Credits.Started;

    internal Credential? Key { get; }

    internal Credential? Token { get; }

    internal CreditLedger Credits { get; }

    internal override IEnumerable<string> Secrets
    {
        get
        {
            if (Key is not null) yield return Key.Secret;
            if (Token is not null) yield return Token.Secret;
        }
    }

    internal Credential RequireKey() => Key ?? throw new OjinException(ErrorCodes.NotConnected, "There is no Ozor API key.", "Run Connect-Ozor with -ApiKey, or set the environment variable OZOR_API_KEY.") { Service = OjinService.Ozor };

    internal Credential RequireToken() => Token ?? throw new OjinException(ErrorCodes.NotConnected, "There is no Firebase ID token, which key management takes instead of a key.", "Run Connect-Ozor with -FirebaseToken, or set the environment variable OZOR_FIREBASE_TOKEN.") { Service = OjinService.Ozor };
}
