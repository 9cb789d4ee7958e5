using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ojin.Emulator;

/// <summary>Models, media and runs of the AIMP gateway.</summary>
public sealed class AimpState
{
    /// <summary>The bucket behind the uploads.</summary>
    public const string Bucket = "aimp-media";

    private readonly EmulatorHost _host;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, EmulatedModel> _models = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EmulatedMediaUpload> _uploads = new(StringComparer.Ordinal);
    private readonly List<EmulatedRun> _runs = [];
    private JsonNode? _wallet;
    private JsonNode? _usage;

    internal AimpState(EmulatorHost host)
    {
        _host = host;
        Reset();
    }

    /// <summary>What it does where the contract is open.</summary>
    public AimpOptions Options { get; internal set; } = new();

    /// <summary>A key that the gateway knows and that may do nothing: 403.</summary>
    public string ForbiddenKey { get; } = "aimp-forbidden-key";

    /// <summary>The published models, in their order.</summary>
    public IReadOnlyList<EmulatedModel> Models
    {
        get
        {
            lock (_gate)
                return [.. _models.Values];
        }
    }

    /// <summary>All uploads of media.</summary>
    public IReadOnlyList<EmulatedMediaUpload> Uploads
    {
        get
        {
            lock (_gate)
                return [.. _uploads.Values];
        }
    }

    /// <summary>The runs that happened, in their order: one that is here twice was charged twice.</summary>
    public IReadOnlyList<EmulatedRun> Runs
    {
        get
        {
            lock (_gate)
                return [.. _runs];
        }
    }

    /// <summary>What the wallet answers. Assumed as a whole: the contract shows no answer.</summary>
    public JsonNode Wallet
    {
        get => _wallet ?? new JsonObject { ["workspace_id"] = "ws_emulator", ["balance"] = "42.50", ["currency"] = "credits", ["updated_at"] = "2026-01-02T03:04:05Z" };
        set => _wallet = value;
    }

    /// <summary>What the usage summary answers. Assumed as a whole: the contract shows no answer.</summary>
    public JsonNode Usage
    {
        get => _usage ?? new JsonObject
        {
            ["period"] = new JsonObject { ["start"] = "2026-01-01", ["end"] = "2026-01-31" },
            ["total_runs"] = Runs.Count,
            ["by_model"] = new JsonArray([.. Runs.GroupBy(run => run.Model).Select(runs => new JsonObject { ["model"] = runs.Key, ["runs"] = runs.Count() })]),
        };
        set => _usage = value;
    }

    internal string ApiKey => _host.Options.AimpApiKey;

    internal Uri GatewayUri => _host.AimpGatewayUri;

    internal StorageState Storage => _host.Storage;

    /// <summary>Adds or replaces a model.</summary>
    public void SetModel(EmulatedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        lock (_gate)
            _models[model.Slug] = model;
    }

    /// <summary>The model with this slug or id, or null.</summary>
    public EmulatedModel? FindModel(string slugOrId)
    {
        lock (_gate)
            return _models.GetValueOrDefault(slugOrId) ?? _models.Values.FirstOrDefault(model => model.ModelId == slugOrId);
    }

    /// <summary>The upload, or null.</summary>
    public EmulatedMediaUpload? FindUpload(string uploadId)
    {
        lock (_gate)
            return _uploads.GetValueOrDefault(uploadId);
    }

    internal EmulatedMediaUpload BeginUpload(string fileName, string contentType, string mediaType, long sizeBytes)
    {
        var id = "studio_upload_" + Guid.NewGuid().ToString("N");
        var upload = new EmulatedMediaUpload
        {
            UploadId = id,
            FileName = fileName,
            ContentType = contentType,
            MediaType = mediaType,
            SizeBytes = sizeBytes,
            StorageKey = id,
        };
        lock (_gate)
            _uploads.Add(id, upload);
        return upload;
    }

