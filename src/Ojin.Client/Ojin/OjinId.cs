using Ojin.Http;

namespace Ojin;

/// <summary>Checks of ids before any request.</summary>
internal static class OjinId
{
    /// <summary>A UUID where the contract says uuid.</summary>
    /// <param name="value">The id.</param>
    /// <param name="what">What it identifies, such as "asset id".</param>
    /// <exception cref="OjinException">It is no UUID.</exception>
    public static string Uuid(string? value, string what)
    {
        var text = value?.Trim() ?? "";
        return Guid.TryParseExact(text, "D", out _)
            ? text
            : throw OjinException.Argument($"'{TextForDisplay.Escape(value, 100)}' is no {what}: it must be a UUID, such as 123e4567-e89b-12d3-a456-426614174000.", $"Give the {what} as the service shows it. Nothing was sent.");
    }

    /// <summary>A text that must not be empty.</summary>
    /// <exception cref="OjinException">It is empty.</exception>
    public static string Text(string? value, string what) => string.IsNullOrWhiteSpace(value)
        ? throw OjinException.Argument($"The {what} is empty.", $"Give a {what}. Nothing was sent.")
        : value;
}
