using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Ojin.Emulator;

/// <summary>Who owns an asset or a configuration.</summary>
public enum OjinOwner
{
    /// <summary>The organization of the test key.</summary>
    Org,

    /// <summary>The shared template organization: readable, not writable.</summary>
    Template,

    /// <summary>Another organization: 403, except on the public endpoints.</summary>
    Foreign,
}

/// <summary>What the Ojin REST API does where its contract is open; all of it can be set while it runs.</summary>
public sealed class OjinRestOptions
{
    /// <summary>Answer to a title that the organization has already. The contract declares 400 and no 409 here.</summary>
    public int DuplicateTitleStatus { get; set; } = 400;

    /// <summary>pagination.limit is the number of items returned, as the contract words it; else the limit that was asked for.</summary>
    public bool LimitIsCount { get; set; } = true;

    /// <summary>The lists have no pagination object, which the contract does not require.</summary>
    public bool OmitPagination { get; set; }

    /// <summary>Every page is the first one: a server that would make a careless client loop.</summary>
    public bool IgnoreOffset { get; set; }

    /// <summary>How the name filter of the assets works: contains (without case), exact or ignore.</summary>
    public string NameFilter { get; set; } = "contains";

    /// <summary>A variant id with %2F in the path is 404, as behind some proxies.</summary>
    public bool RejectEncodedSlashes { get; set; }

    /// <summary>A variant id with plain slashes in the path is 404.</summary>
    public bool RejectRawSlashes { get; set; }

    /// <summary>The answer to initiate-upload has no s3_key, which the contract does not require.</summary>
    public bool OmitS3Key { get; set; }

    /// <summary>sign-part without the s3_key that initiate-upload returned is refused.</summary>
    public bool RequireS3Key { get; set; }

    /// <summary>Configurations are checked against the variant's schema.</summary>
    public bool ValidateConfigurations { get; set; } = true;
}

/// <summary>An asset as it stands in the service.</summary>
public sealed class EmulatedAsset
{
    private byte[]? _json;
    private JsonObject? _overrides;

    /// <summary>Its id.</summary>
    public required Guid AssetId { get; init; }

    /// <summary>Whose it is.</summary>
    public required OjinOwner Owner { get; init; }

    /// <summary>File name.</summary>
    public required string Name { get; init; }

    /// <summary>video, image or any other word.</summary>
    public required string Category { get; init; }

    /// <summary>Media type.</summary>
    public required string ContentType { get; init; }

    /// <summary>Size of the object in bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>ETag of the object, with its quotes.</summary>
    [JsonPropertyName("etag")]
    public required string ETag { get; init; }

    /// <summary>Key of the object in the bucket <see cref="OjinRestState.Bucket"/>.</summary>
    public required string StorageKey { get; init; }

    /// <summary>When it was finalized.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// Fields (by their names on the wire) that replace or join the real ones in every answer: wrong sizes, hostile names,
    /// fields that nobody documented.
    /// </summary>
    public JsonObject? Overrides
    {
        get => _overrides;
        set
        {
            _overrides = value;
            _json = null;
        }
    }

    internal string NameOnWire => Overrides?["name"]?.GetValue<string>() ?? Name;

    internal byte[] Json => _json ??= Encoding.UTF8.GetBytes(ToWire(isPublic: false, url: null).ToJsonString(Wire.Json));

    internal JsonObject ToWire(bool isPublic, Uri? url)
    {
        var wire = new JsonObject { ["asset_id"] = AssetId.ToString("D") };
        if (!isPublic)
        {
            wire["organization_id"] = OjinRestState.OrganizationOf(Owner);
            wire["created_by"] = OjinRestState.UserOf(Owner);
        }

        wire["name"] = Name;
        wire["category"] = Category;
        wire["content_type"] = ContentType;
        wire["size_bytes"] = SizeBytes;
        wire["etag"] = ETag;
        wire["created_at"] = Wire.Iso(CreatedAt);
        wire["updated_at"] = Wire.Iso(CreatedAt);
        if (url is not null)
            wire["asset_url"] = url.AbsoluteUri;
        foreach (var (name, value) in Overrides ?? [])
            wire[name] = value?.DeepClone();
        return wire;
    }
}

