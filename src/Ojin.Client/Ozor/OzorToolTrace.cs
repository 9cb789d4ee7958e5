using System.Text.Json;
using System.Text.Json.Serialization;
using Ojin.Json;

namespace Ojin;

/// <summary>
/// The tools that the agent used in a conversation, in the order of time
/// (<c>GET /api/v1/videos/{videoId}/conversations/{conversationId}/tool-trace</c>).
/// </summary>
public sealed class OzorToolTrace : ServiceObject
{
    /// <summary>The video.</summary>
    [JsonRequired]
    public string VideoId { get; set; } = "";

    /// <summary>The conversation.</summary>
    [JsonRequired]
    public string ConversationId { get; set; } = "";

    /// <summary>How many turns the agent took.</summary>
    public int TotalAssistantTurns { get; set; }

    /// <summary>How many tools it called.</summary>
    public int TotalToolCalls { get; set; }

    /// <summary>The agent's messages.</summary>
    public IReadOnlyList<OzorToolMessage> Messages { get; set; } = [];

    /// <inheritdoc/>
    public override string ToString() => ConversationId;
}

/// <summary>One message of the agent, with the tools that it called.</summary>
public sealed class OzorToolMessage : ServiceObject
{
    /// <summary>The id.</summary>
    public string MessageId { get; set; } = "";

    /// <summary>When it was written.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>The beginning of its text.</summary>
    public string TextPreview { get; set; } = "";

    /// <summary>The tools that it called.</summary>
    public IReadOnlyList<OzorToolCall> ToolCalls { get; set; } = [];

    /// <inheritdoc/>
    public override string ToString() => TextPreview;
}

/// <summary>One call of a tool.</summary>
public sealed class OzorToolCall : ServiceObject
{
    /// <summary>The tool's name, such as <c>create_scene</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>What the tool was given, as it came; the contract gives it no shape.</summary>
    [JsonConverter(typeof(FreeFormConverter))]
    public object? Args { get; set; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>A value whose shape no contract gives.</summary>
internal sealed class FreeFormConverter : JsonConverter<object?>
{
    public override bool HandleNull => true;

    public override object? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => FreeForm.Read(ref reader);

    public override void Write(Utf8JsonWriter writer, object? value, JsonSerializerOptions options) => FreeForm.Write(writer, value);
}
