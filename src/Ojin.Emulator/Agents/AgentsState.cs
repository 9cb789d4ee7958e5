namespace Ojin.Emulator;

/// <summary>State of the agents service.</summary>
public sealed class AgentsState
{
    private readonly EmulatorHost _host;

    internal AgentsState(EmulatorHost host)
    {
        _host = host;
        Reset();
    }

    internal void Reset() => _ = _host;
}
