using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Ojin.Emulator;

/// <summary>Keys, balances, videos, jobs, exports and plans of Ozor.</summary>
public sealed partial class OzorState
{
    /// <summary>The bucket behind downloadUrl: presigned requests only.</summary>
    public const string Bucket = "ozor-exports";

    /// <summary>The bucket behind shareUrl: anybody may read it, without a signature.</summary>
    public const string PublicBucket = "ozor-public";

    /// <summary>The bucket of the images in plans.</summary>
    public const string PlanBucket = "ozor-plans";

    private readonly EmulatorHost _host;
    private readonly List<EmulatedApiKey> _keys = [];
    private readonly Dictionary<string, EmulatedVideo> _videos = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EmulatedJob> _jobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EmulatedExport> _exports = new(StringComparer.Ordinal);
    private readonly Dictionary<string, EmulatedPlan> _plans = new(StringComparer.Ordinal);
    private readonly List<EmulatedGeneration> _generations = [];
    private readonly List<EmulatedCharge> _charges = [];
    private readonly Dictionary<OzorOwner, int> _balances = [];
    private OzorOptions _options = new();
    private TaskCompletionSource _changed = OzorWork.NewSignal();
    private long _epoch;
    private long _order;
    private int _seeded;

    internal OzorState(EmulatorHost host)
    {
        _host = host;
        Reset();
    }

    /// <summary>
    /// How fast it works, what fails, and what it does where its contract is open. <see cref="Wake()"/> lets work that runs
    /// already follow a change at once.
    /// </summary>
    public OzorOptions Options
    {
        get => _options;
        internal set
        {
            lock (Gate)
            {
                _options = value;
                Wake();
            }
        }
    }

    /// <summary>A key of another account, which owns the objects whose ids say "foreign".</summary>
    public string ForeignKey { get; } = "sk_live_ffffffffffffffffffffffffffffffff";

    /// <summary>The ID token of the other account.</summary>
    public string ForeignToken { get; } = "firebase-foreign-token";

    /// <summary>Credits of the test key's account.</summary>
    public int Balance
    {
        get
        {
            lock (Gate)
                return _balances[OzorOwner.Own];
        }

        set
        {
            lock (Gate)
                _balances[OzorOwner.Own] = value;
            Changed();
        }
    }

    /// <summary>What the running jobs and generations of the test key's account will cost when they succeed.</summary>
    public int Reserved
    {
        get
        {
            lock (Gate)
                return ReservedBy(OzorOwner.Own);
        }
    }

    /// <summary>Every deduction, in its order.</summary>
    public IReadOnlyList<EmulatedCharge> Charges
    {
        get
        {
            lock (Gate)
                return [.. _charges];
        }
    }

    /// <summary>All keys of all accounts, in the order of their creation.</summary>
    public IReadOnlyList<EmulatedApiKey> Keys
    {
        get
        {
            lock (Gate)
                return [.. _keys];
        }
    }

    /// <summary>All videos, in the order of their creation.</summary>
    public IReadOnlyList<EmulatedVideo> Videos
    {
        get
        {
            lock (Gate)
                return [.. _videos.Values];
        }
    }

    /// <summary>All jobs, in the order of their creation.</summary>
    public IReadOnlyList<EmulatedJob> Jobs
    {
        get
        {
            lock (Gate)
                return [.. _jobs.Values];
        }
    }

    /// <summary>All exports, in the order of their creation.</summary>
    public IReadOnlyList<EmulatedExport> Exports
    {
        get
        {
            lock (Gate)
                return [.. _exports.Values];
        }
    }

    /// <summary>All plans, in the order of their creation.</summary>
    public IReadOnlyList<EmulatedPlan> Plans
    {
        get
        {
            lock (Gate)
                return [.. _plans.Values];
        }
    }

    /// <summary>All generations of plans, in the order of their start.</summary>
    public IReadOnlyList<EmulatedGeneration> Generations
    {
        get
        {
            lock (Gate)
                return [.. _generations];
        }
    }

    internal Lock Gate { get; } = new();

    internal StorageState Storage => _host.Storage;

    /// <summary>The video, or null.</summary>
    public EmulatedVideo? FindVideo(string id)
    {
        lock (Gate)
            return _videos.GetValueOrDefault(id);
    }

    /// <summary>The job, or null.</summary>
    public EmulatedJob? FindJob(string id)
    {
        lock (Gate)
            return _jobs.GetValueOrDefault(id);
    }

    /// <summary>The export, or null.</summary>
    public EmulatedExport? FindExport(string id)
    {
        lock (Gate)
            return _exports.GetValueOrDefault(id);
    }

    /// <summary>The plan, or null.</summary>
    public EmulatedPlan? FindPlan(string id)
    {
        lock (Gate)
            return _plans.GetValueOrDefault(id);
    }

    /// <summary>The last generation of a plan, or null.</summary>
    public EmulatedGeneration? FindGeneration(string planId)
    {
        lock (Gate)
            return _generations.LastOrDefault(generation => generation.PlanId == planId);
    }

    /// <summary>Adds an active key without any check.</summary>
    public EmulatedApiKey AddKey(string name, OzorOwner owner = OzorOwner.Own, string? rawKey = null, string? id = null)
    {
        var key = new EmulatedApiKey
        {
            KeyId = id ?? RandomId(12),
            Name = name,
            RawKey = rawKey ?? "sk_live_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            Owner = owner,
            CreatedAt = DateTimeOffset.UtcNow,
        };
        lock (Gate)
            _keys.Add(key);
        return key;
    }

