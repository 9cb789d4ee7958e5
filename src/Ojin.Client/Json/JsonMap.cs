using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ojin.Json;

/// <summary>
/// A free-form JSON object: names in the order they came, values as <see cref="string"/>, <see cref="bool"/>,
/// numbers, null, <see cref="JsonMap"/> and arrays of these. It is a dictionary, so that dot notation reads it at any
/// depth. A name is found by its exact letters, and where none fits, without regard to case.
/// </summary>
[JsonConverter(typeof(JsonMapConverter))]
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "Map is JSON's own term.")]
public sealed class JsonMap : IDictionary<string, object?>, IReadOnlyDictionary<string, object?>, IDictionary
{
    private readonly List<string> names = [];
    private readonly Dictionary<string, object?> values = new(StringComparer.Ordinal);

    /// <summary>How many names it has.</summary>
    public int Count => names.Count;

    /// <summary>The names, in order.</summary>
    public ICollection<string> Keys => names.AsReadOnly();

    /// <summary>The values, in the order of the names.</summary>
    public ICollection<object?> Values => names.ConvertAll(name => values[name]);

    bool ICollection<KeyValuePair<string, object?>>.IsReadOnly => false;
    bool IDictionary.IsReadOnly => false;
    bool IDictionary.IsFixedSize => false;
    bool ICollection.IsSynchronized => false;
    object ICollection.SyncRoot => this;
    ICollection IDictionary.Keys => names.AsReadOnly();
    ICollection IDictionary.Values => names.ConvertAll(name => values[name]);
    IEnumerable<string> IReadOnlyDictionary<string, object?>.Keys => names;
    IEnumerable<object?> IReadOnlyDictionary<string, object?>.Values => Values;

    /// <summary>The value of a name; setting adds the name at the end where it is new.</summary>
    /// <exception cref="KeyNotFoundException">There is no such name.</exception>
    public object? this[string key]
    {
        get => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"There is no '{key}'.");
        set
        {
            if (Find(key) is { } existing) values[existing] = value;
            else Add(key, value);
        }
    }

    object? IDictionary.this[object key]
    {
        get => key is string name && TryGetValue(name, out var value) ? value : null;
        set => this[NameOf(key)] = value;
    }

    /// <summary>Parses JSON text that must be an object.</summary>
    /// <exception cref="JsonException">It is no JSON, or no object.</exception>
    public static JsonMap Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? (JsonMap)FreeForm.FromElement(document.RootElement)!
            : throw new JsonException($"The JSON is {FreeForm.Describe(document.RootElement.ValueKind)}, not an object.");
    }

    /// <summary>Adds a name at the end.</summary>
    /// <exception cref="ArgumentException">The very name is there already.</exception>
    public void Add(string key, object? value)
    {
        values.Add(key, value);
        names.Add(key);
    }

    /// <summary>Whether there is such a name.</summary>
    public bool ContainsKey(string key) => Find(key) is not null;

    /// <summary>Takes a name out.</summary>
    public bool Remove(string key)
    {
        if (Find(key) is not { } existing) return false;
        names.Remove(existing);
        return values.Remove(existing);
    }

    /// <summary>The value of a name, where there is one.</summary>
    public bool TryGetValue(string key, out object? value)
    {
        if (Find(key) is { } existing)
        {
            value = values[existing];
            return true;
        }
        value = null;
        return false;
    }

    /// <summary>Takes all names out.</summary>
    public void Clear()
    {
        names.Clear();
        values.Clear();
    }

    /// <summary>The names and values, in order.</summary>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        foreach (var name in names) yield return new KeyValuePair<string, object?>(name, values[name]);
    }

    /// <summary>The object as compact JSON text.</summary>
    public string ToJson() => FreeForm.ToJson(this);

    /// <inheritdoc/>
    public override string ToString() => ToJson();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    IDictionaryEnumerator IDictionary.GetEnumerator() => new EntryEnumerator(GetEnumerator());
    void ICollection<KeyValuePair<string, object?>>.Add(KeyValuePair<string, object?> item) => Add(item.Key, item.Value);
    bool ICollection<KeyValuePair<string, object?>>.Contains(KeyValuePair<string, object?> item) => TryGetValue(item.Key, out var value) && Equals(value, item.Value);
    bool ICollection<KeyValuePair<string, object?>>.Remove(KeyValuePair<string, object?> item) => Remove(item.Key);
    void IDictionary.Add(object key, object? value) => Add(NameOf(key), value);
    bool IDictionary.Contains(object key) => key is string name && ContainsKey(name);
    void IDictionary.Remove(object key) => Remove(NameOf(key));

    void ICollection<KeyValuePair<string, object?>>.CopyTo(KeyValuePair<string, object?>[] array, int arrayIndex)
    {
        foreach (var pair in this) array[arrayIndex++] = pair;
    }

    void ICollection.CopyTo(Array array, int index)
    {
        foreach (var name in names) array.SetValue(new DictionaryEntry(name, values[name]), index++);
    }

    internal bool TryAddExact(string key, object? value)
    {
        if (!values.TryAdd(key, value)) return false;
        names.Add(key);
        return true;
    }

    internal bool HasExact(string key) => values.ContainsKey(key);

    internal object? GetExact(string key) => values[key];

    /// <summary>
    /// A copy in which the values of another object take the place of its own: objects are merged at any depth, and
    /// anything else, lists included, is replaced.
    /// </summary>
    internal JsonMap MergedWith(JsonMap changes)
    {
        var merged = new JsonMap();
        foreach (var (name, value) in this) merged.TryAddExact(name, value);
        foreach (var (name, value) in changes)
        {
            var known = merged.Find(name) ?? name;
            if (value is JsonMap inner && merged.values.TryGetValue(known, out var existing) && existing is JsonMap outer) merged.values[known] = outer.MergedWith(inner);
            else if (!merged.TryAddExact(known, value)) merged.ReplaceExact(known, value);
        }
        return merged;
    }

    internal void ReplaceExact(string key, object? value) => values[key] = value;

    private static string NameOf(object key) => key as string ?? throw new ArgumentException("A JSON name is a string.", nameof(key));

    private string? Find(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (values.ContainsKey(key)) return key;
        foreach (var name in names)
        {
            if (string.Equals(name, key, StringComparison.OrdinalIgnoreCase)) return name;
        }
        return null;
    }

    private sealed class EntryEnumerator(IEnumerator<KeyValuePair<string, object?>> pairs) : IDictionaryEnumerator
    {
        public DictionaryEntry Entry => new(pairs.Current.Key, pairs.Current.Value);
        public object Key => pairs.Current.Key;
        public object? Value => pairs.Current.Value;
        public object Current => Entry;
        public bool MoveNext() => pairs.MoveNext();
        public void Reset() => pairs.Reset();
    }
}

internal sealed class JsonMapConverter : JsonConverter<JsonMap>
{
    public override JsonMap Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.StartObject
            ? (JsonMap)FreeForm.Read(ref reader)!
            : throw new JsonException("Expected a JSON object.");

    public override void Write(Utf8JsonWriter writer, JsonMap value, JsonSerializerOptions options) => FreeForm.Write(writer, value);
}
