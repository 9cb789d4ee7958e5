using System.Management.Automation;
using Ojin.Http;
using Ojin.Json;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Makes the organization's model configurations as the files of a folder say (listModelConfigs, createModelConfig,
/// updateModelConfig, and with -Prune deleteModelConfig). A file belongs to the configuration with its id, else to the
/// one with its title. What is as it should be is not written. -WhatIf reads, and tells the plan.
/// </summary>
[Cmdlet(VerbsData.Sync, "OjinModelConfig", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Sync-OjinModelConfig.md")]
[OutputType(typeof(ModelConfigChange))]
public sealed class SyncOjinModelConfigCommand : ModelConfigWriteCommand
{
    private readonly Dictionary<string, JsonMap?> schemas = new(StringComparer.Ordinal);
    private readonly HashSet<string> duplicates = new(StringComparer.Ordinal);
    private string folder = "";
    private object? current;

    /// <summary>The folder with the files, as Export-OjinModelConfig writes them.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Deletes the organization's configurations that have no file. Nothing is deleted when a file cannot be read, or when there is none at all.</summary>
    [Parameter]
    public SwitchParameter Prune { get; set; }

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        folder = GetUnresolvedProviderPathFromPSPath(Path);
        current = folder;
        var complete = true;
        var files = new List<ModelConfigFile>();
        foreach (var path in FilesOf(folder))
        {
            try
            {
                files.Add(await ModelConfigFile.ReadAsync(path, cancellationToken).ConfigureAwait(false));
            }
            catch (OjinException exception)
            {
                complete = false;
                await EmitErrorAsync(exception, path, cancellationToken).ConfigureAwait(false);
            }
        }
        if (files.Count == 0 && complete) throw new OjinException(ErrorCodes.FileNotFound, $"The folder {ModelConfigFile.Shown(folder)} has no configuration file (*.json).", "Check the path; Export-OjinModelConfig writes such files. Nothing was changed.");

        var client = new OjinClient(CreateTransport(), CurrentSession);
        var there = new List<ModelConfig>();
        await foreach (var config in client.ListModelConfigsAsync(null, null, null, cancellationToken).ConfigureAwait(false)) there.Add(config);
        var claimed = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var matches = new ModelConfig?[files.Count];

        // Ids first: a file that only has a title must not take what another file names by its id.
        for (var i = 0; i < files.Count; i++) matches[i] = await ClaimAsync(files[i], config => files[i].ModelConfigId is { } id && string.Equals(config.ModelConfigId, id, StringComparison.OrdinalIgnoreCase)).ConfigureAwait(false);
        for (var i = 0; i < files.Count; i++) matches[i] ??= await ClaimAsync(files[i], config => config.Title == files[i].Title).ConfigureAwait(false);

        for (var i = 0; i < files.Count; i++)
        {
            var (file, match) = (files[i], matches[i]);
            if (duplicates.Contains(file.Path)) continue;
            current = file.Path;
            try
            {
                await EmitAsync(match is null ? await CreateAsync(client, file, cancellationToken).ConfigureAwait(false) : await UpdateAsync(client, file, match, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException exception)
            {
                await EmitErrorAsync(exception, file.Path, cancellationToken).ConfigureAwait(false);
            }
        }
        if (!Prune) return;
        if (!complete || duplicates.Count > 0)
        {
            Warn("Nothing is pruned, because a file could not be used: its configuration could be deleted by mistake.");
            return;
        }
        foreach (var config in there.Where(config => !claimed.ContainsKey(config.ModelConfigId)))
        {
            current = config;
            try
            {
                await EmitAsync(await DeleteAsync(client, config, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException exception)
            {
                await EmitErrorAsync(exception, config, cancellationToken).ConfigureAwait(false);
            }
        }

        async Task<ModelConfig?> ClaimAsync(ModelConfigFile file, Predicate<ModelConfig> fits)
        {
            if (duplicates.Contains(file.Path) || there.Find(fits) is not { } found) return null;
            if (claimed.TryAdd(found.ModelConfigId, file.Path)) return found;
            duplicates.Add(file.Path);
            await EmitErrorAsync(
                new OjinException(ErrorCodes.FileUnusable, $"The file {ModelConfigFile.Shown(file.Path)} and the file {ModelConfigFile.Shown(claimed[found.ModelConfigId])} belong to the same configuration, '{TextForDisplay.Escape(found.Title)}'.", "Keep one of them, or give them different ids and titles."),
                file.Path,
                cancellationToken).ConfigureAwait(false);
            return null;
        }
    }

    private static string[] FilesOf(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(folder)) throw new OjinException(ErrorCodes.FileUnusable, $"{ModelConfigFile.Shown(folder)} is a file, not a folder.", "Give the folder that has the files of the configurations. Nothing was changed.", exception);
            throw new OjinException(
                exception is DirectoryNotFoundException ? ErrorCodes.FileNotFound : ErrorCodes.FileUnusable,
                exception is DirectoryNotFoundException ? $"There is no folder {ModelConfigFile.Shown(folder)}." : $"The folder {ModelConfigFile.Shown(folder)} cannot be read: {exception.Message}",
                "Check the path. Nothing was changed.",
                exception);
        }
    }

    private static string Plan(string what, IEnumerable<JsonDifference> difference)
    {
        var lines = string.Join("; ", difference.Select(line => TextForDisplay.Escape(line.ToString(), 200)));
        return lines.Length == 0 ? what : $"{what}: {lines}";
    }

    private async Task<ModelConfigChange> CreateAsync(OjinClient client, ModelConfigFile file, CancellationToken cancellationToken)
    {
        var change = new ModelConfigChange(ModelConfigAction.Create, file.Title)
        {
            ModelVariantId = file.ModelVariantId,
            Path = file.Path,
            Difference = JsonDifference.Between(new JsonMap(), file.Configuration),
        };
        if (!await ShouldProcessAsync($"model configuration '{TextForDisplay.Escape(file.Title)}'", Plan("Create", change.Difference), cancellationToken).ConfigureAwait(false)) return change;
        var created = await client.CreateModelConfigAsync(file.Title, file.ModelVariantId, file.Configuration, cancellationToken).ConfigureAwait(false);
        WarnOfChanges(created, file.Title, file.Configuration);
        change.ModelConfigId = created.ModelConfigId;
        change.Applied = true;
        return change;
    }

    private async Task<ModelConfigChange> UpdateAsync(OjinClient client, ModelConfigFile file, ModelConfig there, CancellationToken cancellationToken)
    {
        if (there.ModelVariantId != file.ModelVariantId)
        {
            throw new OjinException(
                ErrorCodes.FileUnusable,
                $"The file {ModelConfigFile.Shown(file.Path)} has the variant '{TextForDisplay.Escape(file.ModelVariantId)}', and its configuration {there.ModelConfigId} has '{TextForDisplay.Escape(there.ModelVariantId)}'. A variant cannot be changed.",
                "Remove the configuration, or give the file another title and no id, so that a new one is created.");
        }
        var difference = new List<JsonDifference>();
        if (there.Title != file.Title) difference.Add(new JsonDifference("title", true, there.Title, true, file.Title));
        difference.AddRange(await ValuesAsync(client, file, there, cancellationToken).ConfigureAwait(false));
        var change = new ModelConfigChange(difference.Count == 0 ? ModelConfigAction.None : ModelConfigAction.Update, file.Title)
        {
            ModelConfigId = there.ModelConfigId,
            ModelVariantId = there.ModelVariantId,
            Path = file.Path,
            Difference = difference,
        };
        if (change.Action == ModelConfigAction.None
            || !await ShouldProcessAsync($"model configuration '{TextForDisplay.Escape(there.Title)}' ({there.ModelConfigId})", Plan("Update", difference), cancellationToken).ConfigureAwait(false))
        {
            return change;
        }
        var written = await client.UpdateModelConfigAsync(there.ModelConfigId, file.Title, file.Configuration, cancellationToken).ConfigureAwait(false);
        WarnOfChanges(written, file.Title, file.Configuration);
        change.Applied = true;
        return change;
    }

    private async Task<ModelConfigChange> DeleteAsync(OjinClient client, ModelConfig there, CancellationToken cancellationToken)
    {
        var change = new ModelConfigChange(ModelConfigAction.Delete, there.Title) { ModelConfigId = there.ModelConfigId, ModelVariantId = there.ModelVariantId };
        if (!await ShouldProcessAsync($"model configuration '{TextForDisplay.Escape(there.Title)}' ({there.ModelConfigId})", "Delete, because it has no file", cancellationToken).ConfigureAwait(false)) return change;
        await client.DeleteModelConfigAsync(there.ModelConfigId, null, cancellationToken).ConfigureAwait(false);
        change.Applied = true;
        return change;
    }

    // A value that the file leaves out and that the service filled with the schema's own default is no difference:
    // to write the file again would only bring the default back.
    private async Task<IEnumerable<JsonDifference>> ValuesAsync(OjinClient client, ModelConfigFile file, ModelConfig there, CancellationToken cancellationToken)
    {
        var all = JsonDifference.Between(there.Configuration, file.Configuration);
        if (!all.Any(difference => difference.IsRemoved)) return all;
        if (!schemas.TryGetValue(there.ModelVariantId, out var schema))
        {
            try
            {
                schema = (await client.GetModelVariantAsync(there.ModelVariantId, false, cancellationToken).ConfigureAwait(false)).ConfigurationSchema;
            }
            catch (OjinException exception)
            {
                Tell(exception.Message);
            }
            schemas[there.ModelVariantId] = schema;
        }
        return all.Where(difference => !(difference.IsRemoved && IsDefault(schema, difference)));
    }

    private static bool IsDefault(JsonMap? schema, JsonDifference difference)
    {
        object? at = schema;
        foreach (var name in difference.Path.Split('.'))
        {
            if (at is not JsonMap level || !level.TryGetValue("properties", out var properties) || properties is not JsonMap named || !named.TryGetValue(name, out at)) return false;
        }
        return at is JsonMap leaf && leaf.TryGetValue("default", out var value) && FreeForm.AreEqual(value, difference.Before);
    }
}
