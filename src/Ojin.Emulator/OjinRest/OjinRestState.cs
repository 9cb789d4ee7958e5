using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Ojin.Emulator;

/// <summary>Variants, configurations, assets and uploads of the Ojin REST API.</summary>
public sealed class OjinRestState
{
    /// <summary>The bucket behind the assets.</summary>
    public const string Bucket = "ojin-assets";

    private readonly EmulatorHost _host;
    private readonly Dictionary<string, EmulatedVariant> _variants = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, EmulatedConfig> _configs = [];
    private readonly Dictionary<Guid, EmulatedAsset> _assets = [];
    private readonly Dictionary<Guid, EmulatedUpload> _uploads = [];
    private readonly Dictionary<Guid, EmulatedIdleVideo> _idleVideos = [];
    private EmulatedAsset[]? _orgAssets;
    private int _seeded;

    internal OjinRestState(EmulatorHost host)
    {
        _host = host;
        Reset();
    }

    /// <summary>What it does where the contract is open.</summary>
    public OjinRestOptions Options { get; internal set; } = new();

    /// <summary>A key that the service knows and that may do nothing: 403.</summary>
    public string ForbiddenKey { get; } = "ojin-forbidden-key";

    /// <summary>All assets, in the order of their creation.</summary>
    public IReadOnlyList<EmulatedAsset> Assets
    {
        get
        {
            lock (Gate)
                return [.. _assets.Values];
        }
    }

    /// <summary>All configurations, in the order of their creation.</summary>
    public IReadOnlyList<EmulatedConfig> Configs
    {
        get
        {
            lock (Gate)
                return [.. _configs.Values];
        }
    }

    /// <summary>All variants, in the order of their creation.</summary>
    public IReadOnlyList<EmulatedVariant> Variants
    {
        get
        {
            lock (Gate)
                return [.. _variants.Values];
        }
    }

    /// <summary>The uploads that were begun and not finalized.</summary>
    public IReadOnlyList<EmulatedUpload> Uploads
    {
        get
        {
            lock (Gate)
                return [.. _uploads.Values];
        }
    }

    /// <summary>The idle videos that were asked for.</summary>
    public IReadOnlyList<EmulatedIdleVideo> IdleVideos
    {
        get
        {
            lock (Gate)
                return [.. _idleVideos.Values];
        }
    }

    internal Lock Gate { get; } = new();

    internal string ApiKey => _host.Options.OjinApiKey;

    internal StorageState Storage => _host.Storage;

    /// <summary>The asset, or null.</summary>
    public EmulatedAsset? FindAsset(Guid id)
    {
        lock (Gate)
            return _assets.GetValueOrDefault(id);
    }

    /// <summary>The configuration, or null.</summary>
    public EmulatedConfig? FindConfig(Guid id)
    {
        lock (Gate)
            return _configs.GetValueOrDefault(id);
    }

    /// <summary>The variant, or null.</summary>
    public EmulatedVariant? FindVariant(string id)
    {
        lock (Gate)
            return _variants.GetValueOrDefault(id);
    }

    /// <summary>Adds or replaces a variant, given as the contract's ModelVariant.</summary>
    public EmulatedVariant AddVariant(JsonObject variant)
    {
        ArgumentNullException.ThrowIfNull(variant);
        foreach (var field in (string[])["model_variant_id", "model_id", "title", "description", "configuration_schema", "tags", "status"])
        {
            if (variant[field] is null)
                throw new RefusalException(400, "EMULATOR_CONTROL", $"A variant needs the field '{field}'.");
        }

        var now = Wire.Iso(DateTimeOffset.UtcNow);
        var wire = variant.DeepClone().AsObject();
        wire.TryAdd("preview_media_url", null);
        wire.TryAdd("created_at", now);
        wire.TryAdd("updated_at", now);
        var added = new EmulatedVariant(wire);
        lock (Gate)
            _variants[added.ModelVariantId] = added;
        return added;
    }

    /// <summary>Adds a configuration without any check.</summary>
    public EmulatedConfig AddConfig(string title, string modelVariantId, string configurationJson = "{}", OjinOwner owner = OjinOwner.Org, Guid? id = null)
    {
        var now = Now();
        lock (Gate)
        {
            var added = new EmulatedConfig
            {
                ModelConfigId = id ?? Guid.NewGuid(),
                Owner = owner,
                ModelVariantId = modelVariantId,
                ModelId = _variants.GetValueOrDefault(modelVariantId)?.ModelId ?? modelVariantId,
                Title = title,
                ConfigurationJson = configurationJson,
                CreatedAt = now,
                UpdatedAt = now,
            };
            _configs.Add(added.ModelConfigId, added);
            return added;
        }
    }

