namespace Ojin.Emulator;

/// <summary>State of Aimp.</summary>
public sealed class AimpState
{
    private readonly EmulatorHost _host;

    internal AimpState(EmulatorHost host)
    {
        _host = host;
        Reset();
    }

    internal EmulatorHost Host => _host;

    internal void Reset() => _ = _host;
}
