using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Ojin.Benchmarks;

/// <summary>Writes what was measured: docs/performance.md between its marks, docs/performance.svg, out/bench/results.json.</summary>
internal sealed class Report(Options options, string root, IReadOnlyList<Case> cases)
{
    private const string Begin = "<!-- figures -->";
    private const string End = "<!-- end of figures -->";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly Dictionary<string, Case> _byId = cases.ToDictionary(made => made.Id);

    public async Task WriteAsync()
    {
        var figures = Figures();
        await Console.Out.WriteLineAsync(figures);
        var folder = Path.Combine(root, "out", "bench");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "results.json"), JsonSerializer.Serialize(cases.ToDictionary(made => made.Id, made => made.Samples), Indented));
        if (options.Has("NoReport"))
            return;
        var page = Path.Combine(root, "docs", "performance.md");
        var text = await File.ReadAllTextAsync(page);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        if (begin < 0 || end < begin)
            throw new BenchException($"{page} lacks the marks {Begin} and {End}.");
        await File.WriteAllTextAsync(page, text[..(begin + Begin.Length)] + "\n" + figures + text[end..]);
        await File.WriteAllTextAsync(Path.Combine(root, "docs", "performance.svg"), new Chart(this, cases).Draw());
    }

    /// <summary>The seconds that count in a case: around the work alone on the loopback, of the whole command on the link.</summary>
    public double? Seconds(string id, string contender) =>
        Median(id, contender, sample => id.EndsWith(Link.Real.Name, StringComparison.Ordinal) ? sample.Whole : sample.Inside);

    public string Title(Case made) => made.Key switch
    {
        "up" => $"{Size} up",
        "down" => $"{Size} down",
        "files" => $"{options.Files} files of 64 KiB up",
        "list" => string.Create(CultureInfo.InvariantCulture, $"{options.Assets:N0} assets listed"),
        "first" => "the first asset of the list",
        _ => "a process that starts and ends",
    } + (made.Key == "start" ? "" : made.Link == Link.Loopback ? ", loopback" : ", link");

    private string Size => options.SizeMiB % 1024 == 0 ? $"{options.SizeMiB / 1024} GiB" : $"{options.SizeMiB} MiB";

    private static string F(double? value, string format = "0.00") => value is { } number ? number.ToString(format, CultureInfo.InvariantCulture) : "-";

    private static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private double? Median(string id, string contender, Func<Sample, double> of) =>
        _byId.TryGetValue(id, out var made) && made.Samples.TryGetValue(contender, out var samples) && samples.Count > 0 ? Middle(samples.Select(of)) : null;

    private string Figures()
    {
        var text = new StringBuilder();
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30);
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Measured on {DateTime.UtcNow:yyyy-MM-dd} on a machine with {Environment.ProcessorCount} cores ({RuntimeInformation.OSArchitecture}) and {memory:0} GiB of memory, {RuntimeInformation.OSDescription}, .NET {Environment.Version}, PowerShell {options["pwsh-version"]}. Medians of {options.Count} alternating runs, each in a new process.");
        text.AppendLine();
        Goals(text);
        Details(text);
        Start(text);
        return text.ToString();
    }

    private void Goals(StringBuilder text)
    {
        text.AppendLine("| case | cmdlet | against | ratio | to reach | |");
        text.AppendLine("| --- | --: | --: | --: | --: | --- |");
        Goal("up-loopback", Bench.LimitName, "the cmdlet alone", 0.9);
        Goal("down-loopback", Bench.LimitName, "the cmdlet alone", 0.9);
        Goal("list-loopback", Bench.Script, "the cmdlet against the loop", 4);
        Goal("up-link", Bench.Script, "whole command against the script", 8);
        Goal("down-link", Bench.Script, "whole command against the script", 6);
        Goal("files-link", Bench.Script, "whole command against the script", 10);
        Goal("list-link", Bench.Script, "whole command against the script", 4);
        if (BarePeak is { } bare && cases.Any(made => made.Key != "start"))
        {
            var worst = cases.Where(made => made.Key != "start").SelectMany(made => made.Samples[Bench.Cmdlet]).Max(sample => sample.Peak) - bare;
            Row("peak memory above a bare pwsh, the worst run of all cases", $"{F(worst / (1 << 20), "0")} MiB", "", "", "at most 64 MiB", worst <= 64 << 20);
        }

        if (Median("first-link", Bench.Cmdlet, sample => sample.Inside) is { } first)
            Row("the first asset of the list, while the second page is held back for 10 s", $"{F(first)} s", "", "", "after one request", first < 10);
        if (ImportSeconds is { } import)
        {
            Row("`Import-Module` above a bare pwsh", $"{F(import, "0.000")} s", "", "", "at most 0.15 s", import <= 0.15);
            var heavy = Assemblies.Where(name => name is "System.Net.Http" or "System.Text.Json" || name.StartsWith("Polly", StringComparison.Ordinal)).ToArray();
            Row("HttpClient, Polly, System.Text.Json loaded by it", heavy.Length == 0 ? "none" : string.Join(", ", heavy), "", "", "none", heavy.Length == 0);
        }

        text.AppendLine();

        void Goal(string id, string against, string how, double least)
        {
            if (Seconds(id, Bench.Cmdlet) is not { } cmdlet || Seconds(id, against) is not { } other)
                return;
            Row($"{Title(_byId[id])}, {how}", $"{F(cmdlet)} s", $"{against}: {F(other)} s", F(other / cmdlet), $"at least {F(least, "0.#")}", other / cmdlet >= least);
        }

        void Row(string what, string value, string other, string ratio, string goal, bool reached) =>
            text.AppendLine(CultureInfo.InvariantCulture, $"| {what} | {value} | {other} | {ratio} | {goal} | {(reached ? "reached" : "**missed**")} |");
    }

    private void Details(StringBuilder text)
    {
        text.AppendLine("| case | who | alone, s | least to most | MB/s | whole command, s | peak memory, MiB |");
        text.AppendLine("| --- | --- | --: | --: | --: | --: | --: |");
        foreach (var made in cases.Where(made => made.Key != "start"))
        {
            foreach (var (name, samples) in made.Samples)
            {
                var inside = Middle(samples.Select(sample => sample.Inside));
                var bytes = made.Key is "up" or "down" ? (long)options.SizeMiB << 20 : made.Key is "files" ? options.Files * 65536L : 0;
                var peak = samples.Max(sample => sample.Peak);
                // A program that is no pwsh has nothing to be held against a bare one.
                var above = name is Bench.Cmdlet or Bench.Script && BarePeak is { } bare ? $" (+{F((peak - bare) / (1 << 20), "0")})" : "";
                text.AppendLine(CultureInfo.InvariantCulture, $"| {Title(made)} | {name} | {F(inside, "0.000")} | {F(samples.Min(sample => sample.Inside))} to {F(samples.Max(sample => sample.Inside))} | {(bytes > 0 ? F(bytes / inside / 1e6, "0") : "")} | {F(Middle(samples.Select(sample => sample.Whole)), "0.000")} | {peak >> 20}{above} |");
            }
        }

        text.AppendLine();
    }

    private void Start(StringBuilder text)
    {
        if (!_byId.TryGetValue("start", out var start))
            return;
        text.AppendLine(CultureInfo.InvariantCulture, $"A bare pwsh takes {F(Median(start.Id, Bench.Bare, sample => sample.Whole), "0.000")} s and {F(BarePeak / (1 << 20), "0")} MiB. With `Import-Module` it takes {F(ImportSeconds, "0.000")} s and {F((Median(start.Id, Bench.Import, sample => sample.Peak) - BarePeak) / (1 << 20), "0")} MiB more. The import loads {string.Join(", ", Assemblies.Select(name => $"`{name}`"))}.");
        text.AppendLine();
    }

    private double? BarePeak => Median("start", Bench.Bare, sample => sample.Peak);

    private double? ImportSeconds => Median("start", Bench.Import, sample => sample.Whole) - Median("start", Bench.Bare, sample => sample.Whole);

    private IEnumerable<string> Assemblies => _byId["start"].Samples[Bench.Import].SelectMany(sample => sample.Assemblies).Distinct().Order(StringComparer.Ordinal);
}
