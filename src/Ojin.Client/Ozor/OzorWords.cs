using Ojin.Http;

namespace Ojin;

/// <summary>The words that the contract gives to choose from.</summary>
internal static class OzorWords
{
    public static IReadOnlyList<string> Aspects { get; } = ["16:9", "9:16"];

    public static IReadOnlyList<string> Qualities { get; } = ["720p", "1080p", "4k"];

    /// <summary>Checks a word before any request; null leaves the choice to the service.</summary>
    /// <exception cref="OjinException">It is none of the words.</exception>
    public static void Check(string? word, IReadOnlyList<string> words, string what)
    {
        if (word is null || words.Contains(word)) return;
        throw OjinException.Argument($"'{TextForDisplay.Escape(word, 100)}' is no {what}.", $"Give one of {string.Join(", ", words)}. Nothing was sent.");
    }
}
