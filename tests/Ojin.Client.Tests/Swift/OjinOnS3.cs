using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Ojin.Client.Tests.Swift;

/// <summary>
/// The asset operations of the Ojin REST API in front of a storage with an S3 API: as much of them as a transfer needs,
/// with presigned URLs that an S3 client library makes.
/// </summary>
public sealed class OjinOnS3 : IAsyncDisposable
{
    public const string ApiKey = "ojin-on-s3-key";

    private static readonly Lock Clock = new();

    // Swift forgets nothing between two tests, so each has a bucket of its own.
    private readonly string _bucket = $"ojin-{Guid.NewGuid():N}";
    private readonly WebApplication _app;
    private readonly AmazonS3Client _s3;
    private readonly ConcurrentDictionary<string, JsonObject> _assets = new();
    private int _expiredUploadUrls;
    private int _expiredDownloadUrls;

    private OjinOnS3(AmazonS3Client s3)
    {
        _s3 = s3;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddRoutingCore();
        _app = builder.Build();
        _app.UseRouting();
        _app.Use(CheckAsync);
        _app.MapPost("/v1/assets/initiate-upload", InitiateAsync);
        _app.MapPost("/v1/assets/sign-part", SignAsync);
        _app.MapPost("/v1/assets", FinalizeAsync);
        _app.MapGet("/v1/assets/{id}", context => GetAsync(context, withUrl: false));
        _app.MapGet("/v1/assets/{id}/download", context => GetAsync(context, withUrl: true));
    }

    public string BaseUri { get; private set; } = "";

    /// <summary>So many of the next upload URLs were signed an hour ago and lived for two seconds.</summary>
    public int ExpiredUploadUrls { set => _expiredUploadUrls = value; }

    /// <summary>So many of the next download URLs were signed an hour ago and lived for two seconds.</summary>
    public int ExpiredDownloadUrls { set => _expiredDownloadUrls = value; }

    /// <summary>How long the URLs live otherwise.</summary>
    public TimeSpan UrlLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Changes each URL before it is handed out.</summary>
    public Func<string, string> Tamper { get; set; } = static url => url;

    /// <summary>Changes the ETag of each part before the storage gets it.</summary>
    public Func<int, string, string> TamperETag { get; set; } = static (_, etag) => etag;

    /// <summary>A part, from 1, at which signing is refused from now on; 0 for none.</summary>
    public int RefuseFromPart { get; set; }

    /// <summary>The parts that were signed, in order.</summary>
    public ConcurrentQueue<int> SignedParts { get; } = new();

    public int Initiated { get; private set; }

    public int DownloadUrls { get; private set; }

    public static async Task<OjinOnS3> StartAsync(SwiftServer swift)
    {
        ArgumentNullException.ThrowIfNull(swift);
        var s3 = new AmazonS3Client(new BasicAWSCredentials(swift.AccessKey, swift.SecretKey), new AmazonS3Config
        {
            ServiceURL = swift.Endpoint,
            AuthenticationRegion = swift.Region,
            ForcePathStyle = true,
            UseHttp = true,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            Timeout = TimeSpan.FromMinutes(5),
        });
        var service = new OjinOnS3(s3);
        await s3.PutBucketAsync(service._bucket);
        await service._app.StartAsync();
        service.BaseUri = service._app.Urls.Single() + "/v1";
        return service;
    }

    /// <summary>A presigned URL for a GET of the asset's content.</summary>
    public string DownloadUrl(string assetId, bool expired = false) =>
        Presign(new GetPreSignedUrlRequest { BucketName = _bucket, Key = KeyOf(assetId), Verb = HttpVerb.GET }, expired);

    /// <summary>Gives an asset another content, as one object.</summary>
    public async Task ReplaceAsync(string assetId, byte[] content)
    {
        using var body = new MemoryStream(content);
        var stored = await _s3.PutObjectAsync(new PutObjectRequest { BucketName = _bucket, Key = KeyOf(assetId), InputStream = body, UseChunkEncoding = false });
        _assets[assetId]["etag"] = stored.ETag;
        _assets[assetId]["size_bytes"] = content.Length;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _s3.Dispose();
    }

    private static string KeyOf(string assetId) => $"org/{assetId}";

    private string Presign(GetPreSignedUrlRequest request, bool expired)
    {
        request.Protocol = Protocol.HTTP;
        // The library has one clock for all of its clients.
        lock (Clock)
        {
            var before = AWSConfigs.ManualClockCorrection;
            var now = DateTime.UtcNow;
            if (expired)
            {
                AWSConfigs.ManualClockCorrection = TimeSpan.FromHours(-1);
                now = now.AddHours(-1);
            }

            try
            {
                request.Expires = now + (expired ? TimeSpan.FromSeconds(2) : UrlLifetime);
                return Tamper(_s3.GetPreSignedURL(request));
            }
            finally
            {
                AWSConfigs.ManualClockCorrection = before;
            }
        }
    }

