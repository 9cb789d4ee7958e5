using System.Globalization;
using Ojin.Http;

namespace Ojin.Transfer;

/// <summary>How a file is cut into parts: 10,000 at most, each but the last of 5 MiB at least.</summary>
public static class PartSizes
{
    /// <summary>The most parts that a file may have (signAssetUploadPart: 1 to 10,000).</summary>
    public const int MaximumCount = 10_000;

    /// <summary>The smallest part that is not the last, in bytes: "5MB (S3 requirement)".</summary>
    public const long Minimum = 5 * MiB;

    /// <summary>The largest part in bytes, which is what S3 takes.</summary>
    public const long Maximum = 5L * 1024 * MiB;

    internal const long MiB = 1024 * 1024;

    // What other programs cut by, in MiB.
    private static readonly long[] Usual = [8, 5, 16, 10, 15, 6, 7, 12, 20, 25, 32, 50, 64, 100, 128, 200, 250, 256, 500, 512, 1024, 2048, 4096, 5120];

    /// <summary>The part size for a file: 8 MiB, more only where 10,000 parts would not do.</summary>
    public static long For(long sizeBytes) => Math.Max(8 * MiB, RoundUp(DivideUp(sizeBytes, MaximumCount)));

    /// <summary>How many parts a file has.</summary>
    public static int Count(long sizeBytes, long partSize) => (int)Math.Min(int.MaxValue, DivideUp(sizeBytes, partSize));

    /// <summary>Checks a part size that somebody chose for a file.</summary>
    /// <exception cref="OjinException">It is too small or too large, or gives more than 10,000 parts.</exception>
    public static void Check(long partSize, long sizeBytes, string what)
    {
        if (partSize is < Minimum or > Maximum)
        {
            throw OjinException.Argument(
                string.Create(CultureInfo.InvariantCulture, $"A part of {partSize} bytes is {(partSize < Minimum ? "smaller than 5 MiB" : "larger than 5 GiB")}, which the storage does not take."),
                "Leave -PartSize out, or give one from 5MB to 5GB. Nothing was sent.");
        }
        if (DivideUp(sizeBytes, partSize) is var count and > MaximumCount)
        {
            throw OjinException.Argument(
                string.Create(CultureInfo.InvariantCulture, $"{what} would have {count} parts of {partSize} bytes, and an upload has at most {MaximumCount}."),
                string.Create(CultureInfo.InvariantCulture, $"Leave -PartSize out, or give at least {RoundUp(DivideUp(sizeBytes, MaximumCount)) / MiB}MB. Nothing was sent."));
        }
    }

    /// <summary>The part sizes that a file of so many parts may well have been cut by, the likeliest first.</summary>
    internal static IEnumerable<long> Likely(long sizeBytes, int count) => count == 1
        ? [Math.Max(1, sizeBytes)]
        : Usual.Select(size => size * MiB).Prepend(For(sizeBytes)).Distinct().Where(size => DivideUp(sizeBytes, size) == count);

    private static long DivideUp(long value, long by) => (value / by) + (value % by == 0 ? 0 : 1);

    private static long RoundUp(long bytes) => DivideUp(bytes, MiB) * MiB;
}
