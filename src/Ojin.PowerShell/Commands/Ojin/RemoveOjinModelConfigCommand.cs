using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Deletes model configurations (deleteModelConfig).</summary>
[Cmdlet(VerbsCommon.Remove, "OjinModelConfig", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Remove-OjinModelConfig.md")]
public sealed class RemoveOjinModelConfigCommand : OjinCommand
{
    private string? current;

    /// <summary>The configurations' ids, UUIDs.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ModelConfigIdCompleter))]
    public string[] ModelConfigId { get; set; } = [];

    /// <summary>The configuration itself, from the pipeline: -WhatIf and -Confirm name it.</summary>
    [Parameter(ValueFromPipeline = true)]
    public ModelConfig? InputObject { get; set; }

    /// <summary>The id of the agent configuration, a UUID, whose reference is deleted with it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ReferencedBy { get; set; }

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        foreach (var id in ModelConfigId)
        {
            current = id;
            try
            {
                OjinId.Uuid(id, "model configuration id");
                if (ReferencedBy is not null) OjinId.Uuid(ReferencedBy, "agent configuration id");
                if (!await ShouldProcessAsync(InputObject?.ModelConfigId == id ? $"model configuration '{TextForDisplay.Escape(InputObject.Title, 100)}' ({id})" : $"model configuration {id}", ReferencedBy is null ? "Delete" : $"Delete, with the reference of agent configuration {ReferencedBy}", cancellationToken).ConfigureAwait(false)) continue;
                await new OjinClient(CreateTransport(), CurrentSession).DeleteModelConfigAsync(id, ReferencedBy, cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException exception)
            {
                await EmitErrorAsync(Explained(exception), id, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private OjinException Explained(OjinException exception) => exception.StatusCode == 409 && ReferencedBy is null
        ? exception.With(recommendedAction: "Take it out of the agent that uses it, or give the agent configuration's id with -ReferencedBy.")
        : exception;
}
