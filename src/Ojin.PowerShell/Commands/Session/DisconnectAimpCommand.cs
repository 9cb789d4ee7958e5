using System.Management.Automation;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Forgets the session that Connect-Aimp kept. Environment variables stay. Nothing is sent.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "Aimp", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Disconnect-Aimp.md")]
public sealed class DisconnectAimpCommand : AsyncCommand
{
    private protected override Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        SessionStore.Aimp = null;
        return Task.CompletedTask;
    }
}
