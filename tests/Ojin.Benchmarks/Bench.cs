using System.Globalization;
using System.Reflection;

namespace Ojin.Benchmarks;

/// <summary>One contender in one case.</summary>
internal sealed record Contender(string Name, IReadOnlyList<string> Command);

/// <summary>A case, and what each contender took in it.</summary>
internal sealed record Case(string Key, Link Link, IReadOnlyList<Contender> Contenders)
{
    public Dictionary<string, List<Sample>> Samples { get; } = Contenders.ToDictionary(contender => contender.Name, _ => new List<Sample>());

    /// <summary>The name in the report: up-loopback.</summary>
    public string Id => Key is "start" ? Key : $"{Key}-{Link.Name}";
}

/// <summary>Runs the contenders of each case in turn, each in a new process, and writes the report.</summary>
internal sealed class Bench
{
    public const string Cmdlet = "cmdlet";
    public const string Script = "script";
    public const string Bare = "bare pwsh";
    public const string Import = "Import-Module";
    public const string LimitName = "limit";
    public const string LimitNoMd5 = "limit without MD5";
    public const string Server = "the server alone";

    private readonly Options _options;
    private readonly string _root;
    private readonly string _folder;

    public Bench(Options options)
    {
        _options = options;
        _root = options.Required("root");
        var place = options["Folder"] ?? (Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath());
        Parallel = (int)Assembly.LoadFrom(Path.Combine(_root, "out/Ojin/lib/Ojin.Client.dll")).GetType("Ojin.Transfer.TransferSlots", throwOnError: true)!.GetField("DefaultLimit")!.GetRawConstantValue()!;
        _folder = Path.Combine(place, $"ojin-bench-{Guid.NewGuid():N}");
    }

    /// <summary>How many parts the cmdlets have in flight unless told otherwise: the limit has as many.</summary>
    private int Parallel { get; }

    private string Large => Path.Combine(_folder, "large.bin");

    private string Small => Path.Combine(_folder, "small");

    private string Downloads => Path.Combine(_folder, "downloads");

