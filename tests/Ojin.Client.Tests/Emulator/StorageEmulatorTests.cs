using System.Net;
using System.Net.Sockets;
using System.Text;
using Ojin.Emulator;
using Xunit;

namespace Ojin.Client.Tests.Emulator;

public sealed class StorageEmulatorTests : EmulatorTest
{
    private const int FiveMiB = 5 * 1024 * 1024;

    [Fact]
    public async Task Two_parts_become_an_object_with_the_etag_of_their_sums()
    {
        var (first, second) = (Bytes(FiveMiB), Bytes(1000, 2));
        var upload = await InitiateAsync();
        // The last one first: the order of the PUTs does not matter.
        var tag2 = await PutPartAsync(upload, 2, second);
        var tag1 = await PutPartAsync(upload, 1, first);
        Assert.Equal($"\"{Md5(first)}\"", tag1);
        using var response = await FinalizeAsync(upload, FiveMiB + 1000, [(1, tag1), (2, tag2)]);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var asset = await JsonAsync(response);
        Assert.Equal(upload["asset_id"]!.GetValue<string>(), asset["asset_id"]!.GetValue<string>());
        Assert.Equal($"\"{Md5(Convert.FromHexString(Md5(first)), Convert.FromHexString(Md5(second)))}-2\"", asset["etag"]!.GetValue<string>());

        using var download = await OjinAsync("GET", $"/assets/{asset["asset_id"]}/download");
        var url = (await JsonAsync(download))["asset_url"]!.GetValue<string>();
        Assert.Equal(Md5(first, second), Md5(await Http.GetByteArrayAsync(new Uri(url))));
        // A range over the seam of the two parts.
        using var range = await SendAsync("GET", url, null, null, ("Range", $"bytes={FiveMiB - 2}-{FiveMiB + 1}"));
        Assert.Equal(HttpStatusCode.PartialContent, range.StatusCode);
        byte[] expected = [.. first[^2..], .. second[..2]];
        Assert.Equal(expected, await range.Content.ReadAsByteArrayAsync());
        Assert.Equal($"bytes {FiveMiB - 2}-{FiveMiB + 1}/{FiveMiB + 1000}", range.Content.Headers.ContentRange!.ToString());

        using var again = await FinalizeAsync(upload, FiveMiB + 1000, [(1, tag1), (2, tag2)]);
        await AssertRefusedAsync(again, 409, "RESOURCE_CONFLICT");
    }

