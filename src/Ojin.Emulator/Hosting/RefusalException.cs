using System.Text.Json.Nodes;

namespace Ojin.Emulator;

/// <summary>A request that the service refuses; each service writes it in its own error shape.</summary>
internal sealed class RefusalException : Exception
{
    public RefusalException(int status, string code, string message, JsonObject? details = null)
        : base(message)
    {
        Status = status;
        Code = code;
        Details = details;
    }

    public int Status { get; }

    public string Code { get; }

    public JsonObject? Details { get; }

    /// <summary>Headers that the answer carries beside the body (Allow, Retry-After).</summary>
    public Dictionary<string, string> Headers { get; } = [];
}
