using System.Text;
using System.Text.Json;
using Ojin.Http;
using Ojin.Json;

namespace Ojin;

/// <summary>
/// Any request to one of the services, for what they offer tomorrow: with the session's key, below its address, by the
/// same rules as every other request.
/// </summary>
public sealed class AnyRequestClient
{
    private readonly HttpTransport transport;
    private readonly OjinService service;
    private readonly ServiceAddress address;
    private readonly Func<string, Credential?> credentialFor;

    private AnyRequestClient(HttpTransport transport, OjinService service, ServiceAddress address, Func<string, Credential?> credentialFor)
    {
        this.transport = transport;
        this.service = service;
        this.address = address;
        this.credentialFor = credentialFor;
    }

    /// <summary>Requests to the Ojin REST API. What lies below <c>public/</c> takes no key.</summary>
    public static AnyRequestClient ForOjin(HttpTransport transport, OjinSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return new(transport, OjinService.Ojin, session.Address, path => IsBelow(path, "public") ? null : session.RequireKey());
    }

    /// <summary>Requests to the Session API, which takes no key.</summary>
    public static AnyRequestClient ForAgents(HttpTransport transport, OjinSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return new(transport, OjinService.Agents, session.Agents, _ => null);
    }

    /// <summary>Requests to Ozor. Key management takes the Firebase token, everything else the key.</summary>
    public static AnyRequestClient ForOzor(HttpTransport transport, OzorSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return new(transport, OjinService.Ozor, session.Address, path => IsBelow(path, "api/api-keys") ? session.RequireToken() : session.RequireKey());
    }

    /// <summary>Requests to the AIMP Gateway.</summary>
    public static AnyRequestClient ForAimp(HttpTransport transport, AimpSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return new(transport, OjinService.Aimp, session.Address, _ => session.RequireKey());
    }

    /// <summary>
    /// The address that a path names: below the session's address, or, where it is a whole URL, at its very origin.
    /// </summary>
    /// <exception cref="OjinException">The path would leave the origin.</exception>
    public Uri Resolve(string path, IEnumerable<KeyValuePair<string, string>> query)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(query);
        var text = path.Trim();
        Uri target;
        if (text.StartsWith("//", StringComparison.Ordinal) || text.Contains('\\', StringComparison.Ordinal) || text.AsSpan().ContainsAnyInRange('\0', '\u001f') || text.Contains('#', StringComparison.Ordinal))
        {
            throw Leaves(path);
        }
        text = Escaped(text);
        if (text.Contains("://", StringComparison.Ordinal) && !text.StartsWith('/') && text.IndexOf("://", StringComparison.Ordinal) <= Before(text))
        {
            if (!Uri.TryCreate(text, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out var whole) || !Credential.SameOrigin(whole, address.BaseUri) || whole.UserInfo.Length > 0) throw Leaves(path);
            target = whole;
        }
        else
        {
            var relative = text.TrimStart('/');
            // A path copied from the documentation may have the base's own path at its start.
            var basePath = address.BaseUri.AbsolutePath.Trim('/');
            if (basePath.Length > 0 && relative.StartsWith(basePath + "/", StringComparison.OrdinalIgnoreCase)) relative = relative[(basePath.Length + 1)..];
            target = address.Build(relative);
        }
        if (target.AbsolutePath.Split('/').Any(segment => Uri.UnescapeDataString(segment) is "." or "..")) throw Leaves(path);
        var added = string.Join('&', query.Select(pair => Uri.EscapeDataString(pair.Key) + "=" + Uri.EscapeDataString(pair.Value)));
        if (added.Length > 0)
        {
            target = new Uri(target.AbsoluteUri + (target.Query.Length > 0 ? "&" : "?") + added, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        }
        // The last word: whatever the text was, this is where it would go.
        return Credential.SameOrigin(target, address.BaseUri) ? target : throw Leaves(path);
    }

