using System.Management.Automation;
using Ojin.Http;
using Ojin.Transfer;

namespace Ojin.PowerShell.Pipeline;

/// <summary>Finds the uploads of files in the journal, on the pipeline thread.</summary>
internal static class UploadSelection
{
    /// <summary>The entries for each path, or what is wrong with it; all entries for none.</summary>
    public static IEnumerable<(string? Given, IReadOnlyList<UploadJournalEntry> Entries, OjinException? Error)> Find(PSCmdlet cmdlet, string[]? paths, Action<string> warn)
    {
        var all = StateFolder.Uploads is { } folder ? UploadJournal.List(folder, warn) : [];
        if (paths is null)
        {
            yield return (null, all, null);
            yield break;
        }
        foreach (var given in paths)
        {
            var file = FilePaths.Resolve(cmdlet, [given], literal: true).First();
            if (file.Error is not null)
            {
                yield return (given, [], file.Error);
                continue;
            }
            // A file whose name has brackets is found by its name too.
            var found = all.Where(entry => Same(entry.Record.Path, file.FullPath!)).ToArray();
            var isPattern = WildcardPattern.ContainsWildcardCharacters(given);
            if (found.Length == 0 && isPattern)
            {
                var pattern = WildcardPattern.Get(file.FullPath!, OperatingSystem.IsWindows() ? WildcardOptions.IgnoreCase : WildcardOptions.None);
                found = [.. all.Where(entry => pattern.IsMatch(entry.Record.Path))];
            }
            yield return found.Length > 0 || isPattern
                ? (given, found, null)
                : (given, [], new OjinException(ErrorCodes.FileNotFound, $"The journal has no unfinished upload of '{TextForDisplay.Escape(file.FullPath, 400)}'.", "Get-OjinUpload lists those that it has."));
        }
    }

    private static bool Same(string one, string other) => string.Equals(one, other, OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);
}
