using System.Collections;

namespace Ojin.Json;

/// <summary>One place where two free-form values differ.</summary>
public sealed class JsonDifference
{
    internal JsonDifference(string path, bool hasBefore, object? before, bool hasAfter, object? after)
    {
        Path = path;
        IsAdded = !hasBefore;
        IsRemoved = !hasAfter;
        Before = before;
        After = after;
    }

    /// <summary>Where, such as <c>voice.speed</c> or <c>scenes[2].text</c>.</summary>
    public string Path { get; }

    /// <summary>The value before; null where there was none.</summary>
    public object? Before { get; }

    /// <summary>The value after; null where there is none.</summary>
    public object? After { get; }

    /// <summary>Whether there was nothing before.</summary>
    public bool IsAdded { get; }

    /// <summary>Whether there is nothing after.</summary>
    public bool IsRemoved { get; }

    /// <summary>All differences, in the order of the names.</summary>
    public static IReadOnlyList<JsonDifference> Between(object? before, object? after, string path = "")
    {
        var found = new List<JsonDifference>();
        Collect(before, after, path, found);
        return found;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        IsAdded ? $"{Path}: + {FreeForm.ToJson(After)}"
        : IsRemoved ? $"{Path}: - {FreeForm.ToJson(Before)}"
        : $"{Path}: {FreeForm.ToJson(Before)} -> {FreeForm.ToJson(After)}";

    private static void Collect(object? before, object? after, string path, List<JsonDifference> found)
    {
        if (before is JsonMap one && after is JsonMap other)
        {
            foreach (var (name, value) in one)
            {
                var at = path.Length == 0 ? name : $"{path}.{name}";
                if (other.HasExact(name)) Collect(value, other.GetExact(name), at, found);
                else found.Add(new JsonDifference(at, true, value, false, null));
            }
            foreach (var (name, value) in other)
            {
                if (!one.HasExact(name)) found.Add(new JsonDifference(path.Length == 0 ? name : $"{path}.{name}", false, null, true, value));
            }
            return;
        }
        if (before is IList left && after is IList right && left.Count == right.Count)
        {
            for (var i = 0; i < left.Count; i++) Collect(left[i], right[i], $"{path}[{i}]", found);
            return;
        }
        if (!FreeForm.AreEqual(before, after)) found.Add(new JsonDifference(path, true, before, true, after));
    }
}
