using System.Text.Json.Serialization;
using Ojin.Json;

namespace Ojin;

/// <summary>What the analysis of a document has come to: the scenes of a film, to look at and to edit before it is rendered.</summary>
public sealed class OzorPlan : ServiceObject
{
    /// <summary>The id.</summary>
    [JsonRequired]
    public string PlanId { get; set; } = "";

    /// <summary>The document's name; null where a web page was analyzed.</summary>
    public string? FileName { get; set; }

    /// <summary>The document's kind, such as <c>pdf</c>; null where the service did not tell.</summary>
    public string? FileType { get; set; }

    /// <summary>The web page that was analyzed; null where it was a document.</summary>
    public string? SourceUrl { get; set; }

    /// <summary><c>16:9</c> or <c>9:16</c>.</summary>
    public string AspectRatio { get; set; } = "";

    /// <summary>The state, word for word. <c>draft</c> and <c>failed</c> can be edited and rendered; the contract also speaks of generating and generated.</summary>
    public string Status { get; set; } = "";

    /// <summary>The document's language, such as <c>en</c>; null where the service did not tell.</summary>
    public string? Language { get; set; }

    /// <summary>How the film is to look; null where the service did not tell.</summary>
    public OzorPlanStyle? Style { get; set; }

    /// <summary>The scenes, in order. Change, add, drop and reorder them as you like: they reach the service with <c>Set-OzorPlan -Scene</c>.</summary>
    public List<OzorScene> Scenes { get; set => field = value ?? []; } = [];

    /// <summary>The video that was made of it, once it is rendered; the id that the video operations take.</summary>
    public string? ProjectId { get; set; }

    /// <summary>Why rendering failed; null where it did not.</summary>
    public string? Error { get; set; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>When it last changed.</summary>
    public DateTimeOffset? UpdatedAt { get; set; }

    /// <summary>What made it, such as <c>api</c>.</summary>
    public string? CreatedVia { get; set; }

    /// <summary>What rendering it will cost in credits, as the service says; null where it did not.</summary>
    public int? CreditsCost { get; set; }

    /// <summary>How many scenes have a voice. Half of them, rounded down, is what rendering costs in credits.</summary>
    public int VoicedScenes => Scenes.Count(scene => scene is { IsVoiced: true });

    /// <summary>What rendering costs, never less than the service says.</summary>
    internal int RenderingCost => Math.Max(VoicedScenes / 2, CreditsCost ?? 0);

    /// <summary>
    /// Whether scenes were edited here and not sent: the service's plan is the one that was read, by its time, and has
    /// other scenes. Without a time nothing can be told.
    /// </summary>
    internal bool HasUnsentEdits(OzorPlan there) =>
        UpdatedAt is not null && UpdatedAt == there.UpdatedAt && !Scenes.Select(TextOf).SequenceEqual(there.Scenes.Select(TextOf), StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => PlanId;

    // The pictures' URLs are signed anew for each answer.
    private static string TextOf(OzorScene? scene) => scene is null ? "" : new JsonMap
    {
        ["title"] = scene.SceneTitle,
        ["prompt"] = scene.ScenePrompt,
        ["voiceover"] = scene.VoiceoverText,
        ["pictures"] = scene.ImageRefs.Select(object? (picture) => picture?.StoragePath).ToArray(),
        ["points"] = scene.KeyPoints.ToArray<object?>(),
    }.ToJson();
}

/// <summary>How a film is to look.</summary>
public sealed class OzorPlanStyle : ServiceObject
{
    /// <summary>Colors, such as <c>#0F172A</c>.</summary>
    public List<string> Colors { get; set => field = value ?? []; } = [];

    /// <summary>Names of fonts.</summary>
    public List<string> Fonts { get; set => field = value ?? []; } = [];

    /// <summary>The tone, such as <c>professional</c>; null where the service did not tell.</summary>
    public string? Tone { get; set; }

    /// <summary>The layout, such as <c>slide</c>; null where the service did not tell.</summary>
    public string? Layout { get; set; }
}

/// <summary>A plan in the object that the operations put around it.</summary>
internal sealed class OzorPlanEnvelope
{
    public OzorPlan? Plan { get; set; }
}

/// <summary>A video that was made of a plan.</summary>
public sealed class OzorPlanResult
{
    internal OzorPlanResult(string planId, string videoId)
    {
        PlanId = planId;
        VideoId = videoId;
    }

    /// <summary>The plan.</summary>
    public string PlanId { get; }

    /// <summary>The video; <c>Start-OzorExport</c> renders it to a file.</summary>
    public string VideoId { get; }

    /// <inheritdoc/>
    public override string ToString() => VideoId;
}

/// <summary>How far a plan's rendering is.</summary>
/// <param name="Step">The step, such as <c>tts</c> or <c>scenes</c>.</param>
/// <param name="Detail">What is done, in the service's words.</param>
/// <param name="Percent">From 0 to 100; null where the service did not tell.</param>
public readonly record struct OzorPlanProgress(string Step, string Detail, int? Percent);
