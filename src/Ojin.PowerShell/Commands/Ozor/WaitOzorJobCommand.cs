using System.Management.Automation;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Waits until jobs of the agent are completed (<c>GET /api/v1/videos/{videoId}/jobs/{jobId}</c>), any number side by
/// side, and returns each when it is. A job that fails or takes too long is an error whose target can be waited for
/// again.
/// </summary>
[Cmdlet(VerbsLifecycle.Wait, "OzorJob", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Wait-OzorJob.md")]
[OutputType(typeof(OzorJob))]
public sealed class WaitOzorJobCommand : OzorWaitCommand
{
    /// <summary>The id of the video that the jobs belong to.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [TextTransformation]
    [ArgumentCompleter(typeof(VideoIdCompleter))]
    public string VideoId { get; set; } = "";

    /// <summary>The ids of the jobs, as Start-OzorVideo and Send-OzorMessage return them.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] JobId { get; set; } = [];

    private protected override object? CurrentTarget => VideoId;

    private protected override Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var video = VideoId;
        foreach (var id in JobId) StartWait(id, $"Job {id} of video {video}", async (waits, progress, token) => await waits.ForJobAsync(video, id, progress, token).ConfigureAwait(false));
        return Task.CompletedTask;
    }
}
