using System.Runtime.CompilerServices;

namespace Ojin.Http;

/// <summary>
/// Reads a list that is paged by limit and offset, in the server's order. Pages are fetched ahead while one is used:
/// one at first, more once the reader turns out to go on. Nothing is kept but the pages on their way and the ids of the
/// last thousand items.
/// </summary>
internal static class PageReader
{
    /// <summary>The most items of a page.</summary>
    public const int PageSize = 100;

    private const int MostAhead = 8;
    private const int RememberedIds = 1000;
    private const int MostStepsBack = 20;

    /// <param name="fetch">Fetches a page: limit, offset.</param>
    /// <param name="idOf">The identity of an item; an item that comes twice is given once.</param>
    /// <param name="range">Which items are wanted.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async IAsyncEnumerable<T> ReadAsync<T>(
        Func<int, long, CancellationToken, Task<Page<T>>> fetch,
        Func<T, string> idOf,
        PageRange range,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var onTheirWay = new Queue<AskedPage<T>>();
        var seen = new RecentIds();
        var remaining = range.First ?? long.MaxValue;
        var offset = range.Skip;
        long? total = null;
        var pagesUsed = 0;
        var stalePages = 0;
        var stalePagesAllowed = 0;
        var stepsBack = 0;
        try
        {
            if (remaining == 0)
            {
                if (range.OnTotal is null) yield break;
                var only = await fetch(1, 0, stop.Token).ConfigureAwait(false);
                await range.OnTotal(only.Total, stop.Token).ConfigureAwait(false);
                yield break;
            }
            while (remaining > 0)
            {
                if (onTheirWay.Count == 0) Ask(offset, (int)Math.Min(PageSize, remaining));
                var (askedOffset, askedLimit, coming) = onTheirWay.Dequeue();
                var page = await coming.ConfigureAwait(false);
                var items = page.Data ?? [];
                if (pagesUsed == 0 && range.OnTotal is { } onTotal) await onTotal(page.Total, stop.Token).ConfigureAwait(false);

                // Items went away meanwhile (perhaps the reader deletes what it gets), so those behind them moved to
                // the front, past this offset: step back by as many, and let the ids tell what was there already.
                if (page.Total is { } now && total is { } before && now < before && askedOffset > range.Skip && stepsBack < MostStepsBack)
                {
                    stepsBack++;
                    total = now;
                    offset = Math.Max(range.Skip, askedOffset - (before - now));
                    stalePagesAllowed = stalePages + (int)Math.Min(1 + (before - now) / PageSize, RememberedIds / PageSize);
                    await ForgetAsync().ConfigureAwait(false);
                    continue;
                }
                total = page.Total ?? total;
                if (items.Length == 0) yield break;

                var fresh = new List<T>(items.Length);
                foreach (var item in items)
                {
                    if (fresh.Count < remaining && seen.Add(idOf(item))) fresh.Add(item);
                }
                // A server that gives the same page again and again has nothing more to give.
                if (fresh.Count == 0 && ++stalePages > stalePagesAllowed) yield break;
                if (fresh.Count > 0) (stalePages, stepsBack) = (0, 0);
                remaining -= fresh.Count;
                offset = askedOffset + items.Length;
                pagesUsed++;

                // Pages fetched ahead were asked for on the guess that this one is full.
                if (onTheirWay.TryPeek(out var next) && next.Offset != offset) await ForgetAsync().ConfigureAwait(false);
                var more = total is { } all ? offset < all : true;
                if (!more) await ForgetAsync().ConfigureAwait(false);
                else AskAhead(items.Length == askedLimit);

                foreach (var item in fresh) yield return item;
                if (!more) yield break;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ForgetAsync().ConfigureAwait(false);
        }

        void Ask(long at, int limit) => onTheirWay.Enqueue(new AskedPage<T>(at, limit, fetch(limit, at, stop.Token)));

        void AskAhead(bool pageWasFull)
        {
            // Without a total, or when pages come shorter than asked, only the very next offset is certain.
            var most = total is null || !pageWasFull || pagesUsed < 2 ? 1 : MostAhead;
            var at = offset;
            var wanted = remaining;
            foreach (var (asked, limit, _) in onTheirWay)
            {
                at = asked + limit;
                wanted -= limit;
            }
            while (onTheirWay.Count < most && wanted > 0 && (total is null || at < total))
            {
                var limit = (int)Math.Min(PageSize, wanted);
                Ask(at, limit);
                at += limit;
                wanted -= limit;
            }
        }

        async Task ForgetAsync()
        {
            if (onTheirWay.Count == 0) return;
            var abandoned = Task.WhenAll(onTheirWay.Select(page => page.Page));
            onTheirWay.Clear();
            await ((Task)abandoned).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // No struct: the runtime has a queue of references compiled, and one of these it would have to compile in every process.
    private sealed record AskedPage<T>(long Offset, int Limit, Task<Page<T>> Page);

    private sealed class RecentIds
    {
        private readonly HashSet<string> ids = new(StringComparer.Ordinal);
        private readonly Queue<string> order = new();

        public bool Add(string id)
        {
            if (!ids.Add(id)) return false;
            order.Enqueue(id);
            if (order.Count > RememberedIds) ids.Remove(order.Dequeue());
            return true;
        }
    }
}
