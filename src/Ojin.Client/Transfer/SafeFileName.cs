using System.Text;

namespace Ojin.Transfer;

/// <summary>
/// Makes a name from a server the name of a file: on every system the same, of one segment, without what a terminal or
/// a file system takes for something else.
/// </summary>
public static class SafeFileName
{
    // With what is put behind it while the file is fetched, 255 bytes hold it.
    private const int LongestInBytes = 200;
    private const int LongestExtension = 20;

    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
        "COM0", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9", "COM¹", "COM²", "COM³",
        "LPT0", "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9", "LPT¹", "LPT²", "LPT³",
    };

    /// <summary>The name, with an underscore for each character that cannot stay.</summary>
    /// <param name="name">The name as the server gave it.</param>
    /// <param name="otherwise">What is taken where nothing of it is left.</param>
    public static string From(string? name, string otherwise)
    {
        ArgumentException.ThrowIfNullOrEmpty(otherwise);
        var made = Clean(name ?? "");
        return made.Length > 0 ? made : Clean(otherwise) is { Length: > 0 } other ? other : "download";
    }

    private static string Clean(string name)
    {
        var text = new StringBuilder(name.Length);
        // An unpaired surrogate comes out as the replacement character.
        foreach (var rune in name.EnumerateRunes()) text.Append(IsUnfit(rune) ? "_" : rune.ToString());
        // Windows drops dots and spaces at the end, so that another file would be meant.
        var clean = Shortened(text.ToString().Trim().TrimEnd('.', ' '));
        if (clean.Trim('.', '_', ' ').Length == 0) return "";
        return Reserved.Contains(clean.Split('.')[0].TrimEnd()) ? "_" + clean : clean;
    }

    private static bool IsUnfit(Rune rune) => rune.Value switch
    {
        '/' or '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|' or 0xFFFD => true,
        _ => Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.Control or System.Globalization.UnicodeCategory.LineSeparator
            or System.Globalization.UnicodeCategory.ParagraphSeparator or System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.OtherNotAssigned,
    };

    private static string Shortened(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) <= LongestInBytes) return name;
        var extension = Path.GetExtension(name);
        if (extension.Length > LongestExtension) extension = "";
        var room = LongestInBytes - Encoding.UTF8.GetByteCount(extension);
        var kept = new StringBuilder();
        foreach (var rune in name[..^extension.Length].EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0) break;
            kept.Append(rune.ToString());
        }
        return kept.ToString().TrimEnd('.', ' ') + extension;
    }
}
