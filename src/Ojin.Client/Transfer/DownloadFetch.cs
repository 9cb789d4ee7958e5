using System.Buffers;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Ojin.Http;

namespace Ojin.Transfer;

/// <summary>One fetch of one object: all of its parts, or its one stream.</summary>
internal sealed class DownloadFetch : IDisposable
{
    private const int BufferSize = 256 * 1024;
    private const int MaximumExpiries = 4;
    // A part that is hashed for the ETag has to be fetched in one piece.
    private const long LargestRange = 64 * PartSizes.MiB;

    private readonly HttpTransport transport;
    private readonly DownloadOptions options;
    private readonly Func<CancellationToken, Task<DownloadSource>> ask;
    private readonly string name;
    private readonly PartialFile partial;
    private readonly ITransferItem? item;
    private readonly TransferTicket? ticket;
    private readonly SemaphoreSlim refreshing = new(1);
    private DownloadSource source;
    private string? etag;
    private DateTimeOffset? lastModified;
    private bool knowsSize;
    private bool isSizeConfirmed;
    private bool streams;
    private bool besideOthers;
    private long partSize;
    private byte[]?[] md5s = [];
    private long counted;
    private int expiries;

    public DownloadFetch(HttpTransport transport, DownloadOptions options, Func<CancellationToken, Task<DownloadSource>> ask, DownloadSource source, bool trustsETag, string name, PartialFile partial, ITransferItem? item, TransferTicket? ticket)
    {
        this.transport = transport;
        this.options = options;
        this.ask = ask;
        this.source = source;
        this.name = name;
        this.partial = partial;
        this.item = item;
        this.ticket = ticket;
        if (trustsETag) etag = ETags.Strong(source.ETag);
        if (source.SizeBytes is { } size and >= 0) (Size, knowsSize) = (size, true);
    }

    /// <summary>The size in bytes; that of the source until the storage has said more.</summary>
    public long Size { get; private set; }

    /// <summary>Where the bytes came from at last.</summary>
    public DownloadSource Source => source;

    public void Dispose() => refreshing.Dispose();

    /// <summary>Takes the bytes back from the progress, because they have to come again.</summary>
    public void TakeBack()
    {
        item?.Add(-Interlocked.Exchange(ref counted, 0));
    }

