using Ojin.Http;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Completion;

/// <summary>Completes from the Ojin REST API.</summary>
internal abstract class OjinCompleter : ServiceCompleter
{
    /// <summary>One page is what a completion may cost.</summary>
    private protected static readonly PageRange OnePage = new() { First = 100 };

    /// <inheritdoc/>
    protected sealed override ServiceSession SessionOf(object? given) => SessionStore.ResolveOjin(given as OjinSession);

    /// <inheritdoc/>
    protected sealed override Task<IReadOnlyList<Candidate>> FetchAsync(HttpTransport transport, ServiceSession session, CancellationToken cancellationToken) =>
        FetchAsync(new OjinClient(transport, (OjinSession)session), cancellationToken);

    /// <summary>Reads the candidates.</summary>
    private protected abstract Task<IReadOnlyList<Candidate>> FetchAsync(OjinClient client, CancellationToken cancellationToken);

    /// <summary>Each text once, in the order it came.</summary>
    private protected static async Task<IReadOnlyList<Candidate>> DistinctAsync(Task<IReadOnlyList<Candidate>> reading) =>
        [.. (await reading.ConfigureAwait(false)).DistinctBy(candidate => candidate.Text)];
}

/// <summary>Variant ids, with the title as a hint.</summary>
internal sealed class ModelVariantIdCompleter : OjinCompleter
{
    private protected override Task<IReadOnlyList<Candidate>> FetchAsync(OjinClient client, CancellationToken cancellationToken) => TakeAsync(
        client.ListModelVariantsAsync(null, null, null, false, OnePage, cancellationToken),
        variant => new Candidate(variant.ModelVariantId, null, $"{variant.Title} ({variant.Status})"),
        cancellationToken);
}

/// <summary>Model ids, as the variants name them.</summary>
internal sealed class ModelIdCompleter : OjinCompleter
{
    private protected override Task<IReadOnlyList<Candidate>> FetchAsync(OjinClient client, CancellationToken cancellationToken) => DistinctAsync(TakeAsync(
        client.ListModelVariantsAsync(null, null, null, false, OnePage, cancellationToken),
        variant => new Candidate(variant.ModelId),
        cancellationToken));
}

/// <summary>Configuration ids, with the title as a hint; the beginning of a title finds them too.</summary>
internal sealed class ModelConfigIdCompleter : OjinCompleter
{
    private protected override Task<IReadOnlyList<Candidate>> FetchAsync(OjinClient client, CancellationToken cancellationToken) => TakeAsync(
        client.ListModelConfigsAsync(null, null, OnePage, cancellationToken),
        config => new Candidate(config.ModelConfigId, config.Title, $"{config.Title} ({config.ModelVariantId})"),
        cancellationToken);
}

/// <summary>Titles of configurations.</summary>
internal sealed class ModelConfigTitleCompleter : OjinCompleter
{
    private protected override Task<IReadOnlyList<Candidate>> FetchAsync(OjinClient client, CancellationToken cancellationToken) => TakeAsync(
        client.ListModelConfigsAsync(null, null, OnePage, cancellationToken),
        config => new Candidate(config.Title, null, config.ModelVariantId),
        cancellationToken);
}

/// <summary>Asset ids, with the name as a hint; the beginning of a name finds them too.</summary>
internal sealed class AssetIdCompleter : OjinCompleter
{
    private protected override Task<IReadOnlyList<Candidate>> FetchAsync(OjinClient client, CancellationToken cancellationToken) => TakeAsync(
        client.ListAssetsAsync(null, null, null, OnePage, cancellationToken),
        asset => new Candidate(asset.AssetId, asset.Name, $"{asset.Name} ({asset.ContentType})"),
        cancellationToken);
}

/// <summary>Names of assets.</summary>
internal sealed class AssetNameCompleter : OjinCompleter
{
    private protected override Task<IReadOnlyList<Candidate>> FetchAsync(OjinClient client, CancellationToken cancellationToken) => DistinctAsync(TakeAsync(
        client.ListAssetsAsync(null, null, null, OnePage, cancellationToken),
        asset => new Candidate(asset.Name, null, asset.ContentType),
        cancellationToken));
}

/// <summary>Categories: those that the contract names, and those that were seen.</summary>
internal sealed class AssetCategoryCompleter : OjinCompleter
{
    /// <inheritdoc/>
    protected override IReadOnlyList<Candidate> Fallback { get; } = [new("image"), new("video"), new("weight")];

    private protected override async Task<IReadOnlyList<Candidate>> FetchAsync(OjinClient client, CancellationToken cancellationToken) =>
        [.. Fallback.Concat(await TakeAsync(
            client.ListAssetsAsync(null, null, null, OnePage, cancellationToken),
            asset => new Candidate(asset.Category),
            cancellationToken).ConfigureAwait(false)).DistinctBy(candidate => candidate.Text)];
}
