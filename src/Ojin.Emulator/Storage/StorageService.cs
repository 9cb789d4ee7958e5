using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml;

namespace Ojin.Emulator;

/// <summary>An S3-like storage that knows presigned requests only: PUT of an object or a part, GET and HEAD of an object.</summary>
internal sealed class StorageService(StorageState state) : IEmulatedService
{
    private const long MaximumPut = 5L * 1024 * 1024 * 1024;

    // A presigned request carries what it needs and no more; anything else a client adds is worth a look.
    private static readonly HashSet<string> KnownHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Connection", "User-Agent", "Accept", "Accept-Encoding", "Content-Length", "Content-Type", "Content-MD5",
        "Transfer-Encoding", "Expect", "Range", "If-Range", "If-Match", "If-None-Match", "traceparent", "tracestate",
    };

    public string Name => "storage";

    public async Task HandleAsync(HttpContext context)
    {
        Wire.RefuseCredentials(context);
        foreach (var header in context.Request.Headers.Keys)
        {
            if (KnownHeaders.Contains(header))
                continue;
            Wire.Violation(context, "EMULATOR_UNEXPECTED_HEADER", $"The header '{header}' was sent to a presigned URL.");
            throw new RefusalException(403, "AccessDenied", $"There were headers present in the request which were not signed: {header}");
        }

        var path = Wire.Segments(context);
        var query = Query(context);
        var method = context.Request.Method;
        var signedMethod = method == "HEAD" && state.Options.HeadOnGetUrls ? "GET" : method;
        if (method is not ("GET" or "HEAD" or "PUT"))
            throw Wire.MethodNotAllowed(context, "MethodNotAllowed", "GET", "HEAD", "PUT");
        if (method == "PUT" || query.Count > 0 || !StorageState.IsPublic(path[0]))
            state.Verify(signedMethod, context.Request.Host.Value ?? "", context.Request.ContentType, path, query);
        var (bucket, key) = (path[0], string.Join('/', path[1..]));
        context.Response.Headers["x-amz-request-id"] = RequestId(context);
        if (method == "PUT")
            await PutAsync(context, bucket, key, query);
        else
            await GetAsync(context, bucket, key);
    }

    public async Task WriteRefusalAsync(HttpContext context, RefusalException refusal)
    {
        var text = new StringBuilder();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true }))
        {
            xml.WriteStartElement("Error");
            xml.WriteElementString("Code", refusal.Code);
            xml.WriteElementString("Message", refusal.Message);
            xml.WriteElementString("RequestId", RequestId(context));
            xml.WriteElementString("HostId", "emulator");
            xml.WriteEndElement();
        }

        var body = Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + text);
        await Wire.WriteBytesAsync(context, refusal.Status, body, "application/xml");
    }

    public void Reset() => state.Reset();

    public async Task HandleControlAsync(HttpContext context, IReadOnlyList<string> path)
    {
        string[] parts = [.. path];
        switch (context.Request.Method, parts)
        {
            case ("GET", []):
                await Wire.WriteJsonAsync(context, 200, new
                {
                    state.Options,
                    Objects = state.Objects.Select(Describe).ToArray(),
                    Uploads = state.Uploads.Select(upload => new
                    {
                        upload.UploadId,
                        upload.Bucket,
                        upload.Key,
                        Parts = upload.PartsByNumber.Select(part => new { PartNumber = part.Key, Etag = part.Value.ETag, Size = part.Value.Blob.Length }).ToArray(),
                    }).ToArray(),
                });
                break;
            case ("PUT", ["options"]):
                await SetOptionsAsync(context);
                break;
            case ("POST", ["expire-urls"]):
                state.ExpireUrls();
                context.Response.StatusCode = 204;
                break;
            case ("POST", ["urls"]):
                await CreateUrlAsync(context);
                break;
            case ("GET", ["objects", var bucket, .. var key]) when key.Length > 0:
                var found = state.FindObject(bucket, string.Join('/', key)) ?? throw Wire.NoSuchControl(context);
                context.Response.ContentType = found.ContentType;
                context.Response.ContentLength = found.Length;
                await found.CopyAsync(context.Response.Body, 0, found.Length, flip: false, context.RequestAborted);
                break;
            case ("PUT", ["objects", var bucket, .. var key]) when key.Length > 0:
                var type = context.Request.ContentType ?? "application/octet-stream";
                var added = await state.AddObjectAsync(bucket, string.Join('/', key), context.Request.Body, type, context.RequestAborted);
                await Wire.WriteJsonAsync(context, 201, Describe(added));
                break;
            case ("DELETE", ["objects", var bucket, .. var key]) when key.Length > 0:
                context.Response.StatusCode = state.RemoveObject(bucket, string.Join('/', key)) ? 204 : 404;
                break;
            default:
                throw Wire.NoSuchControl(context);
        }
    }

    private static object Describe(StoredObject stored) =>
        new { stored.Bucket, stored.Key, stored.Length, Etag = stored.ETag, stored.ContentType, stored.LastModified };

    private static string RequestId(HttpContext context) =>
        (Wire.Record(context)?.Sequence ?? 0).ToString("X16", CultureInfo.InvariantCulture);

    private static Dictionary<string, string> Query(HttpContext context)
    {
        // The signature covers whatever is there, so nothing is refused here but a parameter given twice.
        var query = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in Wire.RawQuery(context).Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = Uri.UnescapeDataString(equals < 0 ? pair : pair[..equals]);
            if (!query.TryAdd(name, equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..])))
                throw new RefusalException(400, "InvalidArgument", $"The query parameter {name} is given twice.");
        }

        return query;
    }

    private async Task PutAsync(HttpContext context, string bucket, string key, Dictionary<string, string> query)
    {
        if (context.Request.ContentLength is not { } length || context.Request.Headers.TransferEncoding.Count > 0)
            throw new RefusalException(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
        if (length > MaximumPut)
            throw new RefusalException(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size");
        var uploadId = query.GetValueOrDefault("uploadId");
        if (uploadId is not null && state.FindMultipart(uploadId) is null)
            throw NoSuchUpload();

        var (blob, md5) = await state.ReceiveAsync(context.Request.Body, state.TakeCorruptUpload(), context.RequestAborted);
        if (Wire.Record(context) is { } record)
            record.BodyMd5 = Convert.ToHexStringLower(md5);
        if (context.Request.Headers.ContentMD5.ToString() is { Length: > 0 } claimed && claimed != Convert.ToBase64String(md5))
        {
            blob.Delete();
            throw new RefusalException(400, "BadDigest", "The Content-MD5 you specified did not match what we received.");
        }

        var etag = state.ETagOf(md5);
        if (uploadId is null)
        {
            state.Add(bucket, key, [blob], etag, context.Request.ContentType ?? "binary/octet-stream");
        }
        else if (!state.SetPart(uploadId, int.Parse(query["partNumber"], CultureInfo.InvariantCulture), new StoredPart(blob, md5, etag)))
        {
            blob.Delete();
            throw NoSuchUpload();
        }

        context.Response.StatusCode = 200;
        context.Response.Headers.ETag = etag;
        context.Response.ContentLength = 0;
    }

    private async Task GetAsync(HttpContext context, string bucket, string key)
    {
        Wire.RefuseBody(context, "InvalidRequest");
        var stored = state.FindObject(bucket, key) ?? throw new RefusalException(404, "NoSuchKey", "The specified key does not exist.");
        var request = context.Request.Headers;
        var response = context.Response;
        response.Headers.ETag = stored.ETag;
        response.Headers.LastModified = stored.LastModified.ToString("R", CultureInfo.InvariantCulture);
        response.Headers.AcceptRanges = "bytes";
        if (request.IfMatch.Count > 0 && !Matches(request.IfMatch.ToString(), stored.ETag))
            throw new RefusalException(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");
        if (request.IfNoneMatch.Count > 0 && Matches(request.IfNoneMatch.ToString(), stored.ETag))
        {
            response.StatusCode = 304;
            return;
        }

        long offset = 0;
        var count = stored.Length;
        var ranged = request.Range.Count > 0
            && !state.Options.IgnoreRanges
            && (request.IfRange.Count == 0 || request.IfRange.ToString() == stored.ETag)
            && TryRange(request.Range.ToString(), stored.Length, out offset, out count);
        if (ranged && count <= 0)
        {
            var refusal = new RefusalException(416, "InvalidRange", "The requested range is not satisfiable");
            refusal.Headers["Content-Range"] = $"bytes */{stored.Length}";
            throw refusal;
        }

        response.StatusCode = ranged ? 206 : 200;
        if (ranged)
            response.Headers.ContentRange = $"bytes {offset}-{offset + count - 1}/{stored.Length}";
        response.ContentType = stored.ContentType;
        response.ContentLength = count;
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        await stored.CopyAsync(response.Body, offset, count, state.TakeCorruptDownload(), context.RequestAborted);
    }

    private static bool Matches(string header, string etag) =>
        header.Trim() == "*" || header.Split(',').Any(tag => tag.Trim().Trim('"') == etag.Trim('"'));

    /// <summary>One range of bytes. What is no such thing is ignored, as S3 does; a count of 0 can't be satisfied.</summary>
    private static bool TryRange(string header, long length, out long offset, out long count)
    {
        (offset, count) = (0, length);
        if (!header.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase))
            return false;
        var ends = header[6..].Split('-');
        if (ends.Length != 2)
            return false;
        var hasFirst = long.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first);
        var hasLast = long.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last);
        if ((ends[0].Length > 0 && !hasFirst) || (ends[1].Length > 0 && !hasLast) || (!hasFirst && !hasLast) || (hasFirst && hasLast && last < first))
            return false;
        if (hasFirst)
        {
            offset = first;
            count = Math.Max(0, (hasLast ? Math.Min(last + 1, length) : length) - first);
        }
        else
        {
            count = Math.Min(last, length);
            offset = length - count;
        }

        return true;
    }

    private static RefusalException NoSuchUpload() =>
        new(404, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.");

    private async Task SetOptionsAsync(HttpContext context)
    {
        state.Options = Wire.Merge(state.Options, await Wire.ControlBodyAsync(context));
        await Wire.WriteJsonAsync(context, 200, state.Options);
    }

    private async Task CreateUrlAsync(HttpContext context)
    {
        var body = await Wire.ControlBodyAsync(context);
        var wanted = body.Deserialize<UrlRequest>(Wire.Json)!;
        TimeSpan? lifetime = wanted.LifetimeSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        var url = wanted.Method == "PUT"
            ? state.CreateUploadUrl(wanted.Bucket, wanted.Key, wanted.ContentType, lifetime)
            : wanted.Method == "GET"
                ? state.CreateDownloadUrl(wanted.Bucket, wanted.Key, lifetime)
                : state.CreateUrl(wanted.Method, wanted.Bucket, wanted.Key, lifetime ?? TimeSpan.FromMinutes(15));
        await Wire.WriteJsonAsync(context, 200, new Dictionary<string, string> { ["url"] = url.AbsoluteUri });
    }

    private sealed record UrlRequest(string Bucket, string Key, string Method = "GET", int? LifetimeSeconds = null, string? ContentType = null);
}
