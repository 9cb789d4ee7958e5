using System.Text;
using System.Text.Json.Nodes;

namespace Ojin.Emulator;

/// <summary>The operations on documents and plans.</summary>
internal sealed partial class OzorService
{
    private static readonly (string Id, string Gender, string Character)[] Voices =
    [
        ("aria", "female", "Clear, precise"),
        ("nova", "female", "Warm, natural"),
        ("felix", "male", "Playful, upbeat"),
        ("marcus", "male", "Neutral, professional"),
        ("thor", "male", "Deep, authoritative"),
        ("luna", "female", "Soft, calm"),
        ("owen", "male", "Steady, trustworthy"),
        ("sky", "neutral", "Light, friendly"),
    ];

    private async Task ListVoicesAsync(HttpContext context)
    {
        Wire.RefuseBody(context, NoCode);
        Wire.Query(context, NoCode);
        await WriteAsync(context, new JsonObject
        {
            ["voices"] = new JsonArray(
            [
                .. Voices.Select(voice => new JsonObject
                {
                    ["id"] = voice.Id,
                    ["label"] = char.ToUpperInvariant(voice.Id[0]) + voice.Id[1..],
                    ["gender"] = voice.Gender,
                    ["character"] = voice.Character,
                }),
            ]),
        });
    }

    private async Task AnalyzeAsync(HttpContext context, OzorOwner owner)
    {
        Wire.Query(context, NoCode);
        var form = await AnalyzeForm.ReadAsync(context, state.Options.MaximumFileBytes);
        EmulatedPlan plan;
        lock (state.Gate)
        {
            state.CheckBalance(owner, 1);
            if (form.Url is not null && form.Url.IdnHost.EndsWith(".invalid", StringComparison.OrdinalIgnoreCase))
                throw new RefusalException(500, NoCode, $"URL fetch failed: {form.Url.IdnHost} was not found.");
            if (state.TakeAnalysisFailure())
                throw new RefusalException(500, NoCode, state.Options.AnalysisError);
            var id = OzorState.NewPlanId();
            var now = DateTimeOffset.UtcNow;
            // Thirty seconds, the default, make the six scenes of the contract's example.
            var scenes = Math.Clamp((form.TargetDurationSec + 2) / 5, 1, 200);
            plan = state.AddPlan(new EmulatedPlan
            {
                PlanId = id,
                Owner = owner,
                FileName = form.FileName,
                FileType = form.FileType,
                FileBytes = form.FileBytes,
                FileMd5 = form.FileMd5,
                SourceUrl = form.Url?.OriginalString,
                Prompt = form.Prompt,
                TargetDurationSec = form.TargetDurationSec,
                AspectRatio = form.AspectRatio,
                Scenes = OzorState.MakeScenes(id, scenes, unvoiced: 0, withImages: form.Url is null),
                CreatedAt = now,
                UpdatedAt = now,
            });
            state.Charge(owner, "analyze", id, form.FileName ?? form.Url!.OriginalString, 1, RequestOf(context));
        }

        if (state.Options.AnalyzeMs > 0)
            await Task.Delay(state.Options.AnalyzeMs, context.RequestAborted);
        await WriteAsync(context, new JsonObject { ["plan"] = Describe(plan) });
    }

    private async Task GetPlanAsync(HttpContext context, OzorOwner owner, string id)
    {
        Wire.RefuseBody(context, NoCode);
        Wire.Query(context, NoCode);
        await WritePlanAsync(context, Plan(owner, id));
    }

