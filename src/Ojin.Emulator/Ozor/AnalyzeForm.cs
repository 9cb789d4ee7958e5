using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Ojin.Emulator;

/// <summary>The multipart body of an analysis, read once and strictly; the file is counted and not kept.</summary>
internal sealed class AnalyzeForm
{
    private const int LongestField = 64 * 1024;

    private static readonly Dictionary<string, (string Type, byte[] Magic)> Formats = new(StringComparer.Ordinal)
    {
        ["application/pdf"] = ("pdf", "%PDF-"u8.ToArray()),
        ["application/vnd.openxmlformats-officedocument.presentationml.presentation"] = ("pptx", [0x50, 0x4B, 0x03, 0x04]),
        ["application/vnd.openxmlformats-officedocument.wordprocessingml.document"] = ("docx", [0x50, 0x4B, 0x03, 0x04]),
    };

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    private AnalyzeForm()
    {
    }

    /// <summary>The address to analyze; null when a file was sent.</summary>
    public Uri? Url { get; private set; }

    public string? FileName { get; private set; }

    /// <summary>pdf, pptx, docx or url.</summary>
    public string FileType { get; private set; } = "url";

    public long? FileBytes { get; private set; }

    public string? FileMd5 { get; private set; }

    public string? Prompt { get; private set; }

    public int TargetDurationSec { get; private set; } = 30;

    public string AspectRatio { get; private set; } = "16:9";

    public static async Task<AnalyzeForm> ReadAsync(HttpContext context, long maximumFile)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            throw new RefusalException(415, "", "The Content-Type must be multipart/form-data.");
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        if (boundary.Length is 0 or > 70)
            throw Invalid("The Content-Type has no usable boundary.");
        var form = new AnalyzeForm();
        try
        {
            var reader = new MultipartReader(boundary, context.Request.Body);
            while (await reader.ReadNextSectionAsync(context.RequestAborted) is { } section)
                await form.ReadPartAsync(section, maximumFile, context.RequestAborted);
        }
        catch (Exception problem) when (problem is InvalidDataException or DecoderFallbackException || (problem is IOException && !context.RequestAborted.IsCancellationRequested))
        {
            throw Invalid("The form can't be read: " + problem.Message);
        }

        if (form._seen.Contains("file") == form._seen.Contains("url"))
            throw Invalid("Provide exactly one of file or url.");
        return form;
    }

    private static RefusalException Invalid(string message) => new(400, "", message);

    private async Task ReadPartAsync(MultipartSection section, long maximumFile, CancellationToken cancellationToken)
    {
        if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
            || !disposition.DispositionType.Equals("form-data", StringComparison.OrdinalIgnoreCase))
            throw Invalid("A part of the form has no Content-Disposition: form-data.");
        var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
        if (name is not ("file" or "url" or "target_duration_sec" or "prompt" or "aspect_ratio"))
            throw Invalid($"The form field '{name}' is unknown.");
        if (!_seen.Add(name))
            throw Invalid($"The form field '{name}' is given twice.");
        if (name == "file")
        {
            await ReadFileAsync(section, disposition, maximumFile, cancellationToken);
            return;
        }

        if (disposition.FileName.HasValue || disposition.FileNameStar.HasValue)
            throw Invalid($"The form field '{name}' must not be a file.");
        if (section.ContentType is not null
            && (!MediaTypeHeaderValue.TryParse(section.ContentType, out var type)
                || !type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase)
                || (type.Charset.HasValue && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))))
            throw Invalid($"The form field '{name}' must be text in UTF-8.");
        var bytes = await StrictJson.ReadBytesAsync(section.Body, LongestField, cancellationToken)
            ?? throw Invalid($"The form field '{name}' is too long.");
        Take(name, StrictUtf8.GetString(bytes));
    }

    private void Take(string name, string value)
    {
        switch (name)
        {
            case "url":
                Url = Uri.TryCreate(value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0
                    ? uri
                    : throw Invalid("The form field 'url' must be an http(s):// URL.");
                break;
            case "target_duration_sec":
                TargetDurationSec = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
                    ? seconds
                    : throw Invalid("The form field 'target_duration_sec' must be a whole number of seconds.");
                break;
            case "aspect_ratio":
                AspectRatio = value is "16:9" or "9:16" ? value : throw Invalid("The form field 'aspect_ratio' must be 16:9 or 9:16.");
                break;
            default:
                Prompt = value;
                break;
        }
    }

    private async Task ReadFileAsync(MultipartSection section, ContentDispositionHeaderValue disposition, long maximumFile, CancellationToken cancellationToken)
    {
        // RFC 7578 takes the name from filename, in UTF-8 as it is, and knows no filename* and no encoded words here.
        var parameter = disposition.Parameters.FirstOrDefault(one => one.Name.Equals("filename", StringComparison.OrdinalIgnoreCase));
        var fileName = parameter is null ? "" : HeaderUtilities.UnescapeAsQuotedString(parameter.Value).ToString();
        if (fileName.Length == 0)
            throw Invalid("The file has no name.");
        if (fileName.Contains('\uFFFD', StringComparison.Ordinal))
            throw Invalid("The file's name is not in UTF-8.");
        if (!MediaTypeHeaderValue.TryParse(section.ContentType, out var type) || !Formats.TryGetValue(type.MediaType.ToString(), out var format))
            throw Invalid($"Unsupported file type: the file's Content-Type is '{section.ContentType}'; PDF, PPTX and DOCX are supported.");
        if (!fileName.EndsWith("." + format.Type, StringComparison.OrdinalIgnoreCase))
            throw Invalid($"Unsupported file type: '{fileName}' is not the name of a {format.Type} file.");

        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var buffer = new byte[64 * 1024];
        long length = 0;
        while (true)
        {
            // The first block has all of the magic bytes.
            var count = await section.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            if (length == 0 && !buffer.AsSpan(0, count).StartsWith(format.Magic))
                throw Invalid($"Unsupported file type: the content of '{fileName}' is not that of a {format.Type} file.");
            if (count == 0)
                break;
            length += count;
            if (length > maximumFile)
                throw Invalid($"The file is larger than {maximumFile} bytes (50 MB).");
            md5.AppendData(buffer, 0, count);
        }

        (FileName, FileType, FileBytes, FileMd5) = (fileName, format.Type, length, Convert.ToHexStringLower(md5.GetHashAndReset()));
    }
}
