using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Ojin.Http;

namespace Ojin;

/// <summary>What is to be analyzed, and how: one document or one web page.</summary>
public sealed class OzorAnalysis
{
    /// <summary>The document; null where a web page is given.</summary>
    public DocumentFile? File { get; init; }

    /// <summary>The web page, http or https; null where a document is given.</summary>
    public string? Url { get; init; }

    /// <summary>How long the film is to be, in seconds; null for the service's own choice, 30.</summary>
    public int? TargetDurationSec { get; init; }

    /// <summary>Guidance: tone, focus, audience, language; null for none.</summary>
    public string? Prompt { get; init; }

    /// <summary><c>16:9</c> or <c>9:16</c>; null for the service's own choice, <c>16:9</c>.</summary>
    public string? Aspect { get; init; }

    /// <summary>Checks it against the contract.</summary>
    /// <exception cref="OjinException">Neither or both of document and page, or a value that the contract forbids.</exception>
    public void Check()
    {
        if ((File is null) == (Url is null)) throw OjinException.Argument("An analysis takes one document or one web page.", "Give -Path, -LiteralPath or -Uri. Nothing was sent.");
        if (Url is not null && !(System.Uri.TryCreate(Url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.Host.Length > 0))
        {
            throw OjinException.Argument($"'{TextForDisplay.Escape(Url.Split('?')[0], 200)}' is no address of a web page.", "Give an address that begins with https:// or http://. Nothing was sent.");
        }
        if (Url is not null && new Uri(Url) is { UserInfo.Length: > 0 } named)
        {
            throw OjinException.Argument($"The address of the page at {named.Host} has a user in it.", "Give an address that everybody can read, or the page as a document. Nothing was sent.");
        }
        if (TargetDurationSec is <= 0) throw OjinException.Argument(string.Create(CultureInfo.InvariantCulture, $"A film of {TargetDurationSec} s cannot be made."), "Give a duration above 0. Nothing was sent.");
        OzorWords.Check(Aspect, OzorWords.Aspects, "aspect ratio");
    }

    /// <summary>The form, as <c>POST /api/v1/documents/analyze</c> takes it; the document is read as it is sent.</summary>
    internal HttpContent CreateForm(StallWatch watch)
    {
        // The plain class: the one for forms writes names beyond ASCII in a way that no browser does.
        var boundary = "ojin-" + Guid.NewGuid().ToString("N");
        var form = new MultipartContent("form-data", boundary) { HeaderEncodingSelector = static (_, _) => Encoding.UTF8 };
        form.Headers.ContentType = new MediaTypeHeaderValue("multipart/form-data") { Parameters = { new NameValueHeaderValue("boundary", boundary) } };
        AddText(form, "url", Url);
        AddText(form, "target_duration_sec", TargetDurationSec?.ToString(CultureInfo.InvariantCulture));
        AddText(form, "prompt", Prompt);
        AddText(form, "aspect_ratio", Aspect);
        if (File is not null)
        {
            var content = File.CreateContent(watch);
            content.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name=\"file\"; filename=\"{QuotedName(File.FileName)}\"");
            content.Headers.ContentType = new MediaTypeHeaderValue(File.ContentType);
            form.Add(content);
        }
        return form;
    }

    private static void AddText(MultipartContent form, string name, string? value)
    {
        if (value is null) return;
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(value));
        content.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name=\"{name}\"");
        form.Add(content);
    }

    // As browsers do it.
    private static string QuotedName(string name) => name.Replace("\"", "%22", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);
}
