using System.Management.Automation;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Lists the uploads in this machine's journal that have not ended. It calls no service.</summary>
[Cmdlet(VerbsCommon.Get, "OjinUpload", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Get-OjinUpload.md")]
[OutputType(typeof(UnfinishedUpload))]
public sealed class GetOjinUploadCommand : AsyncCommand
{
    private string? current;

    /// <summary>The files; wildcards work. Without any, all uploads are listed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [Alias("FullName")]
    public string[]? Path { get; set; }

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        foreach (var (given, entries, error) in UploadSelection.Find(this, Path, Warn).ToArray())
        {
            current = given;
            if (error is not null) await EmitErrorAsync(error, given, cancellationToken).ConfigureAwait(false);
            foreach (var entry in entries) await EmitAsync(new UnfinishedUpload(entry), cancellationToken).ConfigureAwait(false);
        }
    }
}
