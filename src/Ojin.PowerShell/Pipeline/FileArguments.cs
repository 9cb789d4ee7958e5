using System.Management.Automation;
using Ojin.Http;

namespace Ojin.PowerShell.Pipeline;

/// <summary>
/// The files that -Path (with wildcards) and -LiteralPath name. Each argument that names none is an error of its own, so
/// that the others go on.
/// </summary>
internal static class FileArguments
{
    private const string FileSystem = "FileSystem";

    /// <summary>Runs on the pipeline thread.</summary>
    /// <param name="paths">PowerShell's path intrinsics.</param>
    /// <param name="arguments">What was typed or piped.</param>
    /// <param name="literal">Whether wildcards are letters like any other.</param>
    /// <returns>For each file its full path, or why an argument names none, and the argument.</returns>
    public static IReadOnlyList<(string? FullPath, OjinException? Problem, string Argument)> Resolve(PathIntrinsics paths, IEnumerable<string> arguments, bool literal)
    {
        var found = new List<(string?, OjinException?, string)>();
        foreach (var argument in arguments)
        {
            try
            {
                foreach (var path in literal ? Literal(paths, argument) : Matching(paths, argument)) found.Add((path, null, argument));
            }
            catch (OjinException problem)
            {
                found.Add((null, problem, argument));
            }
            catch (Exception problem) when (problem is RuntimeException or IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
            {
                found.Add((null, NotFound(argument, problem), argument));
            }
        }
        return found;
    }

    private static IEnumerable<string> Literal(PathIntrinsics paths, string argument)
    {
        var path = paths.GetUnresolvedProviderPathFromPSPath(argument, out var provider, out _);
        return provider.Name == FileSystem ? [path] : throw NoFile(argument, provider);
    }

    private static IEnumerable<string> Matching(PathIntrinsics paths, string argument)
    {
        if (!WildcardPattern.ContainsWildcardCharacters(argument)) return Literal(paths, argument);
        var matches = paths.GetResolvedProviderPathFromPSPath(argument, out var provider);
        if (provider.Name != FileSystem) throw NoFile(argument, provider);
        // A pattern means files; a folder beside them was not asked for.
        var files = matches.Where(path => !Directory.Exists(path)).ToArray();
        return files.Length > 0 ? files : throw NotFound(argument, null);
    }

    private static OjinException NoFile(string argument, ProviderInfo provider) =>
        OjinException.Argument($"{Shown(argument)} is a path of {provider.Name}, not of a file.", "Give the path of a file.");

    private static OjinException NotFound(string argument, Exception? cause) => new(
        ErrorCodes.FileNotFound,
        $"No file is called or matches {Shown(argument)}.",
        "Check the path. A name with brackets in it is a pattern for -Path; give it with -LiteralPath. Nothing was sent.",
        cause);

    private static string Shown(string path) => $"'{TextForDisplay.Escape(path, 400)}'";
}
