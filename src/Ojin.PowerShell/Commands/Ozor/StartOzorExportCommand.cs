using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Renders a video to an MP4 file (<c>POST /api/v1/videos/{videoId}/export</c>). It costs nothing and is sent once; an
/// identical one that is complete already comes back at once.
/// </summary>
[Cmdlet(VerbsLifecycle.Start, "OzorExport", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Start-OzorExport.md")]
[OutputType(typeof(OzorExport))]
public sealed class StartOzorExportCommand : OzorCommand
{
    /// <summary>The id of the video.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TextTransformation]
    [ArgumentCompleter(typeof(VideoIdCompleter))]
    public string VideoId { get; set; } = "";

    /// <summary>The quality; without it the service chooses 1080p.</summary>
    [Parameter]
    [ValidateSet("720p", "1080p", "4k")]
    public string? Quality { get; set; }

    /// <summary>Lets everybody see the film, for good.</summary>
    [Parameter]
    public SwitchParameter Public { get; set; }

    private protected override object? CurrentTarget => VideoId;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var client = new OzorClient(CreateTransport(), CurrentSession);
        OjinId.Text(VideoId, "video id");
        if (!ShouldProcess($"video {TextForDisplay.Escape(VideoId, 100)}", $"Export{(Quality is null ? "" : " in " + Quality)}{(Public ? " for everybody to see" : "")}, which costs 0 credits")) return;
        var export = await client.ExportVideoAsync(VideoId, Quality?.ToLowerInvariant(), Public ? true : null, cancellationToken).ConfigureAwait(false);
        await EmitAsync(export, cancellationToken).ConfigureAwait(false);
    }
}
