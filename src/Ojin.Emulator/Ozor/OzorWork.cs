using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Ojin.Emulator;

/// <summary>Something that goes on by itself, step by step, or is advanced by hand.</summary>
public abstract class OzorWork
{
    /// <summary>Sequence number in the request log of the request that asked for it.</summary>
    public required long Request { get; init; }

    /// <summary>Whether it waits to be advanced; null follows the options.</summary>
    public bool? Manual { get; set; }

    /// <summary>Whether it has come to its end.</summary>
    public bool Finished { get; internal set; }

    /// <summary>Milliseconds until its next step; for one that isn't finished.</summary>
    [JsonIgnore]
    internal abstract int NextMs { get; }

    [JsonIgnore]
    internal int Steps { get; set; }

    /// <summary>What is set when somebody changed it or how it goes on.</summary>
    [JsonIgnore]
    internal TaskCompletionSource Signal { get; set; } = NewSignal();

    internal static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>A job of the agent: a prompt or a message.</summary>
public sealed class EmulatedJob : OzorWork
{
    /// <summary>Its id.</summary>
    public required string JobId { get; init; }

    /// <summary>The video that it works on.</summary>
    public required string VideoId { get; init; }

    /// <summary>generate or message.</summary>
    public required string Operation { get; init; }

    /// <summary>The prompt or the message.</summary>
    public required string Text { get; init; }

    /// <summary>What came along.</summary>
    public IReadOnlyList<EmulatedAttachment> Attachments { get; init; } = [];

    /// <summary>Whether a render follows.</summary>
    public bool Export { get; init; }

    /// <summary>Quality of the render that follows.</summary>
    public string ExportQuality { get; init; } = "720p";

    /// <summary>Whether the render that follows is public.</summary>
    public bool ExportIsPublic { get; init; }

    /// <summary>queued, processing, completed or failed.</summary>
    public string Status { get; internal set; } = "queued";

    /// <summary>How long it is queued, in milliseconds.</summary>
    public int QueuedMs { get; set; }

    /// <summary>How long it is processing, in milliseconds.</summary>
    public int ProcessingMs { get; set; }

    /// <summary>What it will say when it fails; null when it will complete.</summary>
    public string? Error { get; set; }

    /// <summary>What it will say when it completes.</summary>
    public string Response { get; set; } = "";

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Fields (by their names on the wire) that replace or join the real ones in every answer.</summary>
    public JsonObject? Overrides { get; set; }

    internal override int NextMs => Status == "queued" ? QueuedMs : ProcessingMs;
}

/// <summary>A render of a video.</summary>
public sealed class EmulatedExport : OzorWork
{
    /// <summary>Its id.</summary>
    public required string ExportId { get; init; }

    /// <summary>The video that it renders.</summary>
    public required string VideoId { get; init; }

    /// <summary>The revision of the content that it renders.</summary>
    public required int Revision { get; init; }

    /// <summary>720p, 1080p or 4k.</summary>
    public required string Quality { get; init; }

    /// <summary>Whether it gets a permanent public URL.</summary>
    public required bool IsPublic { get; init; }

    /// <summary>Handle of a public one; else null.</summary>
    public string? ShareCode { get; init; }

    /// <summary>queued, processing, complete or failed.</summary>
    public string Status { get; internal set; } = "queued";

    /// <summary>Whether it is its turn: until then reading the video shows the one before.</summary>
    public bool Shown { get; internal set; } = true;

    /// <summary>How long the one before is shown, in milliseconds.</summary>
    public int FormerMs { get; set; }

    /// <summary>How long it is queued, in milliseconds.</summary>
    public int QueuedMs { get; set; }

    /// <summary>How long it is processing, in milliseconds.</summary>
    public int ProcessingMs { get; set; }

    /// <summary>What it will say when it fails; null when it will complete.</summary>
    public string? Error { get; set; }

    /// <summary>The bucket of its files on the storage.</summary>
    public required string Bucket { get; init; }

    /// <summary>Key of the MP4 in that bucket.</summary>
    public string VideoKey => $"{VideoId}/{ExportId}/video.mp4";

    /// <summary>Key of the thumbnail in that bucket.</summary>
    public string ThumbnailKey => $"{VideoId}/{ExportId}/thumb.jpg";

    /// <summary>Fields (by their names on the wire) that replace or join the real ones in every answer.</summary>
    public JsonObject? Overrides { get; set; }

    internal override int NextMs => !Shown ? FormerMs : Status == "queued" ? QueuedMs : ProcessingMs;
}

/// <summary>The generation of a plan's video, with the stream that tells of it.</summary>
public sealed class EmulatedGeneration : OzorWork
{
    /// <summary>The plan.</summary>
    public required string PlanId { get; init; }

    /// <summary>The video to be.</summary>
    public required string ProjectId { get; init; }

    /// <summary>What it costs when it succeeds.</summary>
    public required int Credits { get; init; }

    /// <summary>Why it will fail; null when it will succeed.</summary>
    public string? Error { get; set; }

    /// <summary>Whether the plan stays in generating for good.</summary>
    public required bool LeaveGenerating { get; init; }

    /// <summary>Milliseconds before each event.</summary>
    public int EventMs { get; set; }

    /// <summary>How many events have been emitted.</summary>
    public int Emitted => Steps;

    /// <summary>The events as they go over the wire, each with its empty line.</summary>
    public required IReadOnlyList<string> Events { get; init; }

    internal override int NextMs => EventMs;
}
