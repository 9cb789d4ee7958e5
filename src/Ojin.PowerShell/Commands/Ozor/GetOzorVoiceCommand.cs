using System.Management.Automation;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Lists the voices that can speak a plan (<c>GET /api/v1/documents/voices</c>).</summary>
[Cmdlet(VerbsCommon.Get, "OzorVoice", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Get-OzorVoice.md")]
[OutputType(typeof(OzorVoice))]
public sealed class GetOzorVoiceCommand : OzorCommand
{
    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        foreach (var voice in await new OzorClient(CreateTransport(), CurrentSession).ListVoicesAsync(cancellationToken).ConfigureAwait(false))
        {
            await EmitAsync(voice, cancellationToken).ConfigureAwait(false);
        }
    }
}
