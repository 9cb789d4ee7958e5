namespace Ojin.Http;

/// <summary>
/// Address and credentials of one service. The key is inside and comes out of no property, so no export, no view and
/// no serialization of a session has it.
/// </summary>
public abstract class ServiceSession
{
    private protected ServiceSession(OjinService service, ServiceAddress address, string source)
    {
        Service = service;
        Address = address;
        Source = source;
    }

    /// <summary>The service.</summary>
    public OjinService Service { get; }

    /// <summary>The base address, with a slash at the end.</summary>
    public Uri BaseUri => Address.BaseUri;

    /// <summary>The first letters of the key; null where there is none.</summary>
    public abstract string? KeyHint { get; }

    /// <summary>Where it comes from: the cmdlet that made it, or the environment.</summary>
    public string Source { get; }

    internal ServiceAddress Address { get; }

    /// <summary>What must not appear in any text.</summary>
    internal abstract IEnumerable<string> Secrets { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Service} at {BaseUri}";
}