/// <summary>A model configuration as it stands in the service.</summary>
public sealed class EmulatedConfig
{
    /// <summary>Its id.</summary>
    public required Guid ModelConfigId { get; init; }

    /// <summary>Whose it is.</summary>
    public required OjinOwner Owner { get; init; }

    /// <summary>The variant that it configures.</summary>
    public required string ModelVariantId { get; init; }

    /// <summary>The variant's model.</summary>
    public required string ModelId { get; init; }

    /// <summary>Title, unique in the organization.</summary>
    public required string Title { get; set; }

    /// <summary>The configuration exactly as it was sent.</summary>
    public required string ConfigurationJson { get; set; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>The agent configurations that refer to it: they keep it from being deleted.</summary>
    public ISet<Guid> ReferencedBy { get; } = new HashSet<Guid>();

    internal void Write(Utf8JsonWriter json, bool isPublic)
    {
        json.WriteStartObject();
        json.WriteString("model_config_id", ModelConfigId.ToString("D"));
        if (!isPublic)
            json.WriteString("organization_id", OjinRestState.OrganizationOf(Owner));
        json.WriteString("model_id", ModelId);
        json.WriteString("model_variant_id", ModelVariantId);
        if (!isPublic)
            json.WriteString("created_by", OjinRestState.UserOf(Owner));
        json.WriteString("title", Title);
        json.WritePropertyName("model_configurations");
        // Raw, so that every number and every escape comes back as it was sent.
        json.WriteRawValue(ConfigurationJson, skipInputValidation: true);
        json.WriteString("created_at", Wire.Iso(CreatedAt));
        json.WriteString("updated_at", Wire.Iso(UpdatedAt));
        json.WriteEndObject();
    }
}

/// <summary>A model variant as it stands in the service.</summary>
public sealed class EmulatedVariant
{
    internal EmulatedVariant(JsonObject wire)
    {
        Wire = wire;
        ModelVariantId = wire["model_variant_id"]!.GetValue<string>();
        ModelId = wire["model_id"]!.GetValue<string>();
        Status = wire["status"]!.GetValue<string>();
        Tags = [.. wire["tags"]!.AsArray().Select(tag => tag!.GetValue<string>())];
        Json = Encoding.UTF8.GetBytes(wire.ToJsonString(Emulator.Wire.Json));
    }

    /// <summary>Its id, with slashes.</summary>
    public string ModelVariantId { get; }

    /// <summary>Its model.</summary>
    public string ModelId { get; }

    /// <summary>public, available, deprecated or any other word.</summary>
    public string Status { get; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<string> Tags { get; }

    internal JsonObject Wire { get; }

    internal byte[] Json { get; }
}

/// <summary>An upload between initiate-upload and its finalization.</summary>
public sealed class EmulatedUpload
{
    /// <summary>The asset to be.</summary>
    public required Guid AssetId { get; init; }

    /// <summary>Name given at the start.</summary>
    public required string Name { get; init; }

    /// <summary>Category given at the start.</summary>
    public required string Category { get; init; }

    /// <summary>The storage's side of it.</summary>
    public required MultipartUpload Multipart { get; init; }
}

/// <summary>An idle video that was asked for.</summary>
public sealed class EmulatedIdleVideo
{
    /// <summary>The job.</summary>
    public required Guid JobId { get; init; }

    /// <summary>The image.</summary>
    public required Guid SourceAssetId { get; init; }

    /// <summary>v1, v2, v3, or null when none was given.</summary>
    public required string? ReferenceTemplate { get; init; }

    /// <summary>The finished video; null until <see cref="OjinRestState.CompleteIdleVideo"/>.</summary>
    public Guid? AssetId { get; internal set; }
}
