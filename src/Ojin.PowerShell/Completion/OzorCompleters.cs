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

/// <summary>Ids of the API keys that are not revoked, with the name as a hint; the beginning of a name finds them too.</summary>
internal sealed class ApiKeyIdCompleter : OzorCompleter
{
    private protected override async Task<IReadOnlyList<Candidate>> FetchAsync(OzorClient client, CancellationToken cancellationToken) =>
        [.. (await client.ListApiKeysAsync(cancellationToken).ConfigureAwait(false)).Where(key => key.Status != "revoked").Select(key => new Candidate(key.KeyId, key.Name, $"{key.Name} ({key.Prefix}…, {key.Status})"))];
}

/// <summary>Voices, with how they sound as a hint; those of the contract where the service cannot be asked.</summary>
internal sealed class VoiceIdCompleter : OzorCompleter
{
    /// <inheritdoc/>
    protected override IReadOnlyList<Candidate> Fallback { get; } =
    [
        new("aria", null, "Aria, female: Clear, precise"),
        new("nova", null, "Nova, female: Warm, natural"),
        new("felix", null, "Felix, male: Playful, upbeat"),
        new("marcus", null, "Marcus, male: Neutral, professional"),
        new("thor", null, "Thor, male: Deep, authoritative"),
        new("luna", null, "Luna, female: Soft, calm"),
        new("owen", null, "Owen, male: Steady, trustworthy"),
        new("sky", null, "Sky, neutral: Light, friendly"),
    ];

    private protected override async Task<IReadOnlyList<Candidate>> FetchAsync(OzorClient client, CancellationToken cancellationToken) =>
        [.. (await client.ListVoicesAsync(cancellationToken).ConfigureAwait(false)).Select(voice => new Candidate(voice.VoiceId, null, $"{voice.Label}, {voice.Gender}: {voice.Character}"))];
}
