using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace Ojin.Emulator;

/// <summary>
/// All services on the loopback, each with a port of its own, so that a key that strays is seen. One request goes
/// through the recording, then the faults, then the service of its port.
/// </summary>
public sealed class EmulatorHost : IAsyncDisposable
{
    private const int KeepBytes = 1 << 20;

    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, IEmulatedService> _services;
    private readonly ControlService _control;
    private Dictionary<int, IEmulatedService?> _byPort = [];
    private bool _disposed;

    private EmulatorHost(EmulatorOptions options)
    {
        Options = options;
        Link = new LinkOptions(options.LatencyMs, options.BytesPerSecond);
        Requests.RecordBodies = options.RecordBodies;
        Storage = new StorageState(this);
        Ojin = new OjinRestState(this);
        Agents = new AgentsState();
        Ozor = new OzorState(this);
        Aimp = new AimpState(this);
        _control = new ControlService(this);
        IEmulatedService[] services =
        [
            // A reset goes in this order, and the others put their objects into the storage.
            new StorageService(Storage),
            new OjinRestService(Ojin),
            new AgentsService(Agents),
            new OzorService(Ozor),
            new AimpService(Aimp),
            new ElsewhereService(),
        ];
        _services = services.ToDictionary(service => service.Name, StringComparer.Ordinal);

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        var listeners = new List<(string Name, ListenOptions Listener)>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            void Listen(string name, int port) => kestrel.Listen(IPAddress.Loopback, port, listener =>
            {
                listener.Protocols = HttpProtocols.Http1;
                listeners.Add((name, listener));
            });
            Listen("ojin", options.OjinPort);
            Listen("storage", options.StoragePort);
            Listen("agents", options.AgentsPort);
            Listen("ozor", options.OzorPort);
            Listen("aimp", options.AimpPort);
            Listen("elsewhere", options.ElsewherePort);
            Listen("control", options.ControlPort);
        });
        // After Kestrel's own, which it would otherwise come before. Waiting for data first takes one more call for each block.
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>>(new LargeBlocks());
        builder.WebHost.UseSockets(sockets => sockets.WaitForDataBeforeAllocatingBuffer = false);
        _app = builder.Build();
        _app.Run(HandleAsync);
        Listeners = listeners;
    }

    /// <summary>Base address of the Ojin REST API, with <c>/v1</c>.</summary>
    public Uri OjinBaseUri { get; private set; } = null!;

    /// <summary>Origin of the storage behind the presigned URLs.</summary>
    public Uri StorageUri { get; private set; } = null!;

    /// <summary>Origin of the Session API.</summary>
    public Uri AgentsUri { get; private set; } = null!;

    /// <summary>Origin of Ozor.</summary>
    public Uri OzorBaseUri { get; private set; } = null!;

    /// <summary>Origin of the AIMP gateway; its routes are below <c>/api</c>.</summary>
    public Uri AimpGatewayUri { get; private set; } = null!;

    /// <summary>A foreign origin that answers 200 to everything; a credential that arrives there is a violation.</summary>
    public Uri ElsewhereUri { get; private set; } = null!;

    /// <summary>The control API.</summary>
    public Uri ControlUri { get; private set; } = null!;

    /// <summary>What the host was started with.</summary>
    public EmulatorOptions Options { get; }

    /// <summary>The link between client and services; applies to the requests that come after.</summary>
    public LinkOptions Link { get; set; }

    /// <summary>What goes wrong.</summary>
    public FaultRules Faults { get; } = new();

    /// <summary>What was asked.</summary>
    public RequestLog Requests { get; } = new();

    /// <summary>Variants, configurations, assets, uploads.</summary>
    public OjinRestState Ojin { get; }

    /// <summary>Objects behind presigned URLs.</summary>
    public StorageState Storage { get; }

    /// <summary>Agents and sessions.</summary>
    public AgentsState Agents { get; }

    /// <summary>State of Ozor.</summary>
    public OzorState Ozor { get; }

    /// <summary>State of the AIMP gateway.</summary>
    public AimpState Aimp { get; }

    internal CancellationToken Stopping => _stopping.Token;

    internal IReadOnlyDictionary<string, IEmulatedService> Services => _services;

    private List<(string Name, ListenOptions Listener)> Listeners { get; }

    /// <summary>Starts all services; they listen when the task is done.</summary>
    public static async Task<EmulatorHost> StartAsync(EmulatorOptions? options = null, CancellationToken ct = default)
    {
        var host = new EmulatorHost(options ?? new EmulatorOptions());
        try
        {
            await host._app.StartAsync(ct);
            host.Publish();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Everything as at the start: requests, faults, link and the state of all services.</summary>
    public void Reset()
    {
        Faults.Clear();
        Link = new LinkOptions(Options.LatencyMs, Options.BytesPerSecond);
        foreach (var service in _services.Values)
            service.Reset();
        Requests.RecordBodies = Options.RecordBodies;
        Requests.Clear();
    }

    /// <summary>The addresses and keys, as the program prints them.</summary>
    public IReadOnlyDictionary<string, string> Info() => new Dictionary<string, string>
    {
        ["ojin"] = OjinBaseUri.AbsoluteUri,
        ["storage"] = Origin(StorageUri),
        ["agents"] = Origin(AgentsUri),
        ["ozor"] = Origin(OzorBaseUri),
        ["aimp"] = Origin(AimpGatewayUri),
        ["elsewhere"] = Origin(ElsewhereUri),
        ["control"] = Origin(ControlUri),
        ["ojinKey"] = Options.OjinApiKey,
        ["ozorKey"] = Options.OzorApiKey,
        ["firebaseToken"] = Options.FirebaseToken,
        ["aimpKey"] = Options.AimpApiKey,
    };

    /// <summary>Ends all connections and removes the temporary files.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await _stopping.CancelAsync();
        Faults.Clear();
        // A cancelled token makes Kestrel close the open connections at once.
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        Storage.Dispose();
        Faults.Dispose();
        _stopping.Dispose();
    }

    private static string Origin(Uri uri) => uri.GetLeftPart(UriPartial.Authority);

    private void Publish()
    {
        var ports = Listeners.ToDictionary(entry => entry.Name, entry => entry.Listener.IPEndPoint!.Port);
        Uri At(string name, string path = "/") => new($"http://127.0.0.1:{ports[name]}{path}");
        OjinBaseUri = At("ojin", "/v1");
        StorageUri = At("storage");
        AgentsUri = At("agents");
        OzorBaseUri = At("ozor");
        AimpGatewayUri = At("aimp");
        ElsewhereUri = At("elsewhere");
        ControlUri = At("control");
        _byPort = ports.ToDictionary(entry => entry.Value, entry => _services.GetValueOrDefault(entry.Key));
    }

    private async Task HandleAsync(HttpContext context)
    {
        if (!_byPort.TryGetValue(context.Connection.LocalPort, out var service))
        {
            context.Response.StatusCode = 503;
            return;
        }

        if (service is null)
        {
            await _control.HandleAsync(context);
            return;
        }

        var record = Requests.Begin(service.Name, context);
        context.Features.Set(record);
        context.Response.OnStarting(() =>
        {
            // Before the first byte leaves, so that whoever has the answer finds its status in the log.
            if (!record.Aborted)
                record.Status = context.Response.StatusCode;
            return Task.CompletedTask;
        });
        try
        {
            await RunAsync(context, service, record);
        }
        catch (Exception problem) when (context.RequestAborted.IsCancellationRequested
            || problem is OperationCanceledException or IOException or BadHttpRequestException)
        {
            record.Aborted = true;
            if (!context.RequestAborted.IsCancellationRequested)
                context.Abort();
        }
        finally
        {
            record.Finished = true;
            Requests.Changed();
        }
    }

    private async Task RunAsync(HttpContext context, IEmulatedService service, RecordedRequest record)
    {
        var link = Link;
        var throttles = link.BytesPerSecond > 0 ? ThrottlesOf(context, link.BytesPerSecond) : null;
        var keep = service is StorageService && !Requests.RecordBodies ? 0 : KeepBytes;
        var body = new RecordingStream(context.Request.Body, record, keep, throttles?.Up);
        context.Request.Body = body;
        // Taken before the rule: whoever clears the rules after that releases this request too.
        var cleared = Faults.Cleared;
        var rule = Faults.Take(record);
        if (link.LatencyMs > 0)
            await Task.Delay(link.LatencyMs, context.RequestAborted);

        async Task Handle()
        {
            await HandleServiceAsync(context, service, record);
            // What a handler left unread is read for the log, within reason.
            if (!record.BodyComplete && context.Request.ContentLength is null or <= KeepBytes)
                await FaultRunner.DrainAsync(context);
        }

        async Task RunFault()
        {
            if (rule is null)
            {
                await Handle();
                return;
            }

            record.Fault = rule.Action.Kind.ToString();
            Requests.Changed();
            using var release = CancellationTokenSource.CreateLinkedTokenSource(cleared, Stopping);
            await FaultRunner.RunAsync(context, record, body, rule.Action, Handle, Expand, release.Token);
        }

        if (throttles is null)
            await RunFault();
        else
            await FaultRunner.ShapeAsync(context, RunFault, new AnswerStream(FaultRunner.ResponseStream(context), throttles.Down));
    }

    private static async Task HandleServiceAsync(HttpContext context, IEmulatedService service, RecordedRequest record)
    {
        try
        {
            await service.HandleAsync(context);
            record.Handled = true;
        }
        catch (RefusalException refusal)
        {
            foreach (var (name, value) in refusal.Headers)
                context.Response.Headers[name] = value;
            await service.WriteRefusalAsync(context, refusal);
            record.Handled = true;
        }
        catch (Exception problem) when (problem is not (OperationCanceledException or IOException or BadHttpRequestException))
        {
            // A mistake of the emulator must not look like an answer of the service.
            record.Error = problem.ToString();
            Wire.Violation(context, "EMULATOR_BUG", problem.ToString());
            if (!context.Response.HasStarted)
                await Wire.WriteJsonAsync(context, 500, new Dictionary<string, string> { ["code"] = "EMULATOR_BUG", ["message"] = problem.Message });
        }
    }

    private string Expand(string text) => text
        .Replace("{ojin}", OjinBaseUri.AbsoluteUri, StringComparison.Ordinal)
        .Replace("{storage}", Origin(StorageUri), StringComparison.Ordinal)
        .Replace("{agents}", Origin(AgentsUri), StringComparison.Ordinal)
        .Replace("{ozor}", Origin(OzorBaseUri), StringComparison.Ordinal)
        .Replace("{aimp}", Origin(AimpGatewayUri), StringComparison.Ordinal)
        .Replace("{elsewhere}", Origin(ElsewhereUri), StringComparison.Ordinal);

    private static LinkThrottles ThrottlesOf(HttpContext context, long bytesPerSecond)
    {
        var items = context.Features.GetRequiredFeature<IConnectionItemsFeature>().Items;
        if (items.TryGetValue(typeof(LinkThrottles), out var found) && found is LinkThrottles throttles && throttles.BytesPerSecond == bytesPerSecond)
            return throttles;
        throttles = new LinkThrottles(bytesPerSecond, new Throttle(bytesPerSecond), new Throttle(bytesPerSecond));
        items[typeof(LinkThrottles)] = throttles;
        return throttles;
    }

    private sealed record LinkThrottles(long BytesPerSecond, Throttle Up, Throttle Down);
}
