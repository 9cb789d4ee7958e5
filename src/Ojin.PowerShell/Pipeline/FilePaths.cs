using System.Management.Automation;
using Ojin.Http;

namespace Ojin.PowerShell.Pipeline;

/// <summary>A path as it was given, and the file that it means, or why it means none.</summary>
internal readonly record struct GivenFile(string Given, string? FullPath, OjinException? Error);

/// <summary>Resolves paths, on the pipeline thread.</summary>
internal static class FilePaths
{
    /// <summary>The files that -Path or -LiteralPath name. A wildcard leaves folders out.</summary>
    public static IEnumerable<GivenFile> Resolve(PSCmdlet cmdlet, IEnumerable<string> paths, bool literal)
    {
        foreach (var given in paths)
        {
            foreach (var file in Resolve(cmdlet, given, literal)) yield return file;
        }
    }

    /// <summary>A path to write to: a folder when it is one, or says so with a slash at its end; the current folder when none is given.</summary>
    /// <exception cref="OjinException">It is no path of the file system.</exception>
    public static (string FullPath, bool IsFolder) ResolveTarget(PSCmdlet cmdlet, string? path)
    {
        if (path is null) return (cmdlet.SessionState.Path.CurrentFileSystemLocation.ProviderPath, true);
        var (full, error) = Literal(cmdlet, path);
        if (error is not null) throw error;
        return (full!, path[^1] is '/' or '\\' || Directory.Exists(full));
    }

    /// <summary>Makes a folder that a path with a slash at its end names.</summary>
    /// <exception cref="OjinException">It cannot be made.</exception>
    public static void EnsureFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(Path.TrimEndingDirectorySeparator(folder))) throw new OjinException(ErrorCodes.FileUnusable, $"'{TextForDisplay.Escape(Path.TrimEndingDirectorySeparator(folder), 400)}' is a file, so there can be no folder of this name.", "Give another folder, or remove the file.", exception);
            throw new OjinException(ErrorCodes.FileUnusable, $"The folder '{TextForDisplay.Escape(folder, 400)}' could not be made: {TextForDisplay.Escape(exception.Message)}", "Check the path and its permissions.", exception);
        }
    }

    private static IEnumerable<GivenFile> Resolve(PSCmdlet cmdlet, string given, bool literal)
    {
        if (literal)
        {
            var (full, error) = Literal(cmdlet, given);
            return [new GivenFile(given, full, error)];
        }
        try
        {
            var found = cmdlet.SessionState.Path.GetResolvedProviderPathFromPSPath(given, out var provider);
            if (!IsFileSystem(provider)) return [new GivenFile(given, null, NotAFile(given))];
            if (!WildcardPattern.ContainsWildcardCharacters(given)) return [.. found.Select(path => new GivenFile(given, path, null))];
            var files = found.Where(path => !Directory.Exists(path)).ToArray();
            return files.Length > 0
                ? files.Select(path => new GivenFile(path, path, null))
                : [new GivenFile(given, null, NotThere(given, $"No file matches '{TextForDisplay.Escape(given, 400)}'.", "Check the pattern; a name with brackets is given with -LiteralPath. Nothing was sent."))];
        }
        catch (ItemNotFoundException exception)
        {
            return [new GivenFile(given, null, NotThere(given, $"There is no file '{TextForDisplay.Escape(given, 400)}'.", "Check the path. Nothing was sent.", exception))];
        }
        catch (Exception exception) when (exception is RuntimeException or NotSupportedException or ArgumentException)
        {
            return [new GivenFile(given, null, NotAFile(given, exception))];
        }
    }

    private static (string? FullPath, OjinException? Error) Literal(PSCmdlet cmdlet, string given)
    {
        try
        {
            var full = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(given, out var provider, out _);
            return IsFileSystem(provider) ? (Path.GetFullPath(full), null) : (null, NotAFile(given));
        }
        catch (Exception exception) when (exception is RuntimeException or NotSupportedException or ArgumentException)
        {
            return (null, NotAFile(given, exception));
        }
    }

    private static bool IsFileSystem(ProviderInfo provider) => provider.Name == "FileSystem";

    private static OjinException NotThere(string given, string message, string todo, Exception? cause = null) =>
        new(ErrorCodes.FileNotFound, given.Length == 0 ? "The path is empty." : message, todo, cause);

    private static OjinException NotAFile(string given, Exception? cause = null) =>
        new(ErrorCodes.FileUnusable, $"'{TextForDisplay.Escape(given, 400)}' is no path of the file system.", "Give the path of a file.", cause);
}
