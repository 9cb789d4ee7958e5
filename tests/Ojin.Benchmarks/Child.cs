using System.Diagnostics;
using System.Text.Json;

namespace Ojin.Benchmarks;

/// <summary>What one run of one contender took.</summary>
/// <param name="Inside">Seconds around the work itself, by the contender's own clock.</param>
/// <param name="Whole">Seconds from the start of the process to its end.</param>
/// <param name="Peak">The largest resident memory of the process in bytes.</param>
/// <param name="Count">What was done: bytes, files or assets.</param>
internal sealed record Sample(double Inside, double Whole, long Peak, long Count)
{
    public IReadOnlyList<string> Assemblies { get; init; } = [];
}

/// <summary>Runs a program that ends with one line of JSON.</summary>
internal static class Child
{
    public static ProcessStartInfo StartInfo(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return start;
    }

    public static async Task<Sample> RunAsync(IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment)
    {
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(StartInfo(command, environment))!;
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var whole = clock.Elapsed.TotalSeconds;
        var line = output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault(text => text.StartsWith('{'));
        if (process.ExitCode != 0 || line is null)
            throw new BenchException($"{string.Join(' ', command)} ended with code {process.ExitCode}: {output}");
        using var json = JsonDocument.Parse(line);
        var root = json.RootElement;
        return new Sample(root.GetProperty("Seconds").GetDouble(), whole, root.GetProperty("Peak").GetInt64(), root.GetProperty("Count").GetInt64())
        {
            Assemblies = root.TryGetProperty("Assemblies", out var names) ? [.. names.EnumerateArray().Select(name => name.GetString()!)] : [],
        };
    }
}
