using System.Management.Automation;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Reads which tools the agent used in a conversation
/// (<c>GET /api/v1/videos/{videoId}/conversations/{conversationId}/tool-trace</c>). No documented answer has the id of
/// a conversation.
/// </summary>
[Cmdlet(VerbsCommon.Get, "OzorToolTrace", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Get-OzorToolTrace.md")]
[OutputType(typeof(OzorToolTrace))]
public sealed class GetOzorToolTraceCommand : OzorCommand
{
    /// <summary>The id of the video.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [TextTransformation]
    [ArgumentCompleter(typeof(VideoIdCompleter))]
    public string VideoId { get; set; } = "";

    /// <summary>The id of the conversation.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string ConversationId { get; set; } = "";

    private protected override object? CurrentTarget => VideoId;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var trace = await new OzorClient(CreateTransport(), CurrentSession).GetToolTraceAsync(VideoId, ConversationId, cancellationToken).ConfigureAwait(false);
        await EmitAsync(trace, cancellationToken).ConfigureAwait(false);
    }
}
