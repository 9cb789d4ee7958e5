using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ojin.Emulator;

/// <summary>The control operations below <c>/state/ozor</c>.</summary>
internal sealed partial class OzorService
{
    private const string Control = "EMULATOR_CONTROL";

    public async Task HandleControlAsync(HttpContext context, IReadOnlyList<string> path)
    {
        string[] parts = [.. path];
        switch (context.Request.Method, parts)
        {
            case ("GET", []):
                await WriteStateAsync(context, () => new
                {
                    state.Options,
                    state.Balance,
                    state.Reserved,
                    state.Charges,
                    state.Keys,
                    state.Videos,
                    state.Jobs,
                    state.Exports,
                    state.Plans,
                    state.Generations,
                });
                break;
            case ("PUT", ["options"]):
                var changes = await Wire.ControlBodyAsync(context);
                lock (state.Gate)
                    state.Options = Wire.Merge(state.Options, changes);
                await Wire.WriteJsonAsync(context, 200, state.Options);
                break;
            case ("PUT", ["balance"]):
                state.Balance = Wire.Merge(new BalanceBody(state.Balance), await Wire.ControlBodyAsync(context)).Credits;
                await Wire.WriteJsonAsync(context, 200, new BalanceBody(state.Balance));
                break;
            case ("GET", ["charges"]):
                await WriteStateAsync(context, () => state.Charges);
                break;
            case ("POST", ["advance"]):
                var wanted = Wire.Merge(new AdvanceBody(), await Wire.ControlBodyAsync(context));
                var taken = 0;
                for (var i = 0; i < wanted.Steps || wanted.ToEnd; i++)
                {
                    var count = state.AdvanceAll();
                    taken += count;
                    if (count == 0)
                        break;
                }

                await Wire.WriteJsonAsync(context, 200, new { Steps = taken });
                break;
            case ("POST", ["keys"]):
                var key = Wire.Merge(new KeyBody(), await Wire.ControlBodyAsync(context));
                var addedKey = state.AddKey(key.Name, key.Owner, key.RawKey);
                if (key.Revoked)
                    addedKey.Status = "revoked";
                await Wire.WriteJsonAsync(context, 201, addedKey);
                break;
            case ("PUT", ["keys", var id]):
                var foundKey = state.Keys.FirstOrDefault(found => found.KeyId == id) ?? throw Nothing(id);
                foundKey.Overrides = (await Wire.ControlBodyAsync(context))["overrides"]?.DeepClone().AsObject();
                await Wire.WriteJsonAsync(context, 200, foundKey);
                break;
            case ("POST", ["videos"]):
                await AddVideosAsync(context);
                break;
            case ("GET", ["videos", var id]):
                await WriteStateAsync(context, () => Existing(id, state.FindVideo));
                break;
            case ("PUT", ["videos", var id]):
                await ChangeAsync(context, Existing(id, state.FindVideo), (video, json) =>
                {
                    var changed = Wire.Merge(new VideoBody(video.Title, video.ConversationId, video.Trace, video.Overrides), json);
                    (video.Title, video.ConversationId, video.Trace, video.Overrides) = (changed.Title, changed.ConversationId, changed.Trace, changed.Overrides);
                });
                break;
            case ("GET", ["jobs", var id]):
                await WaitForStatusAsync(context, id, state.FindJob, job => job.Status);
                break;
            case ("PUT", ["jobs", var id]):
                await ChangeAsync(context, Existing(id, state.FindJob), (job, json) =>
                {
                    var changed = Wire.Merge(new JobBody(job.Manual, job.QueuedMs, job.ProcessingMs, job.Error, job.Response, job.Overrides), json);
                    (job.Manual, job.QueuedMs, job.ProcessingMs) = (changed.Manual, changed.QueuedMs, changed.ProcessingMs);
                    (job.Error, job.Response, job.Overrides) = (changed.Error, changed.Response, changed.Overrides);
                });
                break;
            case ("GET", ["exports", var id]):
                await WaitForStatusAsync(context, id, state.FindExport, export => export.Status);
                break;
            case ("PUT", ["exports", var id]):
                await ChangeAsync(context, Existing(id, state.FindExport), (export, json) =>
                {
                    var changed = Wire.Merge(new ExportBody(export.Manual, export.FormerMs, export.QueuedMs, export.ProcessingMs, export.Error, export.Overrides), json);
                    (export.Manual, export.FormerMs, export.QueuedMs, export.ProcessingMs) = (changed.Manual, changed.FormerMs, changed.QueuedMs, changed.ProcessingMs);
                    (export.Error, export.Overrides) = (changed.Error, changed.Overrides);
                });
                break;
            case ("POST", ["plans"]):
                await AddPlanAsync(context);
                break;
            case ("GET", ["plans", var id]):
                await WaitForStatusAsync(context, id, state.FindPlan, plan => plan.Status);
                break;
            case ("PUT", ["plans", var id]):
                await ChangeAsync(context, Existing(id, state.FindPlan), (plan, json) =>
                {
                    var changed = Wire.Merge(new PlanBody(plan.Status, plan.Error, plan.ProjectId, plan.Overrides), json);
                    (plan.Status, plan.Error, plan.ProjectId, plan.Overrides) = (changed.Status, changed.Error, changed.ProjectId, changed.Overrides);
                });
                break;
            case ("PUT", ["plans", var id, "generation"]):
                await ChangeAsync(context, Existing(id, state.FindGeneration), (generation, json) =>
                {
                    var changed = Wire.Merge(new GenerationBody(generation.Manual, generation.EventMs), json);
                    (generation.Manual, generation.EventMs) = (changed.Manual, changed.EventMs);
                });
                break;
            case ("POST", ["jobs", var id, "advance"]):
                await AdvanceAsync(context, Existing(id, state.FindJob));
                break;
            case ("POST", ["exports", var id, "advance"]):
                await AdvanceAsync(context, Existing(id, state.FindExport));
                break;
            case ("POST", ["plans", var id, "advance"]):
                await AdvanceAsync(context, Existing(id, state.FindGeneration));
                break;
            default:
                throw Wire.NoSuchControl(context);
        }
    }

