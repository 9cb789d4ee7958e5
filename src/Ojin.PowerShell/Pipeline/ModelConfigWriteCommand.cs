using Ojin.Json;

namespace Ojin.PowerShell.Pipeline;

/// <summary>The base of the cmdlets that write model configurations.</summary>
public abstract class ModelConfigWriteCommand : OjinCommand
{
    private protected ModelConfigWriteCommand()
    {
    }

    /// <summary>Tells what the service kept otherwise than it was sent. What it added of its own, defaults for instance, is no loss.</summary>
    private protected void WarnOfChanges(ModelConfig written, string title, JsonMap? configuration)
    {
        if (written.Title != title) Warn($"The service kept the title of configuration {written.ModelConfigId} as '{written.Title}', not as '{title}'.");
        foreach (var difference in JsonDifference.Between(configuration ?? [], written.Configuration))
        {
            if (difference.IsAdded) Tell($"Configuration {written.ModelConfigId}: the service added {difference.Path}.");
            else if (difference.IsRemoved) Warn($"Configuration {written.ModelConfigId}: the service dropped {difference.Path}, which was sent as {FreeForm.ToJson(difference.Before)}.");
            else Warn($"Configuration {written.ModelConfigId}: the service changed {difference.Path} from {FreeForm.ToJson(difference.Before)} to {FreeForm.ToJson(difference.After)}.");
        }
    }
}
