using System.Text.RegularExpressions;
using Ojin.Emulator;
using Ojin.Http;
using Ojin.Transfer;
using Xunit;

namespace Ojin.Client.Tests.Transfer;

/// <summary>Downloads, and everything that happens to them on the way.</summary>
public sealed class RangedDownloadTests : TransferTest
{
    private readonly byte[] _content = Bytes(Size);
    private int _asked;

    private string Target => Path.Combine(Folder, "target.bin");

    [Fact]
    public async Task A_small_file_comes_in_one_piece_verified()
    {
        var asset = Add(_content.AsSpan(0, 3000).ToArray());

        var saved = await DownloadAsync(asset, rangedFrom: DownloadOptions.DefaultRangedFrom);

        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Equal((Target, 3000), (saved.Path, saved.SizeBytes));
        Assert.Equal(_content[..3000], await File.ReadAllBytesAsync(Target));
        Assert.Equal(["target.bin"], Entries());
        Assert.Equal(["Host", "If-Match"], Assert.Single(Host.Requests.Find("storage", "GET")).Headers.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(Host.Requests.Violations);
    }

    [Fact]
    public async Task A_large_file_comes_in_ranges_of_the_parts_behind_its_etag()
    {
        var asset = await UploadedAsync();

        var saved = await DownloadAsync(asset);

        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
        Assert.Equal(["bytes=0-5242879", "bytes=10485760-10486993", "bytes=5242880-10485759"], Ranges().Order(StringComparer.Ordinal));
        Assert.All(Host.Requests.Find("storage", "GET"), request => Assert.Equal(asset.ETag, request.Headers["If-Match"]));
        Assert.Equal(["target.bin"], Entries());
    }

    [Fact]
    public async Task Ranges_that_come_one_after_the_other_come_over_one_connection()
    {
        var asset = await UploadedAsync();

        await DownloadAsync(asset, slots: 1);

        Assert.Equal(3, Ranges().Count);
        Assert.Single(Host.Requests.Find("storage", "GET").Select(request => request.Connection).Distinct());
    }

    [Fact]
    public async Task A_source_that_tells_neither_size_nor_etag_is_fetched_in_ranges_and_verified_by_the_storage()
    {
        var asset = Add(Bytes((int)DownloadOptions.DefaultRangedFrom + 5));

        var saved = await DownloadAsync(asset, tells: false, rangedFrom: DownloadOptions.DefaultRangedFrom);

        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Equal(Stored(asset.AssetId.ToString()), await File.ReadAllBytesAsync(Target));
        Assert.Equal("bytes=0-8388607", Ranges()[0]);
        Assert.All(Host.Requests.Find("storage", "GET").Skip(1).Take(2), request => Assert.Equal(asset.ETag, request.Headers["If-Match"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_empty_file_is_a_file(bool tells)
    {
        var asset = Add([]);

        var saved = await DownloadAsync(asset, tells, rangedFrom: DownloadOptions.DefaultRangedFrom);

        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Empty(await File.ReadAllBytesAsync(Target));
    }

    [Theory]
    [InlineData(FaultKind.CutAnswer)]
    [InlineData(FaultKind.StallAnswer)]
    [InlineData(FaultKind.TruncateBody)]
    public async Task A_range_that_breaks_goes_on_where_it_broke(FaultKind kind)
    {
        // Long enough that a busy machine does not take an honest answer for one that stands still.
        if (kind == FaultKind.StallAnswer) StallTimeout = TimeSpan.FromSeconds(3);
        var asset = await UploadedAsync();
        Host.Faults.Add(new FaultRule { Service = "storage", Method = "GET", Action = new FaultAction { Kind = kind, AfterBytes = 1_000_000 } });
        var progress = new After(long.MaxValue, () => { });

        // One after the other, so that the first, which is long enough to break, is the one that does.
        var saved = await DownloadAsync(asset, slots: 1, progress: progress);

        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
        Assert.Equal(4, Ranges().Count);
        Assert.Single(Ranges(), range => !Regex.IsMatch(range, "=(0|5242880|10485760)-"));
        Assert.Equal(Size, progress.Moved);
        Assert.True(progress.Most <= Size);
    }

    [Theory]
    [InlineData(FaultKind.CutAnswer)]
    [InlineData(FaultKind.StallAnswer)]
    [InlineData(FaultKind.TruncateBody)]
    public async Task A_small_file_that_breaks_goes_on(FaultKind kind)
    {
        StallTimeout = TimeSpan.FromSeconds(3);
        var asset = Add(_content);
        Host.Faults.Add(new FaultRule { Service = "storage", Method = "GET", Action = new FaultAction { Kind = kind, AfterBytes = 1_000_000 } });

        var saved = await DownloadAsync(asset, rangedFrom: DownloadOptions.DefaultRangedFrom);

        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
        Assert.Equal(2, Host.Requests.Find("storage", "GET").Count);
    }

    [Fact]
    public async Task A_connection_that_always_breaks_is_an_error_and_leaves_what_came()
    {
        var asset = await UploadedAsync();
        Host.Faults.Add(new FaultRule { Service = "storage", Method = "GET", PathContains = "", Times = null, Skip = 1, Action = new FaultAction { Kind = FaultKind.CutAnswer, AfterBytes = 0 } });

        var error = await Assert.ThrowsAsync<OjinException>(() => DownloadAsync(asset, slots: 1));

        Assert.Equal(ErrorCodes.ConnectionLost, error.Code);
        Assert.Equal(["target.bin.ojin-partial", "target.bin.ojin-partial.state"], Entries());
        Host.Faults.Clear();
        Host.Requests.Clear();
        Assert.True((await DownloadAsync(asset)).IsVerified);
        Assert.Equal(2, Ranges().Count);
        Assert.Equal(["target.bin"], Entries());
    }

    [Fact]
    public async Task An_expired_url_is_fetched_anew_once_for_all_ranges()
    {
        var asset = await UploadedAsync();
        Host.Storage.Options.ExpiredDownloadUrls = 1;

        var saved = await DownloadAsync(asset);

        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Equal(2, _asked);
    }

    [Fact]
    public async Task A_url_that_expires_in_the_middle_is_fetched_anew()
    {
        var asset = await UploadedAsync();

        var saved = await DownloadAsync(asset, slots: 1, progress: new After(PartSize, Host.Storage.ExpireUrls));

        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
        Assert.Equal(2, _asked);
    }

    [Fact]
    public async Task Any_other_refusal_is_an_error_with_the_storages_words_and_leaves_no_file()
    {
        var asset = await UploadedAsync();
        Host.Faults.AddStatus(403, "storage", "GET", times: null, body: "<Error><Code>SignatureDoesNotMatch</Code><Message>The signatures differ.</Message></Error>");

        var error = await Assert.ThrowsAsync<OjinException>(() => DownloadAsync(asset));

        Assert.Equal((403, "SignatureDoesNotMatch"), (error.StatusCode, error.Code));
        Assert.Contains("The signatures differ.", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, _asked);
        Assert.Empty(Entries());
    }

    [Fact]
    public async Task A_download_that_was_stopped_goes_on_by_range()
    {
        var asset = await UploadedAsync();
        await StopAfterFirstPartAsync(asset);
        Host.Requests.Clear();
        var progress = new After(long.MaxValue, () => { });

        var saved = await DownloadAsync(asset, progress: progress);

        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
        Assert.Equal(["bytes=10485760-10486993", "bytes=5242880-10485759"], Ranges().Order(StringComparer.Ordinal));
        Assert.Equal((Size, PartSize), (progress.Moved, progress.Found));
        Assert.Equal(["target.bin"], Entries());
    }

    [Fact]
    public async Task A_download_whose_source_tells_nothing_goes_on_too()
    {
        var asset = Add(Bytes((int)DownloadOptions.DefaultRangedFrom + 5));
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DownloadAsync(asset, tells: false, slots: 1, progress: new After((8 << 20) + 1, stop.Cancel), cancellationToken: stop.Token));
        Host.Requests.Clear();

        var saved = await DownloadAsync(asset, tells: false);

        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Equal(2, Ranges().Count);
    }

    [Fact]
    public async Task A_part_that_the_disk_has_lost_is_fetched_again()
    {
        var asset = await UploadedAsync();
        await StopAfterFirstPartAsync(asset);
        Host.Requests.Clear();
        using (var partial = File.OpenWrite(Target + ".ojin-partial"))
            partial.Write(new byte[100]);

        var saved = await DownloadAsync(asset);

        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
        Assert.Equal(3, Ranges().Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("""{"version":1,"eTag":"\"x\"","sizeBytes":5,"partSize":5,"parts":null}""")]
    public async Task A_damaged_record_starts_the_download_over(string damage)
    {
        var asset = await UploadedAsync();
        await StopAfterFirstPartAsync(asset);
        Host.Requests.Clear();
        await File.WriteAllTextAsync(Target + ".ojin-partial.state", damage);

        var saved = await DownloadAsync(asset);

        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
        Assert.Equal(3, Ranges().Count);
        Assert.Equal(["target.bin"], Entries());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_object_that_changed_since_starts_over(bool tells)
    {
        var asset = Add(_content);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DownloadAsync(asset, tells, slots: 1, progress: new After((8 << 20) + 1, stop.Cancel), cancellationToken: stop.Token));
        var other = Bytes(Size, seed: 2);
        Replace(asset, other);

        // The service's own record is as it was: the storage alone tells.
        var saved = await DownloadAsync(asset, tells);

        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Equal(other, await File.ReadAllBytesAsync(Target));
        Assert.Equal(["target.bin"], Entries());
    }

    [Fact]
    public async Task An_object_that_changes_meanwhile_starts_over()
    {
        var asset = Add(_content);
        var other = Bytes(Size, seed: 2);

        var saved = await DownloadAsync(asset, slots: 1, progress: new After(8 << 20, () => Replace(asset, other)));

        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Equal(other, await File.ReadAllBytesAsync(Target));
    }

    [Fact]
    public async Task Bytes_that_arrive_wrong_are_fetched_once_more()
    {
        var asset = await UploadedAsync();
        Host.Storage.Options.CorruptDownloads = 1;

        var saved = await DownloadAsync(asset);

        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
    }

    [Fact]
    public async Task Bytes_that_arrive_wrong_twice_are_an_error_and_nothing_is_kept()
    {
        var asset = Add(_content);
        Host.Storage.Options.CorruptDownloads = int.MaxValue;
        await File.WriteAllTextAsync(Target, "precious");

        var error = await Assert.ThrowsAsync<OjinException>(() => DownloadAsync(asset, overwrite: true));

        Assert.Equal(ErrorCodes.IntegrityFailed, error.Code);
        Assert.Equal(["target.bin"], Entries());
        Assert.Equal("precious", await File.ReadAllTextAsync(Target));
    }

    [Fact]
    public async Task A_size_that_is_not_the_services_is_an_error()
    {
        var asset = Add(_content.AsSpan(0, 3000).ToArray());

        foreach (var rangedFrom in new[] { 1, DownloadOptions.DefaultRangedFrom })
        {
            var error = await Assert.ThrowsAsync<OjinException>(() => DownloadAsync(asset, rangedFrom: rangedFrom, size: 2999));
            Assert.Equal(ErrorCodes.IntegrityFailed, error.Code);
            Assert.Contains("2999", error.Message, StringComparison.Ordinal);
            Assert.Empty(Entries());
        }
    }

    [Fact]
    public async Task Without_ranges_the_file_comes_in_one_piece()
    {
        var asset = await UploadedAsync();
        Host.Storage.Options.IgnoreRanges = true;

        foreach (var tells in new[] { true, false })
        {
            var saved = await DownloadAsync(asset, tells);
            Assert.True(saved.IsVerified, saved.Verdict);
            Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
            File.Delete(Target);
        }
    }

    [Fact]
    public async Task Without_ranges_a_broken_answer_begins_again()
    {
        var asset = await UploadedAsync();
        Host.Storage.Options.IgnoreRanges = true;
        Host.Faults.Add(new FaultRule { Service = "storage", Method = "GET", Action = new FaultAction { Kind = FaultKind.CutAnswer, AfterBytes = 1_000_000 } });
        var progress = new After(long.MaxValue, () => { });

        var saved = await DownloadAsync(asset, slots: 1, progress: progress);

        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
        Assert.Equal(Size, progress.Moved);
    }

    [Fact]
    public async Task An_etag_that_says_nothing_is_told()
    {
        Host.Storage.Options.OpaqueETags = true;
        var asset = await UploadedAsync();

        var saved = await DownloadAsync(asset);

        Assert.False(saved.IsVerified);
        Assert.Contains("no MD5", saved.Verdict, StringComparison.Ordinal);
        Assert.Contains(Traces, line => line.Contains("not verifiable", StringComparison.Ordinal));
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
    }

    [Theory]
    [InlineData(6 * 1024 * 1024)]
    [InlineData(7 * 1024 * 1024)]
    [InlineData(10 * 1024 * 1024)]
    public async Task The_usual_part_sizes_are_found(int partSize)
    {
        var asset = await UploadedAsync(partSize);

        var saved = await DownloadAsync(asset);

        Assert.True(saved.IsVerified, saved.Verdict);
    }

    [Fact]
    public async Task Parts_of_an_unusual_size_are_told_and_cost_one_more_fetch()
    {
        Host.Storage.Options.MinimumPartSize = 1;
        var upload = await InitiateAsync();
        var etags = new List<(int, string)>();
        foreach (var (part, index) in _content.Chunk(5_200_000).Select((part, index) => (part, index)))
            etags.Add((index + 1, await PutPartAsync(upload, index + 1, part)));
        using var answer = await FinalizeAsync(upload, Size, etags);
        var id = (await JsonAsync(answer))["asset_id"]!.GetValue<Guid>();
        var asset = Host.Ojin.Assets.Single(one => one.AssetId == id);

        var saved = await DownloadAsync(asset);

        Assert.False(saved.IsVerified);
        Assert.Contains("fetched twice", saved.Verdict, StringComparison.Ordinal);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
    }

    [Fact]
    public async Task A_file_that_is_there_stays_unless_it_may_be_replaced()
    {
        var asset = Add(_content.AsSpan(0, 3000).ToArray());
        await File.WriteAllTextAsync(Target, "precious");

        var error = await Assert.ThrowsAsync<OjinException>(() => DownloadAsync(asset));
        Assert.Equal(ErrorCodes.FileUnusable, error.Code);
        Assert.Contains("-Force", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal("precious", await File.ReadAllTextAsync(Target));
        Assert.Empty(Host.Requests.Find("storage"));

        await DownloadAsync(asset, overwrite: true);
        Assert.Equal(3000, new FileInfo(Target).Length);
        Assert.Equal(["target.bin"], Entries());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_target_that_cannot_be_had_at_the_end_costs_no_bytes(bool isFolder)
    {
        var asset = await UploadedAsync();
        var error = await Assert.ThrowsAsync<OjinException>(() => DownloadAsync(asset, progress: new After(1, () =>
        {
            if (isFolder) Directory.CreateDirectory(Target);
            else File.WriteAllText(Target, "precious");
        })));

        Assert.Equal(ErrorCodes.FileUnusable, error.Code);
        Assert.Contains(isFolder ? "is a folder" : "is there already", error.Message, StringComparison.Ordinal);
        Assert.Equal(["target.bin", "target.bin.ojin-partial", "target.bin.ojin-partial.state"], Entries());
        if (isFolder) Directory.Delete(Target);
        else Assert.Equal("precious", await File.ReadAllTextAsync(Target));
        Host.Requests.Clear();

        var saved = await DownloadAsync(asset, overwrite: !isFolder);

        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
        Assert.Empty(Ranges());
        Assert.Equal(["target.bin"], Entries());
    }

    [Fact]
    public async Task Two_downloads_to_the_same_file_do_each_other_no_harm()
    {
        var asset = await UploadedAsync();
        Host.Faults.Add(FaultKind.Delay, "storage", "GET", times: 1).Action.DelayMs = 600_000;
        var first = DownloadAsync(asset);
        await Host.Requests.WaitAsync(log => log.Find("storage", "GET").Count > 0);

        var error = await Assert.ThrowsAsync<OjinException>(() => DownloadAsync(asset));
        Host.Faults.Clear();

        Assert.Contains("by somebody else", error.Message, StringComparison.Ordinal);
        Assert.True((await first).IsVerified);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
    }

    [Theory]
    [InlineData("film.mp4", "film.mp4")]
    [InlineData("../../evil.sh", ".._.._evil.sh")]
    [InlineData("C:\\windows\\x.dll", "C__windows_x.dll")]
    [InlineData("..", "fallback")]
    [InlineData("", "fallback")]
    [InlineData("/", "fallback")]
    [InlineData("con.mp4", "_con.mp4")]
    [InlineData("LPT1", "_LPT1")]
    [InlineData("a\u001b[31m\u202egpj.exe", "a_[31m_gpj.exe")]
    [InlineData("a\0b\r\nc", "a_b__c")]
    [InlineData("what?.mp4. ", "what_.mp4")]
    [InlineData("日本.mp4", "日本.mp4")]
    public async Task A_name_from_a_server_stays_in_the_folder(string name, string expected)
    {
        var asset = Add(Bytes(10));
        using var slots = new TransferSlots();

        var saved = await new RangedDownload(Transport(), new DownloadOptions { Slots = slots }).SaveAsync(
            _ => Task.FromResult(new DownloadSource(Url(asset), name, 10, asset.ETag)), new DownloadTarget(Folder, IsFolder: true, "fallback", Overwrite: false), default);

        Assert.Equal(Path.Combine(Folder, expected), saved.Path);
        Assert.Equal([expected], Entries());
    }

    [Fact]
    public void A_long_name_keeps_its_extension_and_fits()
    {
        var name = SafeFileName.From(new string('ü', 300) + ".mp4", "x");

        Assert.EndsWith("ü.mp4", name, StringComparison.Ordinal);
        Assert.True(System.Text.Encoding.UTF8.GetByteCount(name) <= 200);
        Assert.Equal(200, SafeFileName.From(new string('x', 300), "x").Length);
    }

    [Fact]
    public async Task A_target_with_the_longest_name_that_there_is_can_be_written()
    {
        var asset = Add(Bytes(10));
        var path = Path.Combine(Folder, new string('n', 255));
        using var slots = new TransferSlots();

        await new RangedDownload(Transport(), new DownloadOptions { Slots = slots }).SaveAsync(
            _ => Task.FromResult(new DownloadSource(Url(asset), "a", 10, asset.ETag)), new DownloadTarget(path, IsFolder: false, "x", Overwrite: false), default);

        Assert.True(File.Exists(path));
        Assert.Single(Entries());
    }

    [Fact]
    public async Task A_folder_that_is_not_there_or_is_no_folder_is_told_before_anything_is_fetched()
    {
        var asset = Add(Bytes(10));
        Directory.CreateDirectory(Target);
        foreach (var path in new[] { Target, Path.Combine(Folder, "nowhere", "x.bin"), OperatingSystem.IsLinux() ? "/proc/x.bin" : Target })
        {
            using var slots = new TransferSlots();
            var error = await Assert.ThrowsAsync<OjinException>(() => new RangedDownload(Transport(), new DownloadOptions { Slots = slots }).SaveAsync(
                _ => Task.FromResult(new DownloadSource(Url(asset), "a", 10, asset.ETag)), new DownloadTarget(path, IsFolder: false, "x", Overwrite: true), default));
            Assert.Equal(ErrorCodes.FileUnusable, error.Code);
        }

        Assert.Empty(Host.Requests.Find("storage"));
    }

    [Fact]
    public async Task More_than_the_disk_has_room_for_is_told_before_it_is_full()
    {
        var asset = Add(_content);

        var error = await Assert.ThrowsAsync<OjinException>(() => DownloadAsync(asset, size: 1L << 60));

        Assert.Equal(ErrorCodes.FileUnusable, error.Code);
        Assert.Contains("the disk is full", error.Message, StringComparison.Ordinal);
        Assert.Empty(Entries());
    }

    private List<string> Ranges() => [.. Host.Requests.Find("storage", "GET").Where(request => request.Headers.ContainsKey("Range")).Select(request => request.Headers["Range"])];

    private EmulatedAsset Add(byte[] content) => Host.Ojin.AddAsset("film.mp4", "video", "video/mp4", content);

    private void Replace(EmulatedAsset asset, byte[] content) => Host.Storage.AddObject(OjinRestState.Bucket, asset.StorageKey, content, "video/mp4");

    private Uri Url(EmulatedAsset asset) => Host.Storage.CreateDownloadUrl(OjinRestState.Bucket, asset.StorageKey);

    /// <summary>An asset of three parts of 5 MiB.</summary>
    private async Task<EmulatedAsset> UploadedAsync(int partSize = PartSize)
    {
        var source = WriteFile(_content);
        var id = Guid.Parse((await UploadAsync(source, partSize, journal: false)).AssetId);
        File.Delete(source);
        Host.Requests.Clear();
        Traces.Clear();
        return Host.Ojin.Assets.Single(asset => asset.AssetId == id);
    }

    private async Task StopAfterFirstPartAsync(EmulatedAsset asset)
    {
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DownloadAsync(asset, slots: 1, progress: new After(PartSize + 1, stop.Cancel), cancellationToken: stop.Token));
        Assert.Equal(["target.bin.ojin-partial", "target.bin.ojin-partial.state"], Entries());
        Assert.DoesNotContain("X-Amz", await File.ReadAllTextAsync(Target + ".ojin-partial.state"), StringComparison.Ordinal);
    }

    private async Task<SavedFile> DownloadAsync(EmulatedAsset asset, bool tells = true, int slots = 0, bool overwrite = false, long rangedFrom = 1, long? size = null, ITransferProgress? progress = null, CancellationToken cancellationToken = default)
    {
        using var bound = new TransferSlots(slots);
        using var ticket = await bound.EnterAsync(1, cancellationToken);
        var download = new RangedDownload(Transport(), new DownloadOptions { Slots = bound, Progress = progress, RangedFrom = rangedFrom });
        return await download.SaveAsync(Source, new DownloadTarget(Target, IsFolder: false, "x", overwrite), ticket, cancellationToken);

        Task<DownloadSource> Source(CancellationToken token)
        {
            Interlocked.Increment(ref _asked);
            return Task.FromResult(new DownloadSource(Url(asset), asset.Name, tells ? size ?? asset.SizeBytes : null, tells ? asset.ETag : null));
        }
    }
}
