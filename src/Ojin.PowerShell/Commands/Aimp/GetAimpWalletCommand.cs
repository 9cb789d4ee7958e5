using System.Management.Automation;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Gets the wallet of the current workspace, as the gateway shows it (<c>GET /api/billing/wallet</c>).</summary>
[Cmdlet(VerbsCommon.Get, "AimpWallet", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Get-AimpWallet.md")]
[OutputType(typeof(PSObject))]
public sealed class GetAimpWalletCommand : AimpCommand
{
    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var client = new AimpClient(CreateTransport(), CurrentSession);
        var answer = await client.GetWalletAsync(cancellationToken).ConfigureAwait(false);
        foreach (var item in answer as object?[] ?? (answer is null ? [] : [answer])) await EmitAsync(FreeFormObjects.From(item, "Ojin.AimpWallet"), cancellationToken).ConfigureAwait(false);
    }
}
