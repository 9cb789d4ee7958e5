namespace Ojin.Transfer;

/// <summary>What the journal keeps of an upload that has not ended: enough to go on, no key and no URL of a part.</summary>
public sealed class UploadRecord
{
    /// <summary>The form of the file; a newer one is not understood.</summary>
    public int Version { get; set; } = 1;

    /// <summary>The address of the service, as the session has it.</summary>
    public required string Service { get; set; }

    /// <summary>The file that is sent, as a full path.</summary>
    public required string Path { get; set; }

    /// <summary>The file's size in bytes when the upload began.</summary>
    public required long SizeBytes { get; set; }

    /// <summary>When the file had last changed when the upload began.</summary>
    public required DateTime LastWriteTimeUtc { get; set; }

    /// <summary>The size of every part but the last, in bytes.</summary>
    public required long PartSize { get; set; }

    /// <summary>The asset's name.</summary>
    public required string Name { get; set; }

    /// <summary>The asset's category.</summary>
    public required string Category { get; set; }

    /// <summary>The asset's MIME type.</summary>
    public required string ContentType { get; set; }

    /// <summary>The id that the asset will have.</summary>
    public required string AssetId { get; set; }

    /// <summary>The id of the upload.</summary>
    public required string UploadId { get; set; }

    /// <summary>The key in the storage; null where the service gave none.</summary>
    public string? S3Key { get; set; }

    /// <summary>When the upload began.</summary>
    public required DateTimeOffset StartedAt { get; set; }

    /// <summary>When the last part arrived.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Whether the service was asked to join the parts; what became of it is not known then.</summary>
    public bool Finalizing { get; set; }

    /// <summary>The parts that are there, with their ETags as the storage sent them.</summary>
    public SortedDictionary<int, string> Parts { get; init; } = [];

    internal bool IsUsable =>
        Version == 1 && SizeBytes > 0 && PartSize > 0 && Service is not null && Name is not null && Path is { Length: > 0 } && AssetId is { Length: > 0 } && UploadId is { Length: > 0 }
        && Parts is not null && Parts.All(part => part.Key >= 1 && part.Key <= PartSizes.Count(SizeBytes, PartSize) && part.Value is { Length: > 0 });

    internal bool IsFor(FileToSend file, string service) =>
        Service == service && Path == file.FullPath && SizeBytes == file.SizeBytes && LastWriteTimeUtc == file.LastWriteTimeUtc && PartSize == file.PartSize
        && Name == file.Name && Category == file.Category && ContentType == file.ContentType;
}
