using System.Management.Automation;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Ojin.PowerShell.Commands;
using Ojin.PowerShell.Pipeline;

namespace Ojin.Conventions.Tests;

/// <summary>What the tests look at: the repository's files, and the cmdlets as data.</summary>
internal static partial class House
{
    public static string Root { get; } = FindRoot();

    public static Assembly Client { get; } = typeof(OjinSession).Assembly;

    public static Assembly PowerShell { get; } = typeof(AsyncCommand).Assembly;

    public static IReadOnlyList<CmdletInfo> Cmdlets { get; } =
    [
        .. typeof(GetOjinSessionCommand).Assembly.GetTypes()
            .Where(type => type.CustomAttributes.Any(a => a.AttributeType.Name == nameof(CmdletAttribute)))
            .Select(type => new CmdletInfo(type))
            .OrderBy(cmdlet => cmdlet.Name, StringComparer.Ordinal),
    ];

    /// <summary>The names in the manifest's CmdletsToExport.</summary>
    public static IReadOnlySet<string> ExportedCmdlets { get; } = QuotedText()
        .Matches(Regex.Match(File.ReadAllText(Path.Combine(Root, "Ojin.psd1")), @"CmdletsToExport\s*=\s*@\((.*?)\)", RegexOptions.Singleline).Groups[1].Value)
        .Select(match => match.Groups[1].Value)
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>The C# files below a folder, with their text.</summary>
    public static IEnumerable<(string Name, string[] Lines)> Sources(string folder) =>
        from file in Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
        let name = Path.GetRelativePath(Root, file).Replace('\\', '/')
        where !name.Contains("/obj/", StringComparison.Ordinal) && !name.Contains("/bin/", StringComparison.Ordinal)
        select (name, File.ReadAllLines(file));

    /// <summary>The places below a folder where a line of code, its comments and strings left out, matches.</summary>
    public static IEnumerable<string> Lines(string folder, Regex pattern) =>
        from source in Sources(folder)
        from line in source.Lines.Select((text, index) => (Text: CommentOrString().Replace(text, "\"\""), Number: index + 1))
        where pattern.IsMatch(line.Text)
        select $"{source.Name}:{line.Number}: {line.Text.Trim()}";

    /// <summary>Fails with every finding on a line of its own.</summary>
    public static void Expect(string rule, IEnumerable<string> findings)
    {
        var list = findings.ToList();
        Assert.True(list.Count == 0, $"{rule}\n  {string.Join("\n  ", list)}");
    }

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex QuotedText();

    [GeneratedRegex("""//.*$|@?\$?"(?:\\.|[^"\\])*" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex CommentOrString();

    // The compiler's path of this file is the repository's; a copy of the tests elsewhere walks up from where it lies.
    private static string FindRoot([CallerFilePath] string here = "")
    {
        foreach (var start in new[] { Path.GetDirectoryName(here), AppContext.BaseDirectory })
        {
            for (var folder = start; folder is not null; folder = Path.GetDirectoryName(folder))
            {
                if (File.Exists(Path.Combine(folder, "Ojin.psd1")) && Directory.Exists(Path.Combine(folder, "src"))) return folder;
            }
        }

        throw new DirectoryNotFoundException("The repository's root, with Ojin.psd1 and src, is not above the tests.");
    }
}
