using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Xunit;

namespace Ojin.Client.Tests.Swift;

/// <summary>One Swift for all of its tests, started by the first that runs, so that nothing starts where all are skipped.</summary>
public sealed class SwiftFixture : IAsyncLifetime
{
    private readonly Lazy<Task<SwiftServer>> _server = new(SwiftServer.StartAsync);

    public Task<SwiftServer> ServerAsync() => _server.Value;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_server.IsValueCreated)
            await (await _server.Value).DisposeAsync();
    }
}

[CollectionDefinition(Name)]
[SuppressMessage("Naming", "CA1711", Justification = "xunit's word for it.")]
public sealed class SwiftCollection : ICollectionFixture<SwiftFixture>
{
    public const string Name = "Swift";
}

/// <summary>A test against Swift: the asset operations in front of a bucket of its own, and a folder of its own.</summary>
[Collection(SwiftCollection.Name)]
[SuppressMessage("Design", "CA1001", Justification = "xunit calls DisposeAsync.")]
public abstract class SwiftTest(SwiftFixture fixture) : IAsyncLifetime
{
    /// <summary>The smallest part that S3 takes.</summary>
    protected const int PartSize = 5 * 1024 * 1024;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromMinutes(5) };
    private OjinOnS3? _api;

    protected OjinOnS3 Api => _api!;

    protected HttpClient Http => _http;

    protected string Folder { get; private set; } = "";

    public async Task InitializeAsync()
    {
        _api = await OjinOnS3.StartAsync(await fixture.ServerAsync());
        Folder = Directory.CreateTempSubdirectory("ojin-swift-test-").FullName;
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        Directory.Delete(Folder, recursive: true);
        await Api.DisposeAsync();
    }

    protected static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>The ETag that S3 gives an object of several parts: the MD5 of their MD5s, and how many there are.</summary>
    [SuppressMessage("Security", "CA5351", Justification = "An ETag of S3 is an MD5.")]
    protected static string MultipartETag(byte[] content, int partSize = PartSize)
    {
        var parts = content.Chunk(partSize).Select(MD5.HashData).ToArray();
        return $"{Convert.ToHexStringLower(MD5.HashData([.. parts.SelectMany(part => part)]))}-{parts.Length}";
    }

    /// <summary>Changes the last digit of a presigned URL's signature.</summary>
    protected static string BreakSignature(string url)
    {
        const string Name = "X-Amz-Signature=";
        var at = url.IndexOf(Name, StringComparison.Ordinal) + Name.Length;
        return url[..at] + (url[at] == '0' ? '1' : '0') + url[(at + 1)..];
    }
}
