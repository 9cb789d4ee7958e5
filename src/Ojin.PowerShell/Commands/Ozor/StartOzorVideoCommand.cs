using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Makes a video from a prompt (<c>POST /api/v1/videos/generate</c>). It costs 1 credit when the job succeeds, and is
/// sent once.
/// </summary>
[Cmdlet(VerbsLifecycle.Start, "OzorVideo", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Start-OzorVideo.md")]
[OutputType(typeof(OzorJob))]
public sealed class StartOzorVideoCommand : OzorCommand
{
    /// <summary>What the film is to be about, 1 to 2000 characters.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TextTransformation]
    public string Prompt { get; set; } = "";

    /// <summary>Landscape (16:9) or portrait (9:16); without it the service chooses 16:9.</summary>
    [Parameter]
    [ValidateSet("16:9", "9:16")]
    public string? Aspect { get; set; }

    /// <summary>Renders an MP4 file as soon as the agent has finished.</summary>
    [Parameter]
    public SwitchParameter Export { get; set; }

    /// <summary>The quality of that file; without it the service chooses 720p.</summary>
    [Parameter]
    [ValidateSet("720p", "1080p", "4k")]
    public string? ExportQuality { get; set; }

    /// <summary>Lets everybody see that file, for good.</summary>
    [Parameter]
    public SwitchParameter ExportPublic { get; set; }

    /// <summary>Pictures that go along (JPEG, PNG, WebP): paths, https URLs, or objects with url or base64 and mimeType.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[]? Image { get; set; }

    /// <summary>Films that go along (MP4, WebM): paths, https URLs, or objects with url or base64, mimeType, durationSec and thumbnailUrl.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[]? Video { get; set; }

    private protected override object? CurrentTarget => Prompt;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var client = new OzorClient(CreateTransport(), CurrentSession);
        var order = new OzorVideoOrder
        {
            Prompt = Prompt,
            Aspect = Aspect,
            Export = Export,
            ExportQuality = ExportQuality?.ToLowerInvariant(),
            ExportIsPublic = ExportPublic ? true : null,
            Media = await OzorMediaArguments.ReadAsync(this, Image, Video, cancellationToken).ConfigureAwait(false),
        };
        order.Check();
        if (!await ShouldProcessAsync($"prompt '{TextForDisplay.Escape(Prompt, 60)}'", "Make a video, which costs 1 credit when it succeeds", cancellationToken).ConfigureAwait(false)) return;
        await EmitAsync(await client.GenerateVideoAsync(order, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }
}
