namespace Ojin.Emulator;

/// <summary>Objects behind presigned URLs.</summary>
public sealed class StorageState : IDisposable
{
    private readonly EmulatorHost _host;

    internal StorageState(EmulatorHost host) => _host = host;

    /// <summary>Puts an object there from bytes and returns it.</summary>
    public StoredObject AddObject(string bucket, string key, ReadOnlyMemory<byte> content, string contentType) =>
        throw new NotImplementedException(_host.StorageUri.AbsoluteUri);

    /// <summary>Puts an object there from a stream and returns it.</summary>
    public Task<StoredObject> AddObjectAsync(string bucket, string key, Stream content, string contentType, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>The object, or null.</summary>
    public StoredObject? FindObject(string bucket, string key) => throw new NotImplementedException();

    /// <summary>Removes an object; false when there is none.</summary>
    public bool RemoveObject(string bucket, string key) => throw new NotImplementedException();

    /// <summary>A presigned URL for GET and HEAD; null takes the lifetime set for downloads.</summary>
    public Uri CreateDownloadUrl(string bucket, string key, TimeSpan? lifetime = null) => throw new NotImplementedException();

    /// <summary>
    /// A presigned URL for one PUT of the whole object. With a content type, the PUT must carry exactly this Content-Type.
    /// </summary>
    public Uri CreateUploadUrl(string bucket, string key, string? contentType = null, TimeSpan? lifetime = null) => throw new NotImplementedException();

    /// <inheritdoc />
    public void Dispose()
    {
    }

    internal void Reset() => _ = _host;
}

/// <summary>An object: what S3 knows about it.</summary>
public sealed class StoredObject
{
    /// <summary>Its bucket.</summary>
    public required string Bucket { get; init; }

    /// <summary>Its key.</summary>
    public required string Key { get; init; }

    /// <summary>Size in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>ETag with its quotes.</summary>
    public required string ETag { get; init; }

    /// <summary>Media type that a GET answers with.</summary>
    public required string ContentType { get; init; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset LastModified { get; init; }
}
