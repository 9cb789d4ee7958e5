using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Tells the agent what to change in a video (<c>POST /api/v1/videos/{videoId}/message</c>). It costs 1 credit when the
/// job succeeds, and is sent once.
/// </summary>
[Cmdlet(VerbsCommunications.Send, "OzorMessage", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Send-OzorMessage.md")]
[OutputType(typeof(OzorJob))]
public sealed class SendOzorMessageCommand : OzorCommand
{
    /// <summary>The id of the video.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TextTransformation]
    [ArgumentCompleter(typeof(VideoIdCompleter))]
    public string VideoId { get; set; } = "";

    /// <summary>What to change, 1 to 2000 characters.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [TextTransformation]
    public string Message { get; set; } = "";

    /// <inheritdoc cref="StartOzorVideoCommand.Image"/>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[]? Image { get; set; }

    /// <inheritdoc cref="StartOzorVideoCommand.Video"/>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[]? Video { get; set; }

    private protected override object? CurrentTarget => VideoId;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var client = new OzorClient(CreateTransport(), CurrentSession);
        OjinId.Text(VideoId, "video id");
        OzorVideoOrder.CheckText(Message, "message");
        var media = await OzorMediaArguments.ReadAsync(this, Image, Video, cancellationToken).ConfigureAwait(false);
        if (!await ShouldProcessAsync($"video {TextForDisplay.Escape(VideoId, 100)}", $"Change it by the message '{TextForDisplay.Escape(Message, 60)}', which costs 1 credit when it succeeds", cancellationToken).ConfigureAwait(false)) return;
        await EmitAsync(await client.SendMessageAsync(VideoId, Message, media, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }
}