    /// <summary>Gives an upload its media_ref; false when it has one already.</summary>
    internal bool Complete(EmulatedMediaUpload upload)
    {
        lock (_gate)
        {
            if (upload.State == AimpUploadState.Completed)
                return false;
            upload.State = AimpUploadState.Completed;
            upload.MediaRef = NewMediaRef(upload);
            return true;
        }
    }

    /// <summary>Whether a value in a run's input claims to be a media_ref, and whether there is exactly this one.</summary>
    internal (bool Claimed, bool Known) Recognize(JsonElement value)
    {
        var claimed = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!.StartsWith("mref_", StringComparison.Ordinal),
            JsonValueKind.Object => value.TryGetProperty("kind", out var kind) && kind.ValueKind == JsonValueKind.String && kind.ValueEquals("media_ref"),
            _ => false,
        };
        return (claimed, claimed && Uploads.Any(upload => upload.MediaRef is { } known && known.ToJsonString(Wire.Json) == Compact(value)));
    }

    /// <summary>The status that this run is refused with, or null.</summary>
    internal int? TakeRefusal()
    {
        lock (_gate)
        {
            if (Options.RefuseStatus is null || Options.RefuseTimes <= 0)
                return null;
            Options.RefuseTimes--;
            return Options.RefuseStatus;
        }
    }

    internal EmulatedRun AddRun(string requestId, long sequence, string model, string mode, string? scope, JsonElement input, JsonElement? parameters, JsonElement? options)
    {
        var run = new EmulatedRun("run_" + Guid.NewGuid().ToString("N"), requestId, sequence, model, mode, scope, input, parameters, options);
        lock (_gate)
            _runs.Add(run);
        return run;
    }

    internal void Reset()
    {
        lock (_gate)
        {
            _models.Clear();
            _uploads.Clear();
            _runs.Clear();
            _wallet = null;
            _usage = null;
            Options = new AimpOptions();
            SetModel(new EmulatedModel
            {
                Slug = "demo-model",
                ModelId = "mdl_0001",
                Page = Page("Demo model", new JsonObject { ["text"] = "string" }),
            });
            SetModel(new EmulatedModel
            {
                Slug = "image-tagger",
                ModelId = "mdl_0002",
                MediaInput = "image",
                Output = new JsonObject { ["tags"] = new JsonArray(new JsonObject { ["label"] = "cat", ["score"] = 0.97 }, new JsonObject { ["label"] = "sofa", ["score"] = 0.61 }) },
                Page = Page("Image tagger", new JsonObject { ["image"] = "media_ref" }),
            });
            SetModel(new EmulatedModel
            {
                Slug = "product-search",
                ModelId = "mdl_0003",
                Modes = ["index", "search"],
                Page = Page("Product search", new JsonObject { ["text"] = "string" }),
            });
        }
    }

    private static JsonObject Page(string title, JsonObject input) => new()
    {
        ["title"] = title,
        ["input_contract"] = input,
        ["release"] = new JsonObject { ["version"] = "1.0.0", ["hardware"] = new JsonObject { ["tier"] = "standard" } },
    };

    /// <summary>The value without white space between its parts, everything else as it was sent.</summary>
    private static string Compact(JsonElement value) => JsonNode.Parse(value.GetRawText())!.ToJsonString(Wire.Json);

    private JsonNode NewMediaRef(EmulatedMediaUpload upload)
    {
        var id = "mref_" + upload.UploadId["studio_upload_".Length..];
        if (!Options.ObjectMediaRefs)
            return JsonValue.Create(id)!;
        // Numbers that a careless reading changes, and lists that a careless one unrolls.
        return JsonNode.Parse(string.Create(CultureInfo.InvariantCulture, $$$"""
            {"kind":"media_ref","id":"{{{id}}}","size":{{{upload.SizeBytes}}},"ratio":1.10,"big":12345678901234567890,"tags":["one"],"none":[],"gone":null,"store":{"parts":[[1,2],[3]]}}
            """))!;
    }
}
