using System.Text.Json.Serialization;
using Ojin.Json;

namespace Ojin;

/// <summary>
/// A job of Ozor's agent, which makes a video or changes one (answer of generate and message, and of
/// <c>GET /api/v1/videos/{videoId}/jobs/{jobId}</c>). It costs 1 credit when it succeeds and nothing when it fails.
/// </summary>
public sealed class OzorJob : ServiceObject
{
    /// <summary>The video that the agent works on.</summary>
    [JsonRequired]
    public string VideoId { get; set; } = "";

    /// <summary>The id of the job; it is known together with its video only.</summary>
    [JsonRequired]
    public string JobId { get; set; } = "";

    /// <summary>
    /// The state, word for word: <c>pending</c> or <c>queued</c> (the same), <c>processing</c>, <c>completed</c> or
    /// <c>failed</c>.
    /// </summary>
    public string Status { get; set; } = "";

    /// <summary>What the agent replied; null until the job is completed.</summary>
    public string? Response { get; set; }

    /// <summary>Why the job failed; null where it did not.</summary>
    public string? Error { get; set; }

    /// <summary>When the job was created; null in the answers of generate and message.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <inheritdoc/>
    public override string ToString() => JobId;
}
