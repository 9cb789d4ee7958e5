namespace Ojin.Emulator;

/// <summary>Ozor, as its contract describes it.</summary>
internal sealed class OzorService(OzorState state) : IEmulatedService
{
    public string Name => "ozor";

    public Task HandleAsync(HttpContext context) =>
        throw new RefusalException(404, "not_found", "There is no operation at " + Wire.RawPath(context));

    public Task WriteRefusalAsync(HttpContext context, RefusalException refusal) =>
        Wire.WriteJsonAsync(context, refusal.Status, new Dictionary<string, string> { ["detail"] = refusal.Message });

    public Task HandleControlAsync(HttpContext context, IReadOnlyList<string> path) => throw Wire.NoSuchControl(context);

    public void Reset() => state.Reset();
}
