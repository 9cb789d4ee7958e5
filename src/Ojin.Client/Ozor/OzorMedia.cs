using System.Globalization;
using Ojin.Http;
using Ojin.Json;
using Ojin.Transfer;

namespace Ojin;

/// <summary>The two kinds of attachments.</summary>
public enum OzorMediaKind
{
    /// <summary>A picture (<c>ChatImage</c>): JPEG, PNG or WebP.</summary>
    Image,

    /// <summary>A film (<c>ChatVideo</c>): MP4 or WebM.</summary>
    Video,
}

/// <summary>
/// A picture or a film that goes along with a prompt or a message (<c>ChatImage</c>, <c>ChatVideo</c>): a public https
/// URL, base64, or a file, which is turned into base64 while it is sent and never held in memory.
/// </summary>
public sealed class OzorMedia
{
    private OzorMedia(OzorMediaKind kind)
    {
        Kind = kind;
    }

    /// <summary>Picture or film.</summary>
    public OzorMediaKind Kind { get; }

    /// <summary>The public https URL; null where there is none. With base64 beside it the service ignores it.</summary>
    public string? Url { get; private init; }

    /// <summary>The MIME type; null where it is left to the service.</summary>
    public string? MimeType { get; private init; }

    /// <summary>How long a film is, in seconds; null where it was not told.</summary>
    public double? DurationSec { get; private init; }

    /// <summary>The URL of a picture of a film; null where there is none.</summary>
    public string? ThumbnailUrl { get; private init; }

    /// <summary>The file that is sent; null where it is none.</summary>
    public string? FilePath { get; private init; }

    /// <summary>The file's size in bytes; 0 where it is none.</summary>
    public long SizeBytes { get; private init; }

    internal string? Base64 { get; private init; }

    internal DateTime ChangedAt { get; private init; }

    /// <summary>An attachment that the service fetches from a public address.</summary>
    /// <exception cref="OjinException">The address is not https.</exception>
    public static OzorMedia FromUrl(OzorMediaKind kind, string url) => new(kind) { Url = CheckedUrl(url, What(kind)) };

