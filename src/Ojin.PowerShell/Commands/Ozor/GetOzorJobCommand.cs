using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Reads jobs of the agent (<c>GET /api/v1/videos/{videoId}/jobs/{jobId}</c>).</summary>
[Cmdlet(VerbsCommon.Get, "OzorJob", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Get-OzorJob.md")]
[OutputType(typeof(OzorJob))]
public sealed class GetOzorJobCommand : OzorCommand
{
    private string? current;

    /// <summary>The id of the video that the jobs belong to.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [TextTransformation]
    [ArgumentCompleter(typeof(VideoIdCompleter))]
    public string VideoId { get; set; } = "";

    /// <summary>The ids of the jobs, as Start-OzorVideo and Send-OzorMessage return them.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] JobId { get; set; } = [];

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        current = VideoId;
        var client = new OzorClient(CreateTransport(), CurrentSession);
        foreach (var id in JobId)
        {
            current = id;
            try
            {
                await EmitAsync(await client.GetJobAsync(VideoId, id, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException exception)
            {
                await EmitErrorAsync(exception, id, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
