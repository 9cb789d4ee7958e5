using System.Diagnostics;
using Ojin.Http;
using Ojin.Transfer;
using Xunit;

namespace Ojin.Client.Tests.Swift;

/// <summary>The transfers against a storage that is not of this repository: files of several parts up and down.</summary>
public sealed class SwiftTransferTests(SwiftFixture fixture) : SwiftTest(fixture)
{
    private const int Size = 2 * PartSize + 1234;

    private readonly Traces _traces = new();
    private readonly byte[] _content = Bytes(Size);

    private string Journals => Path.Combine(Folder, "journals");

    private string Target => Path.Combine(Folder, "target.bin");

    [SwiftFact]
    public async Task A_file_of_several_parts_goes_up_and_comes_down_verified()
    {
        var asset = await UploadAsync();
        Assert.Equal(MultipartETag(_content), asset.ETag.Trim('"'));
        Assert.Equal(Size, asset.SizeBytes);
        Assert.Equal([1, 2, 3], Api.SignedParts.Order());

        var saved = await DownloadAsync(asset.AssetId);
        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
        Assert.Contains(_traces.Lines, line => line.Contains(" 206", StringComparison.Ordinal));
        Assert.Equal(["journals", "source.bin", "target.bin"], Entries());
    }

    [SwiftFact]
    public async Task An_expired_part_url_is_signed_anew()
    {
        Api.ExpiredUploadUrls = 2;
        var asset = await UploadAsync();
        Assert.Equal(MultipartETag(_content), asset.ETag.Trim('"'));
        Assert.Equal(5, Api.SignedParts.Count);
        Assert.Equal(1, Api.Initiated);
    }

    [SwiftFact]
    public async Task An_expired_download_url_is_fetched_anew()
    {
        var asset = await UploadAsync();
        Api.ExpiredDownloadUrls = 1;
        var saved = await DownloadAsync(asset.AssetId);
        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
        Assert.Equal(2, Api.DownloadUrls);
    }