    /// <exception cref="ObjectChangedException">The object is another one than before.</exception>
    /// <exception cref="OjinException">Any failure.</exception>
    public async Task RunAsync(bool resume, CancellationToken cancellationToken)
    {
        var kept = resume ? Kept() : null;
        if (kept is not null)
        {
            (etag, Size, knowsSize, isSizeConfirmed, partSize) = (kept.ETag, kept.SizeBytes, true, true, kept.PartSize);
            transport.Trace(string.Create(CultureInfo.InvariantCulture, $"{name}: going on with what an earlier run fetched, {kept.Parts.Count} of {PartSizes.Count(Size, partSize)} parts"));
        }
        else if (knowsSize && Size < options.RangedFrom)
        {
            partSize = Math.Max(1, Size);
            streams = true;
        }
        else
        {
            partSize = RangeSize();
        }
        if (!streams && !(knowsSize && etag is not null))
        {
            // The first range tells what the others must match.
            await InSlotAsync(0, cancellationToken).ConfigureAwait(false);
        }
        if (streams)
        {
            if (md5s is not [not null]) await InSlotAsync(0, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await RangesAsync(kept, cancellationToken).ConfigureAwait(false);
        }
        if (streams) partSize = Math.Max(1, Size);
        if (source.SizeBytes is { } promised && promised != Size) throw WrongSize(Size, promised);
        partial.SetLength(Size);
    }

    /// <summary>Holds the bytes against the ETag.</summary>
    public async Task<DownloadVerdict> VerifyAsync(CancellationToken cancellationToken)
    {
        // The storage's own ETag, when the service has none.
        var bare = etag is null ? (source.ETag is { } told ? ETags.Bare(told) : null) : ETags.Bare(etag);
        if (string.IsNullOrEmpty(bare)) return DownloadVerdict.NotVerifiable("there is no ETag; the size is right");
        var digest = ETags.OfParts([.. md5s.Select(md5 => md5!)]);
        if (ETags.IsMd5(bare))
        {
            var whole = md5s.Length == 1 ? md5s[0]! : (await HashAsync(Math.Max(1, Size), cancellationToken).ConfigureAwait(false))[0];
            return ETags.Same(bare, ETags.Hex(whole)) ? DownloadVerdict.Verified("the MD5 of the bytes is the ETag") : new DownloadVerdict(false, false, true, digest, "the MD5 is another");
        }
        var parts = ETags.PartsOf(bare);
        if (parts == 0) return DownloadVerdict.NotVerifiable("the ETag is no MD5; the size is right");
        var sizes = PartSizes.Likely(Size, parts).ToArray();
        if (sizes.Length == 0) return DownloadVerdict.NotVerifiable(string.Create(CultureInfo.InvariantCulture, $"the ETag stands for {parts} parts, of a size that is not known; the size of the whole is right"));
        foreach (var size in sizes)
        {
            var hashes = size == partSize && md5s.Length == parts ? md5s! : await HashAsync(size, cancellationToken).ConfigureAwait(false);
            if (ETags.Same(bare, ETags.OfParts(hashes!))) return DownloadVerdict.Verified(parts == 1 ? "the MD5 of its one part gives the ETag" : string.Create(CultureInfo.InvariantCulture, $"the MD5s of its {parts} parts of {LocalFile.Shown(size)} give the ETag"));
        }
        return new DownloadVerdict(false, false, IsCertain: parts == 1, digest, "the MD5s of the parts give another ETag");
    }

    private DownloadRecord? Kept()
    {
        if (partial.Load() is not { } kept) return null;
        var same = (etag is null || kept.ETag == etag) && (!knowsSize || kept.SizeBytes == Size);
        return same ? kept : null;
    }

    // The size that the ETag's parts have, where it can be told, so that the hashes on the way are those behind the ETag.
    private long RangeSize()
    {
        if (knowsSize && etag is not null && ETags.PartsOf(ETags.Bare(etag)) is var count and > 1)
        {
            foreach (var size in PartSizes.Likely(Size, count))
            {
                if (size <= LargestRange) return size;
            }
        }
        return PartSizes.For(knowsSize ? Size : 0);
    }

    private async Task RangesAsync(DownloadRecord? kept, CancellationToken cancellationToken)
    {
        var count = PartSizes.Count(Size, partSize);
        if (md5s.Length != count) Array.Resize(ref md5s, count);
        partial.SetLength(Size);
        var record = kept ?? (etag is null ? null : new DownloadRecord { ETag = etag, SizeBytes = Size, PartSize = partSize });
        partial.Track(record);
        if (md5s is [{ } first, ..]) partial.SetPart(0, first);
        var missing = Enumerable.Range(0, count).Where(index => md5s[index] is null).ToList();
        var known = record?.Parts.ToDictionary(part => part.Key, part => part.Value) ?? [];
        ticket?.SetLeft(Math.Max(1, missing.Count));
        besideOthers = true;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var moving = new List<Task>(missing.Count);
        ExceptionDispatchInfo? failure = null;
        try
        {
            foreach (var index in missing)
            {
                await options.Slots.TakeAsync(stop.Token).ConfigureAwait(false);
                moving.Add(MoveAsync(index));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Either the caller stopped it, or a part failed.
        }
        await Task.WhenAll(moving).ConfigureAwait(false);
        if (failure is { SourceException: RangesIgnoredException })
        {
            await StreamInsteadAsync(cancellationToken).ConfigureAwait(false);
            return;
        }
        failure?.Throw();
        cancellationToken.ThrowIfCancellationRequested();

        async Task MoveAsync(int index)
        {
            try
            {
                if (!known.TryGetValue(index, out var md5) || !await IsThereAsync(index, md5, stop.Token).ConfigureAwait(false)) await PartAsync(index, stop.Token).ConfigureAwait(false);
                ticket?.PartEnded();
            }
            catch (Exception exception)
            {
                // The first failure is the cause; those after it are only stopped.
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
                await stop.CancelAsync().ConfigureAwait(false);
            }
            finally
            {
                options.Slots.Release();
            }
        }
    }

    private async Task StreamInsteadAsync(CancellationToken cancellationToken)
    {
        transport.Trace($"{name}: the storage gives no ranges; fetching it in one piece");
        TakeBack();
        partial.Track(null);
        streams = true;
        md5s = [];
        partSize = Math.Max(1, Size);
        await InSlotAsync(0, cancellationToken).ConfigureAwait(false);
    }

    private async Task InSlotAsync(int index, CancellationToken cancellationToken)
    {
        await options.Slots.TakeAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await PartAsync(index, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            options.Slots.Release();
        }
    }

    /// <summary>Whether the disk still has a part that an earlier run wrote: a machine that lost its power may have lost it.</summary>
    private async Task<bool> IsThereAsync(int index, string md5, CancellationToken cancellationToken)
    {
        using var hash = NewHash();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var at = index * partSize;
            var end = Math.Min(at + partSize, Size);
            var length = end - at;
            while (at < end)
            {
                var count = await partial.ReadAsync(buffer.AsMemory(0, (int)Math.Min(BufferSize, end - at)), at, cancellationToken).ConfigureAwait(false);
                if (count == 0) break;
                hash.AppendData(buffer, 0, count);
                at += count;
            }
            var found = hash.GetHashAndReset();
            if (at == end && ETags.Hex(found) == md5)
            {
                md5s[index] = found;
                Interlocked.Add(ref counted, length);
                item?.AddFound(length);
                return true;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        partial.ForgetPart(index);
        return false;
    }

    /// <summary>Fetches one part, or the whole where there is one stream; goes on where a connection broke.</summary>
    private async Task PartAsync(int index, CancellationToken cancellationToken)
    {
        var offset = index * partSize;
        var at = offset;
        var tries = 0;
        using var hash = NewHash();
        while (true)
        {
            var before = at;
            Exception broken;
            try
            {
                var answer = await OpenAsync(at, streams ? null : offset + partSize, cancellationToken).ConfigureAwait(false);
                await using (answer.ConfigureAwait(false))
                {
                    if (answer.StatusCode != 206)
                    {
                        if (!streams && besideOthers) throw new RangesIgnoredException();
                        if (!streams) TakeAsStream();
                        Restart();
                    }
                    var end = Learn(answer, at, index);
                    await CopyAsync(answer, end).ConfigureAwait(false);
                    if (end is null) (Size, knowsSize, isSizeConfirmed) = (at, true, true);
                    if (end is null || at == end)
                    {
                        var md5 = hash.GetHashAndReset();
                        if (streams) md5s = [md5];
                        else
                        {
                            if (md5s.Length == 0) md5s = new byte[]?[PartSizes.Count(Size, partSize)];
                            if (md5s.Length > 0) md5s[index] = md5;
                            partial.SetPart(index, md5);
                        }
                        return;
                    }
                }
                broken = new EndOfStreamException("The answer ended early.");
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException or TimeoutException)
            {
                broken = exception;
            }
            tries = at > before ? 1 : tries + 1;
            if (tries >= transport.Options.MaximumAttempts)
            {
                if (broken is WrongSizeException wrong) throw wrong.Error;
                throw new OjinException(ErrorCodes.ConnectionLost, $"The connection to {source.Uri.GetLeftPart(UriPartial.Authority)} broke again and again before {LocalFile.Shown(name)} was whole.", "Run the command again: it goes on with what is there.", broken) { Service = OjinService.Storage, Method = "GET" };
            }
            transport.Trace(string.Create(CultureInfo.InvariantCulture, $"{name}: the answer broke off at byte {at}; going on there"));
            await Task.Delay(transport.Options.BaseDelay * tries, cancellationToken).ConfigureAwait(false);
        }

        void TakeAsStream()
        {
            transport.Trace($"{name}: the storage gives no ranges; fetching it in one piece");
            streams = true;
        }

        void Restart()
        {
            if (at == offset) return;
            Count(offset - at);
            at = offset;
            hash.GetHashAndReset();
        }

        async Task CopyAsync(OpenAnswer answer, long? end)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var watch = new StallWatch(transport.Options.StallTimeout);
            watch.Start(limit);
            try
            {
                while (true)
                {
                    var (count, problem) = await FillAsync(answer.Stream, buffer, watch, limit.Token).ConfigureAwait(false);
                    if (at + count > end) throw Wrong("more bytes than it announced");
                    if (count > 0)
                    {
                        hash.AppendData(buffer, 0, count);
                        await partial.WriteAsync(buffer.AsMemory(0, count), at, cancellationToken).ConfigureAwait(false);
                        at += count;
                        expiries = 0;
                        Count(count);
                    }
                    cancellationToken.ThrowIfCancellationRequested();
                    if (problem is OperationCanceledException) throw new TimeoutException("The answer stood still.", problem);
                    if (problem is not null) ExceptionDispatchInfo.Throw(problem);
                    if (count == 0) return;
                }
            }
            finally
            {
                watch.Stop();
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Fills a buffer; what came before a connection broke is not lost.</summary>
    private static async Task<(int Count, Exception? Problem)> FillAsync(Stream stream, byte[] buffer, StallWatch watch, CancellationToken cancellationToken)
    {
        var count = 0;
        try
        {
            while (count < BufferSize)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(count, BufferSize - count), cancellationToken).ConfigureAwait(false);
                if (read == 0) break;
                count += read;
                watch.Touch();
            }
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException)
        {
            return (count, exception);
        }
        return (count, null);
    }

    /// <summary>Holds an answer against what is known of the object, and learns what is not; returns where its bytes end.</summary>
    private long? Learn(OpenAnswer answer, long at, int index)
    {
        var total = answer.StatusCode == 206 ? answer.Range?.Length : answer.Length;
        if (answer.StatusCode == 206 && (answer.Range?.From != at || total is null)) throw Wrong("a range that was not asked for");
        if (total is { } told && !(isSizeConfirmed && told == Size))
        {
            if (isSizeConfirmed) throw new ObjectChangedException();
            if (knowsSize && told != Size) throw new WrongSizeException(WrongSize(told, Size));
            (Size, knowsSize, isSizeConfirmed) = (told, true, true);
            if (source.SizeBytes is null) item?.SetSize(told);
            if (!streams && index == 0) partial.SetLength(told);
        }
        if (ETags.Strong(answer.ETag) is { } tag)
        {
            if (etag is not null && !ETags.Same(etag, tag)) throw new ObjectChangedException();
            etag ??= tag;
        }
        if (answer.Header("Last-Modified") is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            if (etag is null && lastModified is { } known && known != time) throw new ObjectChangedException();
            lastModified = time;
        }
        if (answer.StatusCode != 206) return answer.Length;
        return streams ? Size : Math.Min((index * partSize) + partSize, Size);
    }

    private async Task<OpenAnswer> OpenAsync(long from, long? end, CancellationToken cancellationToken)
    {
        while (true)
        {
            var used = Volatile.Read(ref source);
            var headers = new List<(string, string)>(2);
            // Without anything to recognize the object by, a broken stream begins again.
            var ranged = !streams || (from > 0 && (etag is not null || lastModified is not null));
            if (ranged)
            {
                var last = end is { } until ? (knowsSize ? Math.Min(until, Size) : until) - 1 : (long?)null;
                headers.Add(("Range", string.Create(CultureInfo.InvariantCulture, $"bytes={from}-{last}")));
            }
            if (etag is { } tag) headers.Add(("If-Match", tag));
            var request = new ServiceRequest
            {
                Service = OjinService.Storage,
                Method = HttpMethod.Get,
                Address = used.Uri,
                Retry = RetryRule.Safe,
                Watch = new StallWatch(transport.Options.StallTimeout),
                Accept = null,
                Headers = headers,
                BodyIsContent = true,
            };
            try
            {
                return await transport.OpenAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException changed) when (changed.StatusCode == 412)
            {
                throw new ObjectChangedException();
            }
            catch (OjinException empty) when (empty.StatusCode == 416 && from == 0 && !knowsSize)
            {
                // A range of nothing cannot be had; the whole of nothing can.
                streams = true;
            }
            catch (OjinException expired) when (StorageRefusal.IsExpired(expired) && Interlocked.Increment(ref expiries) < MaximumExpiries * options.Slots.Limit)
            {
                await RefreshAsync(used, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Asks for a new URL, once for all parts whose URL has expired.</summary>
    private async Task RefreshAsync(DownloadSource used, CancellationToken cancellationToken)
    {
        await refreshing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!ReferenceEquals(used, source)) return;
            transport.Trace($"{name}: the URL has expired; asking for another");
            var anew = await ask(cancellationToken).ConfigureAwait(false);
            if ((anew.ETag is { } now && used.ETag is { } then && !ETags.Same(now, then)) || (anew.SizeBytes is { } size && used.SizeBytes is { } before && size != before)) throw new ObjectChangedException();
            Volatile.Write(ref source, anew);
        }
        finally
        {
            refreshing.Release();
        }
    }

    private async Task<byte[][]> HashAsync(long size, CancellationToken cancellationToken)
    {
        using var hash = NewHash();
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var hashes = new List<byte[]>();
        try
        {
            for (long at = 0; at < Size || hashes.Count == 0;)
            {
                var end = Math.Min(at + size, Size);
                while (at < end)
                {
                    var count = await partial.ReadAsync(buffer.AsMemory(0, (int)Math.Min(BufferSize, end - at)), at, cancellationToken).ConfigureAwait(false);
                    if (count == 0) throw LocalFile.Unreadable(name, new EndOfStreamException("It is shorter than what was written."));
                    hash.AppendData(buffer, 0, count);
                    at += count;
                }
                hashes.Add(hash.GetHashAndReset());
            }
            return [.. hashes];
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

#pragma warning disable CA5351 // An ETag of S3 is an MD5.
    private static IncrementalHash NewHash() => IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351

    private void Count(long bytes)
    {
        Interlocked.Add(ref counted, bytes);
        item?.Add(bytes);
    }

    private OjinException WrongSize(long found, long promised) => new(
        ErrorCodes.IntegrityFailed,
        string.Create(CultureInfo.InvariantCulture, $"{LocalFile.Shown(name)} has {found} bytes, and its service says {promised}. Nothing was kept."),
        "Run the command again; if it stays so, the service's record of the file is wrong.") { Service = OjinService.Storage };

    private OjinException Wrong(string what) => new(ErrorCodes.InvalidAnswer, $"The storage answered the request for {LocalFile.Shown(name)} with {what}.", "Run the command again.") { Service = OjinService.Storage, Method = "GET" };

    private sealed class RangesIgnoredException : Exception;

    // A proxy may have cut the answer, so it is worth another try.
    private sealed class WrongSizeException(OjinException error) : IOException(error.Message, error)
    {
        public OjinException Error { get; } = error;
    }
}
