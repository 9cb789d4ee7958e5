using Ojin.Http;
using Ojin.Json;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Completion;

/// <summary>
/// Slugs of the gateway's models. No contract gives the fields of a model; what goes into <c>/models/{slug}</c> is taken
/// to stand in a field of that name, and what a person reads in title or name.
/// </summary>
internal sealed class AimpModelCompleter : ServiceCompleter
{
    /// <inheritdoc/>
    protected override ServiceSession SessionOf(object? given) => SessionStore.ResolveAimp(given as AimpSession);

    /// <inheritdoc/>
    protected override async Task<IReadOnlyList<Candidate>> FetchAsync(HttpTransport transport, ServiceSession session, CancellationToken cancellationToken)
    {
        var answer = await new AimpClient(transport, (AimpSession)session).ListModelsAsync(cancellationToken).ConfigureAwait(false);
        return [.. (FreeFormList.ItemsOf(answer) ?? []).OfType<JsonMap>().Where(model => Text(model, "slug") is not null).Select(model => Made(model, Text(model, "slug")!))];
    }

    private static Candidate Made(JsonMap model, string slug) => new(slug, null, Text(model, "title") ?? Text(model, "name"));

    private static string? Text(JsonMap model, string name) => model.TryGetValue(name, out var value) ? value as string : null;
}
