using System.Management.Automation;
using System.Text;
using Ojin.Http;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Writes model configurations into a folder, one JSON file each, for Sync-OjinModelConfig and version control
/// (listModelConfigs, getModelConfigById). A configuration that has a file in the folder keeps its name.
/// </summary>
[Cmdlet(VerbsData.Export, "OjinModelConfig", DefaultParameterSetName = "Id", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Export-OjinModelConfig.md")]
[OutputType(typeof(FileInfo))]
public sealed class ExportOjinModelConfigCommand : OjinCommand
{
    private readonly Dictionary<string, string> files = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> taken = new(StringComparer.OrdinalIgnoreCase);
    private string folder = "";
    private object? current;

    /// <summary>The folder; it is made where it is not there.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The ids of the configurations, UUIDs; without any, all of the organization are written.</summary>
    [Parameter(Position = 1, ParameterSetName = "Id", ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ModelConfigIdCompleter))]
    public string[]? ModelConfigId { get; set; }

    /// <summary>Configurations as Get-OjinModelConfig returns them; they are not read again.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Object", ValueFromPipeline = true)]
    [ValidateNotNull]
    public ModelConfig[] InputObject { get; set; } = [];

    /// <summary>Replaces a file that belongs to no configuration, or to another one.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override object? CurrentTarget => current;

    private protected override async Task BeginAsync(CancellationToken cancellationToken)
    {
        folder = GetUnresolvedProviderPathFromPSPath(Path);
        if (!Directory.Exists(folder)) return;
        foreach (var path in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            taken.Add(path);
            try
            {
                var file = await ModelConfigFile.ReadAsync(path, cancellationToken).ConfigureAwait(false);
                if (file.ModelConfigId is { } id) files.TryAdd(id, path);
            }
            catch (OjinException exception)
            {
                Tell(exception.Message);
            }
        }
    }

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        if (ParameterSetName == "Object")
        {
            foreach (var config in InputObject) await TryWriteAsync(config, cancellationToken).ConfigureAwait(false);
            return;
        }
        var client = new OjinClient(CreateTransport(), CurrentSession);
        if (ModelConfigId is null)
        {
            await foreach (var config in client.ListModelConfigsAsync(null, null, null, cancellationToken).ConfigureAwait(false)) await TryWriteAsync(config, cancellationToken).ConfigureAwait(false);
            return;
        }
        foreach (var id in ModelConfigId)
        {
            current = id;
            try
            {
                await TryWriteAsync(await client.GetModelConfigAsync(id, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException exception)
            {
                await EmitErrorAsync(exception, id, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task TryWriteAsync(ModelConfig config, CancellationToken cancellationToken)
    {
        current = config;
        try
        {
            await WriteAsync(config, cancellationToken).ConfigureAwait(false);
        }
        catch (OjinException exception)
        {
            await EmitErrorAsync(exception, config, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(ModelConfig config, CancellationToken cancellationToken)
    {
        var path = files.TryGetValue(config.ModelConfigId, out var known) ? known : NewPath(config);
        taken.Add(path);
        files[config.ModelConfigId] = path;
        var text = ModelConfigFile.TextOf(config);
        try
        {
            if (!File.Exists(path) || await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false) != text)
            {
                if (!await ShouldProcessAsync(path, $"Write model configuration '{TextForDisplay.Escape(config.Title)}'", cancellationToken).ConfigureAwait(false)) return;
                Directory.CreateDirectory(folder);
                var temporary = path + ".tmp";
                await File.WriteAllTextAsync(temporary, text, new UTF8Encoding(false), cancellationToken).ConfigureAwait(false);
                File.Move(temporary, path, overwrite: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new OjinException(ErrorCodes.FileUnusable, $"The file {ModelConfigFile.Shown(path)} cannot be written: {exception.Message}", "Check the folder and its permissions.", exception);
        }
        await EmitAsync(new FileInfo(path), cancellationToken).ConfigureAwait(false);
    }

    private string NewPath(ModelConfig config)
    {
        var name = ModelConfigFile.NameOf(config);
        var path = System.IO.Path.Combine(folder, name + ".json");
        if (!taken.Contains(path) || (Force && !files.ContainsValue(path))) return path;
        path = System.IO.Path.Combine(folder, $"{name}-{config.ModelConfigId[..8]}.json");
        return !taken.Contains(path) || Force
            ? path
            : throw new OjinException(ErrorCodes.FileUnusable, $"The file {ModelConfigFile.Shown(path)} is there already and belongs to no configuration of this id.", "Take it away, or give -Force.");
    }
}