    /// <summary>Adds a video without any job.</summary>
    public EmulatedVideo AddVideo(string title, OzorOwner owner = OzorOwner.Own, string aspect = "16:9", string createdVia = "api", string? id = null, string? planId = null)
    {
        lock (Gate)
        {
            var video = new EmulatedVideo
            {
                VideoId = id ?? RandomId(20),
                Owner = owner,
                Title = title,
                Aspect = aspect,
                CreatedAt = DateTimeOffset.UtcNow,
                CreatedVia = createdVia,
                PlanId = planId,
                ConversationId = "conv_" + RandomId(16),
                Order = ++_order,
            };
            _videos.Add(video.VideoId, video);
            return video;
        }
    }

    /// <summary>Adds so many videos, titled "Video 1" and so on, the last being the newest.</summary>
    public void AddVideos(int count)
    {
        lock (Gate)
        {
            for (var i = 0; i < count; i++)
                AddVideo($"Video {++_seeded}");
        }
    }

    /// <summary>Adds a draft with so many scenes, all voiced but the last <paramref name="unvoiced"/>, each with an image.</summary>
    public EmulatedPlan AddPlan(int scenes = 6, int unvoiced = 0, OzorOwner owner = OzorOwner.Own, string? id = null, string fileName = "pitch-deck.pdf")
    {
        var planId = id ?? NewPlanId();
        var now = DateTimeOffset.UtcNow;
        return AddPlan(new EmulatedPlan
        {
            PlanId = planId,
            Owner = owner,
            FileName = fileName,
            FileType = Path.GetExtension(fileName).TrimStart('.').ToLowerInvariant(),
            Scenes = MakeScenes(planId, scenes, unvoiced, withImages: true),
            CreatedAt = now,
            UpdatedAt = now,
        });
    }

    /// <summary>Waits until <paramref name="condition"/> holds.</summary>
    public async Task WaitAsync(Func<OzorState, bool> condition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        while (true)
        {
            Task changed;
            lock (Gate)
            {
                changed = _changed.Task;
                if (condition(this))
                    return;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The path of the first image of a plan's page on the storage.</summary>
    internal static string ImagePath(string planId, int page) => $"users/uid/plans/{planId}/page_{page}_img_0.png";

    internal static string NewPlanId() => "plan_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));

    internal static string RandomId(int length) => RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", length);

    internal static JsonArray MakeScenes(string planId, int count, int unvoiced, bool withImages)
    {
        var scenes = new JsonArray();
        for (var i = 1; i <= count; i++)
        {
            scenes.Add(new JsonObject
            {
                ["order"] = i,
                ["sceneTitle"] = i == 1 ? "Introduction" : $"Part {i}",
                ["scenePrompt"] = "A blue-tinted title card with the company logo fading in...",
                ["voiceoverText"] = i > count - unvoiced ? "" : $"Welcome to Acme \u2014 this is scene {i}.",
                ["imageRefs"] = withImages ? new JsonArray(new JsonObject { ["storagePath"] = ImagePath(planId, i - 1) }) : new JsonArray(),
                ["keyPoints"] = new JsonArray("intro", "brand"),
            });
        }

        return scenes;
    }

    internal EmulatedPlan AddPlan(EmulatedPlan plan)
    {
        foreach (var path in plan.ImagePaths)
            Storage.AddObject(PlanBucket, path, SampleMedia.Png, "image/png");
        lock (Gate)
            _plans.Add(plan.PlanId, plan);
        Changed();
        return plan;
    }

    internal EmulatedApiKey? FindActiveKey(string rawKey)
    {
        lock (Gate)
            return _keys.FirstOrDefault(key => key.RawKey == rawKey && key.Status == "active");
    }

    internal OzorOwner? OwnerOfToken(string token) =>
        token == _host.Options.FirebaseToken ? OzorOwner.Own : token == ForeignToken ? OzorOwner.Foreign : null;

    internal void Reset()
    {
        lock (Gate)
        {
            // Work that still runs belongs to what is forgotten here, and ends.
            _epoch++;
            Wake();
            _options = new OzorOptions();
            _keys.Clear();
            _videos.Clear();
            _jobs.Clear();
            _exports.Clear();
            _plans.Clear();
            _generations.Clear();
            _charges.Clear();
            _seeded = 0;
            _balances[OzorOwner.Own] = 10;
            _balances[OzorOwner.Foreign] = 10;
            AddKey("Emulator", rawKey: _host.Options.OzorApiKey, id: "keyemulator0");
            AddKey("Old laptop", id: "keyrevoked00").Status = "revoked";
            AddKey("Somebody else's", OzorOwner.Foreign, ForeignKey, "keyforeign00");
            AddVideo("Made in the web app", createdVia: "web", id: "videoweb");
            AddVideo("Somebody else's", OzorOwner.Foreign, id: "videoforeign").ConversationId = "conv_foreign";
            var ready = AddVideo("Product showcase for a wireless headphone", id: "videoready");
            ready.Revision = 1;
            ready.ConversationId = "conv_ready";
            AddTurn(ready, "I've created the opening scene and two more.", "create_scene", new JsonObject { ["order"] = 1, ["title"] = "Intro" });
            AddPlan(id: "plan_000000000001");
            var generated = AddPlan(id: "plan_000000000002");
            generated.Status = "generated";
            generated.ProjectId = AddVideo("pitch-deck", id: "videoplan", planId: generated.PlanId).VideoId;
            var failed = AddPlan(id: "plan_000000000003");
            failed.Status = "failed";
            failed.Error = "TTS failed: the voice is not available.";
            AddPlan(owner: OzorOwner.Foreign, id: "plan_foreign0000");
        }

        Changed();
    }

    internal void Changed()
    {
        TaskCompletionSource changed;
        lock (Gate)
        {
            changed = _changed;
            _changed = OzorWork.NewSignal();
        }

        changed.TrySetResult();
    }
}
