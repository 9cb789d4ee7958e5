using System.Text.Json.Serialization;

namespace Ojin.Transfer;

/// <summary>What is kept of a download that has not ended, beside its bytes: enough to go on, and no URL.</summary>
internal sealed class DownloadRecord
{
    public int Version { get; set; } = 1;

    public required string ETag { get; set; }

    public required long SizeBytes { get; set; }

    public required long PartSize { get; set; }

    /// <summary>The parts that are there, from 0, with the MD5 of each: what the disk lost in a crash is told by it.</summary>
    public SortedDictionary<int, string> Parts { get; init; } = [];

    [JsonIgnore]
    public bool IsUsable => Version == 1 && SizeBytes > 0 && PartSize > 0 && ETags.Strong(ETag) == ETag && Parts is not null && PartSizes.Count(SizeBytes, PartSize) is var count && Parts.All(part => part.Key >= 0 && part.Key < count && part.Value is not null && ETags.IsMd5(part.Value));
}
