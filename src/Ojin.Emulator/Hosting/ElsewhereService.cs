namespace Ojin.Emulator;

/// <summary>A foreign origin: whatever arrives here was led astray.</summary>
internal sealed class ElsewhereService : IEmulatedService
{
    public string Name => "elsewhere";

    public async Task HandleAsync(HttpContext context)
    {
        await FaultRunner.DrainAsync(context);
        foreach (var header in (string[])["X-API-Key", "Authorization", "Cookie"])
        {
            if (context.Request.Headers.ContainsKey(header))
                Wire.Violation(context, Wire.StrayCredential, $"The header '{header}' reached a foreign origin.");
        }

        await Wire.WriteBytesAsync(context, 200, """{"elsewhere":true}"""u8.ToArray());
    }

    public Task WriteRefusalAsync(HttpContext context, RefusalException refusal) => Task.CompletedTask;

    public Task HandleControlAsync(HttpContext context, IReadOnlyList<string> path) => throw Wire.NoSuchControl(context);

    public void Reset()
    {
    }
}
