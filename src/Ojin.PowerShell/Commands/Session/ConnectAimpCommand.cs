using System.Management.Automation;
using System.Security;
using Ojin.Http;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Keeps address and key of an AIMP Gateway for the whole process. Nothing is sent.</summary>
[Cmdlet(VerbsCommunications.Connect, "Aimp", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Connect-Aimp.md")]
[OutputType(typeof(AimpSession))]
public sealed class ConnectAimpCommand : AsyncCommand
{
    /// <summary>The key, as a SecureString or a string; without it the one in AIMP_API_KEY.</summary>
    [Parameter(Position = 0)]
    [SecretTransformation]
    public SecureString? ApiKey { get; set; }

    /// <summary>The gateway's address, with or without /api; without it the one in AIMP_GATEWAY_URL. There is no public one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? GatewayUri { get; set; }

    /// <summary>Returns the session too, for -Session of the other cmdlets.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var gateway = GatewayUri ?? SessionStore.Variable("AIMP_GATEWAY_URL")
            ?? throw new OjinException(ErrorCodes.NotConnected, "There is no address of an AIMP Gateway to connect to.", "Give -GatewayUri, or set the environment variable AIMP_GATEWAY_URL.") { Service = OjinService.Aimp };
        var key = (MyInvocation.BoundParameters.ContainsKey(nameof(ApiKey)) ? Secrets.Reveal(ApiKey) ?? "" : SessionStore.Variable("AIMP_API_KEY"))
            ?? throw new OjinException(ErrorCodes.NotConnected, "There is no AIMP API key to connect with.", "Give -ApiKey, or set the environment variable AIMP_API_KEY.") { Service = OjinService.Aimp };
        var session = new AimpSession(key, gateway, MyInvocation.MyCommand.Name);
        SessionStore.Aimp = session;
        Tell($"{session}, key {session.KeyHint}; Test-OjinSession tells whether it is good.");
        if (PassThru) await EmitAsync(session, cancellationToken).ConfigureAwait(false);
    }
}
