using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Copies model configurations: a template of the service's, or one of another account, whose session -Session is,
/// into the account of the kept session (getModelConfigById, listModelConfigs, createModelConfig).
/// </summary>
[Cmdlet(VerbsCommon.Copy, "OjinModelConfig", DefaultParameterSetName = "Object", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Copy-OjinModelConfig.md")]
[OutputType(typeof(ModelConfig))]
public sealed class CopyOjinModelConfigCommand : ModelConfigWriteCommand
{
    private object? current;

    /// <summary>The ids of the configurations to copy, UUIDs.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Id", ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ModelConfigIdCompleter))]
    public string[] ModelConfigId { get; set; } = [];

    /// <summary>Configurations as Get-OjinModelConfig returns them; they are not read again.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Object", ValueFromPipeline = true)]
    [ValidateNotNull]
    public ModelConfig[] InputObject { get; set; } = [];

    /// <summary>The title of the copy; without it that of the original. A title is unique within an organization.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Title { get; set; }

    /// <summary>The session of the account to copy into; without it the kept one, else the environment's.</summary>
    [Parameter]
    [ValidateNotNull]
    [SessionTransformation(typeof(OjinSession), "Connect-Ojin")]
    public OjinSession? Destination { get; set; }

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var destination = SessionStore.ResolveOjin(Destination);
        if (ParameterSetName == "Object")
        {
            foreach (var original in InputObject)
            {
                current = original;
                await TryAsync(original, () => CopyAsync(original, destination, cancellationToken), cancellationToken).ConfigureAwait(false);
            }
            return;
        }
        foreach (var id in ModelConfigId)
        {
            current = id;
            await TryAsync(id, () => CopyAsync(id, destination, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task TryAsync(object target, Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (OjinException exception)
        {
            await EmitErrorAsync(exception, target, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CopyAsync(string modelConfigId, OjinSession destination, CancellationToken cancellationToken)
    {
        var id = OjinId.Uuid(modelConfigId, "model configuration id");
        if (!await ShouldProcessAsync($"model configuration {id}", Action(null, destination), cancellationToken).ConfigureAwait(false)) return;
        var source = new OjinClient(CreateTransport(), CurrentSession);
        ModelConfig? original = null;
        try
        {
            original = await source.GetModelConfigAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (OjinException exception) when (exception.StatusCode is 403 or 404)
        {
            // The contract says of assets that templates are read by id like one's own; of configurations it does not.
            await foreach (var template in source.ListModelConfigsAsync(null, "template", null, cancellationToken).ConfigureAwait(false))
            {
                if (string.Equals(template.ModelConfigId, id, StringComparison.OrdinalIgnoreCase)) original = template;
                if (original is not null) break;
            }
            if (original is null) throw;
        }
        await CreateAsync(original, destination, cancellationToken).ConfigureAwait(false);
    }

    private async Task CopyAsync(ModelConfig original, OjinSession destination, CancellationToken cancellationToken)
    {
        if (await ShouldProcessAsync($"model configuration {original.ModelConfigId}", Action(original, destination), cancellationToken).ConfigureAwait(false))
        {
            await CreateAsync(original, destination, cancellationToken).ConfigureAwait(false);
        }
    }

    private string Action(ModelConfig? original, OjinSession destination) =>
        $"Copy to {destination.BaseUri}{((Title ?? original?.Title) is { } title ? $" as '{TextForDisplay.Escape(title)}'" : "")}";

    private async Task CreateAsync(ModelConfig original, OjinSession destination, CancellationToken cancellationToken)
    {
        var title = Title ?? original.Title;
        var client = new OjinClient(new HttpTransport(this, destination.Secrets), destination);
        try
        {
            var copy = await client.CreateModelConfigAsync(title, original.ModelVariantId, original.Configuration, cancellationToken).ConfigureAwait(false);
            WarnOfChanges(copy, title, original.Configuration);
            await EmitAsync(copy, cancellationToken).ConfigureAwait(false);
        }
        catch (OjinException exception) when (exception.StatusCode is 400 or 409 && Title is null)
        {
            throw exception.With(recommendedAction: "Correct what the message names; if it is the title, which must be unique, give another one with -Title.");
        }
    }
}
