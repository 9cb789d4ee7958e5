namespace Ojin.Http;

/// <summary>Which items of a list are wanted.</summary>
public sealed class PageRange
{
    /// <summary>All of them.</summary>
    public static PageRange All { get; } = new();

    /// <summary>How many items to leave out at the start; the server does it.</summary>
    public long Skip { get; init; }

    /// <summary>How many items at most; null for all. When they fit into one page, one request is made.</summary>
    public long? First { get; init; }

    /// <summary>Is told the total of the list before the first item, null where the server does not tell; may be null.</summary>
    public Func<long?, CancellationToken, Task>? OnTotal { get; init; }
}
