using System.Management.Automation;
using System.Security;
using Ojin.Http;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Keeps address and credentials of Ozor for the whole process. Nothing is sent.</summary>
[Cmdlet(VerbsCommunications.Connect, "Ozor", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Connect-Ozor.md")]
[OutputType(typeof(OzorSession))]
public sealed class ConnectOzorCommand : AsyncCommand
{
    /// <summary>The key, as a SecureString or a string; without it the one in OZOR_API_KEY.</summary>
    [Parameter(Position = 0)]
    [SecretTransformation]
    public SecureString? ApiKey { get; set; }

    /// <summary>The Firebase ID token that key management takes instead of a key; without it the one in OZOR_FIREBASE_TOKEN.</summary>
    [Parameter]
    [SecretTransformation]
    public SecureString? FirebaseToken { get; set; }

    /// <summary>The address of the service; without it the one in OZOR_BASE_URI, else the service's own.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? BaseUri { get; set; }

    /// <summary>How many credits this session may spend; a request that would go over it is not sent. Without it there is no limit.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int CreditLimit { get; set; }

    /// <summary>Returns the session too, for -Session of the other cmdlets.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var given = MyInvocation.BoundParameters;
        var key = given.ContainsKey(nameof(ApiKey)) ? Secrets.Reveal(ApiKey) ?? "" : SessionStore.Variable("OZOR_API_KEY");
        var token = given.ContainsKey(nameof(FirebaseToken)) ? Secrets.Reveal(FirebaseToken) ?? "" : SessionStore.Variable("OZOR_FIREBASE_TOKEN");
        if (key is null && token is null)
        {
            throw new OjinException(ErrorCodes.NotConnected, "There is no Ozor API key to connect with.", "Give -ApiKey (for key management -FirebaseToken), or set the environment variable OZOR_API_KEY (OZOR_FIREBASE_TOKEN).") { Service = OjinService.Ozor };
        }
        var session = new OzorSession(key, token, BaseUri ?? SessionStore.Variable("OZOR_BASE_URI"), given.ContainsKey(nameof(CreditLimit)) ? CreditLimit : null, MyInvocation.MyCommand.Name);
        SessionStore.Ozor = session;
        Tell($"{session}, key {session.KeyHint ?? "none"}; Test-OjinSession tells whether it is good.");
        if (PassThru) await EmitAsync(session, cancellationToken).ConfigureAwait(false);
    }
}
