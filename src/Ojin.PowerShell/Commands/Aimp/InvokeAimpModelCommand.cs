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
public sealed class InvokeAimpModelCommand : AimpCommand
{
    /// <summary>The slug or the identifier of the published model.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("Slug")]
    [ValidateNotNullOrEmpty]
    public string Model { get; set; } = "";

    /// <summary>The input, in the shape that the model asks for. Files and what Send-AimpMedia returned may stand in it.</summary>
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
        var input = PlainValues.From(InputObject, InPlace);
        if (input is FileToSend alone)
        {
            throw OjinException.Argument($"The input is the file {TextForDisplay.Escape(alone.Path, 200)} itself, and which field of the input it belongs to is not known.", "Name the field: @{ image = Get-Item ./cat.png }, in a pipeline @{ image = $_ } in ForEach-Object.");
        }
        var parameters = Parameter is null ? null : PlainValues.Map(Parameter, "-Parameter");
        var options = Option is null ? null : PlainValues.Map(Option, "-Option");
        // The whole is checked before a file goes up.
        AimpRun.Body(Model, input, Mode, Scope, parameters, options);
        if (!ShouldProcess($"model {Model}", "Run, which the workspace may be charged for")) return;
        var client = new AimpClient(CreateTransport(), CurrentSession);
        input = await SendFilesAsync(client, input, cancellationToken).ConfigureAwait(false);
        var answer = await client.RunAsync(AimpRun.Body(Model, input, Mode, Scope, parameters, options), cancellationToken).ConfigureAwait(false);
        await EmitAsync(FreeFormObjects.From(answer, "Ojin.AimpRun"), cancellationToken).ConfigureAwait(false);
    }

    private static (bool Replaced, object? Value) InPlace(object value) => value switch
    {
        FileInfo file => (true, new FileToSend(file.FullName)),
        AimpMedia media => (true, media.MediaRef),
        _ => (false, null),
    };

    private static async Task<object?> SendFilesAsync(AimpClient client, object? value, CancellationToken cancellationToken)
    {
        switch (value)
        {
            case FileToSend file:
                return (await client.UploadAsync(AimpMediaFile.FromDisk(file.Path), null, cancellationToken).ConfigureAwait(false)).MediaRef;
            case JsonMap map:
                var sent = new JsonMap();
                foreach (var (name, item) in map) sent.Add(name, await SendFilesAsync(client, item, cancellationToken).ConfigureAwait(false));
                return sent;
            case object?[] list:
                var items = new object?[list.Length];
                for (var i = 0; i < list.Length; i++) items[i] = await SendFilesAsync(client, list[i], cancellationToken).ConfigureAwait(false);
                return items;
            default:
                return value;
        }
    }

    private sealed record FileToSend(string Path);
}
