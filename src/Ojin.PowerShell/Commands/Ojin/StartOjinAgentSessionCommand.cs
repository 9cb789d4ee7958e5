using System.Management.Automation;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Starts a session with an agent (<c>POST /v1/public/agents/connect</c>). It takes no key.</summary>
[Cmdlet(VerbsLifecycle.Start, "OjinAgentSession", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Start-OjinAgentSession.md")]
[OutputType(typeof(AgentSession))]
public sealed class StartOjinAgentSessionCommand : OjinCommand
{
    /// <summary>The agent to start a session with.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string AgentId { get; set; } = "";

    /// <summary>An opaque name of your own for the end user, at most 256 characters. It appears in the call history.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? ClientUserRef { get; set; }

    /// <summary>The Origin header to send, for agents with a list of allowed hosts. Nothing is sent without it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Origin { get; set; }

    /// <summary>The region whose address is asked; without it the one that routes to the nearest.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Region { get; set; }

    private protected override object? CurrentTarget => AgentId;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        if (!ShouldProcess($"agent {AgentId}", "Start a session")) return;
        var client = new AgentsClient(CreateTransport(), CurrentSession);
        var started = await client.ConnectAsync(AgentId, ClientUserRef, Origin, Region, cancellationToken).ConfigureAwait(false);
        await EmitAsync(started, cancellationToken).ConfigureAwait(false);
    }
}
