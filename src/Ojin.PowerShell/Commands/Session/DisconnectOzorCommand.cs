using System.Management.Automation;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Forgets the session that Connect-Ozor kept. Environment variables stay. Nothing is sent.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "Ozor", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Disconnect-Ozor.md")]
public sealed class DisconnectOzorCommand : AsyncCommand
{
    private protected override Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        SessionStore.Ozor = null;
        return Task.CompletedTask;
    }
}
