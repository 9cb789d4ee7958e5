using System.Globalization;
using System.Management.Automation;
using Ojin.Http;
using Ojin.Json;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell;

/// <summary>
/// What Ojin.Format.ps1xml shows of values: text without control characters, sizes and times as people read them. A
/// view can name a type of this assembly, and none of those that the loader keeps apart.
/// </summary>
public static class View
{
    private static readonly string[] Units = ["KB", "MB", "GB", "TB", "PB"];

    /// <summary>Text from a server, control characters escaped; lists with commas.</summary>
    public static string Text(object? value)
    {
        var inner = value is PSObject wrapped ? wrapped.BaseObject : value;
        return inner switch
        {
            null => "",
            string text => TextForDisplay.Escape(text),
            JsonMap map => TextForDisplay.Escape(map.Count == 0 ? "{}" : map.ToJson()),
            System.Collections.IEnumerable list => string.Join(", ", list.Cast<object?>().Select(Text)),
            _ => TextForDisplay.Escape(Convert.ToString(inner, CultureInfo.InvariantCulture)),
        };
    }

    /// <summary>Free-form values as indented JSON, control characters escaped.</summary>
    public static string Json(object? value)
    {
        var inner = value is PSObject wrapped ? wrapped.BaseObject : value;
        if (inner is null or JsonMap { Count: 0 }) return inner is null ? "" : "{}";
        return string.Join('\n', FreeForm.ToJson(inner, indented: true).Split('\n').Select(line => TextForDisplay.Escape(line.TrimEnd('\r'))));
    }

    /// <summary>The fields of a free-form object, one a line; what nests in them as JSON, control characters escaped.</summary>
    public static string Fields(object? value)
    {
        if (value is not PSObject { BaseObject: PSCustomObject } shown) return Text(value);
        var fields = shown.Properties.OfType<PSNoteProperty>().Select(field => (Name: TextForDisplay.Escape(field.Name), field.Value)).ToArray();
        var width = fields.Length == 0 ? 0 : fields.Max(field => field.Name.Length);
        return string.Join('\n', fields.Select(field => $"{field.Name.PadRight(width)} : {Compact(field.Value)}"));
    }

    /// <summary>A number of bytes as 12.3 MB; a unit is 1024 of the one before.</summary>
    public static string Size(object? bytes)
    {
        var inner = bytes is PSObject wrapped ? wrapped.BaseObject : bytes;
        if (inner is not (long or int or ulong or double)) return "";
        var size = Convert.ToDouble(inner, CultureInfo.InvariantCulture);
        if (size < 1024) return string.Create(CultureInfo.InvariantCulture, $"{size:0} B");
        var unit = -1;
        do
        {
            size /= 1024;
            unit++;
        }
        while (size >= 1023.95 && unit < Units.Length - 1);
        return string.Create(CultureInfo.InvariantCulture, $"{size:0.0} {Units[unit]}");
    }

    /// <summary>A URL without its query, which may be as good as a password.</summary>
    public static string Address(object? url) => (url is PSObject wrapped ? wrapped.BaseObject : url) switch
    {
        Uri { IsAbsoluteUri: true } known => TextForDisplay.Escape(known.GetLeftPart(UriPartial.Path) + (known.Query.Length > 0 ? "?" + Redaction.Mark : "")),
        string text when Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" => Address(uri),
        var other => Text(other),
    };

    /// <summary>A time in this machine's zone, to the minute.</summary>
    public static string Time(object? time) =>
        (time is PSObject wrapped ? wrapped.BaseObject : time) is DateTimeOffset known ? known.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : "";

    /// <summary>A span as 12.3 s.</summary>
    public static string Duration(object? span) =>
        (span is PSObject wrapped ? wrapped.BaseObject : span) is TimeSpan known ? string.Create(CultureInfo.InvariantCulture, $"{known.TotalSeconds:0.0} s") : "";

    private static string Compact(object? value)
    {
        var plain = PlainValues.From(value);
        return plain is JsonMap or object?[] ? TextForDisplay.Escape(FreeForm.ToJson(plain)) : Text(plain);
    }
}
