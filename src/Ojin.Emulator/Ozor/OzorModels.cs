using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Ojin.Emulator;

/// <summary>Whose a key, a video or a plan is.</summary>
public enum OzorOwner
{
    /// <summary>The account of the test key.</summary>
    Own,

    /// <summary>Another account: its objects are 403.</summary>
    Foreign,
}

/// <summary>An API key of an account.</summary>
public sealed class EmulatedApiKey
{
    /// <summary>Its id.</summary>
    public required string KeyId { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The key itself.</summary>
    public required string RawKey { get; init; }

    /// <summary>Whose it is.</summary>
    public required OzorOwner Owner { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its first characters.</summary>
    public string Prefix => RawKey[..Math.Min(12, RawKey.Length)];

    /// <summary>active or revoked.</summary>
    public string Status { get; internal set; } = "active";

    /// <summary>When a request used it last; null for never.</summary>
    public DateTimeOffset? LastUsedAt { get; internal set; }

    /// <summary>Fields (by their names on the wire) that replace or join the real ones in the list.</summary>
    public JsonObject? Overrides { get; set; }
}

/// <summary>What was deducted from a balance.</summary>
/// <param name="Number">1 for the first charge since the start or the last reset.</param>
/// <param name="Owner">Whose balance.</param>
/// <param name="Operation">generate, message, analyze or plan.</param>
/// <param name="ObjectId">The job or the plan that was paid.</param>
/// <param name="Subject">The prompt, the message, or the document's name or address.</param>
/// <param name="Credits">How many.</param>
/// <param name="BalanceAfter">The balance after it.</param>
/// <param name="Request">Sequence number in the request log of the request that asked for the work.</param>
public sealed record EmulatedCharge(int Number, OzorOwner Owner, string Operation, string ObjectId, string Subject, int Credits, int BalanceAfter, long Request);

/// <summary>An image or a video that came along with a prompt or a message.</summary>
/// <param name="Kind">image or video.</param>
/// <param name="Source">base64 when there was a payload, else url.</param>
/// <param name="Url">The URL that was sent, or null.</param>
/// <param name="MimeType">The type that was sent, or null.</param>
/// <param name="Bytes">Size of the payload; null without one.</param>
/// <param name="Md5">MD5 of the payload in hexadecimal digits; null without one.</param>
/// <param name="DurationSec">Seconds of a video, or null.</param>
/// <param name="ThumbnailUrl">The thumbnail of a video, or null.</param>
public sealed record EmulatedAttachment(
    string Kind, string Source, string? Url, string? MimeType, int? Bytes, string? Md5, double? DurationSec, string? ThumbnailUrl);

/// <summary>A video: the project behind jobs and exports.</summary>
public sealed class EmulatedVideo
{
    /// <summary>Its id.</summary>
    public required string VideoId { get; init; }

    /// <summary>Whose it is.</summary>
    public required OzorOwner Owner { get; init; }

    /// <summary>Its whole title; lists shorten it.</summary>
    public required string Title { get; set; }

    /// <summary>16:9 or 9:16.</summary>
    public required string Aspect { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>api, or web for one that was made in the web app and is in no list.</summary>
    public string CreatedVia { get; init; } = "api";

    /// <summary>The plan that it was made from, or null.</summary>
    public string? PlanId { get; init; }

    /// <summary>The conversation with the agent, whose trace can be read.</summary>
    public required string ConversationId { get; set; }

    /// <summary>Grows with every change of the content: exports of one revision are identical.</summary>
    public int Revision { get; internal set; }

    /// <summary>A render has completed.</summary>
    public bool Rendered { get; internal set; }

    /// <summary>The export that reading the video shows; null until there is one.</summary>
    public string? ShownExportId { get; internal set; }

    /// <summary>The agent's turns in the conversation, as on the wire.</summary>
    public JsonArray Trace { get; set; } = [];

    /// <summary>Fields (by their names on the wire) that replace or join the real ones in every answer.</summary>
    public JsonObject? Overrides { get; set; }

    [JsonIgnore]
    internal long Order { get; init; }
}

/// <summary>A plan: a document on its way to a video.</summary>
public sealed class EmulatedPlan
{
    /// <summary>Its id.</summary>
    public required string PlanId { get; init; }

    /// <summary>Whose it is.</summary>
    public required OzorOwner Owner { get; init; }

    /// <summary>Name of the file that was sent; null for a URL.</summary>
    public string? FileName { get; init; }

    /// <summary>pdf, pptx, docx or url.</summary>
    public string FileType { get; init; } = "pdf";

    /// <summary>The address that was analyzed; null for a file.</summary>
    public string? SourceUrl { get; init; }

    /// <summary>Size of the file in bytes; null for a URL.</summary>
    public long? FileBytes { get; init; }

    /// <summary>MD5 of the file in hexadecimal digits; null for a URL.</summary>
    public string? FileMd5 { get; init; }

    /// <summary>The guidance that was sent, or null.</summary>
    public string? Prompt { get; init; }

    /// <summary>Seconds that the video is to last.</summary>
    public int TargetDurationSec { get; init; } = 30;

    /// <summary>16:9 or 9:16.</summary>
    public string AspectRatio { get; init; } = "16:9";

    /// <summary>draft, generating, generated or failed.</summary>
    public string Status { get; set; } = "draft";

    /// <summary>The document's language.</summary>
    public string Language { get; init; } = "en";

    /// <summary>The scenes as on the wire; an image has its storagePath only.</summary>
    public required JsonArray Scenes { get; set; }

    /// <summary>The voice settings that were sent last, or null; no answer shows them.</summary>
    public JsonObject? VoiceSettings { get; set; }

    /// <summary>The video that was made of it, or null.</summary>
    public string? ProjectId { get; set; }

    /// <summary>Why it failed, or null.</summary>
    public string? Error { get; set; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Fields (by their names on the wire) that replace or join the real ones in every answer.</summary>
    public JsonObject? Overrides { get; set; }

    /// <summary>floor(scenes with voiceover / 2).</summary>
    public int CreditsCost => VoicedScenes / 2;

    internal int VoicedScenes => Scenes.Count(scene => scene!["voiceoverText"]!.GetValue<string>().Trim().Length > 0);

    /// <summary>The paths of the images in its scenes.</summary>
    internal IEnumerable<string> ImagePaths =>
        from scene in Scenes
        from image in scene!["imageRefs"]?.AsArray() ?? []
        select image!["storagePath"]!.GetValue<string>();
}
