using System.Globalization;

namespace Ojin.Benchmarks;

/// <summary>Something that makes the benchmarks impossible.</summary>
internal sealed class BenchException(string message) : Exception(message);

/// <summary>What the command line says: <c>-Name value</c> or <c>--name value</c>, in any case; a name alone is a switch.</summary>
internal sealed class Options
{
    private readonly Dictionary<string, string> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Alternating runs of each contender.</summary>
    public int Count => Number("Count", 5);

    public int SizeMiB => Number("SizeMiB", 1024);

    public int Files => Number("Files", 500);

    public int Assets => Number("Assets", 20_000);

    /// <summary>The cases to run; all unless given.</summary>
    public IReadOnlyList<string> Cases => this["Case"]?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    public string? this[string name] => _values.GetValueOrDefault(name);

    public static Options Parse(IEnumerable<string> arguments)
    {
        var options = new Options();
        string? name = null;
        foreach (var argument in arguments)
        {
            if (argument.StartsWith('-'))
            {
                name = argument.TrimStart('-').TrimEnd(':');
                options._values[name] = "";
            }
            else
            {
                options._values[name ?? throw new BenchException($"'{argument}' has no name before it.")] = argument;
                name = null;
            }
        }

        return options;
    }

    public string Required(string name) => this[name] ?? throw new BenchException($"--{name} is missing.");

    public bool Has(string name) => _values.ContainsKey(name);

    public int Number(string name, int otherwise) =>
        this[name] is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
        : throw new BenchException($"-{name} wants a number above 0, and '{text}' is none.");
}
