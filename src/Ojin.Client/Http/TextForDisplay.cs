using System.Globalization;
using System.Text;

namespace Ojin.Http;

/// <summary>Makes text from a server fit to be shown: control characters become visible, nothing steers the terminal.</summary>
public static class TextForDisplay
{
    /// <summary>The text with each control, format and bidirectional character as <c>\u001B</c>.</summary>
    public static string Escape(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        var first = IndexOfUnsafe(text, 0);
        if (first < 0) return text;
        var builder = new StringBuilder(text.Length + 16).Append(text, 0, first);
        for (var i = first; i < text.Length; i++)
        {
            if (IsUnsafe(text, i)) builder.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:X4}");
            else builder.Append(text[i]);
        }
        return builder.ToString();
    }

    /// <summary>The escaped text, at most so many characters of it.</summary>
    public static string Escape(string? text, int maximum)
    {
        if (text is not null && text.Length > maximum) text = string.Concat(text.AsSpan(0, maximum - 1), "…");
        return Escape(text);
    }

    private static int IndexOfUnsafe(string text, int start)
    {
        for (var i = start; i < text.Length; i++)
        {
            if (IsUnsafe(text, i)) return i;
        }
        return -1;
    }

    private static bool IsUnsafe(string text, int index)
    {
        var character = text[index];
        if (character is >= ' ' and <= '~') return false;
        return char.GetUnicodeCategory(character) switch
        {
            UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
            // The zero width joiner belongs to many scripts and emoji; the rest of the class reorders or hides text.
            UnicodeCategory.Format => character is not ('\u200d' or '\u200c'),
            UnicodeCategory.Surrogate => !IsPaired(text, index),
            _ => false,
        };
    }

    private static bool IsPaired(string text, int index) =>
        (char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        || (char.IsLowSurrogate(text[index]) && index > 0 && char.IsHighSurrogate(text[index - 1]));
}
