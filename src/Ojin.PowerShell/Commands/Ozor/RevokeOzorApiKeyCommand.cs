using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Revokes API keys, at once and for good (<c>DELETE /api/api-keys/{keyId}</c>), with the Firebase ID token.</summary>
[Cmdlet(VerbsSecurity.Revoke, "OzorApiKey", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Revoke-OzorApiKey.md")]
public sealed class RevokeOzorApiKeyCommand : OzorCommand
{
    private IReadOnlyList<OzorApiKey>? keys;
    private string? current;

    /// <summary>The ids of the keys.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ApiKeyIdCompleter))]
    public string[] KeyId { get; set; } = [];

    /// <summary>The first letters of the key, as Get-OzorApiKey shows them; with them nothing has to be read to tell that it is the key of this session.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Prefix { get; set; }

    /// <summary>The key as Get-OzorApiKey returns it, from the pipeline: -WhatIf and -Confirm name it.</summary>
    [Parameter(ValueFromPipeline = true)]
    public OzorApiKey? InputObject { get; set; }

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
                var own = await IsOwnAsync(client, id, cancellationToken).ConfigureAwait(false);
                if (own) Warn($"API key {id} seems to be the one that this session uses: once it is revoked, every request with it fails. Connect-Ozor takes another one.");
                if (!await ShouldProcessAsync($"API key {(InputObject?.KeyId == id ? $"'{TextForDisplay.Escape(InputObject.Name, 100)}' ({TextForDisplay.Escape(id, 100)})" : TextForDisplay.Escape(id, 100))}{(own ? ", which seems to be the key of this very session" : "")}", "Revoke for good", cancellationToken).ConfigureAwait(false)) continue;
                await client.RevokeApiKeyAsync(id, cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException exception)
            {
                await EmitErrorAsync(exception, id, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whether it is the key that this session uses, as far as its first letters tell. An id alone is looked up, once for all.</summary>
    private async Task<bool> IsOwnAsync(OzorClient client, string id, CancellationToken cancellationToken)
    {
        if (Prefix is not null || CurrentSession.KeyHint is null || IsWhatIf) return client.UsesKeyWith(Prefix);
        try
        {
            keys ??= await client.ListApiKeysAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OjinException exception)
        {
            Tell($"Whether {id} is the key of this session could not be looked up: {exception.Message}");
            keys = [];
        }
        return client.UsesKeyWith(keys.FirstOrDefault(key => key.KeyId == id)?.Prefix);
    }
}
