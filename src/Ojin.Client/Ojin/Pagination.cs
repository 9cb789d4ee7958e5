using System.Text.Json.Serialization;
using Ojin.Json;

namespace Ojin;

/// <summary>Where a page lies in its list (schema <c>Pagination</c>).</summary>
public sealed class Pagination : ServiceObject
{
    /// <summary>The contract calls it the number of items in the current page; nothing is computed from it.</summary>
    public long? Limit { get; set; }

    /// <summary>How many items come before the page.</summary>
    public long? Offset { get; set; }

    /// <summary>How many items there are in all; null where the service did not tell.</summary>
    public long? TotalItems { get; set; }
}

/// <summary>One page of a list. The contract requires neither of its fields.</summary>
internal sealed class Page<T>
{
    public T[]? Data { get; set; }

    public Pagination? Pagination { get; set; }

    /// <summary>How many items there are in all; null where the service did not tell.</summary>
    [JsonIgnore]
    public long? Total => Pagination?.TotalItems;
}
