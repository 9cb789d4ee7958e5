using System.Collections;
using System.Globalization;
using System.Management.Automation;
using Ojin.Http;
using Ojin.Json;
using Ojin.PowerShell.Pipeline;
using Ojin.Transfer;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Sends any request to one of the services, for operations that have no cmdlet: with the session's key, at its
/// address only, with the same retries and errors as every other cmdlet.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "OjinRequest", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Invoke-OjinRequest.md")]
[OutputType(typeof(PSObject), typeof(FileInfo))]
public sealed class InvokeOjinRequestCommand : AsyncCommand
{
    /// <summary>The service to ask.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateSet("Ojin", "Agents", "Ozor", "Aimp")]
    public string Service { get; set; } = "";

    /// <summary>The path below the service's address, such as <c>model-variants</c>; it may have a query.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The HTTP method. Whatever is not GET or HEAD asks -WhatIf; whatever is not GET, HEAD or DELETE is sent once.</summary>
    [Parameter]
    [ValidateSet("Get", "Head", "Post", "Put", "Patch", "Delete")]
    public string Method { get; set; } = "Get";

    /// <summary>Names and values of the query; a list becomes the name once for each value.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? Query { get; set; }

    /// <summary>The body: a hashtable, an object or a list, which become JSON, or JSON text as it is.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? Body { get; set; }

    /// <summary>A file that the answer is written to as it comes, under another name until it is whole; it must not be there yet.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? OutFile { get; set; }

    /// <summary>The session to use, of the service that is asked.</summary>
    [Parameter]
    [ValidateNotNull]
    [SessionTransformation(typeof(ServiceSession), "Connect-Ojin, Connect-Ozor or Connect-Aimp")]
    public ServiceSession? Session { get; set; }

    private protected override object? CurrentTarget => Path.Split('?')[0];

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var client = CreateClient();
        var method = new HttpMethod(Method.ToUpperInvariant());
        var target = client.Resolve(Path, QueryPairs());
        var json = JsonOfBody();
        if (json is not null && (method == HttpMethod.Get || method == HttpMethod.Head))
        {
            throw OjinException.Argument($"A {method} request has no body.", "Give -Method Post, Put or Patch, or put the values into -Query. Nothing was sent.");
        }
        var request = client.Create(method, target, json);
        var file = OutFile is null ? null : NewFilePath(OutFile);
        var reads = method == HttpMethod.Get || method == HttpMethod.Head;
        if (!reads && !ShouldProcess($"{request.Path} of {Service}", method.Method)) return;
        if (reads && file is not null && !ShouldProcess(file, $"Write the answer to {method} {request.Path}")) return;
        if (file is null)
        {
            var answer = await client.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (answer is not null) await EmitAsync(FreeFormObjects.From(answer), cancellationToken).ConfigureAwait(false);
            return;
        }
        var opened = await client.OpenAsync(request, cancellationToken).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            await NewFile.WriteAsync(file, opened, cancellationToken).ConfigureAwait(false);
        }
        await EmitAsync(new FileInfo(file), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Where the answer goes; told before the call, so that no answer is lost for want of a folder.</summary>
    private string NewFilePath(string path)
    {
        var (file, isFolder) = FilePaths.ResolveTarget(this, path);
        if (isFolder) throw new OjinException(ErrorCodes.FileUnusable, $"{LocalFile.Shown(file)} is a folder.", "Give -OutFile the path of a file. Nothing was sent.");
        if (File.Exists(file)) throw new OjinException(ErrorCodes.FileUnusable, $"{LocalFile.Shown(file)} is there already.", "Give another -OutFile, or remove it first. Nothing was sent.");
        if (!Directory.Exists(System.IO.Path.GetDirectoryName(file)))
        {
            throw new OjinException(ErrorCodes.FileUnusable, $"The folder of {LocalFile.Shown(file)} is not there.", "Make it first, or give another -OutFile. Nothing was sent.");
        }
        return file;
    }

    private AnyRequestClient CreateClient()
    {
        switch (Service)
        {
            case "Ojin":
                var ojin = SessionStore.ResolveOjin(Given<OjinSession>());
                return AnyRequestClient.ForOjin(new HttpTransport(this, ojin.Secrets), ojin);
            case "Agents":
                var agents = SessionStore.ResolveOjin(Given<OjinSession>());
                return AnyRequestClient.ForAgents(new HttpTransport(this, agents.Secrets), agents);
            case "Ozor":
                var ozor = SessionStore.ResolveOzor(Given<OzorSession>());
                return AnyRequestClient.ForOzor(new HttpTransport(this, ozor.Secrets), ozor);
            default:
                var aimp = SessionStore.ResolveAimp(Given<AimpSession>());
                return AnyRequestClient.ForAimp(new HttpTransport(this, aimp.Secrets), aimp);
        }
    }

    private T? Given<T>()
        where T : ServiceSession =>
        Session is null ? null : Session as T ?? throw OjinException.Argument($"The session is one of {Session.Service}, not of {Service}.", $"Give -Session what Connect-{(Service == "Agents" ? "Ojin" : Service)} -PassThru returned.");

    private IEnumerable<KeyValuePair<string, string>> QueryPairs()
    {
        if (Query is null) yield break;
        foreach (DictionaryEntry entry in Query)
        {
            var name = Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!;
            var plain = PlainValues.From(entry.Value);
            foreach (var value in plain as object?[] ?? [plain])
            {
                if (value is JsonMap) throw OjinException.Argument($"The value of '{name}' in -Query is an object.", "Give text, a number, true or false, or a list of these. Nothing was sent.");
                if (value is not null) yield return new(name, value is bool truth ? (truth ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture)!);
            }
        }
    }

    private string? JsonOfBody()
    {
        if (Body is null) return null;
        var plain = Body is PSObject { BaseObject: string wrapped } ? wrapped : Body;
        return plain as string ?? FreeForm.ToJson(PlainValues.From(plain));
    }
}
