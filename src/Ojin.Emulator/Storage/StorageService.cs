namespace Ojin.Emulator;

internal sealed class StorageService(StorageState state) : IEmulatedService
{
    public string Name => "storage";

    public Task HandleAsync(HttpContext context) => throw new RefusalException(404, "RESOURCE_NOT_FOUND", "Nothing is here yet.");

    public Task WriteRefusalAsync(HttpContext context, RefusalException refusal) =>
        Wire.WriteJsonAsync(context, refusal.Status, new Dictionary<string, string> { ["code"] = refusal.Code, ["message"] = refusal.Message });

    public Task HandleControlAsync(HttpContext context, IReadOnlyList<string> path) => throw Wire.NoSuchControl(context);

    public void Reset() => state.Reset();
}
