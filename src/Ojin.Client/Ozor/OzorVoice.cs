using System.Text.Json.Serialization;
using Ojin.Json;

namespace Ojin;

/// <summary>A voice that can speak a film (<c>GET /api/v1/documents/voices</c>).</summary>
public sealed class OzorVoice : ServiceObject
{
    /// <summary>The id, as <c>Set-OzorPlan -VoiceId</c> takes it.</summary>
    [JsonPropertyName("id")]
    [JsonRequired]
    public string VoiceId { get; set; } = "";

    /// <summary>The name to show.</summary>
    public string Label { get; set; } = "";

    /// <summary><c>female</c>, <c>male</c> or <c>neutral</c>.</summary>
    public string Gender { get; set; } = "";

    /// <summary>How it sounds, in a few words.</summary>
    public string Character { get; set; } = "";

    /// <inheritdoc/>
    public override string ToString() => VoiceId;
}

/// <summary>Answer of <c>GET /api/v1/documents/voices</c>.</summary>
internal sealed class OzorVoiceList
{
    [JsonRequired]
    public OzorVoice[] Voices { get; set => field = value ?? []; } = [];
}
