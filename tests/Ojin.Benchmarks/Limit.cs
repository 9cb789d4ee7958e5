using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Win32.SafeHandles;

namespace Ojin.Benchmarks;

/// <summary>
/// The least that a client can do: the same bytes, the same server, the same parts, as many at once, the same MD5.
/// What comes before and after the bytes (signing, the end of the upload) is outside its clock.
/// </summary>
internal sealed class Limit : IDisposable
{
    private const int PartSize = 8 * 1024 * 1024;
    private const int BufferSize = 256 * 1024;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly int _parallel;
    private readonly bool _md5;
    private readonly bool _file;
    private readonly string _api;
    private readonly string _key;

    private Limit(Options options)
    {
        _parallel = options.Number("parallel", 8);
        _md5 = !options.Has("no-md5");
        _file = !options.Has("no-file");
        _api = Environment.GetEnvironmentVariable("OJIN_BASE_URI")!;
        _key = Environment.GetEnvironmentVariable("OJIN_API_KEY")!;
    }

    public static async Task RunAsync(Options options)
    {
        using var limit = new Limit(options);
        var target = options["target"] ?? "";
        var (count, seconds) = options.Required("case") switch
        {
            "up" => await limit.UpAsync(target),
            "down" => await limit.DownAsync(target, options.Required("folder")),
            "list" => await limit.ListAsync(options.Assets),
            var other => throw new BenchException($"There is no limit for '{other}'."),
        };
        using var self = Process.GetCurrentProcess();
        var result = new JsonObject { ["Seconds"] = seconds, ["Count"] = count, ["Peak"] = self.PeakWorkingSet64 };
        await Console.Out.WriteLineAsync(result.ToJsonString());
    }

    public void Dispose() => _http.Dispose();

    private async Task<double> InParallelAsync(int parts, Func<int, Task> move)
    {
        var next = -1;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, _parallel).Select(_ => Task.Run(async () =>
        {
            for (int part; (part = Interlocked.Increment(ref next)) < parts;)
                await move(part);
        })));
        return clock.Elapsed.TotalSeconds;
    }

    private async Task<(long Count, double Seconds)> UpAsync(string path)
    {
        using var file = File.OpenHandle(path);
        var size = RandomAccess.GetLength(file);
        var about = new JsonObject { ["name"] = "limit.bin", ["category"] = "weight", ["content_type"] = "application/octet-stream", ["size_bytes"] = size };
        var upload = await ApiAsync("assets/initiate-upload", about);
        var urls = new string[(size + PartSize - 1) / PartSize];
        await InParallelAsync(urls.Length, async part =>
        {
            var body = upload.DeepClone().AsObject();
            body["part_number"] = part + 1;
            urls[part] = (await ApiAsync("assets/sign-part", body))["upload_url"]!.GetValue<string>();
        });
        var etags = new string[urls.Length];
        var seconds = await InParallelAsync(urls.Length, async part =>
        {
            var offset = (long)part * PartSize;
            using var content = new Slice(_file ? file : null, offset, Math.Min(PartSize, size - offset), _md5);
            using var request = new HttpRequestMessage(HttpMethod.Put, urls[part]) { Content = content };
            using var answer = await _http.SendAsync(request);
            answer.EnsureSuccessStatusCode();
            etags[part] = answer.Headers.ETag!.Tag;
            if (content.Md5 is { } md5 && etags[part].Trim('"') != md5)
                throw new BenchException("A part arrived wrong.");
        });
        about["asset_id"] = upload["asset_id"]!.DeepClone();
        about["upload_id"] = upload["upload_id"]!.DeepClone();
        about["parts"] = new JsonArray([.. etags.Select((etag, part) => new JsonObject { ["part_number"] = part + 1, ["etag"] = etag })]);
        await ApiAsync("assets", about);
        return (size, seconds);
    }

    private async Task<(long Count, double Seconds)> DownAsync(string assetId, string folder)
    {
        var asset = await ApiAsync($"assets/{assetId}/download", null);
        var url = asset["asset_url"]!.GetValue<string>();
        var size = asset["size_bytes"]!.GetValue<long>();
        using var file = File.OpenHandle(Path.Combine(folder, "limit.bin"), FileMode.Create, FileAccess.Write);
        var seconds = await InParallelAsync((int)((size + PartSize - 1) / PartSize), async part =>
        {
            var offset = (long)part * PartSize;
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.Range = new RangeHeaderValue(offset, Math.Min(offset + PartSize, size) - 1);
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            if (answer.StatusCode != HttpStatusCode.PartialContent)
                throw new BenchException($"The storage answered {(int)answer.StatusCode}.");
            await using var body = await answer.Content.ReadAsStreamAsync();
            using var hash = _md5 ? IncrementalHash.CreateHash(HashAlgorithmName.MD5) : null;
            var buffer = new byte[BufferSize];
            for (int count; (count = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false)) > 0; offset += count)
            {
                hash?.AppendData(buffer, 0, count);
                if (_file)
                    RandomAccess.Write(file, buffer.AsSpan(0, count), offset);
            }

            hash?.GetHashAndReset();
        });
        return (size, seconds);
    }

    private async Task<(long Count, double Seconds)> ListAsync(int assets)
    {
        var clock = Stopwatch.StartNew();
        for (var offset = 0; offset < assets; offset += 100)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{_api}/assets?limit=100&offset={offset}") { Headers = { { "X-API-Key", _key } } };
            using var answer = await _http.SendAsync(request);
            await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
        }

        return (assets, clock.Elapsed.TotalSeconds);
    }

    private async Task<JsonObject> ApiAsync(string path, JsonObject? body)
    {
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, $"{_api}/{path}")
        {
            Headers = { { "X-API-Key", _key } },
            Content = body is null ? null : JsonContent.Create(body),
        };
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonNode.Parse(text)!.AsObject() : throw new BenchException($"{path}: {(int)answer.StatusCode} {text}");
    }

    /// <summary>A slice of the file, or as many bytes out of nowhere.</summary>
    private sealed class Slice(SafeFileHandle? file, long offset, long length, bool md5) : HttpContent
    {
        public string? Md5 { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            using var hash = md5 ? IncrementalHash.CreateHash(HashAlgorithmName.MD5) : null;
            var buffer = new byte[BufferSize];
            for (long sent = 0; sent < length;)
            {
                var wanted = (int)Math.Min(buffer.Length, length - sent);
                var count = file is null ? wanted : RandomAccess.Read(file, buffer.AsSpan(0, wanted), offset + sent);
                hash?.AppendData(buffer, 0, count);
                await stream.WriteAsync(buffer.AsMemory(0, count));
                sent += count;
            }

            Md5 = hash is null ? null : Convert.ToHexStringLower(hash.GetHashAndReset());
        }

        protected override bool TryComputeLength(out long total)
        {
            total = length;
            return true;
        }
    }
}
