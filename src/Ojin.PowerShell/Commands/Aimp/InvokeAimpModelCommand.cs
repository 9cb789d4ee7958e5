using System.Globalization;
using System.Management.Automation;
using Ojin.Http;
using Ojin.Json;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Runs a published model (<c>POST /api/runs</c>). A run can be charged, so it is sent once. A file anywhere in the
/// input, as <c>Get-Item</c> returns it, is uploaded first, and its media reference takes its place.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "AimpModel", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Invoke-AimpModel.md")]
[OutputType(typeof(PSObject))]
public sealed class InvokeAimpModelCommand : AimpUploadCommand
{
    /// <summary>The slug or the identifier of the published model.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Slug")]
    [ArgumentCompleter(typeof(AimpModelCompleter))]
    [ValidateNotNullOrEmpty]
    public string Model { get; set; } = "";

    /// <summary>
    /// The input, in the shape that the model asks for: a hashtable, an object, or JSON text of an object. Files and what
    /// Send-AimpMedia returned may stand in it at any depth, each in the field that it belongs to.
    /// </summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [ValidateNotNull]
    public object? InputObject { get; set; }

    /// <summary>The operation to run; execute where none is given.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(AimpModeCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Mode { get; set; }

    /// <summary>The vector namespace that separates indexed data: letters, digits, '.', '_' and '-', at most 64. The modes index and search need it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Scope { get; set; }

    /// <summary>The model's parameters: a hashtable, an object, or JSON text of an object.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? Parameter { get; set; }

    /// <summary>Execution options that the gateway allows. Hardware and routing are the platform's and are refused.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? Option { get; set; }

    private protected override object? CurrentTarget => InputObject;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var input = Input();
        var parameters = Parameter is null ? null : PlainValues.Map(Parameter, "-Parameter");
        var options = Option is null ? null : PlainValues.Map(Option, "-Option");
        // The whole is checked before a file goes up.
        AimpRun.Body(Model, input, Mode, Scope, parameters, options);
        foreach (var text in TextsIn(input).Where(IsFile)) Warn($"The text '{TextForDisplay.Escape(text, 200)}' in the input is the path of a file too. The text is sent; to send the file, give Get-Item '{TextForDisplay.Escape(text, 200)}' in its place.");
        var toSend = FilesIn(input).Distinct(StringComparer.Ordinal).ToDictionary(path => path, path => AimpMediaFile.FromDisk(path), StringComparer.Ordinal);
        var action = toSend.Count switch
        {
            0 => "Run, which the workspace may be charged for",
            1 => "Upload a file and run, which the workspace may be charged for",
            _ => string.Create(CultureInfo.InvariantCulture, $"Upload {toSend.Count} files and run, which the workspace may be charged for"),
        };
        if (!ShouldProcess($"model {Model}", action)) return;
        var references = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (path, file) in toSend) references[path] = (await Client.UploadAsync(file, Progress, cancellationToken).ConfigureAwait(false)).MediaRef;
        var answer = await Client.RunAsync(AimpRun.Body(Model, WithReferences(input, references), Mode, Scope, parameters, options), cancellationToken).ConfigureAwait(false);
        await EmitAsync(FreeFormObjects.From(answer, "Ojin.AimpRun"), cancellationToken).ConfigureAwait(false);
    }

    private object? Input()
    {
        // A model that is piped in binds its slug to -Model, and would be run with its own page as the input.
        if (InputObject is PSObject { TypeNames: var names } && names.Contains(GetAimpModelCommand.TypeName))
        {
            throw OjinException.Argument("The input is what Get-AimpModel returned, which is the model and not an input for it.", "Give -InputObject too, such as @{ text = 'Hello' }; the model then comes from the pipeline. Nothing was sent.");
        }
        var input = PlainValues.From(InputObject, InPlace);
        return input switch
        {
            FileToSend file => throw Alone($"the file {TextForDisplay.Escape(file.Path, 200)}", "@{ image = Get-Item ./cat.png }"),
            AimpMedia media => throw Alone($"the media reference of {TextForDisplay.Escape(media.FileName, 200)}", "@{ image = $media }"),
            string text when text.TrimStart().StartsWith('{') => PlainValues.Map(text, "-InputObject"),
            _ => WithReferences(input, []),
        };
    }

    private static OjinException Alone(string what, string example) =>
        OjinException.Argument($"The input is {what} itself, and which field of the input it belongs to is not known.", $"Name the field: {example}, in a pipeline @{{ image = $_ }} in ForEach-Object. Nothing was sent.");

    private static (bool Replaced, object? Value) InPlace(object value) => value switch
    {
        FileInfo file => (true, new FileToSend(file.FullName)),
        AimpMedia media => (true, media),
        _ => (false, null),
    };

    private static IEnumerable<string> FilesIn(object? value) => value switch
    {
        FileToSend file => [file.Path],
        JsonMap map => map.Values.SelectMany(FilesIn),
        object?[] list => list.SelectMany(FilesIn),
        _ => [],
    };

    private static IEnumerable<string> TextsIn(object? value) => value switch
    {
        string text => [text],
        JsonMap map => map.Values.SelectMany(TextsIn),
        object?[] list => list.SelectMany(TextsIn),
        _ => [],
    };

    /// <summary>Whether a text with a dot or a slash, as paths have, leads to a file.</summary>
    private bool IsFile(string text)
    {
        if (text.Length > 400 || text.IndexOfAny(['.', '/', '\\']) < 0) return false;
        try
        {
            return File.Exists(FilePaths.ResolveTarget(this, text).FullPath);
        }
        catch (OjinException)
        {
            return false;
        }
    }

    /// <summary>The input with each media, and each file that there is a reference for, replaced by its reference.</summary>
    private static object? WithReferences(object? value, Dictionary<string, object?> references)
    {
        switch (value)
        {
            case AimpMedia media:
                return media.MediaRef;
            case FileToSend file:
                return references.TryGetValue(file.Path, out var reference) ? reference : file;
            case JsonMap map:
                var sent = new JsonMap();
                foreach (var (name, item) in map) sent.Add(name, WithReferences(item, references));
                return sent;
            case object?[] list:
                return Array.ConvertAll(list, item => WithReferences(item, references));
            default:
                return value;
        }
    }

    private sealed record FileToSend(string Path);
}
