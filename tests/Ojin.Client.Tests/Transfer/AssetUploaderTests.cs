using System.Text.Json.Nodes;
using Ojin.Emulator;
using Ojin.Http;
using Ojin.Transfer;
using Xunit;

namespace Ojin.Client.Tests.Transfer;

/// <summary>Uploads, and everything that happens to them on the way.</summary>
public sealed class AssetUploaderTests : TransferTest
{
    private readonly byte[] _content = Bytes(Size);

    [Fact]
    public async Task A_file_of_several_parts_arrives_whole_and_leaves_nothing_behind()
    {
        var asset = await UploadAsync(WriteFile(_content));

        Assert.Equal(_content, Stored(asset.AssetId));
        Assert.Equal(("source.mp4", "video", "video/mp4", (long)Size), (asset.Name, asset.Category, asset.ContentType, asset.SizeBytes));
        Assert.Equal([1, 2, 3], PartsPut());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Journals));
        Assert.Empty(Warnings);
    }

    [Fact]
    public async Task The_storage_gets_no_header_that_it_does_not_need_and_the_service_gets_its_key_of_the_storage_back()
    {
        await UploadAsync(WriteFile(_content));

        Assert.All(Host.Requests.Find("storage", "PUT"), request => Assert.Equal(["Content-Length", "Host"], request.Headers.Keys.Order(StringComparer.Ordinal)));
        Assert.Empty(Host.Requests.Violations);
        Assert.All(Host.Requests.Find("ojin", "POST", "/sign-part"), request => Assert.NotNull(JsonNode.Parse(request.Body)!["s3_key"]));
        var end = JsonNode.Parse(Host.Requests.Find("ojin", "POST")[^1].Body)!;
        Assert.Null(end["s3_key"]);
        Assert.Equal([1, 2, 3], end["parts"]!.AsArray().Select(part => part!["part_number"]!.GetValue<int>()));
        Assert.All(end["parts"]!.AsArray(), part => Assert.Matches("^\"[0-9a-f]{32}\"$", part!["etag"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_service_that_gives_no_key_of_the_storage_gets_none_back()
    {
        Host.Ojin.Options.OmitS3Key = true;

        await UploadAsync(WriteFile(_content));

        Assert.All(Host.Requests.Find("ojin", "POST", "/sign-part"), request => Assert.Null(JsonNode.Parse(request.Body)!["s3_key"]));
    }

    [Fact]
    public async Task Each_part_is_signed_just_before_it_is_sent()
    {
        await UploadAsync(WriteFile(_content), slots: 1);

        Assert.Equal(
            ["initiate-upload", "sign-part", "PUT", "sign-part", "PUT", "sign-part", "PUT", "assets"],
            Host.Requests.All.Select(request => request.Method == "PUT" ? "PUT" : request.Path.Split('/')[^1]));
    }

    [Fact]
    public async Task Parts_that_go_one_after_the_other_go_over_one_connection()
    {
        await UploadAsync(WriteFile(_content), slots: 1);

        Assert.Single(Host.Requests.Find("storage", "PUT").Select(request => request.Connection).Distinct());
        Assert.Single(Host.Requests.Find("ojin", "POST", "/sign-part").Select(request => request.Connection).Distinct());
    }

    [Fact]
    public async Task A_part_whose_url_has_expired_is_signed_anew()
    {
        Host.Storage.Options.ExpiredUploadUrls = 2;

        var asset = await UploadAsync(WriteFile(_content));

        Assert.Equal(_content, Stored(asset.AssetId));
        Assert.Equal(5, Count("POST", "/assets/sign-part"));
        Assert.Equal(1, Count("POST", "/assets/initiate-upload"));
    }

    [Fact]
    public async Task A_url_that_is_always_expired_is_given_up()
    {
        Host.Storage.Options.ExpiredUploadUrls = int.MaxValue;

        var error = await Assert.ThrowsAsync<OjinException>(() => UploadAsync(WriteFile(_content), slots: 1));

        Assert.Equal(403, error.StatusCode);
        Assert.Contains("expired", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(4, Count("POST", "/assets/sign-part"));
    }

    [Fact]
    public async Task Any_other_refusal_of_the_storage_is_an_error_with_its_own_words()
    {
        Host.Faults.AddStatus(403, "storage", "PUT", times: null, body: "<Error><Code>SignatureDoesNotMatch</Code><Message>The signatures differ.</Message></Error>");

        var error = await Assert.ThrowsAsync<OjinException>(() => UploadAsync(WriteFile(_content), slots: 1));

        Assert.Equal((403, "SignatureDoesNotMatch"), (error.StatusCode, error.Code));
        Assert.Contains("The signatures differ.", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, Count("POST", "/assets/sign-part"));
        Assert.DoesNotContain(Traces.Append(error.ToString()), line => line.Contains("X-Amz-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(FaultKind.CutBeforeRead)]
    [InlineData(FaultKind.CutBeforeHandler)]
    [InlineData(FaultKind.CutAfterHandler)]
    [InlineData(FaultKind.Status)]
    public async Task A_part_that_does_not_get_through_is_sent_again(FaultKind kind)
    {
        Host.Faults.Add(new FaultRule { Service = "storage", Method = "PUT", Times = 2, Action = new FaultAction { Kind = kind, Status = 503, Body = "<Error><Code>SlowDown</Code></Error>" } });
        var progress = new After(long.MaxValue, () => { });

        var asset = await UploadAsync(WriteFile(_content), progress: progress);

        Assert.Equal(_content, Stored(asset.AssetId));
        Assert.Equal(5, Host.Requests.Find("storage", "PUT").Count);
        Assert.Equal(Size, progress.Moved);
        Assert.True(progress.Most <= Size, $"{progress.Most} of {Size} bytes were told.");
    }

    [Fact]
    public async Task A_part_that_stands_still_is_cut_off_and_sent_again()
    {
        StallTimeout = TimeSpan.FromSeconds(3);
        Host.Faults.Add(new FaultRule { Service = "storage", Method = "PUT", Action = new FaultAction { Kind = FaultKind.StallRequest, AfterBytes = 100_000 } });

        // One after the other, so that the first, which is long enough to stand still, is the one that does.
        var asset = await UploadAsync(WriteFile(_content), slots: 1);

        Assert.Equal(_content, Stored(asset.AssetId));
        Assert.Equal(4, Host.Requests.Find("storage", "PUT").Count);
    }

    [Fact]
    public async Task A_part_that_arrives_wrong_is_sent_again()
    {
        Host.Storage.Options.CorruptUploads = 1;

        var asset = await UploadAsync(WriteFile(_content));

        Assert.Equal(_content, Stored(asset.AssetId));
        Assert.Equal(4, PartsPut().Count);
    }

    [Fact]
    public async Task Parts_that_always_arrive_wrong_are_an_error()
    {
        Host.Storage.Options.CorruptUploads = int.MaxValue;

        var error = await Assert.ThrowsAsync<OjinException>(() => UploadAsync(WriteFile(_content)));

        Assert.Equal(ErrorCodes.IntegrityFailed, error.Code);
        Assert.Equal(0, Count("POST", "/assets"));
    }

    [Fact]
    public async Task An_etag_that_is_no_md5_is_passed_on_and_told()
    {
        Host.Storage.Options.OpaqueETags = true;

        var asset = await UploadAsync(WriteFile(_content));

        Assert.Equal(_content, Stored(asset.AssetId));
        Assert.Contains(Traces, line => line.Contains("cannot be verified", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_end_whose_answer_is_lost_is_settled_by_looking()
    {
        Host.Faults.Add(new FaultRule { Service = "ojin", Method = "POST", PathRegex = "/assets$", Action = new FaultAction { Kind = FaultKind.CutAfterHandler } });

        var asset = await UploadAsync(WriteFile(_content));

        Assert.Equal(_content, Stored(asset.AssetId));
        Assert.Equal(1, Count("POST", "/assets"));
        Assert.Equal(1, Count("GET", "/assets/" + asset.AssetId));
    }

    [Fact]
    public async Task An_end_that_had_no_effect_is_asked_for_again_after_looking()
    {
        Host.Faults.Add(new FaultRule { Service = "ojin", Method = "POST", PathRegex = "/assets$", Action = new FaultAction { Kind = FaultKind.CutBeforeHandler } });

        var asset = await UploadAsync(WriteFile(_content));

        Assert.Equal(_content, Stored(asset.AssetId));
        Assert.Equal(2, Count("POST", "/assets"));
        Assert.Equal(1, Count("GET", "/assets/" + asset.AssetId));
    }

    [Fact]
    public async Task An_end_that_an_earlier_process_did_not_hear_of_is_settled_by_looking()
    {
        Host.Faults.Add(new FaultRule { Service = "ojin", Method = "POST", PathRegex = "/assets$", Action = new FaultAction { Kind = FaultKind.CutAfterHandler } });
        Host.Faults.AddStatus(400, "ojin", "GET", "/assets/");
        var path = WriteFile(_content);
        var error = await Assert.ThrowsAsync<OjinException>(() => UploadAsync(path));
        Assert.True(error.OutcomeUnknown);
        Assert.Contains("looks first", error.RecommendedAction, StringComparison.Ordinal);
        Host.Requests.Clear();

        var asset = await UploadAsync(path);

        Assert.Equal(_content, Stored(asset.AssetId));
        Assert.Empty(Host.Requests.Find("ojin", "POST"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Journals));
    }

    [Fact]
    public async Task A_conflict_without_an_asset_is_the_error()
    {
        Host.Faults.Add(new FaultRule { Service = "ojin", Method = "POST", PathRegex = "/assets$", Action = new FaultAction { Kind = FaultKind.Status, Status = 409, Body = """{"code":"RESOURCE_CONFLICT","message":"No."}""" } });

        var error = await Assert.ThrowsAsync<OjinException>(() => UploadAsync(WriteFile(_content)));

        Assert.Equal((409, "RESOURCE_CONFLICT"), (error.StatusCode, error.Code));
        Assert.Equal(1, Count("POST", "/assets"));
    }

    [Fact]
    public async Task An_asset_of_another_size_than_was_sent_is_an_error()
    {
        Host.Faults.Add(new FaultRule { Service = "ojin", Method = "POST", PathRegex = "/assets$", Action = new FaultAction { Kind = FaultKind.ReplaceBody, Body = """{"asset_id":"00000000-0000-4000-8000-000000000001","size_bytes":5}""" } });

        var error = await Assert.ThrowsAsync<OjinException>(() => UploadAsync(WriteFile(_content)));

        Assert.Equal(ErrorCodes.IntegrityFailed, error.Code);
    }

    [Fact]
    public async Task An_upload_that_failed_goes_on_with_the_parts_that_are_missing()
    {
        var path = WriteFile(_content);
        await FailAtPartThreeAsync(path);
        Assert.Equal([1, 2], Assert.Single(UploadJournal.List(Journals, Assert.Fail)).Record.Parts.Keys);

        var progress = new After(long.MaxValue, () => { });
        var asset = await UploadAsync(path, progress: progress);

        Assert.Equal(_content, Stored(asset.AssetId));
        Assert.Equal([3], PartsPut());
        Assert.Equal(0, Count("POST", "/assets/initiate-upload"));
        Assert.Equal(Size, progress.Moved);
    }

    [Fact]
    public async Task An_upload_that_was_stopped_goes_on()
    {
        var path = WriteFile(_content);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => UploadAsync(path, slots: 1, progress: new After(PartSize + 1, stop.Cancel), cancellationToken: stop.Token));
        Assert.Equal([1], Assert.Single(UploadJournal.List(Journals, Assert.Fail)).Record.Parts.Keys);
        Host.Requests.Clear();

        var asset = await UploadAsync(path);

        Assert.Equal(_content, Stored(asset.AssetId));
        Assert.Equal([2, 3], PartsPut());
    }

    [Theory]
    [InlineData("content")]
    [InlineData("size")]
    [InlineData("part size")]
    [InlineData("name")]
    public async Task A_file_that_changed_since_starts_over(string what)
    {
        var path = WriteFile(_content);
        await FailAtPartThreeAsync(path);
        var content = _content;
        if (what == "content")
        {
            content = Bytes(Size, seed: 2);
            WriteFile(content);
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(5));
        }

        if (what == "size")
        {
            var at = File.GetLastWriteTimeUtc(path);
            content = [.. _content, 1, 2, 3];
            WriteFile(content);
            File.SetLastWriteTimeUtc(path, at);
        }

        if (what == "name")
        {
            var other = Path.Combine(Folder, "other.mp4");
            File.Move(path, other);
            path = other;
        }

        var asset = await UploadAsync(path, partSize: what == "part size" ? PartSize + 1 : PartSize);

        Assert.Equal(content, Stored(asset.AssetId));
        Assert.Equal([1, 2, 3], PartsPut());
        Assert.Equal(1, Count("POST", "/assets/initiate-upload"));
    }

    [Fact]
    public async Task An_upload_that_the_service_has_forgotten_starts_over()
    {
        var path = WriteFile(_content);
        await FailAtPartThreeAsync(path);
        Host.Reset();

        var asset = await UploadAsync(path);

        Assert.Equal(_content, Stored(asset.AssetId));
        Assert.Equal([1, 2, 3], PartsPut());
        Assert.Contains(Traces, line => line.Contains("starting over", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_upload_that_the_storage_has_forgotten_starts_over()
    {
        var path = WriteFile(_content);
        await FailAtPartThreeAsync(path);
        Assert.True(Host.Storage.AbortMultipart(Host.Storage.Uploads.Single().UploadId));

        var asset = await UploadAsync(path);

        Assert.Equal(_content, Stored(asset.AssetId));
        Assert.Equal([1, 2, 3], PartsPut());
    }

    [Fact]
    public async Task Without_a_journal_nothing_is_gone_on_with_and_nothing_is_kept()
    {
        var path = WriteFile(_content);
        await FailAtPartThreeAsync(path);

        await UploadAsync(path, journal: false);

        Assert.Equal([1, 2, 3], PartsPut());
        Assert.Single(UploadJournal.List(Journals, Assert.Fail));
    }

    [Fact]
    public async Task A_file_that_changes_while_it_is_sent_is_an_error_and_is_not_gone_on_with()
    {
        var path = WriteFile(_content);
        var progress = new After(1, () => File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddSeconds(5)));

        var error = await Assert.ThrowsAsync<OjinException>(() => UploadAsync(path, progress: progress));

        Assert.Equal(ErrorCodes.FileChanged, error.Code);
        Assert.Equal(0, Count("POST", "/assets"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Journals));
    }

    [Fact]
    public async Task A_file_that_gets_shorter_while_it_is_sent_is_an_error()
    {
        var path = WriteFile(_content);
        var progress = new After(1, () =>
        {
            using var file = File.Open(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            file.SetLength(1000);
        });

        var error = await Assert.ThrowsAsync<OjinException>(() => UploadAsync(path, slots: 1, progress: progress));

        Assert.Equal(ErrorCodes.FileChanged, error.Code);
    }

    [Fact]
    public async Task Two_uploads_of_the_same_file_at_the_same_time_do_each_other_no_harm()
    {
        var path = WriteFile(_content);
        Host.Faults.Add(FaultKind.Delay, "ojin", "POST", "/sign-part", times: 1).Action.DelayMs = 600_000;
        var first = UploadAsync(path);
        await Host.Requests.WaitAsync(log => log.Find("ojin", "POST", "/sign-part").Count > 0);

        var second = await UploadAsync(path);
        Host.Faults.Clear();
        var assets = new[] { await first, second };

        Assert.All(assets, asset => Assert.Equal(_content, Stored(asset.AssetId)));
        Assert.NotEqual(assets[0].AssetId, assets[1].AssetId);
        Assert.Contains("by somebody else", Assert.Single(Warnings), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Journals));
    }

    [Fact]
    public async Task A_journal_that_is_damaged_is_set_aside_with_a_warning()
    {
        var path = WriteFile(_content);
        foreach (var damage in new[] { "", "null", "{", "[]", """{"version":1}""", "{\"version\":1,\"parts\":null}", "\0\0\0\0" })
        {
            await FailAtPartThreeAsync(path);
            var entry = Assert.Single(UploadJournal.List(Journals, Assert.Fail)).File;
            await File.WriteAllTextAsync(entry, damage);

            var asset = await UploadAsync(path);

            Assert.Equal(_content, Stored(asset.AssetId));
            Assert.Equal([1, 2, 3], PartsPut());
            Assert.Contains("set aside", Assert.Single(Warnings), StringComparison.Ordinal);
            var aside = Assert.Single(Directory.EnumerateFileSystemEntries(Journals));
            Assert.Contains(".corrupt-", aside, StringComparison.Ordinal);
            File.Delete(aside);
            Warnings.Clear();
        }
    }

    [Fact]
    public async Task A_journal_that_cannot_be_kept_is_a_warning_and_no_more()
    {
        await File.WriteAllTextAsync(Journals, "a file where the folder should be");

        var asset = await UploadAsync(WriteFile(_content));

        Assert.Equal(_content, Stored(asset.AssetId));
        Assert.Contains("cannot be resumed", Assert.Single(Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_end_that_the_journal_does_not_know_of_is_settled_by_looking()
    {
        var path = WriteFile(_content);
        await FailAtPartThreeAsync(path);
        var entry = Assert.Single(UploadJournal.List(Journals, Assert.Fail)).File;
        var before = await File.ReadAllBytesAsync(entry);
        var asset = await UploadAsync(path);
        await File.WriteAllBytesAsync(entry, before);
        Host.Requests.Clear();

        var again = await UploadAsync(path);

        Assert.Equal(asset.AssetId, again.AssetId);
        Assert.Empty(PartsPut());
        Assert.Equal(0, Count("POST", "/assets/initiate-upload"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Journals));
    }

    [Fact]
    public async Task What_a_killed_process_left_of_an_upload_that_ended_goes_away_with_the_next_upload()
    {
        Directory.CreateDirectory(Journals);
        foreach (var name in new[] { "ended.lock", "begun.lock", "begun.json.tmp", "held.lock" })
            await File.WriteAllTextAsync(Path.Combine(Journals, name), "");
        using (File.Open(Path.Combine(Journals, "held.lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            await UploadAsync(WriteFile(_content));

            Assert.Equal([Path.Combine(Journals, "held.lock")], Directory.EnumerateFileSystemEntries(Journals));
        }

        await UploadAsync(WriteFile(_content));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Journals));
    }

    [Fact]
    public async Task An_upload_that_was_begun_keeps_its_entry_when_a_killed_process_left_its_lock()
    {
        var path = WriteFile(_content);
        await FailAtPartThreeAsync(path);
        var entry = Assert.Single(UploadJournal.List(Journals, Assert.Fail)).File;
        await File.WriteAllTextAsync(Path.ChangeExtension(entry, ".lock"), "");

        await UploadAsync(WriteFile(_content, "other.mp4"));
        Host.Requests.Clear();
        await UploadAsync(path);

        Assert.Equal([3], PartsPut());
        Assert.Empty(Directory.EnumerateFileSystemEntries(Journals));
    }

    [Fact]
    public async Task The_journal_is_the_users_own_and_has_neither_key_nor_url_in_it()
    {
        await FailAtPartThreeAsync(WriteFile(_content));

        var file = Assert.Single(Directory.EnumerateFileSystemEntries(Journals));
        var text = await File.ReadAllTextAsync(file);
        Assert.DoesNotContain("ojin-test-key", text, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Amz", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Host.StorageUri.Authority, text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, new DirectoryInfo(Journals).UnixFileMode);
        }
    }

    [Fact]
    public async Task An_entry_can_be_forgotten_unless_it_is_being_sent()
    {
        var path = WriteFile(_content);
        await FailAtPartThreeAsync(path);
        Host.Faults.Add(FaultKind.Delay, "ojin", "POST", "/sign-part", times: 1).Action.DelayMs = 600_000;
        var running = UploadAsync(path);
        await Host.Requests.WaitAsync(log => log.Find("ojin", "POST", "/sign-part").Count > 0);
        var entry = Assert.Single(UploadJournal.List(Journals, Assert.Fail));

        Assert.True(entry.IsActive);
        Assert.Equal(ErrorCodes.FileUnusable, Assert.Throws<OjinException>(entry.Remove).Code);
        Host.Faults.Clear();
        await running;

        await FailAtPartThreeAsync(path);
        entry = Assert.Single(UploadJournal.List(Journals, Assert.Fail));
        Assert.False(entry.IsActive);
        entry.Remove();
        Assert.Empty(Directory.EnumerateFileSystemEntries(Journals));
    }

    [Fact]
    public async Task No_more_parts_are_in_flight_than_there_are_slots()
    {
        using var slots = new TransferSlots(2);
        var rule = Host.Faults.Add(FaultKind.StallRequest, "storage", "PUT", times: null);
        rule.Action.AfterBytes = 1000;
        using var stop = new CancellationTokenSource();
        var running = Enumerable.Range(0, 3).Select(async index =>
        {
            var file = FileToSend.FromDisk(WriteFile(_content, $"{index}.mp4"), partSize: PartSize);
            using var ticket = await slots.EnterAsync(file.PartCount, stop.Token);
            return await new AssetUploader(Transport(), Session(), new UploadOptions { Slots = slots }).UploadAsync(file, ticket, stop.Token);
        }).ToArray();
        await Host.Requests.WaitAsync(log => log.Find("storage", "PUT").Count(request => request.BodyBytes > 0) == 2);
        await Host.Requests.WaitAsync(log => log.Find("ojin", "POST", "initiate").Count == 3);
        Assert.Equal(2, Host.Requests.Find("storage", "PUT").Count);
        Assert.Equal(2, Host.Requests.Find("ojin", "POST", "/sign-part").Count);

        await stop.CancelAsync();

        foreach (var one in running)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
    }

    /// <summary>An upload whose third part is refused a signature, as by a service that takes no more for today.</summary>
    private async Task FailAtPartThreeAsync(string path)
    {
        Host.Faults.Add(new FaultRule { Service = "ojin", Method = "POST", PathContains = "/sign-part", Skip = 2, Action = new FaultAction { Kind = FaultKind.Status, Status = 403, Body = """{"code":"FORBIDDEN","message":"Not today."}""" } });
        var error = await Assert.ThrowsAsync<OjinException>(() => UploadAsync(path, slots: 1));
        Assert.Equal("FORBIDDEN", error.Code);
        Host.Faults.Clear();
        Host.Requests.Clear();
    }
}
