using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Ojin.Emulator;

const string Usage = "usage: Ojin.Emulator [--ports-file PATH] [--latency MS] [--bandwidth BYTES_PER_SECOND] [--assets N] [--ojin-key KEY] [--ozor-key KEY] [--firebase-token TOKEN] [--aimp-key KEY] [--keep]";

var options = new EmulatorOptions();
string? portsFile = null;
var keep = false;
for (var i = 0; i < args.Length; i++)
{
    string Value() => ++i < args.Length ? args[i] : throw new ArgumentException($"{args[i - 1]} needs a value.");
    try
    {
        switch (args[i])
        {
            case "--ports-file":
                portsFile = Value();
                break;
            case "--latency":
                options.LatencyMs = int.Parse(Value(), NumberStyles.None, CultureInfo.InvariantCulture);
                break;
            case "--bandwidth":
                options.BytesPerSecond = long.Parse(Value(), NumberStyles.None, CultureInfo.InvariantCulture);
                break;
            case "--assets":
                options.Assets = int.Parse(Value(), NumberStyles.None, CultureInfo.InvariantCulture);
                break;
            case "--ojin-key":
                options.OjinApiKey = Value();
                break;
            case "--ozor-key":
                options.OzorApiKey = Value();
                break;
            case "--firebase-token":
                options.FirebaseToken = Value();
                break;
            case "--aimp-key":
                options.AimpApiKey = Value();
                break;
            case "--keep":
                keep = true;
                break;
            default:
                throw new ArgumentException($"{args[i]} is unknown.");
        }
    }
    catch (Exception problem) when (problem is ArgumentException or FormatException or OverflowException)
    {
        await Console.Error.WriteLineAsync(problem.Message + "\n" + Usage);
        return 2;
    }
}

using var end = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    end.Cancel();
}

using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
await using var host = await EmulatorHost.StartAsync(options, end.Token);
var line = JsonSerializer.Serialize(host.Info());
if (portsFile is not null)
{
    // Whoever waits for the file must never see half of it.
    await File.WriteAllTextAsync(portsFile + ".new", line + "\n", end.Token);
    File.Move(portsFile + ".new", portsFile, overwrite: true);
}

await Console.Out.WriteLineAsync(line);
await Console.Out.FlushAsync(end.Token);
try
{
    if (keep)
    {
        await Task.Delay(Timeout.Infinite, end.Token);
    }
    else
    {
        var input = Console.OpenStandardInput();
        await using (input)
        {
            var buffer = new byte[256];
            // A read of the console ignores the token, so the end is awaited beside it.
            while (await input.ReadAsync(buffer, end.Token).AsTask().WaitAsync(end.Token) > 0)
            {
            }
        }
    }
}
catch (OperationCanceledException)
{
    // SIGTERM or Ctrl+C: the ordinary end.
}

return 0;
