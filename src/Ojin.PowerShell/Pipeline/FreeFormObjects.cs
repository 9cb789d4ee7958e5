using System.Management.Automation;
using Ojin.Json;

namespace Ojin.PowerShell.Pipeline;

/// <summary>Free-form JSON as PowerShell's own objects, which bind by property name and have a view that escapes their text.</summary>
internal static class FreeFormObjects
{
    // A view is selected by it, at any depth.
    private const string ViewName = "Ojin.FreeForm";

    /// <summary>The value, with each JSON object as a PSCustomObject, the outermost one of the given type name.</summary>
    public static object? From(object? value, string? typeName = null)
    {
        var converted = Convert(value);
        if (typeName is not null && converted is PSObject { BaseObject: PSCustomObject } shown) shown.TypeNames.Insert(0, typeName);
        return converted;
    }

    private static object? Convert(object? value)
    {
        switch (value)
        {
            case JsonMap map:
                // Names that differ in case alone, or that are empty, have no place in a PSObject.
                if (map.Keys.Any(string.IsNullOrEmpty) || map.Keys.Distinct(StringComparer.OrdinalIgnoreCase).Count() != map.Count) return map;
                var shown = new PSObject();
                foreach (var (name, item) in map) shown.Properties.Add(new PSNoteProperty(name, Convert(item)), preValidated: true);
                shown.TypeNames.Insert(0, ViewName);
                return shown;
            case object?[] list:
                return Array.ConvertAll(list, Convert);
            default:
                return value;
        }
    }
}
