using Ojin.Json;

namespace Ojin;

/// <summary>Finds the list in an answer whose envelope no contract gives.</summary>
public static class FreeFormList
{
    /// <summary>
    /// The items of a bare array, or of the one array of objects in an object; null where the answer is no list.
    /// </summary>
    public static IReadOnlyList<object?>? ItemsOf(object? answer)
    {
        if (answer is object?[] bare) return bare;
        if (answer is not JsonMap envelope) return null;
        object?[]? found = null;
        foreach (var (_, value) in envelope)
        {
            if (value is not object?[] list || !list.All(item => item is JsonMap)) continue;
            if (found is { Length: > 0 } && list.Length > 0) return null;
            if (found is null || list.Length > 0) found = list;
        }
        return found;
    }

    /// <summary>Whether the envelope names a page that follows, which no contract describes.</summary>
    public static bool HasNextPage(object? answer) => answer is JsonMap envelope && envelope.TryGetValue("next", out var next) && next is string { Length: > 0 };
}
