using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ojin.Json;

/// <summary>
/// What every object of a service has in common: a field that this library does not know is kept. A field that the
/// contract requires and an answer lacks is empty (null for times and objects); only an identifier must be there.
/// </summary>
public abstract class ServiceObject
{
    private JsonMap? additional;

    /// <summary>The fields that the contract does not name, under their names on the wire.</summary>
    [JsonIgnore]
    public JsonMap AdditionalProperties => additional ??= ToMap();

    /// <summary>Whether there are any; asking makes nothing.</summary>
    internal bool HasAdditionalProperties => UnknownFields is { Count: > 0 } || additional is { Count: > 0 };

    /// <summary>The same as they were read.</summary>
    [JsonInclude]
    [JsonExtensionData]
    internal Dictionary<string, JsonElement>? UnknownFields { get; set; }

    private JsonMap ToMap()
    {
        var map = new JsonMap();
        if (UnknownFields is not null)
        {
            foreach (var (name, element) in UnknownFields) map.Add(name, FreeForm.FromElement(element));
        }
        return map;
    }
}
