namespace Ojin.Emulator;

/// <summary>State of Ozor.</summary>
public sealed class OzorState
{
    private readonly EmulatorHost _host;

    internal OzorState(EmulatorHost host)
    {
        _host = host;
        Reset();
    }

    internal EmulatorHost Host => _host;

    internal void Reset() => _ = _host;
}