    /// <summary>The request for a resolved address.</summary>
    /// <param name="method">Any HTTP method; one that is not GET, HEAD or DELETE is sent once.</param>
    /// <param name="target">What <see cref="Resolve"/> returned.</param>
    /// <param name="json">The body as JSON text; null for none.</param>
    /// <exception cref="OjinException">The body is no JSON, or has a field that the contract forbids.</exception>
    public ServiceRequest Create(HttpMethod method, Uri target, string? json)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(target);
        var safe = method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Delete;
        var path = PathBelowBase(target);
        if (json is not null) Check(path, method, json);
        return new ServiceRequest
        {
            Service = service,
            Method = method,
            Address = target,
            Retry = safe ? RetryRule.Safe : RetryRule.Once,
            Credential = credentialFor(path),
            Content = json is null ? null : JsonBody.Of(json),
            AnswerTimeout = TimeSpan.FromMinutes(10),
            Accept = "application/json, */*;q=0.5",
        };
    }

    /// <summary>Sends it and gives the answer: JSON as free-form values, text as text, nothing as null, anything else as its bytes.</summary>
    public async Task<object?> SendAsync(ServiceRequest request, CancellationToken cancellationToken)
    {
        var answer = await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (answer.Body.Length == 0) return null;
        var type = answer.ContentHeaders.ContentType?.MediaType;
        if (type is null || type.EndsWith("json", StringComparison.OrdinalIgnoreCase)) return answer.ReadFreeForm();
        return IsText(type) ? Encoding.UTF8.GetString(answer.Body.Span) : answer.Body.ToArray();
    }

    /// <summary>Sends it and hands over the answer as a stream.</summary>
    public Task<OpenAnswer> OpenAsync(ServiceRequest request, CancellationToken cancellationToken) => transport.OpenAsync(request, cancellationToken);

    private static bool IsText(string type) => type.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
        || type.EndsWith("xml", StringComparison.OrdinalIgnoreCase)
        || type.EndsWith("javascript", StringComparison.OrdinalIgnoreCase)
        || type.EndsWith("yaml", StringComparison.OrdinalIgnoreCase);

    private void Check(string path, HttpMethod method, string json)
    {
        object? body;
        try
        {
            body = FreeForm.Parse(Encoding.UTF8.GetBytes(json));
        }
        catch (JsonException exception)
        {
            throw new OjinException(ErrorCodes.InvalidArgument, "The body is no JSON text.", "Give -Body a hashtable, or text that is JSON.", exception);
        }
        if (service == OjinService.Aimp && method == HttpMethod.Post && path.TrimEnd('/').Equals("runs", StringComparison.OrdinalIgnoreCase) && body is JsonMap run) AimpRun.Check(run);
    }

    private string PathBelowBase(Uri target)
    {
        var path = target.AbsolutePath;
        var below = address.BaseUri.AbsolutePath;
        return path.StartsWith(below, StringComparison.OrdinalIgnoreCase) ? path[below.Length..] : path.TrimStart('/');
    }

    // Escaped letters name the same resource.
    private static bool IsBelow(string path, string folder) => (Uri.UnescapeDataString(path) + "/").StartsWith(folder + "/", StringComparison.OrdinalIgnoreCase);

    // What has no place in a URL, a space and a lone percent sign among it, would be on the wire as it is.
    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var one = text[i];
            if (one == '%' && !(i + 2 < text.Length && char.IsAsciiHexDigit(text[i + 1]) && char.IsAsciiHexDigit(text[i + 2]))) escaped.Append("%25");
            else if (one is > ' ' and <= '~' && !"\"<>^`{|}".Contains(one, StringComparison.Ordinal)) escaped.Append(one);
            else if (char.IsHighSurrogate(one) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) escaped.Append(Uri.EscapeDataString(text.Substring(i++, 2)));
            else escaped.Append(Uri.EscapeDataString(one.ToString()));
        }
        return escaped.ToString();
    }

    private static int Before(string text) => text.IndexOfAny(['/', '?']) is >= 0 and var first ? first : int.MaxValue;

    private OjinException Leaves(string path) => new(
        ErrorCodes.InvalidAddress,
        $"The path '{TextForDisplay.Escape(path.Split('?')[0], 200)}' does not stay at {address.BaseUri.GetLeftPart(UriPartial.Authority)}, where the key belongs.",
        "Give a path below the service's address, such as model-variants.")
    { Service = service };
}
