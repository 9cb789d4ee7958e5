using System.Text.Json.Nodes;
using Ojin.Client.Tests.Http;
using Ojin.Http;
using Ojin.Json;
using Xunit;

namespace Ojin.Client.Tests.Ozor;

/// <summary>Prompts and messages on the wire, with and without attachments.</summary>
public sealed class OzorMediaTests : IDisposable
{
    private static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];
    private static readonly byte[] Mp4 = [0, 0, 0, 0x1C, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'i', (byte)'s', (byte)'o', (byte)'m', 0, 0];

    private readonly string folder = Directory.CreateTempSubdirectory("ojin-media-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_prompt_alone_is_all_that_is_sent()
    {
        await using var server = Accepting();

        var job = await Client(server).GenerateVideoAsync(new OzorVideoOrder { Prompt = "A \"lamp\" 😀" }, default);

        Assert.Equal(("abc123", "job_1", "pending"), (job.VideoId, job.JobId, job.Status));
        var request = Assert.Single(server.Requests);
        Assert.Equal(("POST", "/api/v1/videos/generate"), (request.Method, request.Target));
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"prompt":"A \"lamp\" 😀"}"""), JsonNode.Parse(request.Body)), request.Body);
    }

    [Fact]
    public async Task An_order_with_everything_is_sent_under_the_contracts_names()
    {
        await using var server = Accepting();
        var order = new OzorVideoOrder
        {
            Prompt = "P",
            Aspect = "9:16",
            Export = true,
            ExportQuality = "4k",
            ExportIsPublic = true,
            Media =
            [
                OzorMedia.FromFields(OzorMediaKind.Video, new JsonMap { ["Url"] = "https://example.com/clip.mp4", ["mimeType"] = "video/mp4", ["DurationSec"] = 8.5, ["thumbnailUrl"] = "https://example.com/t.jpg" }),
                OzorMedia.FromUrl(OzorMediaKind.Image, "https://example.com/product.jpg"),
                OzorMedia.FromFields(OzorMediaKind.Image, new JsonMap { ["base64"] = "data:image/webp;base64,UklGRg==" }),
            ],
        };

        await Client(server).GenerateVideoAsync(order, default);

        AssertJson("""
            {
              "prompt": "P", "aspect": "9:16", "export": true, "exportQuality": "4k", "exportIsPublic": true,
              "images": [ { "url": "https://example.com/product.jpg" }, { "mimeType": "image/webp", "base64": "UklGRg==" } ],
              "videos": [ { "url": "https://example.com/clip.mp4", "mimeType": "video/mp4", "durationSec": 8.5, "thumbnailUrl": "https://example.com/t.jpg" } ]
            }
            """, Assert.Single(server.Requests).Body);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(48 * 1024)]
    [InlineData((48 * 1024) + 1)]
    [InlineData(300_000)]
    public async Task A_file_goes_as_base64_with_the_type_of_its_bytes_and_a_known_length(int more)
    {
        await using var server = Accepting();
        var bytes = Content(Png, more);
        var picture = await OzorMedia.FromFileAsync(OzorMediaKind.Image, Write("picture.txt", bytes), null, default);
        var film = await OzorMedia.FromFileAsync(OzorMediaKind.Video, Write("film", Content(Mp4, more)), new JsonMap { ["durationSec"] = 2 }, default);

        var job = await Client(server).SendMessageAsync("abc123", "Use them", [film, picture], default);

        Assert.Equal("job_1", job.JobId);
        var request = Assert.Single(server.Requests);
        Assert.Equal("/api/v1/videos/abc123/message", request.Target);
        Assert.False(request.Headers.ContainsKey("Transfer-Encoding"));
        AssertJson(
            $$"""{"message":"Use them","images":[{"mimeType":"image/png","base64":"{{Convert.ToBase64String(bytes)}}"}],"videos":[{"mimeType":"video/mp4","durationSec":2,"base64":"{{Convert.ToBase64String(Content(Mp4, more))}}"}]}""",
            request.Body);
    }

    [Fact]
    public async Task A_file_is_not_held_in_memory()
    {
        const int Size = 96 * 1024 * 1024;
        var path = Path.Combine(folder, "large.png");
        await using (var file = File.Create(path))
        {
            await file.WriteAsync(Png);
            file.SetLength(Size);
        }
        var media = await OzorMedia.FromFileAsync(OzorMediaKind.Image, path, null, default);
        var content = OzorBody.Of(new OzorMessageRequest("m"), OzorVideosJson.Default.OzorMessageRequest, [media], new StallWatch(TimeSpan.FromMinutes(1)))();
        await using var counter = new CountingStream();
        var before = GC.GetTotalAllocatedBytes(precise: true);

        await content.CopyToAsync(counter);

        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 16 * 1024 * 1024);
        Assert.Equal(content.Headers.ContentLength, counter.Count);
        Assert.InRange(counter.Count, Size / 3L * 4, (Size / 3L * 4) + 200);
    }

    [Theory]
    [InlineData("ffd8ff", OzorMediaKind.Image, "image/jpeg")]
    [InlineData("52494646000000005745425056503820", OzorMediaKind.Image, "image/webp")]
    [InlineData("1a45dfa39f4286810142f7810142f2810442f381084282847765626d", OzorMediaKind.Video, "video/webm")]
    [InlineData("0000001c667479706d703432", OzorMediaKind.Video, "video/mp4")]
    public async Task The_type_is_told_by_the_first_bytes(string head, OzorMediaKind kind, string type) =>
        Assert.Equal(type, (await OzorMedia.FromFileAsync(kind, Write("x.bin", Convert.FromHexString(head)), null, default)).MimeType);

    [Theory]
    [InlineData("47494638396101", OzorMediaKind.Image, "image/gif")]
    [InlineData("0000001c6674797071742020", OzorMediaKind.Video, "video/quicktime")]
    [InlineData("0000001c6674797068656963", OzorMediaKind.Image, "image/heic")]
    [InlineData("1a45dfa3934282886d6174726f736b61", OzorMediaKind.Video, "video/x-matroska")]
    [InlineData("89504e470d0a1a0a", OzorMediaKind.Video, "image/png")]
    [InlineData("0000001c667479706d703432", OzorMediaKind.Image, "video/mp4")]
    [InlineData("68656c6c6f", OzorMediaKind.Image, "no type")]
    [InlineData("ff", OzorMediaKind.Image, "no type")]
    public async Task A_type_that_the_service_does_not_take_is_told_before_any_call(string head, OzorMediaKind kind, string told)
    {
        var error = await Assert.ThrowsAsync<OjinException>(() => OzorMedia.FromFileAsync(kind, Write("x.png", Convert.FromHexString(head)), null, default));

        Assert.Equal(ErrorCodes.FileUnusable, error.Code);
        Assert.Contains(told, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_told_before_any_call()
    {
        Assert.Equal(ErrorCodes.FileNotFound, (await Assert.ThrowsAsync<OjinException>(() => OzorMedia.FromFileAsync(OzorMediaKind.Image, Path.Combine(folder, "no.png"), null, default))).Code);
        Assert.Contains("is a folder", (await Assert.ThrowsAsync<OjinException>(() => OzorMedia.FromFileAsync(OzorMediaKind.Image, folder, null, default))).Message, StringComparison.Ordinal);
        Assert.Contains("is empty", (await Assert.ThrowsAsync<OjinException>(() => OzorMedia.FromFileAsync(OzorMediaKind.Image, Write("empty.png", []), null, default))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("longer")]
    [InlineData("shorter")]
    [InlineData("gone")]
    public async Task A_file_that_changed_since_is_told_and_nothing_is_spent(string what)
    {
        await using var server = Accepting();
        var path = Write("p.png", Content(Png, 200_000));
        var media = await OzorMedia.FromFileAsync(OzorMediaKind.Image, path, null, default);
        if (what == "gone") File.Delete(path);
        else await File.WriteAllBytesAsync(path, Content(Png, what == "longer" ? 300_000 : 10));
        var session = new OzorSession("sk_live_a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6", baseUri: server.Address.AbsoluteUri, creditLimit: 1);

        var error = await Assert.ThrowsAsync<OjinException>(() => new OzorClient(new HttpTransport(), session).SendMessageAsync("v", "m", [media], default));

        Assert.Equal(what == "gone" ? ErrorCodes.FileUnusable : ErrorCodes.FileChanged, error.Code);
        Assert.False(error.OutcomeUnknown);
        Assert.Equal(0, session.CreditsStarted);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(OzorMediaKind.Image, """{}""")]
    [InlineData(OzorMediaKind.Image, """{"mimeType":"image/png"}""")]
    [InlineData(OzorMediaKind.Image, """{"url":"http://example.com/x.png"}""")]
    [InlineData(OzorMediaKind.Image, """{"url":"https://user:pass@example.com/x.png"}""")]
    [InlineData(OzorMediaKind.Image, """{"url":"file:///etc/passwd"}""")]
    [InlineData(OzorMediaKind.Image, """{"url":"x.png"}""")]
    [InlineData(OzorMediaKind.Image, """{"url":5}""")]
    [InlineData(OzorMediaKind.Image, """{"base64":"no base64!"}""")]
    [InlineData(OzorMediaKind.Image, """{"base64":""}""")]
    [InlineData(OzorMediaKind.Image, """{"base64":"AAAA","mimeType":"image/gif"}""")]
    [InlineData(OzorMediaKind.Image, """{"base64":"AAAA","durationSec":1}""")]
    [InlineData(OzorMediaKind.Image, """{"ulr":"https://example.com/x.png"}""")]
    [InlineData(OzorMediaKind.Video, """{"base64":"AAAA","mimeType":"image/png"}""")]
    [InlineData(OzorMediaKind.Video, """{"base64":"AAAA","durationSec":"long"}""")]
    [InlineData(OzorMediaKind.Video, """{"base64":"AAAA","durationSec":-1}""")]
    [InlineData(OzorMediaKind.Video, """{"base64":"AAAA","thumbnailUrl":"ftp://example.com/x.png"}""")]
    public void Fields_that_cannot_be_right_are_told(OzorMediaKind kind, string json)
    {
        var error = Assert.Throws<OjinException>(() => OzorMedia.FromFields(kind, JsonMap.Parse(json)));

        Assert.Equal(ErrorCodes.InvalidArgument, error.Code);
        Assert.Contains("Nothing was sent", error.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain("pass@", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2000, true)]
    [InlineData(2001, false)]
    public async Task Texts_have_1_to_2000_characters_whatever_their_alphabet(int length, bool good)
    {
        await using var server = Accepting();
        foreach (var text in new[] { new string('x', length), string.Concat(Enumerable.Repeat("😀", length)) })
        {
            var client = Client(server);
            foreach (var call in new Func<Task>[] { () => client.GenerateVideoAsync(new OzorVideoOrder { Prompt = text }, default), () => client.SendMessageAsync("v", text, [], default) })
            {
                if (good) await call();
                else Assert.Contains("2001", (await Assert.ThrowsAsync<OjinException>(call)).Message, StringComparison.Ordinal);
            }
        }

        Assert.Equal(good ? 4 : 0, server.Requests.Count);
    }

    [Fact]
    public async Task What_the_contract_forbids_is_told_before_any_call()
    {
        await using var server = Accepting();
        var client = Client(server);
        OzorVideoOrder[] orders =
        [
            new() { Prompt = "" }, new() { Prompt = " \n" }, new() { Prompt = "p", Aspect = "4:3" }, new() { Prompt = "p", Export = true, ExportQuality = "8k" },
            new() { Prompt = "p", ExportQuality = "4k" }, new() { Prompt = "p", ExportIsPublic = true },
        ];

        foreach (var order in orders) Assert.Equal(ErrorCodes.InvalidArgument, (await Assert.ThrowsAsync<OjinException>(() => client.GenerateVideoAsync(order, default))).Code);
        await Assert.ThrowsAsync<OjinException>(() => client.SendMessageAsync("", "m", [], default));

        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_credit_limit_is_kept_before_any_call()
    {
        await using var server = Accepting();
        var session = new OzorSession("sk_live_a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6", baseUri: server.Address.AbsoluteUri, creditLimit: 2);
        var client = new OzorClient(new HttpTransport(), session);
        await client.GenerateVideoAsync(new OzorVideoOrder { Prompt = "p" }, default);
        await client.SendMessageAsync("v", "m", [], default);

        Assert.Equal(ErrorCodes.CreditLimit, (await Assert.ThrowsAsync<OjinException>(() => client.SendMessageAsync("v", "m", [], default))).Code);

        await client.ExportVideoAsync("v", null, null, default);
        Assert.Equal(2, session.CreditsStarted);
        Assert.Equal(3, server.Requests.Count);
    }

    private static RawServer Accepting() => new(RawAnswer.Json("""{"videoId":"abc123","jobId":"job_1","status":"pending"}"""));

    private static void AssertJson(string expected, string actual) => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), actual.Length > 2000 ? actual[..2000] : actual);

    private static byte[] Content(byte[] head, int more)
    {
        var bytes = new byte[head.Length + more];
        new Random(more).NextBytes(bytes);
        head.CopyTo(bytes, 0);
        return bytes;
    }

    private static OzorClient Client(RawServer server)
    {
        var session = new OzorSession("sk_live_a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6", baseUri: server.Address.AbsoluteUri);
        return new OzorClient(new HttpTransport(null, session.Secrets, new TransportOptions { BaseDelay = TimeSpan.FromMilliseconds(1) }), session);
    }

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private sealed class CountingStream : Stream
    {
        public long Count { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Count += count;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Count += buffer.Length;
            return ValueTask.CompletedTask;
        }
    }
}
