using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Ojin.Emulator;

/// <summary>What the storage does beyond the ordinary; all of it can be set while it runs.</summary>
public sealed class StorageOptions
{
    /// <summary>Lifetime of an upload URL in seconds.</summary>
    public int UploadUrlSeconds { get; set; } = 900;

    /// <summary>Lifetime of a download URL in seconds.</summary>
    public int DownloadUrlSeconds { get; set; } = 900;

    /// <summary>So many of the next upload URLs have expired already when they are handed out.</summary>
    public int ExpiredUploadUrls { get; set; }

    /// <summary>So many of the next download URLs have expired already when they are handed out.</summary>
    public int ExpiredDownloadUrls { get; set; }

    /// <summary>Every part but the last must have so many bytes: S3's 5 MiB.</summary>
    public long MinimumPartSize { get; set; } = 5 * 1024 * 1024;

    /// <summary>So many of the next PUTs store a wrong first byte (and answer the ETag of what they stored).</summary>
    public int CorruptUploads { get; set; }

    /// <summary>So many of the next GETs send a wrong first byte.</summary>
    public int CorruptDownloads { get; set; }

    /// <summary>ETags that are no MD5, as with server-side encryption.</summary>
    public bool OpaqueETags { get; set; }

    /// <summary>Ranges are ignored: every GET is answered whole with 200.</summary>
    public bool IgnoreRanges { get; set; }

    /// <summary>HEAD is answered on a URL that was signed for GET. S3 refuses that, as the method is signed too.</summary>
    public bool HeadOnGetUrls { get; set; }
}

/// <summary>Objects and multipart uploads behind presigned URLs.</summary>
public sealed class StorageState : IDisposable
{
    private const string Credential = "EMULATOR";
    private const string Region = "eu-central-1";