    private static async Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Headers["X-API-Key"] != ApiKey)
        {
            await ErrorAsync(context, 401, "UNAUTHORIZED", "The API key is missing or wrong.");
            return;
        }

        try
        {
            await next(context);
        }
        catch (AmazonS3Exception refusal)
        {
            var lost = refusal.ErrorCode == "NoSuchUpload";
            await ErrorAsync(context, lost ? 404 : 400, lost ? "RESOURCE_NOT_FOUND" : "BAD_REQUEST", $"The storage refused: {refusal.ErrorCode}: {refusal.Message}");
        }
    }

    private static Task ErrorAsync(HttpContext context, int status, string code, string message) =>
        WriteAsync(context, status, new JsonObject { ["code"] = code, ["message"] = message });

    private static Task WriteAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString());
    }

    private static async Task<JsonObject> ReadAsync(HttpContext context) => (await JsonNode.ParseAsync(context.Request.Body))!.AsObject();

    private async Task InitiateAsync(HttpContext context)
    {
        var body = await ReadAsync(context);
        var id = Guid.NewGuid().ToString();
        var upload = await _s3.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest
        {
            BucketName = _bucket,
            Key = KeyOf(id),
            ContentType = body["content_type"]?.GetValue<string>(),
        });
        Initiated++;
        await WriteAsync(context, 200, new JsonObject { ["asset_id"] = id, ["upload_id"] = upload.UploadId, ["s3_key"] = KeyOf(id) });
    }

    private async Task SignAsync(HttpContext context)
    {
        var body = await ReadAsync(context);
        var part = body["part_number"]!.GetValue<int>();
        if (RefuseFromPart > 0 && part >= RefuseFromPart)
        {
            await ErrorAsync(context, 403, "FORBIDDEN", "Signing is refused for now.");
            return;
        }

        SignedParts.Enqueue(part);
        var url = Presign(
            new GetPreSignedUrlRequest
            {
                BucketName = _bucket,
                Key = body["s3_key"]!.GetValue<string>(),
                Verb = HttpVerb.PUT,
                UploadId = body["upload_id"]!.GetValue<string>(),
                PartNumber = part,
            },
            expired: Interlocked.Decrement(ref _expiredUploadUrls) >= 0);
        await WriteAsync(context, 200, new JsonObject { ["upload_url"] = url, ["part_number"] = part });
    }

    private async Task FinalizeAsync(HttpContext context)
    {
        var body = await ReadAsync(context);
        var id = body["asset_id"]!.GetValue<string>();
        await _s3.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
        {
            BucketName = _bucket,
            Key = KeyOf(id),
            UploadId = body["upload_id"]!.GetValue<string>(),
            PartETags = [.. body["parts"]!.AsArray().Select(part => (Number: part!["part_number"]!.GetValue<int>(), ETag: part["etag"]!.GetValue<string>()))
                .Select(part => new PartETag(part.Number, TamperETag(part.Number, part.ETag)))],
        });
        var stored = await _s3.GetObjectMetadataAsync(_bucket, KeyOf(id));
        var now = DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture);
        var asset = new JsonObject
        {
            ["asset_id"] = id,
            ["organization_id"] = "org_1",
            ["created_by"] = "user_1",
            ["name"] = body["name"]!.DeepClone(),
            ["category"] = body["category"]!.DeepClone(),
            ["content_type"] = body["content_type"]!.DeepClone(),
            ["size_bytes"] = stored.ContentLength,
            ["etag"] = stored.ETag,
            ["created_at"] = now,
            ["updated_at"] = now,
        };
        _assets[id] = asset;
        await WriteAsync(context, 201, asset);
    }

    private async Task GetAsync(HttpContext context, bool withUrl)
    {
        var id = (string)context.GetRouteValue("id")!;
        if (!_assets.TryGetValue(id, out var asset))
        {
            await ErrorAsync(context, 404, "RESOURCE_NOT_FOUND", "There is no such asset.");
            return;
        }

        asset = asset.DeepClone().AsObject();
        if (withUrl)
        {
            DownloadUrls++;
            asset["asset_url"] = DownloadUrl(id, expired: Interlocked.Decrement(ref _expiredDownloadUrls) >= 0);
        }

        await WriteAsync(context, 200, asset);
    }
}
