using System.Management.Automation;
using Ojin.Http;

namespace Ojin.PowerShell.Pipeline;

/// <summary>The base of the cmdlets that list: -First, -Skip and -IncludeTotalCount, with and without a filter of our own.</summary>
public abstract class OjinListCommand : OjinCommand
{
    private protected OjinListCommand()
    {
    }

    /// <summary>Emits a list. With a filter that the service does not know, -First and -Skip count what passes it.</summary>
    private protected async Task EmitListAsync<T>(Func<PageRange, IAsyncEnumerable<T>> list, Func<T, bool>? filter, CancellationToken cancellationToken)
    {
        var first = PagingParameters.First >= long.MaxValue ? (long?)null : (long)PagingParameters.First;
        var skip = (long)Math.Min(PagingParameters.Skip, long.MaxValue);
        Func<long?, CancellationToken, Task>? onTotal = PagingParameters.IncludeTotalCount ? EmitTotalAsync : null;
        if (filter is null)
        {
            await EmitAllAsync(list(new PageRange { First = first, Skip = skip, OnTotal = onTotal }), cancellationToken).ConfigureAwait(false);
            return;
        }
        if (first == 0)
        {
            await EmitAllAsync(list(new PageRange { First = 0, OnTotal = onTotal }), cancellationToken).ConfigureAwait(false);
            return;
        }
        await foreach (var item in list(new PageRange { OnTotal = onTotal }).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (!filter(item)) continue;
            if (skip > 0)
            {
                skip--;
                continue;
            }
            await EmitAsync(item, cancellationToken).ConfigureAwait(false);
            if (first is not null && --first == 0) return;
        }

        // With a filter of our own, the service's total is no more than an upper bound.
        Task EmitTotalAsync(long? total, CancellationToken token) =>
            EmitAsync(PagingParameters.NewTotalCount((ulong)Math.Max(0, total ?? 0), total is null ? 0.0 : filter is null ? 1.0 : 0.5), token);
    }

    /// <summary>A filter by a name with wildcards; null for everything.</summary>
    private protected static WildcardPattern? Pattern(string? name) => name is null ? null : WildcardPattern.Get(name, WildcardOptions.IgnoreCase | WildcardOptions.CultureInvariant);
}