    private readonly EmulatorHost _host;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Bucket, string Key), StoredObject> _objects = [];
    private readonly Dictionary<string, MultipartUpload> _uploads = new(StringComparer.Ordinal);
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);
    private string? _folder;
    private long _files;
    private long _epoch;

    internal StorageState(EmulatorHost host) => _host = host;

    /// <summary>What the storage does beyond the ordinary.</summary>
    public StorageOptions Options { get; internal set; } = new();

    /// <summary>All objects.</summary>
    public IReadOnlyList<StoredObject> Objects
    {
        get
        {
            lock (_gate)
                return [.. _objects.Values];
        }
    }

    /// <summary>The multipart uploads that are not completed.</summary>
    public IReadOnlyList<MultipartUpload> Uploads
    {
        get
        {
            lock (_gate)
                return [.. _uploads.Values];
        }
    }

    /// <summary>Puts an object there from bytes (which must not change any more) and returns it.</summary>
    public StoredObject AddObject(string bucket, string key, ReadOnlyMemory<byte> content, string contentType) =>
        Add(bucket, key, [Blob.OfBytes(content)], Quote(MD5.HashData(content.Span)), contentType);

    /// <summary>Puts an object there from a stream, through a temporary file, and returns it.</summary>
    public async Task<StoredObject> AddObjectAsync(string bucket, string key, Stream content, string contentType, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        var (blob, md5) = await ReceiveAsync(content, flip: false, cancellationToken);
        return Add(bucket, key, [blob], Quote(md5), contentType);
    }

    /// <summary>The object, or null.</summary>
    public StoredObject? FindObject(string bucket, string key)
    {
        lock (_gate)
            return _objects.GetValueOrDefault((bucket, key));
    }

    /// <summary>Removes an object; false when there is none.</summary>
    public bool RemoveObject(string bucket, string key)
    {
        StoredObject? removed;
        lock (_gate)
        {
            if (!_objects.Remove((bucket, key), out removed))
                return false;
        }

        foreach (var blob in removed.Content)
            blob.Delete();
        return true;
    }

    /// <summary>A presigned URL for GET; null takes the lifetime of the options.</summary>
    public Uri CreateDownloadUrl(string bucket, string key, TimeSpan? lifetime = null)
    {
        bool expired;
        lock (_gate)
            expired = Options.ExpiredDownloadUrls > 0 && Options.ExpiredDownloadUrls-- > 0;
        return Sign("GET", bucket, key, [("x-id", "GetObject")], lifetime ?? TimeSpan.FromSeconds(Options.DownloadUrlSeconds), expired, null);
    }

    /// <summary>
    /// A presigned URL for one PUT of the whole object. With a content type, the PUT must carry exactly this Content-Type.
    /// </summary>
    public Uri CreateUploadUrl(string bucket, string key, string? contentType = null, TimeSpan? lifetime = null) =>
        Sign("PUT", bucket, key, [("x-id", "PutObject")], UploadLifetime(lifetime, out var expired), expired, contentType);

    /// <summary>A presigned URL for any method, for tests of the storage itself.</summary>
    public Uri CreateUrl(string method, string bucket, string key, TimeSpan lifetime) =>
        Sign(method, bucket, key, [], lifetime, expired: false, null);

    /// <summary>The permanent URL of an object that anybody may read, in a bucket that is public.</summary>
    public Uri PublicUrl(string bucket, string key) =>
        new(_host.StorageUri, string.Join('/', key.Split('/').Prepend(bucket).Select(Uri.EscapeDataString)));

    /// <summary>Every presigned URL handed out so far has expired from now on.</summary>
    public void ExpireUrls() => Interlocked.Increment(ref _epoch);

    /// <summary>Begins a multipart upload.</summary>
    public MultipartUpload BeginMultipart(string bucket, string key, string contentType)
    {
        var upload = new MultipartUpload
        {
            UploadId = Convert.ToBase64String(RandomNumberGenerator.GetBytes(48)).Replace('+', '.').Replace('/', '_'),
            Bucket = bucket,
            Key = key,
            ContentType = contentType,
        };
        lock (_gate)
            _uploads.Add(upload.UploadId, upload);
        return upload;
    }

    /// <summary>The upload, or null when it never was, or is completed.</summary>
    public MultipartUpload? FindMultipart(string uploadId)
    {
        lock (_gate)
            return _uploads.GetValueOrDefault(uploadId);
    }

    /// <summary>A presigned URL for the PUT of one part.</summary>
    public Uri CreatePartUrl(MultipartUpload upload, int partNumber, TimeSpan? lifetime = null)
    {
        ArgumentNullException.ThrowIfNull(upload);
        return Sign(
            "PUT",
            upload.Bucket,
            upload.Key,
            [("partNumber", partNumber.ToString(CultureInfo.InvariantCulture)), ("uploadId", upload.UploadId), ("x-id", "UploadPart")],
            UploadLifetime(lifetime, out var expired),
            expired,
            null);
    }

    /// <summary>Forgets a multipart upload and its parts.</summary>
    public bool AbortMultipart(string uploadId)
    {
        MultipartUpload? upload;
        lock (_gate)
        {
            if (!_uploads.Remove(uploadId, out upload))
                return false;
        }

        foreach (var part in upload.PartsByNumber.Values)
            part.Blob.Delete();
        return true;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Clear();
        if (_folder is null)
            return;
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (IOException)
        {
            // A client may still read a file (Windows); the system's temporary folder keeps it then.
        }
        catch (UnauthorizedAccessException)
        {
            // As above.
        }
    }

    internal void Reset()
    {
        Clear();
        Options = new StorageOptions();
    }

    /// <summary>An object whose bytes are made anew on every read: thousands of them cost nothing.</summary>
    internal StoredObject AddRecipe(string bucket, string key, int length, byte[] md5, Func<ReadOnlyMemory<byte>> make, string contentType) =>
        Add(bucket, key, [Blob.OfRecipe(length, make)], Quote(md5), contentType);

    internal static string Quote(byte[] md5) => $"\"{Convert.ToHexStringLower(md5)}\"";

    /// <summary>Whether anybody may read the objects of a bucket without a signature.</summary>
    internal static bool IsPublic(string bucket) => bucket == OzorState.PublicBucket;

    internal bool TakeCorruptUpload()
    {
        lock (_gate)
            return Options.CorruptUploads > 0 && Options.CorruptUploads-- > 0;
    }

    internal bool TakeCorruptDownload()
    {
        lock (_gate)
            return Options.CorruptDownloads > 0 && Options.CorruptDownloads-- > 0;
    }

    internal string ETagOf(byte[] md5) => Options.OpaqueETags ? $"\"sse-{Guid.NewGuid():N}-opaque\"" : Quote(md5);

    /// <summary>Streams a body into a temporary file, with its MD5 computed on the way.</summary>
    internal async Task<(Blob Blob, byte[] Md5)> ReceiveAsync(Stream body, bool flip, CancellationToken cancellationToken)
    {
        var path = NewFile();
        var buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        try
        {
            long length = 0;
            using (var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                while (true)
                {
                    var count = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
                    if (count == 0)
                        break;
                    if (flip)
                        buffer[0] ^= 0xFF;
                    flip = false;
                    hash.AppendData(buffer, 0, count);
                    await RandomAccess.WriteAsync(file, buffer.AsMemory(0, count), length, cancellationToken);
                    length += count;
                }
            }

            return (Blob.OfFile(path, length), hash.GetHashAndReset());
        }
        catch
        {
            File.Delete(path);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    internal StoredObject Add(string bucket, string key, IReadOnlyList<Blob> content, string etag, string contentType)
    {
        var added = new StoredObject
        {
            Bucket = bucket,
            Key = key,
            Length = content.Sum(blob => blob.Length),
            ETag = etag,
            ContentType = contentType,
            LastModified = DateTimeOffset.UtcNow,
            Content = content,
        };
        StoredObject? replaced;
        lock (_gate)
        {
            _objects.Remove((bucket, key), out replaced);
            _objects.Add((bucket, key), added);
        }

        foreach (var blob in replaced?.Content ?? [])
            blob.Delete();
        return added;
    }

    /// <summary>Stores a part; an earlier one of the same number is replaced. False when the upload is gone.</summary>
    internal bool SetPart(string uploadId, int number, StoredPart part)
    {
        StoredPart? replaced;
        lock (_gate)
        {
            if (!_uploads.TryGetValue(uploadId, out var upload))
                return false;
            upload.PartsByNumber.Remove(number, out replaced);
            upload.PartsByNumber.Add(number, part);
        }

        replaced?.Blob.Delete();
        return true;
    }

    /// <summary>
    /// Makes the object of an upload's parts as S3 does, or throws a refusal with S3's code (InvalidPartOrder, InvalidPart,
    /// EntityTooSmall); the upload stays then. <paramref name="checkSize"/> may refuse the sum of the sizes.
    /// </summary>
    internal StoredObject Complete(MultipartUpload upload, IReadOnlyList<(int Number, string ETag)> parts, string contentType, Action<long> checkSize)
    {
        List<StoredPart> chosen = [];
        List<StoredPart> unused;
        lock (_gate)
        {
            if (!_uploads.ContainsKey(upload.UploadId))
                throw new RefusalException(404, "NoSuchUpload", "The specified multipart upload does not exist.");
            var last = 0;
            foreach (var (number, etag) in parts)
            {
                if (number <= last)
                    throw new RefusalException(400, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.");
                last = number;
                if (!upload.PartsByNumber.TryGetValue(number, out var part) || part.ETag.Trim('"') != Unquote(etag))
                    throw new RefusalException(400, "InvalidPart", $"Part {number} could not be found, or its entity tag does not match.");
                chosen.Add(part);
            }

            for (var i = 0; i < chosen.Count - 1; i++)
            {
                if (chosen[i].Blob.Length < Options.MinimumPartSize)
                    throw new RefusalException(400, "EntityTooSmall", $"Part {parts[i].Number} is smaller than the minimum allowed size of {Options.MinimumPartSize} bytes.");
            }

            checkSize(chosen.Sum(part => part.Blob.Length));
            _uploads.Remove(upload.UploadId);
            unused = [.. upload.PartsByNumber.Values.Except(chosen)];
        }

        foreach (var part in unused)
            part.Blob.Delete();
        var sums = new byte[chosen.Count * 16];
        for (var i = 0; i < chosen.Count; i++)
            chosen[i].Md5.CopyTo(sums, i * 16);
        var tag = Options.OpaqueETags ? ETagOf([]) : $"\"{Convert.ToHexStringLower(MD5.HashData(sums))}-{chosen.Count}\"";
        return Add(upload.Bucket, upload.Key, [.. chosen.Select(part => part.Blob)], tag, contentType);
    }

    /// <summary>
    /// Checks a presigned request: the signature over method, path, query and signed headers, and then the time.
    /// Throws a refusal with S3's status and code.
    /// </summary>
    internal void Verify(string method, string host, string? contentType, string[] path, IReadOnlyDictionary<string, string> query)
    {
        string Value(string name) => query.TryGetValue(name, out var value)
            ? value
            : throw new RefusalException(403, "AccessDenied", "Access Denied");

        var given = Value("X-Amz-Signature");
        var signed = Value("X-Amz-SignedHeaders");
        if (Value("X-Amz-Algorithm") != "AWS4-HMAC-SHA256")
            throw new RefusalException(400, "AuthorizationQueryParametersError", "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"");
        if (!DateTimeOffset.TryParseExact(Value("X-Amz-Date"), "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            || !int.TryParse(Value("X-Amz-Expires"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            throw new RefusalException(400, "AuthorizationQueryParametersError", "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
        var expected = Signature(method, host, signed.Contains("content-type", StringComparison.Ordinal) ? contentType ?? "" : null, path, query);
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.UTF8.GetBytes(given)))
            throw new RefusalException(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.");
        var epoch = query.GetValueOrDefault("X-Amz-Security-Token");
        if (date.AddSeconds(seconds) < DateTimeOffset.UtcNow || epoch != Token(Interlocked.Read(ref _epoch)))
            throw new RefusalException(403, "AccessDenied", "Request has expired");
    }

    private static string Unquote(string etag) => etag.Length >= 2 && etag[0] == '"' && etag[^1] == '"' ? etag[1..^1] : etag;

    private static string Token(long epoch) => "session-" + epoch.ToString(CultureInfo.InvariantCulture);

    private TimeSpan UploadLifetime(TimeSpan? lifetime, out bool expired)
    {
        lock (_gate)
            expired = Options.ExpiredUploadUrls > 0 && Options.ExpiredUploadUrls-- > 0;
        return lifetime ?? TimeSpan.FromSeconds(Options.UploadUrlSeconds);
    }

    private Uri Sign(string method, string bucket, string key, IEnumerable<(string Name, string Value)> parameters, TimeSpan lifetime, bool expired, string? contentType)
    {
        var seconds = Math.Max(1, (int)lifetime.TotalSeconds);
        // A lifetime of zero or less, too, is a URL that was signed long enough ago.
        var date = DateTimeOffset.UtcNow - (expired || lifetime <= TimeSpan.Zero ? TimeSpan.FromSeconds(seconds + 60) : TimeSpan.Zero);
        var day = date.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var query = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["X-Amz-Algorithm"] = "AWS4-HMAC-SHA256",
            ["X-Amz-Credential"] = $"{Credential}/{day}/{Region}/s3/aws4_request",
            ["X-Amz-Date"] = date.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture),
            ["X-Amz-Expires"] = seconds.ToString(CultureInfo.InvariantCulture),
            ["X-Amz-Security-Token"] = Token(Interlocked.Read(ref _epoch)),
            ["X-Amz-SignedHeaders"] = contentType is null ? "host" : "content-type;host",
        };
        foreach (var (name, value) in parameters)
            query.Add(name, value);
        string[] path = [bucket, .. key.Split('/')];
        var signature = Signature(method, _host.StorageUri.Authority, contentType, path, query);
        var text = string.Join('&', query.Select(pair => Uri.EscapeDataString(pair.Key) + "=" + Uri.EscapeDataString(pair.Value)));
        return new Uri($"{_host.StorageUri.GetLeftPart(UriPartial.Authority)}/{string.Join('/', path.Select(Uri.EscapeDataString))}?{text}&X-Amz-Signature={signature}");
    }

    private string Signature(string method, string host, string? contentType, string[] path, IReadOnlyDictionary<string, string> query)
    {
        var text = new StringBuilder(method).Append('\n');
        foreach (var segment in path)
            text.Append('/').Append(Uri.EscapeDataString(segment));
        foreach (var (name, value) in query.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (name != "X-Amz-Signature")
                text.Append('\n').Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        }

        text.Append("\nhost:").Append(host);
        if (contentType is not null)
            text.Append("\ncontent-type:").Append(contentType);
        return Convert.ToHexStringLower(HMACSHA256.HashData(_secret, Encoding.UTF8.GetBytes(text.ToString())));
    }

    private string NewFile()
    {
        string folder;
        lock (_gate)
            folder = _folder ??= Directory.CreateTempSubdirectory("ojin-emulator-").FullName;
        return Path.Combine(folder, Interlocked.Increment(ref _files).ToString(CultureInfo.InvariantCulture));
    }

    private void Clear()
    {
        List<Blob> blobs;
        lock (_gate)
        {
            blobs = [.. _objects.Values.SelectMany(stored => stored.Content), .. _uploads.Values.SelectMany(upload => upload.PartsByNumber.Values).Select(part => part.Blob)];
            _objects.Clear();
            _uploads.Clear();
        }

        foreach (var blob in blobs)
            blob.Delete();
    }
}

/// <summary>A multipart upload that is not completed.</summary>
public sealed class MultipartUpload
{
    /// <summary>Its id.</summary>
    public required string UploadId { get; init; }

    /// <summary>The object's bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>The object's key.</summary>
    public required string Key { get; init; }

    /// <summary>Media type of the object to be.</summary>
    public required string ContentType { get; init; }

    internal SortedDictionary<int, StoredPart> PartsByNumber { get; } = [];
}

internal sealed record StoredPart(Blob Blob, byte[] Md5, string ETag);
