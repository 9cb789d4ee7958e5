using Ojin.Http;

namespace Ojin.Transfer;

/// <summary>A file that becomes an asset, with all that the service wants to know of it, checked before anything is sent.</summary>
public sealed class FileToSend
{
    private const int LongestName = 255;

    private FileToSend()
    {
    }

    /// <summary>The file on disk.</summary>
    public required string FullPath { get; init; }

    /// <summary>The name that the asset gets.</summary>
    public required string Name { get; init; }

    /// <summary>The asset's category.</summary>
    public required string Category { get; init; }

    /// <summary>The MIME type.</summary>
    public required string ContentType { get; init; }

    /// <summary>The size in bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>When the file last changed.</summary>
    public required DateTime LastWriteTimeUtc { get; init; }

    /// <summary>The size of every part but the last, in bytes.</summary>
    public required long PartSize { get; init; }

    /// <summary>How many parts there are.</summary>
    public int PartCount => PartSizes.Count(SizeBytes, PartSize);

    /// <summary>Looks at a file.</summary>
    /// <param name="path">The file, as a full path.</param>
    /// <param name="category">The category; null takes <c>image</c> or <c>video</c> from the type.</param>
    /// <param name="name">The asset's name; null for the file's.</param>
    /// <param name="contentType">The MIME type; null takes it from the extension, else from the first bytes.</param>
    /// <param name="partSize">The size of a part in bytes, 5 MiB to 5 GiB; null for 8 MiB, more only where 10,000 parts would not do.</param>
    /// <exception cref="OjinException">The file cannot be used, or a value is none that the service takes.</exception>
    public static FileToSend FromDisk(string path, string? category = null, string? name = null, string? contentType = null, long? partSize = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = LocalFile.OpenToSend(path);
        try
        {
            var size = RandomAccess.GetLength(file);
            var type = CheckedType(contentType) ?? MediaTypes.Of(path, file);
            var what = LocalFile.Shown(path);
            if (partSize is { } chosen) PartSizes.Check(chosen, size, what);
            return new FileToSend
            {
                FullPath = path,
                Name = CheckedName(name ?? Path.GetFileName(path), given: name is not null),
                Category = CheckedCategory(category) ?? CategoryOf(type) ?? throw OjinException.Argument($"{what} is of the type {TextForDisplay.Escape(type, 100)}, from which no category follows.", "Give -Category, such as image, video or weight; or -ContentType, when the type is another. Nothing was sent."),
                ContentType = type,
                SizeBytes = size,
                LastWriteTimeUtc = File.GetLastWriteTimeUtc(file),
                PartSize = partSize ?? PartSizes.For(size),
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw LocalFile.Unreadable(path, exception);
        }
    }

    private static string? CategoryOf(string contentType) => contentType.Split('/')[0] switch
    {
        "image" => "image",
        "video" => "video",
        _ => null,
    };

    private static string? CheckedType(string? type) => type is null || MediaTypes.IsMediaType(type)
        ? type
        : throw OjinException.Argument($"'{TextForDisplay.Escape(type, 100)}' is no MIME type.", "Give -ContentType in the form type/subtype, such as video/mp4, or leave it out. Nothing was sent.");

    private static string? CheckedCategory(string? category) => category is null || !string.IsNullOrWhiteSpace(category)
        ? category
        : throw OjinException.Argument("The category is empty.", "Give -Category, such as image, video or weight. Nothing was sent.");

    private static string CheckedName(string name, bool given)
    {
        var why = string.IsNullOrWhiteSpace(name) ? "is empty"
            : name.AsSpan().ContainsAny('/', '\\') ? "has a path in it"
            : name is "." or ".." || name.StartsWith("..", StringComparison.Ordinal) ? "begins with two dots"
            : name.Any(char.IsControl) ? "has control characters in it"
            : name.Contains('"', StringComparison.Ordinal) ? "has quotes in it"
            : name.Length > LongestName ? $"has {name.Length} letters, and a file's name has at most {LongestName}"
            : null;
        return why is null ? name : throw OjinException.Argument($"The name '{TextForDisplay.Escape(name, 100)}' {why}.", given ? "Give -Name the name of a file. Nothing was sent." : "Give the asset another name with -Name. Nothing was sent.");
    }
}
