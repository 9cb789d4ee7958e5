using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Ojin.Client.Tests.Emulator;
using Ojin.Emulator;
using Ojin.Http;
using Ojin.Transfer;

namespace Ojin.Client.Tests.Transfer;

/// <summary>A test of transfers: an emulator and a folder of its own. Each call is a process of its own, as far as the client can tell.</summary>
[SuppressMessage("Design", "CA1063", Justification = "xunit calls Dispose; nothing derives further.")]
[SuppressMessage("Usage", "CA1816", Justification = "There is no finalizer.")]
public abstract class TransferTest : EmulatorTest, IDisposable
{
    protected const int PartSize = 5 * 1024 * 1024;

    /// <summary>Two parts and the beginning of a third.</summary>
    protected const int Size = (2 * PartSize) + 1234;

    protected string Folder { get; } = Directory.CreateTempSubdirectory("ojin-transfer-test-").FullName;

    protected string Journals => Path.Combine(Folder, "journals");

    protected ConcurrentQueue<string> Traces { get; } = new();

    protected ConcurrentQueue<string> Warnings { get; } = new();

    /// <summary>Long, except where a test waits for it.</summary>
    protected TimeSpan StallTimeout { get; set; } = TimeSpan.FromMinutes(2);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    protected string[] Entries() => [.. Directory.EnumerateFileSystemEntries(Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    protected OjinSession Session() => new("ojin-test-key", Host.OjinBaseUri.AbsoluteUri);

    protected HttpTransport Transport() => new(new Observer(Traces), Session().Secrets, new TransportOptions
    {
        BaseDelay = TimeSpan.FromMilliseconds(1),
        MaximumDelay = TimeSpan.FromMilliseconds(5),
        StallTimeout = StallTimeout,
    });

    protected string WriteFile(byte[] content, string name = "source.mp4")
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    protected async Task<Asset> UploadAsync(string path, long? partSize = PartSize, ITransferProgress? progress = null, int slots = 0, bool journal = true, CancellationToken cancellationToken = default)
    {
        var file = FileToSend.FromDisk(path, partSize: partSize);
        using var bound = new TransferSlots(slots);
        using var ticket = await bound.EnterAsync(file.PartCount, cancellationToken);
        var options = new UploadOptions { Slots = bound, JournalFolder = journal ? Journals : null, Progress = progress, Warn = Warnings.Enqueue };
        return await new AssetUploader(Transport(), Session(), options).UploadAsync(file, ticket, cancellationToken);
    }

    protected byte[] Stored(string assetId)
    {
        var key = Host.Ojin.Assets.Single(asset => asset.AssetId == Guid.Parse(assetId)).StorageKey;
        var stored = Host.Storage.FindObject(OjinRestState.Bucket, key)!;
        using var buffer = new MemoryStream();
        using var reader = Http.GetAsync(Host.Storage.CreateDownloadUrl(stored.Bucket, stored.Key)).GetAwaiter().GetResult();
        reader.Content.CopyTo(buffer, null, default);
        return buffer.ToArray();
    }

    protected IReadOnlyList<int> PartsPut(bool whole = true) =>
    [
        .. Host.Requests.Find("storage", "PUT").Where(request => !whole || request is { Status: 200, Fault: null })
            .Select(request => int.Parse(System.Text.RegularExpressions.Regex.Match(request.Query, @"partNumber=(\d+)").Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).Order(),
    ];

    protected int Count(string method, string path) => Host.Requests.Find("ojin", method).Count(request => request.Path == "/v1" + path);

    /// <summary>What the client tells with -Verbose.</summary>
    private sealed class Observer(ConcurrentQueue<string> lines) : IRequestObserver
    {
        public bool WantsBodies => false;

        public void OnRequest(string line) => lines.Enqueue(line);

        public void OnBody(string text)
        {
        }
    }

    /// <summary>Does something once, as soon as so many bytes have moved.</summary>
    protected sealed class After(long mark, Action act) : ITransferProgress, ITransferItem
    {
        private long _moved;
        private int _acted;

        public long Most { get; private set; }

        public long Moved => Interlocked.Read(ref _moved);

        public long Found { get; private set; }

        public ITransferItem Begin(string name, long? size, long done)
        {
            Interlocked.Add(ref _moved, done);
            return this;
        }

        public void Add(long bytes)
        {
            var now = Interlocked.Add(ref _moved, bytes);
            Most = Math.Max(Most, now);
            if (now >= mark && Interlocked.Exchange(ref _acted, 1) == 0)
                act();
        }

        public void AddFound(long bytes)
        {
            Found += bytes;
            Add(bytes);
        }

        public void SetSize(long size)
        {
        }

        public void Dispose()
        {
        }
    }
}