    [Fact]
    public async Task An_empty_file_is_one_empty_part_and_unquoted_etags_do()
    {
        var upload = await InitiateAsync();
        var tag = await PutPartAsync(upload, 1, []);
        using var response = await FinalizeAsync(upload, 0, [(1, tag.Trim('"'))]);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    [Theory]
    [InlineData("small", "EntityTooSmall")]
    [InlineData("order", "InvalidPartOrder")]
    [InlineData("twice", "InvalidPartOrder")]
    [InlineData("etag", "InvalidPart")]
    [InlineData("missing", "InvalidPart")]
    [InlineData("gap", null)]
    [InlineData("size", null)]
    [InlineData("name", null)]
    [InlineData("none", null)]
    public async Task A_wrong_finalization_is_refused_and_the_upload_stays(string mistake, string? s3Code)
    {
        var upload = await InitiateAsync();
        var tag1 = await PutPartAsync(upload, 1, Bytes(mistake == "small" ? FiveMiB - 1 : FiveMiB));
        var tag2 = await PutPartAsync(upload, mistake == "gap" ? 3 : 2, Bytes(10, 2));
        (int, string)[] parts = mistake switch
        {
            "order" => [(2, tag2), (1, tag1)],
            "twice" => [(1, tag1), (1, tag1)],
            "etag" => [(1, tag2), (2, tag2)],
            "missing" => [(1, tag1), (2, tag2), (3, tag2)],
            "gap" => [(1, tag1), (3, tag2)],
            "none" => [],
            _ => [(1, tag1), (2, tag2)],
        };
        using var response = await FinalizeAsync(upload, FiveMiB + (mistake == "size" ? 11 : 10), parts, mistake == "name" ? "other.mp4" : "film.mp4");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = await JsonAsync(response);
        Assert.Equal("VALIDATION_ERROR", error["code"]!.GetValue<string>());
        Assert.Equal(s3Code, error["details"]?["s3_code"]?.GetValue<string>());
        Assert.Single(Host.Ojin.Uploads);
        Assert.Single(Host.Storage.Uploads);
    }

    [Fact]
    public async Task A_part_sent_again_replaces_the_first_one()
    {
        var upload = await InitiateAsync();
        var old = await PutPartAsync(upload, 1, Bytes(10));
        var tag = await PutPartAsync(upload, 1, Bytes(20, 2));
        using var refused = await FinalizeAsync(upload, 10, [(1, old)]);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        using var response = await FinalizeAsync(upload, 20, [(1, tag)]);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        using var late = await SendAsync("PUT", Host.Storage.CreatePartUrl(new MultipartUpload { UploadId = upload["upload_id"]!.GetValue<string>(), Bucket = OjinRestState.Bucket, Key = "k", ContentType = "x/y" }, 1).AbsoluteUri, new ByteArrayContent([1]));
        await AssertS3ErrorAsync(late, 404, "NoSuchUpload");
    }

    [Theory]
    [InlineData("partNumber=1", "partNumber=2")]
    [InlineData("X-Amz-Expires=900", "X-Amz-Expires=90000")]
    [InlineData("/ojin-assets/", "/ojin-assetz/")]
    [InlineData("X-Amz-Signature=", "X-Amz-Signature=0")]
    [InlineData("x-id=UploadPart", "x-id=UploadPart&more=1")]
    public async Task A_changed_url_is_refused(string part, string replacement)
    {
        var url = await SignAsync(await InitiateAsync(), 1);
        using var response = await SendAsync("PUT", url.Replace(part, replacement, StringComparison.Ordinal), new ByteArrayContent([1]));
        await AssertS3ErrorAsync(response, 403, "SignatureDoesNotMatch");
    }

    [Fact]
    public async Task A_url_is_good_for_its_method_only()
    {
        Host.Storage.AddObject("b", "k", Bytes(3), "video/mp4");
        var url = Host.Storage.CreateDownloadUrl("b", "k").AbsoluteUri;
        using var put = await SendAsync("PUT", url, new ByteArrayContent([1]));
        await AssertS3ErrorAsync(put, 403, "SignatureDoesNotMatch");
        using var head = await SendAsync("HEAD", url);
        Assert.Equal(HttpStatusCode.Forbidden, head.StatusCode);
        Host.Storage.Options.HeadOnGetUrls = true;
        using var allowed = await SendAsync("HEAD", url);
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        Assert.Equal(3, allowed.Content.Headers.ContentLength);
        Assert.Empty(await allowed.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task An_expired_url_is_refused_and_a_new_one_is_good()
    {
        Host.Storage.AddObject("b", "k", Bytes(3), "video/mp4");
        Host.Storage.Options.ExpiredDownloadUrls = 1;
        using var born = await SendAsync("GET", Host.Storage.CreateDownloadUrl("b", "k").AbsoluteUri);
        await AssertS3ErrorAsync(born, 403, "AccessDenied");
        var url = Host.Storage.CreateDownloadUrl("b", "k").AbsoluteUri;
        using var good = await SendAsync("GET", url);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        Host.Storage.ExpireUrls();
        using var expired = await SendAsync("GET", url);
        await AssertS3ErrorAsync(expired, 403, "AccessDenied");
        Assert.Contains("Request has expired", await expired.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-API-Key", 400, "EMULATOR_STRAY_CREDENTIAL")]
    [InlineData("Authorization", 400, "EMULATOR_STRAY_CREDENTIAL")]
    [InlineData("x-amz-acl", 403, "AccessDenied")]
    [InlineData("X-Anything", 403, "AccessDenied")]
    public async Task Headers_that_do_not_belong_are_refused_and_counted(string header, int status, string code)
    {
        var url = await SignAsync(await InitiateAsync(), 1);
        using var response = await SendAsync("PUT", url, new ByteArrayContent([1]), null, (header, "value"));
        await AssertS3ErrorAsync(response, status, code);
        Assert.Single(Host.Requests.Violations);
    }

    [Fact]
    public async Task A_body_without_a_length_is_411()
    {
        var url = await SignAsync(await InitiateAsync(), 1);
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(url)) { Content = new ByteArrayContent([1, 2, 3]) };
        request.Headers.TransferEncodingChunked = true;
        using var response = await Http.SendAsync(request);
        await AssertS3ErrorAsync(response, 411, "MissingContentLength");
    }

    [Fact]
    public async Task A_single_put_stores_an_object_and_a_signed_content_type_binds()
    {
        var url = Host.Storage.CreateUploadUrl("aimp", "media/x y.png", "image/png").AbsoluteUri;
        using var wrongType = new ByteArrayContent(Bytes(10));
        wrongType.Headers.ContentType = Type("image/jpeg");
        using var wrong = await SendAsync("PUT", url, wrongType);
        await AssertS3ErrorAsync(wrong, 403, "SignatureDoesNotMatch");
        using var rightType = new ByteArrayContent(Bytes(10));
        rightType.Headers.ContentType = Type("image/png");
        using var right = await SendAsync("PUT", url, rightType);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.Equal(Bytes(10), await Host.Storage.FindObject("aimp", "media/x y.png")!.ReadAllAsync());
        var record = Host.Requests.All[^1];
        Assert.Equal(Md5(Bytes(10)), record.BodyMd5);
        Assert.Equal(10, record.BodyBytes);
        Assert.Equal("", record.Body);
    }

    [Theory]
    [InlineData("bytes=2-4", 206, "234")]
    [InlineData("bytes=7-", 206, "789")]
    [InlineData("bytes=-2", 206, "89")]
    [InlineData("bytes=8-99", 206, "89")]
    [InlineData("bytes=0-0", 206, "0")]
    [InlineData("bytes=10-", 416, null)]
    [InlineData("bytes=5-2", 200, "0123456789")]
    [InlineData("bytes=0-1,3-4", 200, "0123456789")]
    [InlineData("items=0-1", 200, "0123456789")]
    public async Task Ranges_are_answered_as_S3_does(string range, int status, string? body)
    {
        Host.Storage.AddObject("b", "k", Encoding.ASCII.GetBytes("0123456789"), "text/plain");
        using var response = await SendAsync("GET", Host.Storage.CreateDownloadUrl("b", "k").AbsoluteUri, null, null, ("Range", range));
        Assert.Equal(status, (int)response.StatusCode);
        if (body is not null)
            Assert.Equal(body, await response.Content.ReadAsStringAsync());
        else
            Assert.Equal("bytes */10", response.Content.Headers.ContentRange!.ToString());
    }

    [Fact]
    public async Task If_match_guards_a_download()
    {
        var stored = Host.Storage.AddObject("b", "k", Bytes(10), "text/plain");
        var url = Host.Storage.CreateDownloadUrl("b", "k").AbsoluteUri;
        using var same = await SendAsync("GET", url, null, null, ("If-Match", stored.ETag), ("Range", "bytes=1-2"));
        Assert.Equal(HttpStatusCode.PartialContent, same.StatusCode);
        using var other = await SendAsync("GET", url, null, null, ("If-Match", "\"other\""), ("Range", "bytes=1-2"));
        await AssertS3ErrorAsync(other, 412, "PreconditionFailed");
    }

    [Fact]
    public async Task Corruption_can_be_had_in_both_directions()
    {
        Host.Storage.Options.CorruptUploads = 1;
        Host.Storage.Options.CorruptDownloads = 1;
        var upload = await InitiateAsync();
        Assert.NotEqual($"\"{Md5(Bytes(10))}\"", await PutPartAsync(upload, 1, Bytes(10)));
        Assert.Equal($"\"{Md5(Bytes(10))}\"", await PutPartAsync(upload, 1, Bytes(10)));
        Host.Storage.AddObject("b", "k", Bytes(10), "text/plain");
        var url = Host.Storage.CreateDownloadUrl("b", "k");
        Assert.NotEqual(Bytes(10), await Http.GetByteArrayAsync(url));
        Assert.Equal(Bytes(10), await Http.GetByteArrayAsync(url));
    }

    [Fact]
    public async Task A_part_that_breaks_off_is_not_stored()
    {
        var upload = await InitiateAsync();
        var url = new Uri(await SignAsync(upload, 1));
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(url.Host, url.Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"PUT {url.PathAndQuery} HTTP/1.1\r\nHost: {url.Authority}\r\nContent-Length: 100\r\n\r\nhalf"));
            await Host.Requests.WaitAsync(log => log.Find("storage").Any(request => request.BodyBytes == 4)).WaitAsync(TimeSpan.FromSeconds(60));
        }

        await Host.Requests.WaitAsync(log => log.Find("storage").Any(request => request.Finished)).WaitAsync(TimeSpan.FromSeconds(60));
        var record = Host.Requests.Find("storage").Single();
        Assert.True(record.Aborted);
        Assert.False(record.BodyComplete);
        using var response = await FinalizeAsync(upload, 4, [(1, Md5("half"u8.ToArray()))]);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }
}
