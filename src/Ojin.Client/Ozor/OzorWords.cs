namespace Ojin;

/// <summary>The words that the contract gives to choose from.</summary>
internal static class OzorWords
{
    public static IReadOnlyList<string> Aspects { get; } = ["16:9", "9:16"];

    public static IReadOnlyList<string> Qualities { get; } = ["720p", "1080p", "4k"];
}
