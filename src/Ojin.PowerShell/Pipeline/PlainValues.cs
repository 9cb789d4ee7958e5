using System.Collections;
using System.Management.Automation;
using System.Text.Json;
using Ojin.Http;
using Ojin.Json;

namespace Ojin.PowerShell.Pipeline;

/// <summary>
/// What people type as data (hashtables, ordered dictionaries, PSCustomObjects, lists) as the plain values that become
/// JSON: without PSObject around them, in their order, at any depth.
/// </summary>
internal static class PlainValues
{
    /// <summary>The plain value.</summary>
    /// <param name="value">Anything that was typed or piped.</param>
    /// <param name="replace">May put something else in the place of a value that JSON has no form for, such as a file.</param>
    /// <exception cref="OjinException">It nests too deep, or contains a value that JSON has no form for.</exception>
    public static object? From(object? value, Func<object, (bool Replaced, object? Value)>? replace = null) => From(value, replace, 0);

    /// <summary>A JSON object from a dictionary, an object with properties, or JSON text.</summary>
    /// <exception cref="OjinException">It is none of these.</exception>
    public static JsonMap Map(object? value, string what)
    {
        var inner = value is PSObject wrapped ? (wrapped.BaseObject is PSCustomObject ? wrapped : wrapped.BaseObject) : value;
        if (inner is string text)
        {
            try
            {
                return JsonMap.Parse(text);
            }
            catch (JsonException exception)
            {
                throw new OjinException(ErrorCodes.InvalidArgument, $"{what} is text that is no JSON object: {TextForDisplay.Escape(exception.Message, 200)}", "Give a hashtable, or JSON text such as '{ \"name\": \"value\" }'.", exception);
            }
        }
        return From(value) as JsonMap
            ?? throw OjinException.Argument($"{what} is {(inner is null ? "null" : "a " + inner.GetType().Name)}, not a JSON object.", "Give a hashtable, an object with properties, or JSON text of an object.");
    }

    private static object? From(object? value, Func<object, (bool Replaced, object? Value)>? replace, int depth)
    {
        if (depth > FreeForm.MaximumDepth)
        {
            throw OjinException.Argument($"The data nests deeper than {FreeForm.MaximumDepth} levels, or contains itself.", "Give the data without the reference to itself.");
        }
        var wrapped = value as PSObject;
        var inner = wrapped is not null && wrapped.BaseObject is not PSCustomObject ? wrapped.BaseObject : value;
        if (inner is null || inner == System.Management.Automation.Internal.AutomationNull.Value) return null;
        if (replace is not null)
        {
            var (replaced, other) = replace(inner);
            if (replaced) return other;
        }
        switch (inner)
        {
            case double.NaN or double.PositiveInfinity or double.NegativeInfinity or float.NaN or float.PositiveInfinity or float.NegativeInfinity:
                throw OjinException.Argument("The data contains a number that is infinite or not a number, for which JSON has no form.", "Give a number, text or null in its place.");
            case string or bool or int or long or double or float or decimal or byte or sbyte or short or ushort or uint or ulong or char or Guid or Uri or DateTime or DateTimeOffset or Enum or System.Numerics.BigInteger:
                return inner;
            case SwitchParameter toggle:
                return toggle.IsPresent;
            case JsonElement element:
                return FreeForm.FromElement(element);
            case IDictionary dictionary:
                var map = new JsonMap();
                foreach (DictionaryEntry entry in dictionary) map.Add(LanguagePrimitives.ConvertTo<string>(entry.Key), From(entry.Value, replace, depth + 1));
                return map;
            case IEnumerable list:
                var items = new List<object?>();
                foreach (var item in list) items.Add(From(item, replace, depth + 1));
                return items.ToArray();
            case PSObject custom:
                var properties = new JsonMap();
                foreach (var property in custom.Properties)
                {
                    // What comes from another process (a job, CLIXML) has the properties of its type as they were.
                    if (property is PSNoteProperty or PSProperty) properties.Add(property.Name, From(property.Value, replace, depth + 1));
                }
                return properties;
            default:
                throw OjinException.Argument($"The data contains a {inner.GetType().Name}, for which JSON has no form.", "Give text, numbers, true or false, null, hashtables and lists.");
        }
    }
}
