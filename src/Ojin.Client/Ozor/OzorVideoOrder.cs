using System.Globalization;
using Ojin.Http;

namespace Ojin;

/// <summary>What a video is to be made from (parameters of <c>POST /api/v1/videos/generate</c>).</summary>
public sealed class OzorVideoOrder
{
    /// <summary>The longest prompt and the longest message, in characters.</summary>
    public const int MaximumTextLength = 2000;

    /// <summary>What the film is to be about, 1 to 2000 characters.</summary>
    public required string Prompt { get; init; }

    /// <summary><c>16:9</c> or <c>9:16</c>; null for the service's own choice, <c>16:9</c>.</summary>
    public string? Aspect { get; init; }

    /// <summary>Whether an MP4 file is rendered when the agent has finished.</summary>
    public bool Export { get; init; }

    /// <summary><c>720p</c>, <c>1080p</c> or <c>4k</c>, for the export; null for the service's own choice, <c>720p</c>.</summary>
    public string? ExportQuality { get; init; }

    /// <summary>Whether everybody can see the exported film, for good; null for the service's own choice, false.</summary>
    public bool? ExportIsPublic { get; init; }

    /// <summary>Pictures and films that go along.</summary>
    public IReadOnlyList<OzorMedia> Media { get; init; } = [];

    /// <summary>Checks what the contract says about lengths, words and what belongs together.</summary>
    /// <exception cref="OjinException">It would be refused.</exception>
    public void Check()
    {
        CheckText(Prompt, "prompt");
        OzorWords.Check(Aspect, OzorWords.Aspects, "aspect ratio");
        OzorWords.Check(ExportQuality, OzorWords.Qualities, "quality");
        if (!Export && (ExportQuality is not null || ExportIsPublic is true))
        {
            throw OjinException.Argument($"{(ExportQuality is not null ? "A quality" : "Whether it is public")} is given for an export, and no export is asked for.", "Give -Export too, or leave -ExportQuality and -ExportPublic out. Nothing was sent.");
        }
    }

    // The contract counts characters: a letter beyond the basic plane is one, though .NET has two for it.
    internal static void CheckText(string? text, string what)
    {
        OjinId.Text(text, what);
        var length = text!.Length <= MaximumTextLength ? text.Length : text.EnumerateRunes().Count();
        if (length <= MaximumTextLength) return;
        throw OjinException.Argument(
            string.Create(CultureInfo.InvariantCulture, $"The {what} has {length} characters; the service takes 1 to {MaximumTextLength}."),
            $"Give a shorter {what}. Nothing was sent.");
    }
}

/// <summary>Body of <c>POST /api/v1/videos/generate</c>, without the attachments.</summary>
internal sealed record OzorVideoRequest(string Prompt, string? Aspect, bool? Export, string? ExportQuality, bool? ExportIsPublic);

/// <summary>Body of <c>POST /api/v1/videos/{videoId}/message</c>, without the attachments.</summary>
internal sealed record OzorMessageRequest(string Message);