    /// <summary>Adds an asset with the given bytes.</summary>
    public EmulatedAsset AddAsset(string name, string category, string contentType, ReadOnlyMemory<byte> content, OjinOwner owner = OjinOwner.Org, Guid? id = null)
    {
        var assetId = id ?? Guid.NewGuid();
        var stored = Storage.AddObject(Bucket, KeyOf(assetId, owner), content, contentType);
        return Record(assetId, owner, name, category, stored);
    }

    /// <summary>Adds an asset with the bytes of a stream; for large ones.</summary>
    public async Task<EmulatedAsset> AddAssetAsync(string name, string category, string contentType, Stream content, OjinOwner owner = OjinOwner.Org, CancellationToken cancellationToken = default)
    {
        var assetId = Guid.NewGuid();
        var stored = await Storage.AddObjectAsync(Bucket, KeyOf(assetId, owner), content, contentType, cancellationToken);
        return Record(assetId, owner, name, category, stored);
    }

    /// <summary>Adds so many small assets: images with an even number, videos with an odd one; thousands take a moment.</summary>
    public void AddAssets(int count, OjinOwner owner = OjinOwner.Org)
    {
        for (var i = 0; i < count; i++)
        {
            var number = ++_seeded;
            var image = number % 2 == 0;
            var id = SeedId(0x8000, number);
            var length = 256 + (number % 256);
            ReadOnlyMemory<byte> Make()
            {
                var bytes = new byte[length];
                // A generator of our own: the same bytes on every run and every runtime.
                var state = (uint)number * 2654435761u;
                for (var at = 0; at < bytes.Length; at++)
                {
                    state = (state * 1664525u) + 1013904223u;
                    bytes[at] = (byte)(state >> 24);
                }

                return bytes;
            }

            var type = image ? "image/png" : "video/mp4";
            var stored = Storage.AddRecipe(Bucket, KeyOf(id, owner), length, MD5.HashData(Make().Span), Make, type);
            Record(id, owner, $"asset-{number:D5}.{(image ? "png" : "mp4")}", image ? "image" : "video", stored);
        }
    }

    /// <summary>The service finishes an idle video: a new video asset of the organization.</summary>
    public EmulatedAsset CompleteIdleVideo(Guid jobId)
    {
        lock (Gate)
        {
            if (!_idleVideos.TryGetValue(jobId, out var job))
                throw new RefusalException(404, "EMULATOR_CONTROL", "There is no such job.");
            var asset = AddAsset($"idle-{jobId:N}.mp4", "video", "video/mp4", RandomNumberGenerator.GetBytes(4096));
            job.AssetId = asset.AssetId;
            return asset;
        }
    }

    internal static string OrganizationOf(OjinOwner owner) => owner switch
    {
        OjinOwner.Org => "org_emulator",
        OjinOwner.Template => "org_template",
        _ => "org_foreign",
    };

    internal static string UserOf(OjinOwner owner) => owner switch
    {
        OjinOwner.Org => "user_emulator",
        OjinOwner.Template => "user_template",
        _ => "user_foreign",
    };

    internal static string KeyOf(Guid assetId, OjinOwner owner) => $"{OrganizationOf(owner)}/{assetId:D}";

    /// <summary>The organization's assets in order, without a copy for every page.</summary>
    internal EmulatedAsset[] OrgAssets()
    {
        lock (Gate)
            return _orgAssets ??= [.. _assets.Values.Where(asset => asset.Owner == OjinOwner.Org)];
    }

    internal EmulatedAsset Record(Guid assetId, OjinOwner owner, string name, string category, StoredObject stored)
    {
        var asset = new EmulatedAsset
        {
            AssetId = assetId,
            Owner = owner,
            Name = name,
            Category = category,
            ContentType = stored.ContentType,
            SizeBytes = stored.Length,
            ETag = stored.ETag,
            StorageKey = stored.Key,
            CreatedAt = Now(),
        };
        lock (Gate)
        {
            _assets.Add(assetId, asset);
            _orgAssets = null;
        }

        return asset;
    }

    internal bool RemoveAsset(EmulatedAsset asset)
    {
        lock (Gate)
        {
            _orgAssets = null;
            if (!_assets.Remove(asset.AssetId))
                return false;
        }

        Storage.RemoveObject(Bucket, asset.StorageKey);
        return true;
    }

    internal void RemoveConfig(EmulatedConfig config)
    {
        lock (Gate)
            _configs.Remove(config.ModelConfigId);
    }

    internal EmulatedUpload BeginUpload(string name, string category, string contentType)
    {
        var assetId = Guid.NewGuid();
        var upload = new EmulatedUpload
        {
            AssetId = assetId,
            Name = name,
            Category = category,
            Multipart = Storage.BeginMultipart(Bucket, KeyOf(assetId, OjinOwner.Org), contentType),
        };
        lock (Gate)
            _uploads.Add(assetId, upload);
        return upload;
    }

