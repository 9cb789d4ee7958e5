using System.Management.Automation;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Lists the account's API keys, active and revoked (<c>GET /api/api-keys</c>), with the Firebase ID token.</summary>
[Cmdlet(VerbsCommon.Get, "OzorApiKey", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Get-OzorApiKey.md")]
[OutputType(typeof(OzorApiKey))]
public sealed class GetOzorApiKeyCommand : OzorCommand
{
    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        foreach (var key in await new OzorClient(CreateTransport(), CurrentSession).ListApiKeysAsync(cancellationToken).ConfigureAwait(false))
        {
            await EmitAsync(key, cancellationToken).ConfigureAwait(false);
        }
    }
}
