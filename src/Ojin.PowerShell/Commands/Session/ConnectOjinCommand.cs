using System.Management.Automation;
using System.Security;
using Ojin.Http;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Keeps address and key of the Ojin REST and Session APIs for the whole process. Nothing is sent.</summary>
[Cmdlet(VerbsCommunications.Connect, "Ojin", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Connect-Ojin.md")]
[OutputType(typeof(OjinSession))]
public sealed class ConnectOjinCommand : AsyncCommand
{
    /// <summary>The key, as a SecureString or a string; without it the one in OJIN_API_KEY.</summary>
    [Parameter(Position = 0)]
    [SecretTransformation]
    public SecureString? ApiKey { get; set; }

    /// <summary>The address of the REST API; without it the one in OJIN_BASE_URI, else the service's own.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? BaseUri { get; set; }

    /// <summary>The address of the Session API; without it the one in OJIN_AGENTS_URI, else the service's own.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? AgentsUri { get; set; }

    /// <summary>Returns the session too, for -Session of the other cmdlets.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var key = MyInvocation.BoundParameters.ContainsKey(nameof(ApiKey)) ? Secrets.Reveal(ApiKey) ?? "" : SessionStore.Variable("OJIN_API_KEY");
        // The Session API takes no key, so somebody who names its address may have none.
        if (key is null && AgentsUri is null)
        {
            throw new OjinException(ErrorCodes.NotConnected, "There is no Ojin API key to connect with.", "Give -ApiKey, or set the environment variable OJIN_API_KEY.") { Service = OjinService.Ojin };
        }
        var session = new OjinSession(key, BaseUri ?? SessionStore.Variable("OJIN_BASE_URI"), AgentsUri ?? SessionStore.Variable("OJIN_AGENTS_URI"), MyInvocation.MyCommand.Name);
        SessionStore.Ojin = session;
        Tell($"{session}, key {session.KeyHint ?? "none"}; Test-OjinSession tells whether it is good.");
        if (PassThru) await EmitAsync(session, cancellationToken).ConfigureAwait(false);
    }
}
