using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;
using Ojin.Transfer;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Downloads the film of a video's latest export (<c>GET /api/v1/videos/{videoId}</c>), side by side and checked. A file
/// takes its name when all of it is there; the same command goes on with what an earlier run fetched.
/// </summary>
[Cmdlet(VerbsData.Save, "OzorVideo", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Save-OzorVideo.md")]
[OutputType(typeof(FileInfo))]
public sealed class SaveOzorVideoCommand : SaveCommand
{
    private OzorSession? resolved;

    /// <summary>The ids of the videos.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VideoIdCompleter))]
    public string[] VideoId { get; set; } = [];

    /// <inheritdoc cref="OzorCommand.Session"/>
    [Parameter]
    [ValidateNotNull]
    [SessionTransformation(typeof(OzorSession), "Connect-Ozor")]
    public OzorSession? Session { get; set; }

    private OzorSession CurrentSession => resolved ??= SessionStore.ResolveOzor(Session);

    private protected override HttpTransport CreateTransport() => new(this, CurrentSession.Secrets);

    private protected override Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        return SaveAllAsync(VideoId, Named, ".mp4", cancellationToken);

        static string Named(string id)
        {
            ServiceAddress.Segment(id, "video id");
            return $"video {TextForDisplay.Escape(id, 100)}";
        }
    }

    private protected override Func<string, CancellationToken, Task<DownloadSource>> CreateSource()
    {
        var client = new OzorClient(CreateTransport(), CurrentSession);
        return async (id, token) =>
        {
            // Each reading of the video signs its URL anew.
            var video = await client.GetVideoAsync(id, token).ConfigureAwait(false);
            var name = string.IsNullOrWhiteSpace(video.Title) ? null : video.Title + ".mp4";
            return video.DownloadUrl is { } url ? new DownloadSource(url.ToUri(), name, null, null) : throw NoFilm(video);
        };
    }

    private static OjinException NoFilm(OzorVideo video)
    {
        var id = TextForDisplay.Escape(video.VideoId, 100);
        return video.ExportStatus switch
        {
            null => new OjinException(ErrorCodes.JobFailed, $"The video {id} has no export yet, so there is no film to download.", $"Run Start-OzorExport {id} | Wait-OzorExport | Save-OzorVideo.") { Service = OjinService.Ozor },
            "failed" => new OjinException(ErrorCodes.JobFailed, $"The latest export of the video {id} failed: {TextForDisplay.Escape(video.ExportError ?? "no reason is given", 500)}", $"Start another with Start-OzorExport {id}.") { Service = OjinService.Ozor },
            var status => new OjinException(ErrorCodes.JobFailed, $"The latest export of the video {id} is {TextForDisplay.Escape(status, 50)}, so there is no film to download yet.", $"Wait for it: Wait-OzorExport {id} | Save-OzorVideo.") { Service = OjinService.Ozor },
        };
    }
}
