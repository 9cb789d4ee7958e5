using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Asks each service for the cheapest thing that needs the key and costs nothing: one configuration (listModelConfigs),
/// one video (<c>GET /api/v1/videos</c>), the wallet (<c>GET /api/billing/wallet</c>).
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "OjinSession", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Test-OjinSession.md", DefaultParameterSetName = "Service")]
[OutputType(typeof(SessionTest))]
public sealed class TestOjinSessionCommand : AsyncCommand
{
    private object? current;

    /// <summary>The services to ask; without it each that there is a session for.</summary>
    [Parameter(Position = 0, ParameterSetName = "Service")]
    [ValidateSet("Ojin", "Ozor", "Aimp")]
    public string[]? Service { get; set; }

    /// <summary>The sessions to test, as Connect-* -PassThru and Get-OjinSession return them.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Session", ValueFromPipeline = true)]
    [ValidateNotNull]
    public ServiceSession[] Session { get; set; } = [];

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        if (ParameterSetName == "Session")
        {
            foreach (var session in Session) await EmitAsync(await TestAsync(session, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            return;
        }
        var tested = 0;
        foreach (var service in Service ?? ["Ojin", "Ozor", "Aimp"])
        {
            current = service;
            try
            {
                if (SessionStore.Find(service) is { } session)
                {
                    tested++;
                    await EmitAsync(await TestAsync(session, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                }
                else if (Service is not null)
                {
                    throw new OjinException(ErrorCodes.NotConnected, $"There is no session for {service}.", $"Run Connect-{service}, or set the environment variable {service.ToUpperInvariant()}_API_KEY.");
                }
            }
            catch (OjinException exception)
            {
                tested++;
                await EmitErrorAsync(exception, service, cancellationToken).ConfigureAwait(false);
            }
        }
        if (tested == 0) throw new OjinException(ErrorCodes.NotConnected, "There is no session to test.", "Run Connect-Ojin, Connect-Ozor or Connect-Aimp, or set OJIN_API_KEY, OZOR_API_KEY or AIMP_API_KEY.");
    }

    private Task<SessionTest> TestAsync(ServiceSession session, CancellationToken cancellationToken)
    {
        current = session;
        return SessionTest.RunAsync(new HttpTransport(this, session.Secrets), session, cancellationToken);
    }
}