    private async Task UpdatePlanAsync(HttpContext context, OzorOwner owner, string id)
    {
        Wire.Query(context, NoCode);
        var body = await StrictJson.ReadObjectAsync(context, NoCode, "scenes", "voiceSettings");
        if (!body.Has("scenes") && !body.Has("voiceSettings"))
            throw Invalid("There is nothing to change: send scenes, voiceSettings or both.");
        var voice = ReadVoiceSettings(body);
        EmulatedPlan plan;
        lock (state.Gate)
        {
            plan = Plan(owner, id);
            var scenes = ReadScenes(body, [.. plan.ImagePaths]);
            RequireEditable(plan);
            plan.Scenes = scenes ?? plan.Scenes;
            plan.VoiceSettings = voice ?? plan.VoiceSettings;
            plan.UpdatedAt = DateTimeOffset.UtcNow;
        }

        state.Changed();
        await WritePlanAsync(context, plan);
    }

    private async Task GeneratePlanAsync(HttpContext context, OzorOwner owner, string id)
    {
        Wire.RefuseBody(context, NoCode);
        Wire.Query(context, NoCode);
        EmulatedGeneration generation;
        lock (state.Gate)
        {
            var plan = Plan(owner, id);
            RequireEditable(plan);
            state.CheckBalance(owner, plan.CreditsCost);
            generation = state.StartGeneration(plan, RequestOf(context));
        }

        try
        {
            await StreamAsync(context, generation);
        }
        catch (Exception problem) when (problem is OperationCanceledException or IOException)
        {
            state.Abandon(generation);
            throw;
        }
    }

    private async Task StreamAsync(HttpContext context, EmulatedGeneration generation)
    {
        var response = context.Response;
        response.StatusCode = 200;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        await response.Body.FlushAsync(context.RequestAborted);
        var sent = 0;
        while (true)
        {
            var emitted = 0;
            var finished = false;
            await state.WaitAsync(
                _ =>
                {
                    (emitted, finished) = (Math.Min(generation.Emitted, generation.Events.Count), generation.Finished);
                    return emitted > sent || finished;
                },
                context.RequestAborted);
            for (; sent < emitted; sent++)
            {
                if (sent == state.Options.CutAfterEvents)
                    await CutAsync(context);
                await WriteInPiecesAsync(context, Encoding.UTF8.GetBytes(generation.Events[sent]));
            }

            if (!finished)
                continue;
            if (sent == state.Options.CutAfterEvents)
                await CutAsync(context);
            return;
        }
    }

