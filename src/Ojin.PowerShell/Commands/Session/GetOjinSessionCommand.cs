using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>The sessions there are: kept by Connect-Ojin, Connect-Ozor and Connect-Aimp, else from the environment. Of a key only a hint is shown.</summary>
[Cmdlet(VerbsCommon.Get, "OjinSession", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Get-OjinSession.md")]
[OutputType(typeof(OjinSession), typeof(OzorSession), typeof(AimpSession))]
public sealed class GetOjinSessionCommand : AsyncCommand
{
    private string? current;

    /// <summary>The services to look at; without it all.</summary>
    [Parameter(Position = 0)]
    [ValidateSet("Ojin", "Ozor", "Aimp")]
    public string[] Service { get; set; } = ["Ojin", "Ozor", "Aimp"];

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        foreach (var service in Service)
        {
            current = service;
            try
            {
                if (SessionStore.Find(service) is { } session) await EmitAsync(session, cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException exception)
            {
                await EmitErrorAsync(exception, service, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
