using System.Text.RegularExpressions;

namespace Ojin.Http;

/// <summary>Takes secrets out of text that somebody may read: messages, traces, bodies.</summary>
public static partial class Redaction
{
    /// <summary>What stands where a secret stood.</summary>
    public const string Mark = "***";

    private const string OzorKeyStart = "sk_live_";

    /// <summary>
    /// The text without the given secrets, without the query of any URL that has one, and without the values of JSON
    /// fields that hold secrets or file contents.
    /// </summary>
    public static string Redact(string text, IEnumerable<string> secrets)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(secrets);
        foreach (var secret in secrets)
        {
            if (secret.Length >= 4)
            {
                text = text.Replace(secret, Mark, StringComparison.Ordinal);
                var escaped = Uri.EscapeDataString(secret);
                if (escaped != secret) text = text.Replace(escaped, Mark, StringComparison.Ordinal);
            }
        }
        text = UrlWithQuery().Replace(text, "$1?" + Mark);
        text = UploadUrl().Replace(text, "$1?" + Mark);
        text = SecretField().Replace(text, "$1\"" + Mark + "\"");
        return OzorKey().Replace(text, OzorKeyStart + Mark);
    }

    /// <summary>
    /// A key as it may be shown: its first four letters when it is long enough to spare them. Those of an Ozor key come
    /// after the <c>sk_live_</c> that all of them have; the service itself lists its keys by these twelve.
    /// </summary>
    public static string Hint(string secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        var shared = secret.StartsWith(OzorKeyStart, StringComparison.Ordinal) ? OzorKeyStart.Length : 0;
        return secret.Length >= shared + 16 ? string.Concat(secret.AsSpan(0, shared + 4), "…") : "…";
    }

    [GeneratedRegex(@"(https?:(?://|\\/\\/)[^\s""'<>?]+)\?[^\s""'<>]+", RegexOptions.IgnoreCase)]
    private static partial Regex UrlWithQuery();

    // One that names no origin.
    [GeneratedRegex(@"(""upload_url""\s*:\s*""[^""?]*)\?[^""]*", RegexOptions.IgnoreCase)]
    private static partial Regex UploadUrl();

    [GeneratedRegex(@"(""(?:token|rawKey|raw_key|api_key|apiKey|access_token|base64|password|secret|authorization|x-api-key)""\s*:\s*)""(?:[^""\\]|\\.)*(?:""|$)", RegexOptions.IgnoreCase)]
    private static partial Regex SecretField();

    [GeneratedRegex("sk_live_[0-9a-fA-F]{13,}")]
    private static partial Regex OzorKey();
}
