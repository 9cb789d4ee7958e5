using System.Management.Automation;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Forgets the session that Connect-Ojin kept. Environment variables stay. Nothing is sent.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "Ojin", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Disconnect-Ojin.md")]
public sealed class DisconnectOjinCommand : AsyncCommand
{
    private protected override Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        SessionStore.Ojin = null;
        return Task.CompletedTask;
    }
}
