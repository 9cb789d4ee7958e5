using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Reads videos with their latest export (<c>GET /api/v1/videos/{videoId}</c>), or lists those that were made through
/// this API, the newest first (<c>GET /api/v1/videos</c>).
/// </summary>
[Cmdlet(VerbsCommon.Get, "OzorVideo", DefaultParameterSetName = "Id", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Get-OzorVideo.md")]
[OutputType(typeof(OzorVideo))]
public sealed class GetOzorVideoCommand : OzorCommand
{
    private string? current;

    /// <summary>The ids of the videos; without any, videos are listed.</summary>
    [Parameter(Position = 0, ParameterSetName = "Id", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VideoIdCompleter))]
    public string[]? VideoId { get; set; }

    /// <summary>How many of the newest to list, 1 to 100, which is as far as the service reaches; 100 unless given.</summary>
    [Parameter(ParameterSetName = "List")]
    [ValidateRange(1, OzorClient.MaximumVideos)]
    public int First { get; set; } = OzorClient.MaximumVideos;

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var client = new OzorClient(CreateTransport(), CurrentSession);
        if (VideoId is null)
        {
            foreach (var video in await client.ListVideosAsync(First, cancellationToken).ConfigureAwait(false)) await EmitAsync(video, cancellationToken).ConfigureAwait(false);
            return;
        }
        foreach (var id in VideoId)
        {
            current = id;
            try
            {
                await EmitAsync(await client.GetVideoAsync(id, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException exception)
            {
                await EmitErrorAsync(exception, id, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
