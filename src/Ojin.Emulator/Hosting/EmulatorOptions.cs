namespace Ojin.Emulator;

/// <summary>What an <see cref="EmulatorHost"/> starts with. Ports are 0 (the system chooses) unless given.</summary>
public sealed class EmulatorOptions
{
    /// <summary>The key that the Ojin REST API takes in <c>X-API-Key</c>.</summary>
    public string OjinApiKey { get; set; } = "ojin-test-key";

    /// <summary>The key that Ozor takes in <c>X-API-Key</c>: <c>sk_live_</c> and 32 hexadecimal digits.</summary>
    public string OzorApiKey { get; set; } = "sk_live_0123456789abcdef0123456789abcdef";

    /// <summary>The ID token that Ozor's key management takes as a bearer token.</summary>
    public string FirebaseToken { get; set; } = "firebase-test-token";

    /// <summary>The key that the AIMP gateway takes in <c>X-API-Key</c>.</summary>
    public string AimpApiKey { get; set; } = "aimp-test-key";

    /// <summary>How many assets the organization has at the start (beside what the tests add).</summary>
    public int Assets { get; set; } = 3;

    /// <summary>Milliseconds before each answer of every service.</summary>
    public int LatencyMs { get; set; }

    /// <summary>Bytes a second for each connection and direction; 0 is unlimited.</summary>
    public long BytesPerSecond { get; set; }

    /// <summary>Keep the bodies of storage PUTs in the request log (up to 1 MiB each), not only their length and MD5.</summary>
    public bool RecordBodies { get; set; }

    /// <summary>Port of the Ojin REST API.</summary>
    public int OjinPort { get; set; }

    /// <summary>Port of the storage behind the presigned URLs.</summary>
    public int StoragePort { get; set; }

    /// <summary>Port of the Session API.</summary>
    public int AgentsPort { get; set; }

    /// <summary>Port of Ozor.</summary>
    public int OzorPort { get; set; }

    /// <summary>Port of the AIMP gateway.</summary>
    public int AimpPort { get; set; }

    /// <summary>Port of the foreign origin.</summary>
    public int ElsewherePort { get; set; }

    /// <summary>Port of the control API.</summary>
    public int ControlPort { get; set; }
}
