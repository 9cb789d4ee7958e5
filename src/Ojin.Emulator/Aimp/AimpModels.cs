using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ojin.Emulator;

/// <summary>How a list comes wrapped. The contract shows no answer, so a client has to take each of them.</summary>
public enum AimpEnvelope
{
    /// <summary>A bare array.</summary>
    Array,

    /// <summary><c>{"data": [...]}</c></summary>
    Data,

    /// <summary><c>{"count", "next", "previous", "results": [...]}</c></summary>
    Results,

    /// <summary><c>{"items": [...]}</c></summary>
    Items,

    /// <summary><c>{"models": [...]}</c></summary>
    Models,
}

/// <summary>Where the bytes of an upload go.</summary>
public enum AimpUploadTarget
{
    /// <summary>A presigned URL on the storage: no key may reach it.</summary>
    Storage,

    /// <summary>A URL at the gateway's own origin, which wants the key like everything there.</summary>
    Gateway,
}

/// <summary>The shape of an error. The contract has none.</summary>
public enum AimpErrorShape
{
    /// <summary><c>{"detail"}</c></summary>
    Detail,

    /// <summary><c>{"code", "message"}</c></summary>
    Code,

    /// <summary><c>{"error_code", "message"}</c></summary>
    ErrorCode,

    /// <summary><c>{"error"}</c>, a text.</summary>
    Error,

    /// <summary><c>{"error": {"code", "message"}}</c></summary>
    ErrorObject,
}

/// <summary>What the gateway does where its contract is open; all of it can be set while it runs.</summary>
public sealed class AimpOptions
{
    /// <summary>How the list of models comes wrapped.</summary>
    public AimpEnvelope Envelope { get; set; } = AimpEnvelope.Data;

    /// <summary>A next page that the list of models names, in any envelope but the bare array; null for none.</summary>
    public string? NextPage { get; set; }

    /// <summary>A media_ref is an object, with numbers and nesting in it that must come back as they were; else a text.</summary>
    public bool ObjectMediaRefs { get; set; }

    /// <summary>Where the bytes of an upload go.</summary>
    public AimpUploadTarget UploadTo { get; set; }

    /// <summary>upload_url, upload_id and media_ref stand one level down in the answers, in <c>upload</c> and <c>media</c>.</summary>
    public bool NestMediaAnswers { get; set; }

    /// <summary>The shape of an error.</summary>
    public AimpErrorShape ErrorShape { get; set; }

    /// <summary>A status that the next <see cref="RefuseTimes"/> runs are answered with; null for none.</summary>
    public int? RefuseStatus { get; set; }

    /// <summary>How many runs get <see cref="RefuseStatus"/>.</summary>
    public int RefuseTimes { get; set; } = 1;

    /// <summary>A refused run happens nevertheless, and only its answer is lost: what a 502 may mean.</summary>
    public bool RefuseAfterRun { get; set; }

    /// <summary>The Retry-After of a refused run in seconds; null for none.</summary>
    public int? RefuseRetryAfter { get; set; }
}

/// <summary>A published model.</summary>
public sealed class EmulatedModel
{
    /// <summary>Its slug.</summary>
    public required string Slug { get; set; }

    /// <summary>Its other identifier, which a run takes too.</summary>
    public required string ModelId { get; set; }

    /// <summary>The modes that it can be run in.</summary>
    public IReadOnlyList<string> Modes { get; set; } = ["execute"];

    /// <summary>A field of the input that must be a media_ref; null for a model without media.</summary>
    public string? MediaInput { get; set; }

    /// <summary>What its runs put out; null for an echo of the input.</summary>
    public JsonNode? Output { get; set; }

    /// <summary>Fields of its page beside slug, id and modes: title, input contract and whatever else.</summary>
    public JsonObject Page { get; set; } = [];
}

/// <summary>What became of an upload.</summary>
public enum AimpUploadState
{
    /// <summary>Its bytes are awaited.</summary>
    Started,

    /// <summary>It has its media_ref.</summary>
    Completed,
}

/// <summary>An upload of media.</summary>
public sealed class EmulatedMediaUpload
{
    /// <summary>Its id.</summary>
    public required string UploadId { get; init; }

    /// <summary>The file's name as declared.</summary>
    public required string FileName { get; init; }

    /// <summary>The media type as declared.</summary>
    public required string ContentType { get; init; }

    /// <summary>image, audio, video or file.</summary>
    public required string MediaType { get; init; }

    /// <summary>Size in bytes as declared.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>Key of the object in the bucket <see cref="AimpState.Bucket"/>.</summary>
    public required string StorageKey { get; init; }

    /// <summary>What became of it.</summary>
    public AimpUploadState State { get; internal set; }

    /// <summary>The media_ref, or null until it is completed.</summary>
    public JsonNode? MediaRef { get; internal set; }
}

/// <summary>A run that happened (and, with a real gateway, was charged).</summary>
/// <param name="RunId">Its id.</param>
/// <param name="RequestId">The id in the header X-Request-Id of its answer.</param>
/// <param name="Sequence">The number of its request in the log.</param>
/// <param name="Model">The model as it was named.</param>
/// <param name="Mode">The mode that was taken.</param>
/// <param name="Scope">The scope, or null.</param>
/// <param name="Input">The input exactly as it was sent.</param>
/// <param name="Parameters">params exactly as they were sent, or null.</param>
/// <param name="Options">options exactly as they were sent, or null.</param>
public sealed record EmulatedRun(
    string RunId,
    string RequestId,
    long Sequence,
    string Model,
    string Mode,
    string? Scope,
    JsonElement Input,
    JsonElement? Parameters,
    JsonElement? Options);
