using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Ojin.Client.Tests.Swift;

/// <summary>
/// OpenStack Swift with its S3 API, in a process and a temporary folder of its own (swift_server.py). It ends when its
/// input does, so also when the tests are killed.
/// </summary>
public sealed class SwiftServer : IAsyncDisposable
{
    /// <summary>The interpreter that Debian's packages belong to, whatever else is on the PATH.</summary>
    public const string Python = "/usr/bin/python3";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();

    private SwiftServer(Process process) => _process = process;

    public string Endpoint { get; private set; } = "";

    public string AccessKey { get; private set; } = "";

    public string SecretKey { get; private set; } = "";

    public string Region { get; private set; } = "";

    /// <summary>What it wrote to its log, for the message of a test that fails.</summary>
    public string Log => string.Join('\n', _errors);

    public static async Task<SwiftServer> StartAsync()
    {
        var server = new SwiftServer(Process.Start(StartInfo())!);
        server._process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
                server._errors.Enqueue(line.Data);
        };
        server._process.BeginErrorReadLine();
        try
        {
            // The line comes when all four servers listen.
            var line = await server._process.StandardOutput.ReadLineAsync().WaitAsync(Patience)
                ?? throw new InvalidOperationException("Swift did not start.");
            using var info = JsonDocument.Parse(line);
            string Text(string name) => info.RootElement.GetProperty(name).GetString()!;
            server.Endpoint = Text("endpoint");
            server.AccessKey = Text("accessKey");
            server.SecretKey = Text("secretKey");
            server.Region = Text("region");
            return server;
        }
        catch (Exception problem)
        {
            await server.DisposeAsync();
            throw new InvalidOperationException($"Swift did not start: {server.Log}", problem);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    internal static ProcessStartInfo StartInfo(params string[] arguments) =>
        new(Python, ["-B", Path.Combine(AppContext.BaseDirectory, "Swift", "swift_server.py"), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
}
