using System.Globalization;
using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Changes a model configuration (updateModelConfig). The service replaces title and values together, so what is not
/// given is read first (getModelConfigById).
/// </summary>
[Cmdlet(VerbsCommon.Set, "OjinModelConfig", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Set-OjinModelConfig.md")]
[OutputType(typeof(ModelConfig))]
public sealed class SetOjinModelConfigCommand : ModelConfigWriteCommand
{
    /// <summary>The configuration's id, a UUID.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ModelConfigIdCompleter))]
    public string ModelConfigId { get; set; } = "";

    /// <summary>The new title; without it the title stays.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Title { get; set; }

    /// <summary>The new values: a hashtable, an object with properties or JSON text of an object. They replace all values unless -Merge is given; without them the values stay.</summary>
    [Parameter(Position = 1)]
    [Alias("ModelConfigurations")]
    [ConfigurationTransformation]
    public object? Configuration { get; set; }

    /// <summary>Puts the given values into those that are there, at any depth; lists are replaced.</summary>
    [Parameter]
    public SwitchParameter Merge { get; set; }

    /// <summary>When the piped object was last changed; a newer one on the service is told as a warning.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)]
    public object? UpdatedAt { get; set; }

    private protected override object? CurrentTarget => ModelConfigId;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var id = OjinId.Uuid(ModelConfigId, "model configuration id");
        var given = ConfigurationTransformationAttribute.Read(Configuration);
        var title = Title;
        if (title is null && given is null) throw OjinException.Argument($"There is nothing to change in model configuration {id}.", "Give -Title, -Configuration or both. Nothing was sent.");
        if (Merge && given is null) throw OjinException.Argument("-Merge needs values to merge.", "Give -Configuration too. Nothing was sent.");
        var known = KnownTime();
        if (!ShouldProcess($"model configuration {id}", Action(given is not null))) return;
        var client = new OjinClient(CreateTransport(), CurrentSession);
        var configuration = given;
        if (title is null || configuration is null || Merge || known is not null)
        {
            var there = await client.GetModelConfigAsync(id, cancellationToken).ConfigureAwait(false);
            if (known is { } seen && there.UpdatedAt is { } now && now > seen)
            {
                Warn(string.Create(CultureInfo.InvariantCulture, $"Model configuration {id} was changed at {now:yyyy-MM-dd HH:mm:ss.fff zzz}, after the piped object was read ({seen:yyyy-MM-dd HH:mm:ss.fff zzz}). The write goes on from what is there now."));
            }
            title ??= there.Title;
            configuration = given is null ? there.Configuration : Merge ? there.Configuration.MergedWith(given) : given;
        }
        var written = await client.UpdateModelConfigAsync(id, title, configuration, cancellationToken).ConfigureAwait(false);
        WarnOfChanges(written, title, configuration);
        await EmitAsync(written, cancellationToken).ConfigureAwait(false);
    }

    private string Action(bool values) => (Title, values) switch
    {
        (not null, true) => $"Set title and {(Merge ? "merge values" : "values")}",
        (not null, false) => $"Set title to '{TextForDisplay.Escape(Title)}'",
        _ => Merge ? "Merge values" : "Replace values",
    };

    private DateTimeOffset? KnownTime() => (UpdatedAt is PSObject wrapped ? wrapped.BaseObject : UpdatedAt) switch
    {
        DateTimeOffset time => time,
        DateTime time => time,
        string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
        _ => null,
    };
}