    [SwiftFact]
    public async Task A_broken_signature_is_an_error_with_the_storages_words_and_is_not_signed_anew()
    {
        Api.Tamper = BreakSignature;
        var error = await Assert.ThrowsAsync<OjinException>(UploadAsync);
        Assert.Equal((403, "SignatureDoesNotMatch"), (error.StatusCode, error.Code));
        Assert.Contains("The request signature we calculated does not match", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("X-Amz-", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(Api.SignedParts.Distinct().Count(), Api.SignedParts.Count);
    }

    [SwiftFact]
    public async Task A_broken_signature_of_a_download_is_an_error_and_leaves_no_file()
    {
        var asset = await UploadAsync();
        Api.Tamper = BreakSignature;
        var error = await Assert.ThrowsAsync<OjinException>(() => DownloadAsync(asset.AssetId));
        Assert.Equal((403, "SignatureDoesNotMatch"), (error.StatusCode, error.Code));
        Assert.Equal(1, Api.DownloadUrls);
        Assert.Equal(["journals", "source.bin"], Entries());
    }

    [SwiftFact]
    public async Task An_end_that_the_storage_refuses_is_told_and_the_same_upload_ends_without_a_part_sent_again()
    {
        Api.TamperETag = static (number, etag) => number == 2 ? "\"00000000000000000000000000000000\"" : etag;
        var error = await Assert.ThrowsAsync<OjinException>(UploadAsync);
        Assert.Equal(400, error.StatusCode);
        Assert.Contains("InvalidPart", error.Message, StringComparison.Ordinal);

        Api.TamperETag = static (_, etag) => etag;
        var asset = await UploadAsync();
        Assert.Equal(MultipartETag(_content), asset.ETag.Trim('"'));
        Assert.Equal([1, 2, 3], Api.SignedParts.Order());
        Assert.Equal(1, Api.Initiated);
    }

    [SwiftFact]
    public async Task An_upload_that_failed_goes_on_with_the_parts_that_are_missing()
    {
        Api.RefuseFromPart = 3;
        var error = await Assert.ThrowsAsync<OjinException>(UploadAsync);
        Assert.Equal("FORBIDDEN", error.Code);
        var there = Assert.Single(UploadJournal.List(Journals, Assert.Fail)).Record.Parts.Keys.ToArray();

        Api.RefuseFromPart = 0;
        Api.SignedParts.Clear();
        var asset = await UploadAsync();
        Assert.Equal(MultipartETag(_content), asset.ETag.Trim('"'));
        Assert.Equal(Enumerable.Range(1, 3).Except(there), Api.SignedParts.Order());
        Assert.Equal(1, Api.Initiated);
    }

    [SwiftFact]
    public async Task A_download_that_was_stopped_goes_on_by_range()
    {
        var asset = await UploadAsync();
        await StopDownloadAsync(asset.AssetId);
        var saved = await DownloadAsync(asset.AssetId);
        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
        Assert.Contains(_traces.Lines, line => line.Contains("going on with what an earlier run fetched", StringComparison.Ordinal));
        Assert.Equal(["journals", "source.bin", "target.bin"], Entries());
    }

    [SwiftFact]
    public async Task A_download_whose_object_changed_meanwhile_starts_over()
    {
        var asset = await UploadAsync();
        await StopDownloadAsync(asset.AssetId);
        var other = Bytes(Size, seed: 2);
        await Api.ReplaceAsync(asset.AssetId, other);
        var saved = await DownloadAsync(asset.AssetId);
        Assert.True(saved.IsVerified, saved.Verdict);
        Assert.Equal(other, await File.ReadAllBytesAsync(Target));
    }

    [SwiftFact(NeedsModule = true)]
    public async Task The_cmdlets_send_and_save_it()
    {
        var source = await WriteSourceAsync();
        var start = new ProcessStartInfo("pwsh", ["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", """
            $ErrorActionPreference = 'Stop'
            Import-Module $env:OJIN_TEST_MODULE
            $asset = Send-OjinAsset $env:OJIN_TEST_SOURCE -Category weight -PartSize 5MB
            $file = $asset | Save-OjinAsset -Path $env:OJIN_TEST_TARGET
            "$($asset.ETag.Trim('"')) $($file.FullName)"
            """])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["OJIN_API_KEY"] = OjinOnS3.ApiKey,
                ["OJIN_BASE_URI"] = Api.BaseUri,
                ["OJIN_TEST_MODULE"] = SwiftFactAttribute.Module,
                ["OJIN_TEST_SOURCE"] = source,
                ["OJIN_TEST_TARGET"] = Target,
                ["XDG_STATE_HOME"] = Path.Combine(Folder, "state"),
                ["POWERSHELL_UPDATECHECK"] = "Off",
                ["POWERSHELL_TELEMETRY_OPTOUT"] = "1",
            },
        };
        using var pwsh = Process.Start(start)!;
        pwsh.StandardInput.Close();
        var errors = pwsh.StandardError.ReadToEndAsync();
        var output = await pwsh.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(5));
        Assert.True(output.Trim() == $"{MultipartETag(_content)} {Target}", output + await errors);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target));
    }

    private string[] Entries() => [.. Directory.EnumerateFileSystemEntries(Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private OjinSession Session() => new(OjinOnS3.ApiKey, Api.BaseUri);

    // Each call is a process of its own, as far as the client can tell.
    private HttpTransport Transport() => new(_traces, options: new TransportOptions
    {
        BaseDelay = TimeSpan.FromMilliseconds(1),
        MaximumDelay = TimeSpan.FromMilliseconds(5),
        StallTimeout = TimeSpan.FromMinutes(5),
    });

    private async Task<string> WriteSourceAsync()
    {
        var source = Path.Combine(Folder, "source.bin");
        if (!File.Exists(source))
            await File.WriteAllBytesAsync(source, _content);
        return source;
    }

    private async Task<Asset> UploadAsync()
    {
        var file = FileToSend.FromDisk(await WriteSourceAsync(), category: "weight", partSize: PartSize);
        using var slots = new TransferSlots();
        using var ticket = await slots.EnterAsync(file.PartCount, default);
        var uploader = new AssetUploader(Transport(), Session(), new UploadOptions { Slots = slots, JournalFolder = Journals });
        return await uploader.UploadAsync(file, ticket, default);
    }

    private async Task<SavedFile> DownloadAsync(string assetId, ITransferProgress? progress = null, CancellationToken cancellationToken = default)
    {
        var transport = Transport();
        var client = new OjinClient(transport, Session());
        using var slots = new TransferSlots(progress is null ? 4 : 1);
        using var ticket = await slots.EnterAsync(3, cancellationToken);
        var download = new RangedDownload(transport, new DownloadOptions { Slots = slots, Progress = progress, RangedFrom = 1 });
        return await download.SaveAsync(SourceAsync, new DownloadTarget(Target, IsFolder: false, "target.bin", Overwrite: false), cancellationToken);

        async Task<DownloadSource> SourceAsync(CancellationToken token)
        {
            var asset = await client.GetAssetDownloadAsync(assetId, token);
            return new DownloadSource(asset.AssetUrl!.ToUri(), asset.Name, asset.SizeBytes, asset.ETag);
        }
    }

    /// <summary>A download that is stopped when more than one part of it is there.</summary>
    private async Task StopDownloadAsync(string assetId)
    {
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => DownloadAsync(assetId, new StopAfter(PartSize + 1, stop), stop.Token));
        Assert.False(File.Exists(Target));
    }

    /// <summary>What the client tells with -Verbose.</summary>
    private sealed class Traces : IRequestObserver
    {
        private readonly List<string> _lines = [];

        public bool WantsBodies => false;

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (_lines)
                    return [.. _lines];
            }
        }

        public void OnRequest(string line)
        {
            lock (_lines)
                _lines.Add(line);
        }

        public void OnBody(string text)
        {
        }
    }

    /// <summary>Cancels as soon as so many bytes have come.</summary>
    private sealed class StopAfter(long bytes, CancellationTokenSource stop) : ITransferProgress, ITransferItem
    {
        private long _left = bytes;

        public ITransferItem Begin(string name, long? size, long done) => this;

        public void Add(long bytes)
        {
            if (Interlocked.Add(ref _left, -bytes) <= 0)
                stop.Cancel();
        }

        public void SetSize(long size)
        {
        }

        public void Dispose()
        {
        }
    }
}
