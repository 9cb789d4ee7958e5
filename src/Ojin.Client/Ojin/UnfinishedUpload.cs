using Ojin.Transfer;

namespace Ojin;

/// <summary>An upload that was begun on this machine and has not ended.</summary>
public sealed class UnfinishedUpload
{
    internal UnfinishedUpload(UploadJournalEntry entry)
    {
        var record = entry.Record;
        Path = record.Path;
        Name = record.Name;
        Category = record.Category;
        ContentType = record.ContentType;
        SizeBytes = record.SizeBytes;
        PartSize = record.PartSize;
        PartCount = PartSizes.Count(record.SizeBytes, record.PartSize);
        PartsSent = record.Parts.Count;
        SentBytes = record.Parts.Keys.Sum(part => Math.Min(record.PartSize, record.SizeBytes - ((part - 1) * record.PartSize)));
        AssetId = record.AssetId;
        BaseUri = new Uri(record.Service);
        StartedAt = record.StartedAt;
        UpdatedAt = record.UpdatedAt;
        IsActive = entry.IsActive;
        var file = new FileInfo(record.Path);
        CanResume = file.Exists && file.Length == record.SizeBytes && file.LastWriteTimeUtc == record.LastWriteTimeUtc;
    }

    /// <summary>The file that is sent, as a full path.</summary>
    public string Path { get; }

    /// <summary>The name that the asset gets.</summary>
    public string Name { get; }

    /// <summary>The category that the asset gets.</summary>
    public string Category { get; }

    /// <summary>The MIME type that the asset gets.</summary>
    public string ContentType { get; }

    /// <summary>The file's size in bytes when the upload began.</summary>
    public long SizeBytes { get; }

    /// <summary>How many bytes the storage has.</summary>
    public long SentBytes { get; }

    /// <summary>The size of every part but the last, in bytes.</summary>
    public long PartSize { get; }

    /// <summary>How many parts the file has.</summary>
    public int PartCount { get; }

    /// <summary>How many of them the storage has.</summary>
    public int PartsSent { get; }

    /// <summary>The id that the asset will have; none exists before the upload has ended.</summary>
    public string AssetId { get; }

    /// <summary>The service that it goes to.</summary>
    public Uri BaseUri { get; }

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>When the last part arrived.</summary>
    public DateTimeOffset UpdatedAt { get; }

    /// <summary>Whether it is being sent at this moment.</summary>
    public bool IsActive { get; }

    /// <summary>Whether the file is still the one that was begun, so that Send-OjinAsset goes on with it.</summary>
    public bool CanResume { get; }

    /// <inheritdoc/>
    public override string ToString() => Path;
}
