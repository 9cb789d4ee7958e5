using System.Management.Automation;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Gets the usage summary of the current workspace, as the gateway shows it (<c>GET /api/billing/usage/summary</c>).</summary>
[Cmdlet(VerbsCommon.Get, "AimpUsage", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Get-AimpUsage.md")]
[OutputType(typeof(PSObject))]
public sealed class GetAimpUsageCommand : AimpCommand
{
    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var client = new AimpClient(CreateTransport(), CurrentSession);
        var answer = await client.GetUsageAsync(cancellationToken).ConfigureAwait(false);
        foreach (var item in answer as object?[] ?? (answer is null ? [] : [answer])) await EmitAsync(FreeFormObjects.From(item, "Ojin.AimpUsage"), cancellationToken).ConfigureAwait(false);
    }
}
