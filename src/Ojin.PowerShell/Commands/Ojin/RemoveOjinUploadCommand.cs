using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Forgets uploads that have not ended: their files start over. It calls no service; what the service has of them stays
/// there, because no operation ends an upload.
/// </summary>
[Cmdlet(VerbsCommon.Remove, "OjinUpload", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Remove-OjinUpload.md")]
public sealed class RemoveOjinUploadCommand : AsyncCommand
{
    private string? current;

    /// <summary>The files; wildcards work.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [Alias("FullName")]
    public string[] Path { get; set; } = [];

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        foreach (var (given, entries, error) in UploadSelection.Find(this, Path, Warn).ToArray())
        {
            current = given;
            if (error is not null) await EmitErrorAsync(error, given, cancellationToken).ConfigureAwait(false);
            foreach (var entry in entries)
            {
                try
                {
                    if (await ShouldProcessAsync($"upload of {TextForDisplay.Escape(entry.Record.Path)}", "Forget it, so that it starts over", cancellationToken).ConfigureAwait(false)) entry.Remove();
                }
                catch (OjinException exception)
                {
                    await EmitErrorAsync(exception, entry.Record.Path, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }
}
