using System.Text;
using Ojin.Http;
using Ojin.Transfer;
using Xunit;

namespace Ojin.Client.Tests.Transfer;

/// <summary>The pieces that transfers are made of.</summary>
public sealed class TransferPiecesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ojin-pieces-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1, 8)]
    [InlineData(80_000L * 1024 * 1024, 8)]
    [InlineData((80_000L * 1024 * 1024) + 1, 9)]
    [InlineData(1L << 40, 105)]
    public void A_part_is_8_MiB_or_what_10000_parts_need(long size, long expectedMiB)
    {
        var partSize = PartSizes.For(size);

        Assert.Equal(expectedMiB << 20, partSize);
        Assert.InRange(PartSizes.Count(size, partSize), 1, 10_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-5)]
    [InlineData((5 << 20) - 1)]
    [InlineData((5L << 30) + 1)]
    public void A_part_size_that_the_storage_does_not_take_is_refused(long partSize)
    {
        var error = Assert.Throws<OjinException>(() => FileToSend.FromDisk(Write("a.png", 10), partSize: partSize));

        Assert.Equal(ErrorCodes.InvalidArgument, error.Code);
    }

    [Fact]
    public void More_than_10000_parts_are_refused_with_the_size_that_would_do()
    {
        var path = Path.Combine(_folder, "large.mp4");
        using (var file = File.Create(path))
            file.SetLength((10_000L * (5 << 20)) + 1);

        var error = Assert.Throws<OjinException>(() => FileToSend.FromDisk(path, partSize: 5 << 20));

        Assert.Equal(ErrorCodes.InvalidArgument, error.Code);
        Assert.Contains("10001 parts", error.Message, StringComparison.Ordinal);
        Assert.Contains("6MB", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(10_000, FileToSend.FromDisk(Truncated(path), partSize: 5 << 20).PartCount);

        static string Truncated(string path)
        {
            using var file = File.OpenWrite(path);
            file.SetLength(10_000L * (5 << 20));
            return path;
        }
    }

    [Theory]
    [InlineData("a.PNG", "", "image/png", "image")]
    [InlineData("a.mov", "", "video/quicktime", "video")]
    [InlineData("a", "\u0089PNG\r\n\u001a\n", "image/png", "image")]
    [InlineData("a.bin", "\u00ff\u00d8\u00ff\u00e0", "image/jpeg", "image")]
    [InlineData("a.unknown", "\0\0\0\u0018ftypmp42", "video/mp4", "video")]
    [InlineData("a", "RIFF....WEBP", "image/webp", "image")]
    [InlineData("a", "RIFF....AVI ", "video/x-msvideo", "video")]
    [InlineData("a", "\u001aE\u00df\u00a3....webm", "video/webm", "video")]
    [InlineData("a", "GIF89a", "image/gif", "image")]
    [InlineData("a", "\0\0\0\u0018ftypavis", "image/avif", "image")]
    [InlineData("a", "\0\0\0\u0018ftyphevc", "image/heic", "image")]
    [InlineData("a", "\0\0\0\u0018ftypqt  ", "video/quicktime", "video")]
    public void Type_and_category_follow_from_the_extension_else_from_the_first_bytes(string name, string head, string type, string category)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, [.. Encoding.Latin1.GetBytes(head), 1, 2, 3]);

        var file = FileToSend.FromDisk(path);

        Assert.Equal((type, category, name), (file.ContentType, file.Category, file.Name));
    }

    [Fact]
    public void What_has_no_category_asks_for_one()
    {
        var path = Write("model.safetensors", 10);

        var error = Assert.Throws<OjinException>(() => FileToSend.FromDisk(path));

        Assert.Contains("-Category", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal(("weight", "application/octet-stream"), (FileToSend.FromDisk(path, category: "weight").Category, FileToSend.FromDisk(path, category: "weight").ContentType));
        Assert.Equal("video", FileToSend.FromDisk(path, contentType: "video/mp4").Category);
    }

    [Theory]
    [InlineData("a/b.png")]
    [InlineData("..")]
    [InlineData("../a.png")]
    [InlineData("a\\b.png")]
    [InlineData("a\"b.png")]
    [InlineData("a\nb.png")]
    [InlineData(" ")]
    public void A_name_that_is_none_of_a_file_is_refused(string name) =>
        Assert.Equal(ErrorCodes.InvalidArgument, Assert.Throws<OjinException>(() => FileToSend.FromDisk(Write("a.png", 10), name: name)).Code);

    [Fact]
    public void A_name_of_300_letters_is_refused() =>
        Assert.Contains("300 letters", Assert.Throws<OjinException>(() => FileToSend.FromDisk(Write("a.png", 10), name: new string('x', 300))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("image")]
    [InlineData("image/")]
    [InlineData("a b/c")]
    [InlineData("image/png\r\nX-Evil: 1")]
    public void A_type_that_is_none_is_refused(string type)
    {
        Assert.Equal(ErrorCodes.InvalidArgument, Assert.Throws<OjinException>(() => FileToSend.FromDisk(Write("a.png", 10), contentType: type)).Code);
        Assert.Equal(ErrorCodes.InvalidArgument, Assert.Throws<OjinException>(() => AimpMediaFile.FromDisk(Write("a.png", 10), type)).Code);
    }

    [Fact]
    public void A_file_that_cannot_be_used_is_told()
    {
        Assert.Equal(ErrorCodes.FileNotFound, Code(Path.Combine(_folder, "nothing.png")));
        Assert.Equal(ErrorCodes.FileUnusable, Code(_folder));
        Assert.Equal(ErrorCodes.FileUnusable, Code(Write("empty.png", 0)));
        if (OperatingSystem.IsLinux())
            Assert.Equal(ErrorCodes.FileUnusable, Code("/dev/zero"));

        static string Code(string path)
        {
            var code = Assert.Throws<OjinException>(() => FileToSend.FromDisk(path)).Code;
            Assert.Equal(code, Assert.Throws<OjinException>(() => AimpMediaFile.FromDisk(path)).Code);
            return code;
        }
    }

    [Fact]
    public void A_media_file_has_the_gateways_kind()
    {
        Assert.Equal(("image/png", "image", "a.png", 10L), Of(AimpMediaFile.FromDisk(Write("a.png", 10))));
        Assert.Equal(("application/pdf", "file", "a.pdf", 10L), Of(AimpMediaFile.FromDisk(Write("a.pdf", 10))));
        Assert.Equal(("audio/mpeg", "sound", "a.xyz", 10L), Of(AimpMediaFile.FromDisk(Write("a.xyz", 10), "audio/mpeg", "sound")));

        static (string, string, string, long) Of(AimpMediaFile file) => (file.ContentType, file.MediaType, file.FileName, file.SizeBytes);
    }

    [Fact]
    public async Task A_media_file_is_a_body_with_length_and_type_and_takes_its_progress_back()
    {
        var path = Write("a.png", 300_000);
        var file = AimpMediaFile.FromDisk(path);
        var progress = new Sum();
        for (var i = 0; i < 2; i++)
        {
            using var content = file.CreateContent(new StallWatch(TimeSpan.FromMinutes(1)), progress);
            Assert.Equal((300_000L, "image/png"), (content.Headers.ContentLength, content.Headers.ContentType!.ToString()));
            Assert.Equal(await File.ReadAllBytesAsync(path), await content.ReadAsByteArrayAsync());
            Assert.Equal(300_000, progress.Total);
        }

        Write("a.png", 10);
        Assert.Equal(ErrorCodes.FileChanged, Assert.Throws<OjinException>(() => file.CreateContent(new StallWatch(TimeSpan.FromMinutes(1)), null)).Code);
    }

    [Fact]
    public async Task Files_are_let_in_in_order_as_the_parts_before_them_end()
    {
        using var slots = new TransferSlots(1);
        var first = await slots.EnterAsync(2, default);
        var second = slots.EnterAsync(1, default);
        var third = slots.EnterAsync(1, default);
        Assert.False(second.IsCompleted);

        first.Dispose();
        first.Dispose();
        using (await second)
            Assert.False(third.IsCompleted);

        (await third).Dispose();
    }

    [Fact]
    public async Task A_large_file_lets_the_next_one_in_near_its_end()
    {
        using var slots = new TransferSlots(2);
        using var large = await slots.EnterAsync(100, default);
        var next = slots.EnterAsync(1, default);
        for (var part = 0; part < 92; part++)
            large.PartEnded();
        Assert.False(next.IsCompleted);

        large.PartEnded();

        (await next).Dispose();
    }

    [Fact]
    public async Task Who_stops_waiting_keeps_nobody_from_coming_in()
    {
        using var slots = new TransferSlots(1);
        var first = await slots.EnterAsync(1, default);
        using var stop = new CancellationTokenSource();
        var given_up = slots.EnterAsync(1, stop.Token);
        var third = slots.EnterAsync(1, default);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given_up);
        first.Dispose();

        (await third).Dispose();
    }

    private string Write(string name, int size)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, Enumerable.Range(0, size).Select(i => (byte)i).ToArray());
        return path;
    }

    private sealed class Sum : ITransferItem
    {
        public long Total { get; private set; }

        public void Add(long bytes) => Total += bytes;

        public void SetSize(long size)
        {
        }

        public void Dispose()
        {
        }
    }
}
