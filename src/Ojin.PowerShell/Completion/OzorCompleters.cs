using Ojin.Http;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Completion;

/// <summary>Completes from Ozor.</summary>
internal abstract class OzorCompleter : ServiceCompleter
{
    /// <inheritdoc/>
    protected sealed override ServiceSession SessionOf(object? given) => SessionStore.ResolveOzor(given as OzorSession);

    /// <inheritdoc/>
    protected sealed override Task<IReadOnlyList<Candidate>> FetchAsync(HttpTransport transport, ServiceSession session, CancellationToken cancellationToken) =>
        FetchAsync(new OzorClient(transport, (OzorSession)session), cancellationToken);

    /// <summary>Reads the candidates.</summary>
    private protected abstract Task<IReadOnlyList<Candidate>> FetchAsync(OzorClient client, CancellationToken cancellationToken);
}

/// <summary>Video ids, the newest first, with the title as a hint; the beginning of a title finds them too.</summary>
internal sealed class VideoIdCompleter : OzorCompleter
{
    private protected override async Task<IReadOnlyList<Candidate>> FetchAsync(OzorClient client, CancellationToken cancellationToken) =>
        [.. (await client.ListVideosAsync(OzorClient.MaximumVideos, cancellationToken).ConfigureAwait(false))
            .Select(video => new Candidate(video.VideoId, video.Title, $"{video.Title} ({video.Status})"))];
}