    private async Task WriteInPiecesAsync(HttpContext context, byte[] bytes)
    {
        var size = state.Options.StreamChunkBytes > 0 ? state.Options.StreamChunkBytes : bytes.Length;
        for (var offset = 0; offset < bytes.Length; offset += size)
        {
            await context.Response.Body.WriteAsync(bytes.AsMemory(offset, Math.Min(size, bytes.Length - offset)), context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private static async Task CutAsync(HttpContext context)
    {
        await FaultRunner.CutSentAsync(context);
        throw new OperationCanceledException("The stream was cut.");
    }

    private EmulatedPlan Plan(OzorOwner owner, string id)
    {
        var plan = state.FindPlan(id) ?? throw NotFound($"The plan {id} does not exist.");
        return plan.Owner == owner ? plan : throw new RefusalException(403, NoCode, $"The API key does not own the plan {id}.");
    }

    private static void RequireEditable(EmulatedPlan plan)
    {
        if (plan.Status is not ("draft" or "failed"))
            throw Invalid($"The plan is {plan.Status}; this needs a plan that is draft or failed.");
    }

    private static JsonArray? ReadScenes(JsonFields body, HashSet<string> images)
    {
        if (!body.Has("scenes"))
            return null;
        var scenes = new JsonArray();
        foreach (var element in body.RequiredArray("scenes", 1, int.MaxValue))
        {
            var at = $"scenes[{scenes.Count}]";
            var scene = new JsonFields(element, at, NoCode, "order", "sceneTitle", "scenePrompt", "voiceoverText", "imageRefs", "keyPoints");
            if (scene.RequiredInteger("order", 1, int.MaxValue) != scenes.Count + 1)
                throw Invalid($"The orders of the scenes must be 1, 2, 3 and so on; '{at}' must have {scenes.Count + 1}.");
            var refs = new JsonArray();
            foreach (var item in scene.Has("imageRefs") ? scene.RequiredArray("imageRefs", 0, int.MaxValue) : [])
            {
                var image = new JsonFields(item, $"{at}.imageRefs[{refs.Count}]", NoCode, "storagePath").RequiredString("storagePath");
                if (!images.Contains(image))
                    throw Invalid($"'{at}' refers to {image}, which is no image of this plan.");
                refs.Add(new JsonObject { ["storagePath"] = image });
            }

            var points = new JsonArray();
            foreach (var item in scene.Has("keyPoints") ? scene.RequiredArray("keyPoints", 0, int.MaxValue) : [])
            {
                if (item.ValueKind != System.Text.Json.JsonValueKind.String)
                    throw Invalid($"'{at}.keyPoints' must be strings.");
                points.Add(item.GetString());
            }

            scenes.Add(new JsonObject
            {
                ["order"] = scenes.Count + 1,
                ["sceneTitle"] = scene.RequiredString("sceneTitle", allowEmpty: true),
                ["scenePrompt"] = scene.RequiredString("scenePrompt", allowEmpty: true),
                ["voiceoverText"] = scene.RequiredString("voiceoverText", allowEmpty: true),
                ["imageRefs"] = refs,
                ["keyPoints"] = points,
            });
        }

        return scenes;
    }

    private static JsonObject? ReadVoiceSettings(JsonFields body)
    {
        if (!body.Has("voiceSettings"))
            return null;
        var settings = new JsonFields(body.RequiredObject("voiceSettings"), "voiceSettings", NoCode, "voiceId", "speakingStyle", "speakingRate");
        var voice = settings.OptionalString("voiceId");
        if (voice is not null)
            OneOf(voice, "voiceSettings.voiceId", "", [.. Voices.Select(known => known.Id)]);
        settings.OptionalString("speakingStyle");
        settings.OptionalNumber("speakingRate", 0.5, 2.0);
        return JsonObject.Create(settings.Element.Clone());
    }

    private Task WritePlanAsync(HttpContext context, EmulatedPlan plan) =>
        WriteAsync(context, state.Options.BarePlan ? Describe(plan) : new JsonObject { ["plan"] = Describe(plan) });

    private JsonObject Describe(EmulatedPlan plan)
    {
        lock (state.Gate)
        {
            var scenes = plan.Scenes.DeepClone().AsArray();
            foreach (var scene in scenes)
            {
                foreach (var image in scene!["imageRefs"]?.AsArray() ?? [])
                {
                    var path = image!["storagePath"]!.GetValue<string>();
                    image["url"] = state.Storage.CreateDownloadUrl(OzorState.PlanBucket, path, TimeSpan.FromSeconds(state.Options.ImageUrlSeconds)).AbsoluteUri;
                }
            }

            return Override(plan.Overrides, new JsonObject
            {
                ["planId"] = plan.PlanId,
                ["fileName"] = plan.FileName,
                ["fileType"] = plan.FileType,
                ["sourceUrl"] = plan.SourceUrl,
                ["aspectRatio"] = plan.AspectRatio,
                ["status"] = Word(state.Options.PlanWords, plan.Status),
                ["language"] = plan.Language,
                ["style"] = new JsonObject
                {
                    ["colors"] = new JsonArray("#0F172A", "#3B82F6"),
                    ["fonts"] = new JsonArray("Inter"),
                    ["tone"] = "professional",
                    ["layout"] = "slide",
                },
                ["scenes"] = scenes,
                ["projectId"] = plan.ProjectId,
                ["error"] = plan.Error,
                ["createdAt"] = plan.CreatedAt.ToUnixTimeSeconds(),
                ["updatedAt"] = plan.UpdatedAt.ToUnixTimeSeconds(),
                ["createdVia"] = "api",
                ["creditsCost"] = plan.CreditsCost,
            });
        }
    }
}
