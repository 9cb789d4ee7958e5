using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace Ojin.Benchmarks;

/// <summary>The emulator as a program, in a process of its own; it ends when its input does.</summary>
internal sealed class EmulatorProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _http = new();
    private string _control = "";

    private EmulatorProcess(Process process) => _process = process;

    /// <summary>What leads a client to it.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; private set; } = new Dictionary<string, string>();

    public static async Task<EmulatorProcess> StartAsync(string root, int assets, string temporaryFolder)
    {
        var environment = new Dictionary<string, string> { ["TMPDIR"] = temporaryFolder, ["TEMP"] = temporaryFolder, ["TMP"] = temporaryFolder };
        string[] command = ["dotnet", Path.Combine(root, "src/Ojin.Emulator/bin/Release/net10.0/Ojin.Emulator.dll"), "--assets", $"{assets}"];
        var emulator = new EmulatorProcess(Process.Start(Child.StartInfo(command, environment))!);
        var line = await emulator._process.StandardOutput.ReadLineAsync() ?? throw new BenchException("The emulator did not start.");
        using var info = JsonDocument.Parse(line);
        string Text(string name) => info.RootElement.GetProperty(name).GetString()!;
        emulator._control = Text("control");
        emulator.Environment = new Dictionary<string, string> { ["OJIN_BASE_URI"] = Text("ojin"), ["OJIN_API_KEY"] = Text("ojinKey") };
        return emulator;
    }

    /// <summary>Everything as at the start, and the link as it is wanted.</summary>
    public async Task ResetAsync(Link link)
    {
        using var reset = await _http.PostAsync($"{_control}/reset", null);
        reset.EnsureSuccessStatusCode();
        await SetLinkAsync(link);
    }

    /// <summary>Keeps the second page of a list back for so long that whoever waits for it is seen.</summary>
    public async Task HoldSecondPageAsync()
    {
        using var rule = await _http.PostAsJsonAsync($"{_control}/faults", new { service = "ojin", pathContains = "offset=100", times = (int?)null, action = new { kind = "delay", delayMs = 10_000 } });
        rule.EnsureSuccessStatusCode();
    }

    public async Task SetLinkAsync(Link link)
    {
        using var set = await _http.PutAsJsonAsync($"{_control}/link", new { latencyMs = link.LatencyMs, bytesPerSecond = link.BytesPerSecond });
        set.EnsureSuccessStatusCode();
    }

    /// <summary>The id of the asset that was sent last.</summary>
    public async Task<string> LastAssetAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Environment["OJIN_BASE_URI"]}/assets?name=limit.bin&limit=1") { Headers = { { "X-API-Key", Environment["OJIN_API_KEY"] } } };
        using var answer = await _http.SendAsync(request);
        using var page = JsonDocument.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync());
        return page.RootElement.GetProperty("data")[0].GetProperty("asset_id").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

/// <summary>What the server makes of the loopback: time before each answer, and bytes a second for each connection.</summary>
internal sealed record Link(string Name, int LatencyMs, long BytesPerSecond)
{
    public static Link Loopback { get; } = new("loopback", 0, 0);

    public static Link Real { get; } = new("link", 30, 50_000_000);
}
