using System.Globalization;
using Ojin.Http;

namespace Ojin.Transfer;

/// <summary>
/// Saves what is behind a presigned URL: large files in ranges side by side, into a file beside the target that takes
/// its place when all is there and checked. What came of a download that did not end is used by the next one.
/// </summary>
public sealed class RangedDownload
{
    private const int MaximumChanges = 3;
    private const int MaximumFetches = 2;

    private readonly HttpTransport transport;
    private readonly DownloadOptions options;

    /// <summary>Creates a download.</summary>
    public RangedDownload(HttpTransport transport, DownloadOptions options)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(options);
        this.transport = transport;
        this.options = options;
    }

    /// <summary>Saves a file.</summary>
    /// <param name="source">Asks the service where the bytes are; asked again when the URL has expired.</param>
    /// <param name="target">Where they go.</param>
    /// <param name="cancellationToken">Stops it; the same call goes on later.</param>
    /// <exception cref="OjinException">The target cannot be written, the bytes arrived wrong, or any refusal.</exception>
    public Task<SavedFile> SaveAsync(Func<CancellationToken, Task<DownloadSource>> source, DownloadTarget target, CancellationToken cancellationToken) => SaveAsync(source, target, null, cancellationToken);

    /// <inheritdoc cref="SaveAsync(Func{CancellationToken, Task{DownloadSource}}, DownloadTarget, CancellationToken)"/>
    /// <param name="source">Asks the service where the bytes are; asked again when the URL has expired.</param>
    /// <param name="target">Where they go.</param>
    /// <param name="ticket">The file's place among the files of the call.</param>
    /// <param name="cancellationToken">Stops it; the same call goes on later.</param>
    public async Task<SavedFile> SaveAsync(Func<CancellationToken, Task<DownloadSource>> source, DownloadTarget target, TransferTicket? ticket, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        var first = await source(cancellationToken).ConfigureAwait(false);
        var path = target.FileFor(first.Name);
        using var partial = PartialFile.Open(path, target.Overwrite);
        using var item = options.Progress?.Begin(Path.GetFileName(path), first.SizeBytes, 0);
        var name = Path.GetFileName(path);
        try
        {
            var saved = await FetchAsync(source, first, name, path, partial, item, ticket, cancellationToken).ConfigureAwait(false);
            await partial.CompleteAsync(target.Overwrite).ConfigureAwait(false);
            transport.Trace($"{name}: {(saved.IsVerified ? "verified: " : "")}{saved.Verdict}");
            return saved;
        }
        catch (OjinException wrong) when (wrong.Code == ErrorCodes.IntegrityFailed)
        {
            partial.Discard();
            throw;
        }
        finally
        {
            await partial.SuspendAsync().ConfigureAwait(false);
        }
    }

    private async Task<SavedFile> FetchAsync(Func<CancellationToken, Task<DownloadSource>> source, DownloadSource first, string name, string path, PartialFile partial, ITransferItem? item, TransferTicket? ticket, CancellationToken cancellationToken)
    {
        var current = first;
        var changes = 0;
        var trustsETag = true;
        DownloadVerdict? before = null;
        for (var fetches = 1; ;)
        {
            using var fetch = new DownloadFetch(transport, options, source, current, trustsETag, name, partial, item, ticket);
            try
            {
                await fetch.RunAsync(resume: before is null, cancellationToken).ConfigureAwait(false);
            }
            catch (ObjectChangedException) when (++changes <= MaximumChanges)
            {
                fetch.TakeBack();
                partial.Track(null);
                var anew = await source(cancellationToken).ConfigureAwait(false);
                // The same ETag again: the service's word for it and the storage's are not the same, and the storage's counts.
                trustsETag = anew.ETag is null || current.ETag is null || !ETags.Same(anew.ETag, current.ETag);
                current = anew;
                transport.Trace($"{name}: it changed meanwhile; starting over");
                continue;
            }
            catch (ObjectChangedException)
            {
                throw new OjinException(ErrorCodes.FileChanged, $"{LocalFile.Shown(name)} changed on the server again and again while it was fetched.", "Run the command again when nobody writes to it.") { Service = OjinService.Storage };
            }
            var verdict = await fetch.VerifyAsync(cancellationToken).ConfigureAwait(false);
            if (verdict.IsVerified || verdict.IsInconclusive) return Saved(verdict);
            if (before is not null && before.Digest == verdict.Digest && !verdict.IsCertain)
            {
                return Saved(verdict with { Text = "not verifiable: the parts behind the ETag have another size than any usual one; fetched twice, with the same bytes" });
            }
            if (++fetches > MaximumFetches)
            {
                throw new OjinException(ErrorCodes.IntegrityFailed, $"{LocalFile.Shown(name)} arrived with other bytes than its ETag stands for, {MaximumFetches} times. Nothing was kept.", "Something on the way changes data: a proxy, a disk or memory. Run the command again.") { Service = OjinService.Storage };
            }
            transport.Trace($"{name}: the bytes are not those of its ETag; fetching it once more");
            before = verdict;
            fetch.TakeBack();
            partial.Track(null);
            current = fetch.Source;

            SavedFile Saved(DownloadVerdict last) => new(path, fetch.Size, last.IsVerified, last.Text);
        }
    }
}

/// <summary>What came of the check.</summary>
/// <param name="IsVerified">The bytes are those behind the ETag.</param>
/// <param name="IsInconclusive">Nothing can be said.</param>
/// <param name="IsCertain">The bytes are wrong, without a doubt; otherwise the part size may have been guessed wrong.</param>
/// <param name="Digest">Stands for the bytes.</param>
/// <param name="Text">The verdict in words.</param>
internal sealed record DownloadVerdict(bool IsVerified, bool IsInconclusive, bool IsCertain, string Digest, string Text)
{
    public static DownloadVerdict Verified(string text) => new(true, false, true, "", text);

    public static DownloadVerdict NotVerifiable(string why) => new(false, true, false, "", string.Create(CultureInfo.InvariantCulture, $"not verifiable: {why}"));
}

/// <summary>The object behind the URL is no longer the one of which parts are there.</summary>
internal sealed class ObjectChangedException : Exception;