    /// <summary>A file, its type told by its first bytes.</summary>
    /// <param name="kind">Picture or film.</param>
    /// <param name="fullPath">The file.</param>
    /// <param name="fields">Further fields of the contract, <c>durationSec</c> and <c>thumbnailUrl</c> for a film; null for none.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="OjinException">It is not there, empty, unreadable, or none of the types that the service takes.</exception>
    public static async Task<OzorMedia> FromFileAsync(OzorMediaKind kind, string fullPath, JsonMap? fields, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(fullPath);
        var shown = LocalFile.Shown(fullPath);
        var further = FromFields(kind, fields ?? [], isFile: true);
        var head = new byte[MediaTypes.HeadSize];
        long size;
        int read;
        DateTime changed;
        try
        {
            var file = new FileStream(fullPath, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous);
            await using (file.ConfigureAwait(false))
            {
                size = file.Length;
                changed = File.GetLastWriteTimeUtc(fullPath);
                read = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new OjinException(ErrorCodes.FileNotFound, Directory.Exists(fullPath) ? $"{shown} is a folder." : $"There is no file {shown}.", "Give the path of a file, or an https URL. Nothing was sent.", exception);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new OjinException(ErrorCodes.FileUnusable, Directory.Exists(fullPath) ? $"{shown} is a folder." : $"{shown} cannot be read: {exception.Message}", "Give the path of a file that you may read. Nothing was sent.", exception);
        }
        if (size == 0) throw new OjinException(ErrorCodes.FileUnusable, $"{shown} is empty.", "Give a file with content. Nothing was sent.");
        var type = MediaTypes.OfBytes(head.AsSpan(0, read));
        if (type is null || !Types(kind).Contains(type))
        {
            throw new OjinException(
                ErrorCodes.FileUnusable,
                $"{shown} is {(type is null ? "of no type that its first bytes tell" : type)}; for {What(kind)} the service takes {string.Join(", ", Types(kind))}.",
                $"Convert it, or give it as {(kind == OzorMediaKind.Image ? "-Video" : "-Image")} where it is one. Nothing was sent.");
        }
        return new OzorMedia(kind)
        {
            Url = further.Url,
            MimeType = type,
            DurationSec = further.DurationSec,
            ThumbnailUrl = further.ThumbnailUrl,
            FilePath = fullPath,
            SizeBytes = size,
            ChangedAt = changed,
        };
    }

    /// <summary>An attachment from the contract's own fields: <c>url</c>, <c>base64</c>, <c>mimeType</c>, and for a film <c>durationSec</c> and <c>thumbnailUrl</c>.</summary>
    /// <exception cref="OjinException">A field that the contract does not name, one with a wrong value, or neither URL nor base64.</exception>
    public static OzorMedia FromFields(OzorMediaKind kind, JsonMap fields) => FromFields(kind, fields, isFile: false);

    /// <summary>The types that the service takes.</summary>
    public static IReadOnlyList<string> Types(OzorMediaKind kind) =>
        kind == OzorMediaKind.Image ? ["image/jpeg", "image/png", "image/webp"] : ["video/mp4", "video/webm"];

    /// <inheritdoc/>
    public override string ToString() => FilePath ?? Url ?? $"{What(Kind)} as base64";

    private static OzorMedia FromFields(OzorMediaKind kind, JsonMap fields, bool isFile)
    {
        ArgumentNullException.ThrowIfNull(fields);
        string? url = null, base64 = null, type = null, thumbnail = null;
        double? duration = null;
        foreach (var (name, value) in fields)
        {
            if (value is null) continue;
            switch (name.ToUpperInvariant())
            {
                case "URL":
                    url = CheckedUrl(Text(name, value), What(kind));
                    break;
                case "BASE64" when !isFile:
                    base64 = Text(name, value);
                    break;
                case "MIMETYPE" when !isFile:
                    type = Text(name, value);
                    break;
                case "DURATIONSEC" when kind == OzorMediaKind.Video:
                    duration = Seconds(value);
                    break;
                case "THUMBNAILURL" when kind == OzorMediaKind.Video:
                    thumbnail = CheckedUrl(Text(name, value), "a film's thumbnail", "http");
                    break;
                default:
                    throw OjinException.Argument($"{What(kind)} has no field '{TextForDisplay.Escape(name, 80)}'.", $"Give {(isFile ? "" : "url or base64, mimeType")}{(kind == OzorMediaKind.Image ? "" : isFile ? "durationSec and thumbnailUrl" : ", durationSec and thumbnailUrl")}. Nothing was sent.");
            }
        }
        if (base64 is not null) (base64, type) = CheckedBase64(kind, base64, type);
        if (type is not null && !Types(kind).Contains(type))
        {
            throw OjinException.Argument($"'{TextForDisplay.Escape(type, 80)}' is no type for {What(kind)}.", $"The service takes {string.Join(", ", Types(kind))}. Nothing was sent.");
        }
        if (url is null && base64 is null && !isFile) throw OjinException.Argument($"{What(kind)} has neither url nor base64.", "Give one of them. Nothing was sent.");
        return new OzorMedia(kind) { Url = url, Base64 = base64, MimeType = type, DurationSec = duration, ThumbnailUrl = thumbnail };
    }

    // The service wants the bare letters; what a browser copies has the type before them.
    private static (string Base64, string? Type) CheckedBase64(OzorMediaKind kind, string text, string? type)
    {
        if (text.StartsWith("data:", StringComparison.OrdinalIgnoreCase) && text.IndexOf(',', StringComparison.Ordinal) is var comma and > 0)
        {
            var prefix = text[5..comma].Split(';');
            if (prefix[^1].Equals("base64", StringComparison.OrdinalIgnoreCase))
            {
                type ??= prefix.Length > 1 && prefix[0].Length > 0 ? prefix[0] : null;
                text = text[(comma + 1)..];
            }
        }
        return text.Length > 0 && System.Buffers.Text.Base64.IsValid(text)
            ? (text, type)
            : throw OjinException.Argument($"The base64 of {What(kind)} is not base64.", "Give a path instead, which is turned into base64 by itself. Nothing was sent.");
    }

    private static string CheckedUrl(string url, string what, params string[] schemes)
    {
        var text = url.Trim();
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || !(uri.Scheme == "https" || schemes.Contains(uri.Scheme)) || uri.Host.Length == 0)
        {
            throw OjinException.Argument($"'{TextForDisplay.Escape(Redaction.Redact(url, []), 200)}' is no https URL{string.Concat(schemes.Select(scheme => " and no " + scheme + " URL"))}, and the service fetches {what} from no other.", "Give an https URL that everybody can read, or the path of a file. Nothing was sent.");
        }
        return uri.UserInfo.Length == 0
            ? text
            : throw OjinException.Argument($"The URL of {what} at {uri.Host} has a user in it.", "Give a URL that everybody can read, or the path of a file. Nothing was sent.");
    }

    private static string Text(string name, object value) => value as string
        ?? (value as Uri)?.OriginalString
        ?? throw OjinException.Argument($"The field '{name}' is no text.", "Give text. Nothing was sent.");

    private static double Seconds(object value)
    {
        double seconds;
        try
        {
            seconds = value is bool ? double.NaN : Convert.ToDouble(value, CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is FormatException or InvalidCastException or OverflowException)
        {
            seconds = double.NaN;
        }
        return double.IsFinite(seconds) && seconds >= 0 ? seconds : throw OjinException.Argument("The field 'durationSec' is no number of seconds.", "Give a number such as 8.5. Nothing was sent.");
    }

    private static string What(OzorMediaKind kind) => kind == OzorMediaKind.Image ? "a picture" : "a film";
}