    public async Task RunAsync()
    {
        foreach (var folder in new[] { Small, Downloads, Path.Combine(_folder, "server"), Path.Combine(_folder, "state") })
            Directory.CreateDirectory(folder);
        try
        {
            WriteFile(Large, (long)_options.SizeMiB << 20);
            for (var i = 0; i < _options.Files; i++)
                WriteFile(Path.Combine(Small, $"{i:D4}.bin"), 64 * 1024);
            await using var emulator = await EmulatorProcess.StartAsync(_root, _options.Assets, Path.Combine(_folder, "server"));
            var cases = new List<Case>();
            foreach (var made in Cases())
            {
                if (_options.Cases.Count > 0 && !_options.Cases.Contains(made.Key, StringComparer.OrdinalIgnoreCase))
                    continue;
                await RunCaseAsync(made, emulator);
                cases.Add(made);
            }

            await new Report(_options, _root, cases).WriteAsync();
        }
        finally
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private static void WriteFile(string path, long size)
    {
        var block = new byte[1 << 16];
        var random = new Random(1);
        using var file = File.Create(path);
        for (long written = 0; written < size; written += block.Length)
        {
            random.NextBytes(block);
            file.Write(block);
        }
    }

    // The first to use memory that the system has not handed out for a while waits for it; that must be nobody who is measured.
    private void TouchMemory()
    {
        var path = Path.Combine(_folder, "memory");
        using (var file = File.Create(path))
        {
            var block = new byte[1 << 20];
            for (var i = 0; i < _options.SizeMiB + _options.SizeMiB / 4; i++)
                file.Write(block);
        }

        File.Delete(path);
    }

    private static void Say(string text) => Console.Error.WriteLine(text);

    private IEnumerable<Case> Cases()
    {
        yield return new Case("start", Link.Loopback, [Pwsh(Bare, "Cmdlet", "bare"), Pwsh(Import, "Cmdlet", "import")]);
        foreach (var key in new[] { "up", "down" })
        {
            yield return new Case(key, Link.Loopback, [Pwsh(Cmdlet, "Cmdlet", key), Limit(LimitName, key), Limit(LimitNoMd5, key, "--no-md5"), Limit(Server, key, "--no-md5", "--no-file"), Pwsh(Script, "Script", key)]);
            yield return new Case(key, Link.Real, [Pwsh(Cmdlet, "Cmdlet", key), Limit(LimitName, key), Pwsh(Script, "Script", key)]);
        }

        yield return new Case("files", Link.Real, [Pwsh(Cmdlet, "Cmdlet", "files"), Pwsh(Script, "Script", "files")]);
        yield return new Case("list", Link.Loopback, [Pwsh(Cmdlet, "Cmdlet", "list"), Limit(Server, "list"), Pwsh(Script, "Script", "list")]);
        yield return new Case("list", Link.Real, [Pwsh(Cmdlet, "Cmdlet", "list"), Pwsh(Script, "Script", "list")]);
        yield return new Case("first", Link.Real, [Pwsh(Cmdlet, "Cmdlet", "first"), Pwsh(Script, "Script", "first")]);
    }

    private Contender Pwsh(string name, string script, string key) => new(name,
    [
        _options.Required("pwsh"), .. _options["pwsh-library"] is { } library ? new[] { library } : [],
        "-NoLogo", "-NoProfile", "-NonInteractive", "-File", Path.Combine(AppContext.BaseDirectory, "Scripts", $"{script}.ps1"),
        "-Case", key, "-Module", Path.Combine(_root, "out/Ojin/Ojin.psd1"), "-Folder", Downloads, "-Target", "{target}",
    ]);

    private Contender Limit(string name, string key, params string[] how) => new(name,
    [
        "dotnet", typeof(Bench).Assembly.Location, "limit",
        "--case", key, "--parallel", $"{Parallel}", "--assets", _options.Assets.ToString(CultureInfo.InvariantCulture), "--folder", Downloads, "--target", "{target}", .. how,
    ]);

    private async Task RunCaseAsync(Case made, EmulatorProcess emulator)
    {
        var environment = new Dictionary<string, string>(emulator.Environment)
        {
            ["XDG_STATE_HOME"] = Path.Combine(_folder, "state"),
            ["LOCALAPPDATA"] = Path.Combine(_folder, "state"),
            ["POWERSHELL_UPDATECHECK"] = "Off",
            ["POWERSHELL_TELEMETRY_OPTOUT"] = "1",
        };
        var target = made.Key is "files" ? Small : Large;
        if (made.Key is "up" or "down")
        {
            // What the server has not done yet it does slowly the first time; and a download needs something to be there.
            await emulator.ResetAsync(Link.Loopback);
            await RunAsync(Limit(LimitName, "up"), Large, environment);
            if (made.Key == "down")
                target = await emulator.LastAssetAsync();
            await emulator.SetLinkAsync(made.Link);
        }

        else if (made.Key is "list")
        {
            // As often as the server takes to have its way of listing compiled in full.
            await emulator.ResetAsync(Link.Loopback);
            for (var turn = 0; turn < 5; turn++)
                await RunAsync(Limit(Server, "list"), target, environment);
        }

        for (var turn = 1; turn <= Turns(made); turn++)
        {
            foreach (var contender in made.Contenders)
            {
                if (made.Key != "down")
                    await emulator.ResetAsync(made.Link);
                if (made.Key == "first")
                    await emulator.HoldSecondPageAsync();
                if (made.Key is "up" or "down")
                    TouchMemory();
                var sample = await RunAsync(contender, target, environment);
                foreach (var file in Directory.GetFiles(Downloads))
                    File.Delete(file);
                if (Expected(made.Key) is { } expected && sample.Count != expected)
                    throw new BenchException($"{made.Id}, {contender.Name}: {sample.Count} instead of {expected}.");
                made.Samples[contender.Name].Add(sample);
                Say(string.Create(CultureInfo.InvariantCulture, $"{made.Id} {turn}: {contender.Name}: {sample.Inside:F3} s, whole {sample.Whole:F3} s, {sample.Peak >> 20} MiB"));
            }
        }
    }

    // The start of a process is short and its time uneven.
    private int Turns(Case made) => made.Key is "start" or "first" ? 3 * _options.Count : _options.Count;

    private long? Expected(string key) => key switch
    {
        "up" or "down" => (long)_options.SizeMiB << 20,
        "files" => _options.Files,
        "list" => _options.Assets,
        "first" => 1,
        _ => null,
    };

    private static Task<Sample> RunAsync(Contender contender, string target, Dictionary<string, string> environment) =>
        Child.RunAsync([.. contender.Command.Select(word => word == "{target}" ? target : word)], environment);
}