    internal EmulatedUpload? FindUpload(Guid assetId, string uploadId)
    {
        lock (Gate)
            return _uploads.TryGetValue(assetId, out var upload) && upload.Multipart.UploadId == uploadId ? upload : null;
    }

    internal void EndUpload(EmulatedUpload upload)
    {
        lock (Gate)
            _uploads.Remove(upload.AssetId);
    }

    internal EmulatedIdleVideo BeginIdleVideo(Guid source, string? template)
    {
        var job = new EmulatedIdleVideo { JobId = Guid.NewGuid(), SourceAssetId = source, ReferenceTemplate = template };
        lock (Gate)
            _idleVideos.Add(job.JobId, job);
        return job;
    }

    /// <summary>Now in the whole milliseconds that the wire has.</summary>
    internal static DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    internal void Reset()
    {
        lock (Gate)
        {
            Options = new OjinRestOptions();
            _variants.Clear();
            _configs.Clear();
            _assets.Clear();
            _uploads.Clear();
            _idleVideos.Clear();
            _orgAssets = null;
            _seeded = 0;
            foreach (var variant in JsonNode.Parse(SeedVariants)!.AsArray())
                AddVariant(variant!.AsObject());
            AddConfig("Receptionist", "ojin/oris-1.0/standard", """{"voice":"amber","speed":1.0}""", id: SeedId(0x9000, 1));
            AddConfig("Museum guide", "ojin/oris-1.0/high", """{"voice":"birch","prompt":{"greeting":"Hello","steps":[1,2,3]}}""", id: SeedId(0x9000, 2));
            AddConfig("Template host", "ojin/oris-1.0/standard", """{"voice":"amber"}""", OjinOwner.Template, SeedId(0x9000, 3));
            AddConfig("Somebody else's", "ojin/oris-1.0/standard", "{}", OjinOwner.Foreign, SeedId(0x9000, 4));
            AddAsset("template-face.png", "image", "image/png", "template image"u8.ToArray(), OjinOwner.Template, SeedId(0xa000, 1));
            AddAsset("template-idle.mp4", "video", "video/mp4", "template video"u8.ToArray(), OjinOwner.Template, SeedId(0xa000, 2));
            AddAsset("foreign.png", "image", "image/png", "foreign image"u8.ToArray(), OjinOwner.Foreign, SeedId(0xa000, 3));
            AddAssets(_host.Options.Assets);
        }
    }

    /// <summary>Ids of what is there at the start: 00000000-0000-4000-{kind}-{number}, both hexadecimal.</summary>
    internal static Guid SeedId(int kind, int number) => new(0, 0, 0x4000, (byte)(kind >> 8), (byte)kind, 0, 0, (byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number);

    private const string SeedVariants = """
        [
          {
            "model_variant_id": "ojin/oris-1.0/standard", "model_id": "ojin/oris-1.0", "title": "Standard Quality",
            "description": {"resolution": "1024x1024", "summary": "A talking head for most uses"},
            "preview_media_url": "https://cdn.example.com/previews/standard.jpg",
            "configuration_schema": {
              "$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
              "properties": {
                "voice": {"type": "string", "enum": ["amber", "birch", "cedar"]},
                "speed": {"type": "number", "minimum": 0.5, "maximum": 2},
                "max_turns": {"type": "integer", "minimum": 1},
                "prompt": {"type": "object"},
                "idle_video_asset_id": {"type": "string"}
              }
            },
            "tags": ["general-purpose", "real-time"], "status": "public"
          },
          {
            "model_variant_id": "ojin/oris-1.0/high", "model_id": "ojin/oris-1.0", "title": "High Quality",
            "description": {"resolution": "2048x2048"}, "preview_media_url": null,
            "configuration_schema": {
              "$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
              "properties": {
                "voice": {"type": "string", "enum": ["amber", "birch", "cedar"]},
                "prompt": {"type": "object"},
                "seed": {"type": "integer", "minimum": 0}
              },
              "required": ["voice"], "additionalProperties": false
            },
            "tags": ["general-purpose", "studio"], "status": "available"
          },
          {
            "model_variant_id": "ojin/oris-0.9/standard", "model_id": "ojin/oris-0.9", "title": "Standard Quality (old)",
            "description": {}, "preview_media_url": null, "configuration_schema": {},
            "tags": ["real-time"], "status": "deprecated"
          },
          {
            "model_variant_id": "ojin/lab/50% ü+x", "model_id": "ojin/lab", "title": "Laboratory",
            "description": {}, "preview_media_url": null, "configuration_schema": {},
            "tags": [], "status": "experimental"
          }
        ]
        """;
}
