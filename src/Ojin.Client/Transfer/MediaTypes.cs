namespace Ojin.Transfer;

/// <summary>What a file is: by its extension, and where that says nothing, by its first bytes.</summary>
public static class MediaTypes
{
    /// <summary>The type of what nothing is known of.</summary>
    public const string Unknown = "application/octet-stream";

    /// <summary>How many of the first bytes are enough.</summary>
    internal const int HeadSize = 64;

    private static readonly Dictionary<string, string> ByExtension = new(StringComparer.OrdinalIgnoreCase)
    {
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".jpe"] = "image/jpeg",
        [".jfif"] = "image/jpeg",
        [".gif"] = "image/gif",
        [".webp"] = "image/webp",
        [".avif"] = "image/avif",
        [".heic"] = "image/heic",
        [".heif"] = "image/heif",
        [".bmp"] = "image/bmp",
        [".tif"] = "image/tiff",
        [".tiff"] = "image/tiff",
        [".svg"] = "image/svg+xml",
        [".ico"] = "image/vnd.microsoft.icon",
        [".mp4"] = "video/mp4",
        [".m4v"] = "video/x-m4v",
        [".mov"] = "video/quicktime",
        [".qt"] = "video/quicktime",
        [".webm"] = "video/webm",
        [".mkv"] = "video/x-matroska",
        [".avi"] = "video/x-msvideo",
        [".wmv"] = "video/x-ms-wmv",
        [".mpg"] = "video/mpeg",
        [".mpeg"] = "video/mpeg",
        [".ogv"] = "video/ogg",
        [".3gp"] = "video/3gpp",
        [".flv"] = "video/x-flv",
        [".mts"] = "video/mp2t",
        [".m2ts"] = "video/mp2t",
        [".mp3"] = "audio/mpeg",
        [".wav"] = "audio/wav",
        [".m4a"] = "audio/mp4",
        [".aac"] = "audio/aac",
        [".flac"] = "audio/flac",
        [".ogg"] = "audio/ogg",
        [".oga"] = "audio/ogg",
        [".opus"] = "audio/ogg",
        [".weba"] = "audio/webm",
        [".aif"] = "audio/aiff",
        [".aiff"] = "audio/aiff",
        [".pdf"] = "application/pdf",
        [".pptx"] = "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        [".docx"] = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        [".xlsx"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        [".ppt"] = "application/vnd.ms-powerpoint",
        [".doc"] = "application/msword",
        [".xls"] = "application/vnd.ms-excel",
        [".txt"] = "text/plain",
        [".csv"] = "text/csv",
        [".md"] = "text/markdown",
        [".html"] = "text/html",
        [".htm"] = "text/html",
        [".json"] = "application/json",
        [".xml"] = "application/xml",
        [".zip"] = "application/zip",
        [".gz"] = "application/gzip",
        [".tar"] = "application/x-tar",
        [".7z"] = "application/x-7z-compressed",
        [".glb"] = "model/gltf-binary",
        [".gltf"] = "model/gltf+json",
    };

    /// <summary>The type by the extension; null where it says nothing.</summary>
    public static string? OfExtension(string path) => ByExtension.GetValueOrDefault(Path.GetExtension(path));

    /// <summary>The type by the first bytes; null where they say nothing.</summary>
    public static string? OfBytes(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A])) return "image/png";
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return "image/jpeg";
        if (head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8)) return "image/gif";
        if (head.StartsWith("BM"u8) && head.Length >= 14 && head[6..10].IndexOfAnyExcept((byte)0) < 0) return "image/bmp";
        if (head.StartsWith((ReadOnlySpan<byte>)[(byte)'I', (byte)'I', 42, 0]) || head.StartsWith((ReadOnlySpan<byte>)[(byte)'M', (byte)'M', 0, 42])) return "image/tiff";
        if (head.StartsWith("RIFF"u8) && head.Length >= 12)
        {
            var kind = head[8..12];
            return kind.SequenceEqual("WEBP"u8) ? "image/webp" : kind.SequenceEqual("AVI "u8) ? "video/x-msvideo" : kind.SequenceEqual("WAVE"u8) ? "audio/wav" : null;
        }
        if (head.Length >= 12 && head[4..8].SequenceEqual("ftyp"u8))
        {
            var brand = head[8..12];
            return brand.SequenceEqual("qt  "u8) ? "video/quicktime"
                : brand.StartsWith("M4A"u8) ? "audio/mp4"
                : brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8) ? "image/avif"
                : brand.StartsWith("hei"u8) || brand.StartsWith("hev"u8) || brand.SequenceEqual("mif1"u8) || brand.SequenceEqual("msf1"u8) ? "image/heic"
                : "video/mp4";
        }
        if (head.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3])) return head.IndexOf("webm"u8) >= 0 ? "video/webm" : "video/x-matroska";
        if (head.StartsWith((ReadOnlySpan<byte>)[0, 0, 1, 0xBA]) || head.StartsWith((ReadOnlySpan<byte>)[0, 0, 1, 0xB3])) return "video/mpeg";
        if (head.StartsWith("OggS"u8)) return "audio/ogg";
        if (head.StartsWith("fLaC"u8)) return "audio/flac";
        if (head.StartsWith("ID3"u8) || head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFB])) return "audio/mpeg";
        return head.StartsWith("%PDF-"u8) ? "application/pdf" : null;
    }

    /// <summary>The type of a file whose handle is open.</summary>
    internal static string Of(string path, Microsoft.Win32.SafeHandles.SafeFileHandle file)
    {
        if (OfExtension(path) is { } known) return known;
        Span<byte> head = stackalloc byte[HeadSize];
        return OfBytes(head[..RandomAccess.Read(file, head, 0)]) ?? Unknown;
    }

    /// <summary>Whether a text has the form of a media type, <c>type/subtype</c> with or without parameters.</summary>
    internal static bool IsMediaType(string text) =>
        System.Net.Http.Headers.MediaTypeHeaderValue.TryParse(text, out var parsed) && parsed.MediaType is { } type && type.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash && slash < type.Length - 1;
}
