using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Revokes API keys, at once and for good (<c>DELETE /api/api-keys/{keyId}</c>), with the Firebase ID token.</summary>
[Cmdlet(VerbsSecurity.Revoke, "OzorApiKey", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Revoke-OzorApiKey.md")]
public sealed class RevokeOzorApiKeyCommand : OzorCommand
{
    private string? current;

    /// <summary>The ids of the keys.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] KeyId { get; set; } = [];

    /// <summary>The first letters of the key, as Get-OzorApiKey shows them; with them the question tells when it is the key of this session.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Prefix { get; set; }

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var client = new OzorClient(CreateTransport(), CurrentSession);
        foreach (var id in KeyId)
        {
            current = id;
            try
            {
                OjinId.Text(id, "key id");
                var own = client.UsesKeyWith(Prefix) ? ", which seems to be the key of this very session" : "";
                if (!await ShouldProcessAsync($"API key {TextForDisplay.Escape(id, 100)}{own}", "Revoke for good", cancellationToken).ConfigureAwait(false)) continue;
                await client.RevokeApiKeyAsync(id, cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException exception)
            {
                await EmitErrorAsync(exception, id, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
