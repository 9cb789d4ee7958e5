using System.Globalization;
using Ojin.Http;
using Xunit;

namespace Ojin.Client.Tests.Http;

public sealed class PageReaderTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(100, 1)]
    [InlineData(101, 2)]
    [InlineData(1234, 13)]
    public async Task All_items_come_in_order_in_pages_of_a_hundred(int count, int pages)
    {
        var list = new FakeList(count);

        var items = await list.ReadAllAsync();

        Assert.Equal(Enumerable.Range(0, count).Select(Name), items);
        Assert.Equal(pages, list.Asked.Count);
        Assert.All(list.Asked, asked => Assert.Equal(100, asked.Limit));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(100)]
    public async Task A_few_items_are_one_request_with_just_their_number(int first)
    {
        var list = new FakeList(1000);

        var items = await list.ReadAllAsync(new PageRange { First = first });

        Assert.Equal(Enumerable.Range(0, first).Select(Name), items);
        Assert.Equal((first, 0L), Assert.Single(list.Asked));
    }

    [Fact]
    public async Task More_than_a_page_asks_for_the_rest_alone()
    {
        var list = new FakeList(1000);

        var items = await list.ReadAllAsync(new PageRange { First = 250, Skip = 10 });

        Assert.Equal(Enumerable.Range(10, 250).Select(Name), items);
        Assert.Equal([(100, 10L), (100, 110L), (50, 210L)], list.Asked.OrderBy(asked => asked.Offset));
    }

    [Fact]
    public async Task None_is_no_request()
    {
        var list = new FakeList(10);

        Assert.Empty(await list.ReadAllAsync(new PageRange { First = 0 }));
        Assert.Empty(list.Asked);
    }

    [Fact]
    public async Task The_total_is_told_before_the_first_item()
    {
        var list = new FakeList(250);
        var told = new List<string>();

        await foreach (var item in list.Read(new PageRange { First = 2, OnTotal = (total, _) => Tell(total) })) told.Add(item);

        Assert.Equal(["total 250", Name(0), Name(1)], told);

        Task Tell(long? total)
        {
            told.Add(string.Create(CultureInfo.InvariantCulture, $"total {total}"));
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task The_total_alone_is_one_small_request()
    {
        var list = new FakeList(250);
        long? told = null;

        Assert.Empty(await list.ReadAllAsync(new PageRange { First = 0, OnTotal = (total, _) => Task.FromResult(told = total) }));

        Assert.Equal((250L, 1), (told!.Value, Assert.Single(list.Asked).Limit));
    }

    [Fact]
    public async Task A_server_with_smaller_pages_is_read_to_its_end()
    {
        var list = new FakeList(95) { LargestPage = 20 };

        Assert.Equal(95, (await list.ReadAllAsync()).Count);
        Assert.Equal([0L, 20, 40, 60, 80], list.Asked.Select(asked => asked.Offset).Order());
    }

    [Fact]
    public async Task A_server_without_a_total_is_read_to_its_empty_page()
    {
        var list = new FakeList(200) { TellsTotal = false };

        Assert.Equal(200, (await list.ReadAllAsync()).Count);
        Assert.Equal(3, list.Asked.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_repeats_a_page_does_not_loop_it(bool tellsTotal)
    {
        var list = new FakeList(100_000) { IgnoresOffset = true, TellsTotal = tellsTotal };

        var items = await list.ReadAllAsync();

        Assert.Equal(Enumerable.Range(0, 100).Select(Name), items);
        Assert.True(list.Asked.Count <= 3, $"{list.Asked.Count} requests");
    }

    [Fact]
    public async Task A_server_that_ignores_the_limit_gives_no_more_than_was_asked()
    {
        var list = new FakeList(50) { IgnoresLimit = true };

        Assert.Equal(5, (await list.ReadAllAsync(new PageRange { First = 5 })).Count);
    }

    [Fact]
    public async Task An_item_that_slides_to_the_next_page_comes_once()
    {
        var list = new FakeList(250);
        var items = new List<string>();

        await foreach (var item in list.Read(PageRange.All))
        {
            items.Add(item);
            if (items.Count == 50) list.Items.Insert(0, "new");
        }

        Assert.Equal(items.Distinct(), items);
        Assert.Superset(Enumerable.Range(0, 250).Select(Name).ToHashSet(), items.ToHashSet());
    }

    // Get-OjinAsset | Remove-OjinAsset: what moves to the front must not be passed over.
    [Theory]
    [InlineData(150)]
    [InlineData(1000)]
    public async Task A_reader_that_removes_what_it_gets_misses_nothing(int count)
    {
        var list = new FakeList(count);
        var items = new List<string>();

        await foreach (var item in list.Read(PageRange.All))
        {
            items.Add(item);
            list.Items.Remove(item);
        }

        Assert.Equal(Enumerable.Range(0, count).Select(Name).Order(StringComparer.Ordinal), items.Order(StringComparer.Ordinal));
        Assert.Empty(list.Items);
    }

    [Fact]
    public async Task A_list_that_shrinks_behind_the_reader_ends()
    {
        var list = new FakeList(500);
        var items = new List<string>();

        await foreach (var item in list.Read(PageRange.All))
        {
            items.Add(item);
            if (items.Count == 150) list.Items.RemoveRange(300, 150);
        }

        Assert.Equal(items.Distinct(), items);
        Assert.Superset(list.Items.ToHashSet(), items.ToHashSet());
    }

    [Fact]
    public async Task The_next_page_is_asked_for_while_the_first_is_used()
    {
        var list = new FakeList(1000);
        await using var reading = list.Read(PageRange.All).GetAsyncEnumerator();

        Assert.True(await reading.MoveNextAsync());

        Assert.Equal([0L, 100], list.Asked.Select(asked => asked.Offset));
    }

    [Fact]
    public async Task No_more_than_a_few_pages_are_asked_for_ahead()
    {
        var list = new FakeList(100_000);
        var most = 0L;
        var used = 0;

        await foreach (var _ in list.Read(new PageRange { First = 5000 }))
        {
            used++;
            most = Math.Max(most, list.Asked.Max(asked => asked.Offset) - used);
        }

        Assert.True(most <= 900, $"{most} items ahead");
    }

    [Fact]
    public async Task A_reader_that_stops_ends_the_pages_on_their_way()
    {
        var list = new FakeList(1000) { HoldsFrom = 100 };
        var reading = list.Read(PageRange.All).GetAsyncEnumerator();
        Assert.True(await reading.MoveNextAsync());

        await reading.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(2, list.Asked.Count);
        Assert.Equal(1, list.Cancelled);
    }

    [Fact]
    public async Task An_error_comes_after_the_items_before_it()
    {
        var list = new FakeList(1000) { FailsFrom = 200 };
        var items = new List<string>();

        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var item in list.Read(PageRange.All)) items.Add(item);
        });

        Assert.Equal(200, items.Count);
    }

    private static string Name(int number) => number.ToString("D6", CultureInfo.InvariantCulture);

    private sealed class FakeList(int count)
    {
        private readonly List<(int Limit, long Offset)> asked = [];

        public List<string> Items { get; } = [.. Enumerable.Range(0, count).Select(Name)];

        public int LargestPage { get; init; } = 100;

        public bool TellsTotal { get; init; } = true;

        public bool IgnoresOffset { get; init; }

        public bool IgnoresLimit { get; init; }

        public long HoldsFrom { get; init; } = long.MaxValue;

        public long FailsFrom { get; init; } = long.MaxValue;

        public int Cancelled { get; private set; }

        public List<(int Limit, long Offset)> Asked => asked;

        public IAsyncEnumerable<string> Read(PageRange range) => PageReader.ReadAsync(FetchAsync, item => item, range, CancellationToken.None);

        public async Task<List<string>> ReadAllAsync(PageRange? range = null)
        {
            var items = new List<string>();
            await foreach (var item in Read(range ?? PageRange.All)) items.Add(item);
            return items;
        }

        private async Task<Page<string>> FetchAsync(int limit, long offset, CancellationToken cancellationToken)
        {
            asked.Add((limit, offset));
            if (offset >= HoldsFrom)
            {
                try
                {
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                }
                finally
                {
                    Cancelled++;
                }
            }
            if (offset >= FailsFrom) throw new InvalidOperationException("No such page.");
            var items = Items.Skip(IgnoresOffset ? 0 : (int)offset).Take(IgnoresLimit ? int.MaxValue : Math.Min(limit, LargestPage)).ToArray();
            return new Page<string> { Data = items, Pagination = TellsTotal ? new Pagination { TotalItems = Items.Count } : null };
        }
    }
}
