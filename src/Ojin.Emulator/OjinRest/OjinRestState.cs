namespace Ojin.Emulator;

/// <summary>State of the ojin service.</summary>
public sealed class OjinRestState
{
    private readonly EmulatorHost _host;

    internal OjinRestState(EmulatorHost host)
    {
        _host = host;
        Reset();
    }

    internal void Reset() => _ = _host;
}
