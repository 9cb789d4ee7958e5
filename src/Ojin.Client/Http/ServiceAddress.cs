using System.Text;

namespace Ojin.Http;

/// <summary>The base address of a service, and the one place where its URLs are put together.</summary>
public sealed class ServiceAddress
{
    private ServiceAddress(Uri baseUri) => BaseUri = baseUri;

    /// <summary>The base address, with a slash at the end.</summary>
    public Uri BaseUri { get; }

    /// <summary>
    /// Checks a base address: absolute, https (http only to the loopback), without user, query or fragment.
    /// </summary>
    /// <exception cref="OjinException">It is not such an address.</exception>
    public static ServiceAddress Parse(string address, string what)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (!Uri.TryCreate(address.Trim(), UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http") || uri.Host.Length == 0)
        {
            throw new OjinException(ErrorCodes.InvalidAddress, $"{what} is not the address of a web service.", "Give an address such as https://api.example.com/v1.");
        }
        if (uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            throw new OjinException(ErrorCodes.InvalidAddress, $"{what} has a user, a query or a fragment, which a base address has not.", "Give the address without them.");
        }
        CheckTransport(uri, what);
        return new ServiceAddress(uri.AbsolutePath.EndsWith('/') ? uri : new Uri(uri.AbsoluteUri + "/"));
    }

    /// <summary>Refuses plain http to anything but the loopback.</summary>
    public static void CheckTransport(Uri uri, string what)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (uri.Scheme != "https" && !uri.IsLoopback)
        {
            throw new OjinException(
                ErrorCodes.InvalidAddress,
                $"{what} ({uri.GetLeftPart(UriPartial.Authority)}) is plain http, and a key sent there could be read on the way.",
                "Use https. Plain http works only with an address of this machine, such as http://localhost:8080.");
        }
    }

    /// <summary>
    /// The URL of an operation. Segments are given as they are, and escaped here, a slash in them included; query
    /// values that are null are left out.
    /// </summary>
    /// <param name="path">The literal part of the path, without a slash at the start.</param>
    /// <param name="query">Names and values; a comma in a value of <paramref name="query"/> that was escaped beforehand stays.</param>
    public Uri Build(string path, params (string Name, string? Value)[] query)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(query);
        var text = new StringBuilder(BaseUri.AbsoluteUri).Append(path);
        var separator = '?';
        foreach (var (name, value) in query)
        {
            if (value is null) continue;
            text.Append(separator).Append(name).Append('=').Append(value);
            separator = '&';
        }
        // Without this option the Uri class would turn %2F back into a slash in some paths, and dots into folders.
        return new Uri(text.ToString(), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }

    /// <summary>A value as one segment of a path or as a value of a query: every reserved character escaped.</summary>
    /// <exception cref="OjinException">The value is empty or a dot segment, which would name another resource.</exception>
    public static string Segment(string value, string what)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length == 0 || value is "." or ".." || value.AsSpan().ContainsAnyInRange('\0', '\u001f'))
        {
            throw OjinException.Argument($"'{TextForDisplay.Escape(value)}' is no {what}.", $"Give the {what} as the service shows it.");
        }
        return Uri.EscapeDataString(value);
    }
}
