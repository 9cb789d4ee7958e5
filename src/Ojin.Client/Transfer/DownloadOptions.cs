namespace Ojin.Transfer;

/// <summary>How files are fetched.</summary>
public sealed class DownloadOptions
{
    /// <summary>From this size on, in bytes, a file is fetched in ranges side by side.</summary>
    public const long DefaultRangedFrom = 16 * PartSizes.MiB;

    /// <summary>What is in flight over all files of one call.</summary>
    public required TransferSlots Slots { get; init; }

    /// <summary>Is told how it goes on; null where nobody looks.</summary>
    public ITransferProgress? Progress { get; init; }

    /// <summary>From which size on, in bytes, a file is fetched in ranges side by side.</summary>
    public long RangedFrom { get; init; } = DefaultRangedFrom;
}

/// <summary>Where the bytes of a file are, as its service says at this moment.</summary>
public sealed class DownloadSource
{
    /// <summary>Creates a source.</summary>
    /// <param name="uri">A presigned URL.</param>
    /// <param name="name">The file's name, which comes from a server; null where there is none.</param>
    /// <param name="sizeBytes">The size; null where the service does not tell.</param>
    /// <param name="etag">The ETag; null where the service does not tell.</param>
    public DownloadSource(Uri uri, string? name, long? sizeBytes, string? etag)
    {
        ArgumentNullException.ThrowIfNull(uri);
        Uri = uri;
        Name = name;
        SizeBytes = sizeBytes;
        ETag = etag;
    }

    /// <summary>The presigned URL, to be used and not to be shown.</summary>
    public Uri Uri { get; }

    /// <summary>The file's name; null where there is none.</summary>
    public string? Name { get; }

    /// <summary>The size in bytes; null where the service does not tell.</summary>
    public long? SizeBytes { get; }

    /// <summary>The ETag; null where the service does not tell.</summary>
    public string? ETag { get; }
}

/// <summary>Where a file is saved.</summary>
/// <param name="Path">A full path: the file, or the folder that it goes into.</param>
/// <param name="IsFolder">Whether it is the folder; the file is named as its source says then.</param>
/// <param name="Name">The name where the source gives none that can be used.</param>
/// <param name="Overwrite">Whether a file that is there already is replaced.</param>
public sealed record DownloadTarget(string Path, bool IsFolder, string Name, bool Overwrite)
{
    /// <summary>The file that it becomes, in the folder whatever the name says.</summary>
    public string FileFor(string? name) => IsFolder ? System.IO.Path.Combine(Path, SafeFileName.From(name, Name)) : Path;
}

/// <summary>A file that was saved.</summary>
public sealed class SavedFile
{
    internal SavedFile(string path, long sizeBytes, bool isVerified, string verdict)
    {
        Path = path;
        SizeBytes = sizeBytes;
        IsVerified = isVerified;
        Verdict = verdict;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Its size in bytes.</summary>
    public long SizeBytes { get; }

    /// <summary>Whether its bytes are those behind the ETag.</summary>
    public bool IsVerified { get; }

    /// <summary>How it was verified, or why it could not be.</summary>
    public string Verdict { get; }
}
