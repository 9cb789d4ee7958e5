using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Creates an API key (<c>POST /api/api-keys</c>), with the Firebase ID token. The key comes out once, as a SecureString.
/// </summary>
[Cmdlet(VerbsCommon.New, "OzorApiKey", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/New-OzorApiKey.md")]
[OutputType(typeof(OzorNewApiKey))]
public sealed class NewOzorApiKeyCommand : OzorCommand
{
    /// <summary>A name to know the key by, 1 to 64 characters.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [TextTransformation]
    public string Name { get; set; } = "";

    private protected override object? CurrentTarget => Name;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        OzorClient.CheckKeyName(Name);
        if (!ShouldProcess($"API key '{TextForDisplay.Escape(Name, 64)}'", "Create")) return;
        await EmitAsync(await new OzorClient(CreateTransport(), CurrentSession).CreateApiKeyAsync(Name, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }
}
