using System.Management.Automation;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Waits until exports are complete (<c>GET /api/v1/videos/{videoId}</c>), any number side by side, and returns each
/// video when its film is there. An export or a job that fails or takes too long is an error whose target can be waited
/// for again.
/// </summary>
[Cmdlet(VerbsLifecycle.Wait, "OzorExport", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Wait-OzorExport.md")]
[OutputType(typeof(OzorVideo))]
public sealed class WaitOzorExportCommand : OzorWaitCommand
{
    /// <summary>The id of the video.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TextTransformation]
    [ArgumentCompleter(typeof(VideoIdCompleter))]
    public string VideoId { get; set; } = "";

    /// <summary>The id of the export, as Start-OzorExport returns it; without it whatever export appears is waited for.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? ExportId { get; set; }

    /// <summary>The id of the agent's job that the export follows; when it fails, no export ever appears, and the wait ends.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string? JobId { get; set; }

    /// <summary>What is in the pipeline: an export that came back complete is passed through without a request.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    [AllowNull]
    public PSObject? InputObject { get; set; }

    private protected override object? CurrentTarget => VideoId;

    private protected override Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var export = InputObject?.BaseObject is OzorExport piped && piped.VideoId == VideoId && piped.ExportId == ExportId
            ? piped
            : new OzorExport { VideoId = VideoId, ExportId = ExportId, JobId = JobId };
        var activity = string.IsNullOrEmpty(export.ExportId) ? $"Export of video {export.VideoId}" : $"Export {export.ExportId} of video {export.VideoId}";
        StartWait(InputObject ?? (object)VideoId, activity, async (waits, progress, token) => await waits.ForExportAsync(export, progress, token).ConfigureAwait(false));
        return Task.CompletedTask;
    }
}
