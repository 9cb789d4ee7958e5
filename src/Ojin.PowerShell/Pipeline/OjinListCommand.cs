using System.Management.Automation;
using System.Runtime.CompilerServices;
using Ojin.Http;

namespace Ojin.PowerShell.Pipeline;

/// <summary>The base of the cmdlets that list: -First, -Skip and -IncludeTotalCount, with and without a filter of our own.</summary>
public abstract class OjinListCommand : OjinCommand
{
    private protected OjinListCommand()
    {
    }

    /// <summary>Emits a list. With a filter that the service does not know, -First and -Skip count what passes it.</summary>
    private protected Task EmitListAsync<T>(Func<PageRange, IAsyncEnumerable<T>> list, Func<T, bool>? filter, CancellationToken cancellationToken)
    {
        var first = PagingParameters.First >= long.MaxValue ? (long?)null : (long)PagingParameters.First;
        var skip = (long)Math.Min(PagingParameters.Skip, long.MaxValue);
        Func<long?, CancellationToken, Task>? onTotal = PagingParameters.IncludeTotalCount ? EmitTotalAsync : null;
        var items = filter is null || first == 0
            ? list(new PageRange { First = first, Skip = skip, OnTotal = onTotal })
            : FilterAsync(list(new PageRange { OnTotal = onTotal }), filter, skip, first ?? long.MaxValue, cancellationToken);
        return EmitAllAsync(items, cancellationToken);

        // With a filter of our own, the service's total is no more than an upper bound.
        Task EmitTotalAsync(long? total, CancellationToken token) =>
            EmitAsync(PagingParameters.NewTotalCount((ulong)Math.Max(0, total ?? 0), total is null ? 0.0 : filter is null ? 1.0 : 0.5), token);
    }

    private static async IAsyncEnumerable<T> FilterAsync<T>(IAsyncEnumerable<T> all, Func<T, bool> filter, long skip, long first, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in all.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (!filter(item)) continue;
            if (skip > 0)
            {
                skip--;
                continue;
            }
            yield return item;
            if (--first == 0) yield break;
        }
    }

    /// <summary>A filter by a name with wildcards; null for everything.</summary>
    private protected static WildcardPattern? Pattern(string? name) => name is null ? null : WildcardPattern.Get(name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
}