    private static RefusalException Nothing(string id) => new(404, Control, $"There is no {id}.");

    private static T Existing<T>(string id, Func<string, T?> find)
        where T : class => find(id) ?? throw Nothing(id);

    /// <summary>Writes what the state has at one moment.</summary>
    private Task WriteStateAsync<T>(HttpContext context, Func<T> read, int status = 200)
    {
        JsonNode? node;
        lock (state.Gate)
            node = JsonSerializer.SerializeToNode(read(), Wire.Json);
        return Wire.WriteJsonAsync(context, status, node!);
    }

    private async Task ChangeAsync<T>(HttpContext context, T item, Action<T, JsonObject> change)
        where T : class
    {
        var json = await Wire.ControlBodyAsync(context);
        lock (state.Gate)
        {
            change(item, json);
            if (item is OzorWork work)
                state.Wake(work);
        }

        state.Changed();
        await WriteStateAsync(context, () => item);
    }

    private async Task AdvanceAsync<T>(HttpContext context, T work)
        where T : OzorWork
    {
        var wanted = Wire.Merge(new AdvanceBody(), await Wire.ControlBodyAsync(context));
        for (var i = 0; (i < wanted.Steps || wanted.ToEnd) && state.Advance(work); i++)
        {
        }

        await WriteStateAsync(context, () => work);
    }

    /// <summary>The object; with <c>status</c> as soon as it has that status, at most after <c>timeoutMs</c>.</summary>
    private async Task WaitForStatusAsync<T>(HttpContext context, string id, Func<string, T?> find, Func<T, string> status)
        where T : class
    {
        var query = Wire.Query(context, Control, "status", "timeoutMs");
        if (query.TryGetValue("status", out var wanted))
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
            limit.CancelAfter(Wire.IntegerParameter(query, "timeoutMs", 30_000, 0, 600_000, Control));
            try
            {
                await state.WaitAsync(_ => find(id) is { } found && status(found) == wanted, limit.Token);
            }
            catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
            {
                // What it is after the time is the answer.
            }
        }

        await WriteStateAsync(context, () => Existing(id, find));
    }

    private async Task AddVideosAsync(HttpContext context)
    {
        var body = await Wire.ControlBodyAsync(context);
        if (body["count"] is { } count)
        {
            if (body.Count > 1)
                throw new RefusalException(400, Control, "With count there is nothing else.");
            state.AddVideos(count.GetValue<int>());
            context.Response.StatusCode = 204;
            return;
        }

        var wanted = Wire.Merge(new NewVideoBody(), body);
        var video = state.AddVideo(wanted.Title, wanted.Owner, wanted.Aspect, wanted.CreatedVia);
        video.Revision = 1;
        video.ConversationId = wanted.ConversationId ?? video.ConversationId;
        await WriteStateAsync(context, () => video, 201);
    }

    private async Task AddPlanAsync(HttpContext context)
    {
        var wanted = Wire.Merge(new NewPlanBody(), await Wire.ControlBodyAsync(context));
        var plan = state.AddPlan(wanted.Scenes, wanted.Unvoiced, wanted.Owner, fileName: wanted.FileName);
        plan.Status = wanted.Status;
        await WriteStateAsync(context, () => plan, 201);
    }

    private sealed record BalanceBody(int Credits);

    private sealed record AdvanceBody(int Steps = 1, bool ToEnd = false);

    private sealed record KeyBody(string Name = "A key", OzorOwner Owner = OzorOwner.Own, string? RawKey = null, bool Revoked = false);

    private sealed record VideoBody(string Title, string ConversationId, JsonArray Trace, JsonObject? Overrides);

    private sealed record JobBody(bool? Manual, int QueuedMs, int ProcessingMs, string? Error, string Response, JsonObject? Overrides);

    private sealed record ExportBody(bool? Manual, int FormerMs, int QueuedMs, int ProcessingMs, string? Error, JsonObject? Overrides);

    private sealed record PlanBody(string Status, string? Error, string? ProjectId, JsonObject? Overrides);

    private sealed record GenerationBody(bool? Manual, int EventMs);

    private sealed record NewVideoBody(string Title = "A video", OzorOwner Owner = OzorOwner.Own, string Aspect = "16:9", string CreatedVia = "api", string? ConversationId = null);

    private sealed record NewPlanBody(int Scenes = 6, int Unvoiced = 0, OzorOwner Owner = OzorOwner.Own, string FileName = "pitch-deck.pdf", string Status = "draft");
}
