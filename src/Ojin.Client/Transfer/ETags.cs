using System.Globalization;
using System.Security.Cryptography;

namespace Ojin.Transfer;

/// <summary>What the ETags of an S3 storage say about the bytes behind them.</summary>
internal static class ETags
{
    private const int Md5Digits = 32;

    /// <summary>The ETag without its quotes.</summary>
    public static string Bare(string etag) => etag.Trim().Trim('"');

    /// <summary>The ETag with quotes, fit for If-Match; null for none, and for a weak one, which promises nothing.</summary>
    public static string? Strong(string? etag)
    {
        if (string.IsNullOrWhiteSpace(etag) || etag.TrimStart().StartsWith("W/", StringComparison.Ordinal)) return null;
        var bare = Bare(etag);
        return bare.Length == 0 || bare.Any(character => character is '"' or < '!' or > '~') ? null : $"\"{bare}\"";
    }

    /// <summary>Whether the ETag is the MD5 of the bytes.</summary>
    public static bool IsMd5(string bare) => bare.Length == Md5Digits && bare.All(char.IsAsciiHexDigit);

    /// <summary>Of how many parts' MD5s the ETag is the MD5; 0 where it is no such thing.</summary>
    public static int PartsOf(string bare) =>
        bare.Length > Md5Digits + 1 && bare[Md5Digits] == '-' && IsMd5(bare[..Md5Digits])
        && int.TryParse(bare.AsSpan(Md5Digits + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is >= 1 and <= PartSizes.MaximumCount ? count : 0;

    /// <summary>The ETag of an object that was put together from parts.</summary>
    public static string OfParts(IReadOnlyCollection<byte[]> md5s)
    {
#pragma warning disable CA5351 // An ETag of S3 is an MD5.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
        foreach (var md5 in md5s) hash.AppendData(md5);
        return string.Create(CultureInfo.InvariantCulture, $"{Hex(hash.GetHashAndReset())}-{md5s.Count}");
    }

    public static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();

    public static bool Same(string one, string other) => string.Equals(Bare(one), Bare(other), StringComparison.OrdinalIgnoreCase);
}
