using System.Security;
using System.Text.Json.Serialization;
using Ojin.Json;

namespace Ojin;

/// <summary>A started agent session: what a WebRTC client needs to join its room.</summary>
public sealed class AgentSession : ServiceObject
{
    /// <summary>Unique identifier of the session.</summary>
    public required string SessionId { get; init; }

    /// <summary>The agent that was asked for.</summary>
    [JsonIgnore]
    public string AgentId { get; internal set; } = "";

    /// <summary>The address of the WebRTC room.</summary>
    public required Uri RoomUrl { get; init; }

    /// <summary>
    /// The token that lets its holder into the room. A secret: <c>ConvertFrom-SecureString -AsPlainText</c> shows it.
    /// </summary>
    [JsonConverter(typeof(SecureStringConverter))]
    public required SecureString Token { get; init; }
}

internal sealed record AgentConnectRequest(string AgentId, string? ClientUserRef);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AgentSession))]
[JsonSerializable(typeof(AgentConnectRequest))]
internal sealed partial class AgentsJson : JsonSerializerContext;
