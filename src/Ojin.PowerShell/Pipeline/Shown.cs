using System.Management.Automation;
using System.Text;
using Ojin.Json;

namespace Ojin.PowerShell.Pipeline;

/// <summary>How an object of a service comes out: typed, and with each field that its contract does not name as a further property.</summary>
internal static class Shown
{
    public static object? Of(object? value)
    {
        if (value is not ServiceObject { HasAdditionalProperties: true } typed) return value;
        var shown = new PSObject(typed);
        foreach (var (name, item) in typed.AdditionalProperties)
        {
            var property = PascalCase(name);
            if (shown.Properties[property] is null) shown.Properties.Add(new PSNoteProperty(property, item));
        }
        return shown;
    }

    /// <summary>A wire name in PowerShell's letters: <c>asset_id</c> and <c>assetId</c> become <c>AssetId</c>.</summary>
    public static string PascalCase(string name)
    {
        var text = new StringBuilder(name.Length);
        var upper = true;
        foreach (var character in name)
        {
            if (character is '_' or '-' or ' ')
            {
                upper = true;
                continue;
            }
            text.Append(upper ? char.ToUpperInvariant(character) : character);
            upper = false;
        }
        return text.Length == 0 ? name : text.ToString();
    }
}
