using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ojin.Emulator;

/// <summary>The 15 operations of Ozor, as its contract describes them.</summary>
internal sealed partial class OzorService(OzorState state) : IEmulatedService
{
    private const int LongestText = 2000;
    private const int LongestName = 64;
    private const int TitleInList = 28;
    private const int LargestBody = 512 * 1024 * 1024;

    // Ozor's errors have no code.
    private const string NoCode = "";

    public string Name => "ozor";

    public async Task HandleAsync(HttpContext context)
    {
        var path = Wire.Segments(context);
        if (path is ["api", "api-keys", .. var key])
        {
            await HandleKeysAsync(context, key);
            return;
        }

        if (path is not ["api", "v1", ..])
            throw NotFound("There is nothing at " + Wire.RawPath(context));
        var owner = Authenticate(context);
        await (path[2..] switch
        {
            ["videos"] => Only(context, "GET", () => ListVideosAsync(context, owner)),
            ["videos", "generate"] => Only(context, "POST", () => GenerateAsync(context, owner)),
            ["videos", var id] => Only(context, "GET", () => GetVideoAsync(context, owner, id)),
            ["videos", var id, "export"] => Only(context, "POST", () => ExportAsync(context, owner, id)),
            ["videos", var id, "message"] => Only(context, "POST", () => MessageAsync(context, owner, id)),
            ["videos", var id, "jobs", var job] => Only(context, "GET", () => GetJobAsync(context, owner, id, job)),
            ["videos", var id, "conversations", var conversation, "tool-trace"] => Only(context, "GET", () => GetTraceAsync(context, owner, id, conversation)),
            ["documents", "voices"] => Only(context, "GET", () => ListVoicesAsync(context)),
            ["documents", "analyze"] => Only(context, "POST", () => AnalyzeAsync(context, owner)),
            ["documents", "plans", var id] => context.Request.Method switch
            {
                "GET" => GetPlanAsync(context, owner, id),
                "PATCH" => UpdatePlanAsync(context, owner, id),
                _ => throw Wire.MethodNotAllowed(context, NoCode, "GET", "PATCH"),
            },
            ["documents", "plans", var id, "generate"] => Only(context, "POST", () => GeneratePlanAsync(context, owner, id)),
            _ => throw NotFound("There is nothing at " + Wire.RawPath(context)),
        });
    }

    public Task WriteRefusalAsync(HttpContext context, RefusalException refusal) =>
        Wire.WriteJsonAsync(context, refusal.Status, new JsonObject { ["detail"] = refusal.Message });

    public void Reset() => state.Reset();

    /// <summary>An instant as Ozor writes it for videos, jobs and traces: ISO 8601, whole seconds, Z.</summary>
    internal static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static Task Only(HttpContext context, string method, Func<Task> operation) =>
        context.Request.Method == method ? operation() : throw Wire.MethodNotAllowed(context, NoCode, method);

    private static RefusalException NotFound(string message) => new(404, NoCode, message);

    private static RefusalException Invalid(string message) => new(400, NoCode, message);

    private static RefusalException Unauthorized(string message) => new(401, NoCode, message);

    private static RefusalException Stray(HttpContext context, string message)
    {
        Wire.Violation(context, Wire.StrayCredential, message);
        return Unauthorized(message);
    }

    private static long RequestOf(HttpContext context) => Wire.Record(context)?.Sequence ?? 0;

    private static void RequireLength(string text, string field, int maximum)
    {
        var length = text.EnumerateRunes().Count();
        if (length < 1 || length > maximum)
            throw Invalid($"The field '{field}' must have 1 to {maximum} characters.");
    }

    private static string OneOf(string? value, string field, string absent, params string[] allowed) =>
        value is null ? absent : allowed.Contains(value, StringComparer.Ordinal)
            ? value
            : throw Invalid($"The field '{field}' must be one of {string.Join(", ", allowed)}.");

    private static string Word(Dictionary<string, string> words, string status) => words.GetValueOrDefault(status, status);

    /// <summary>Whose key the request has. 401 for none, a wrong or a revoked one, and for a Firebase token.</summary>
    private OzorOwner Authenticate(HttpContext context)
    {
        foreach (var header in (string[])["Authorization", "Cookie", "Proxy-Authorization"])
        {
            if (context.Request.Headers.ContainsKey(header))
                throw Stray(context, $"The header '{header}' must not be sent here: the API takes a key in X-API-Key.");
        }

        if (!context.Request.Headers.TryGetValue("X-API-Key", out var values))
            throw Unauthorized("The header X-API-Key is missing.");
        var given = values.Count == 1 ? values[0] ?? "" : "";
        if (state.OwnerOfToken(given) is not null)
            throw Stray(context, "A Firebase token was sent as an API key.");
        lock (state.Gate)
        {
            var key = state.FindActiveKey(given) ?? throw Unauthorized("The API key is not recognized, or it was revoked.");
            key.LastUsedAt = DateTimeOffset.UtcNow;
            return key.Owner;
        }
    }

    private OzorOwner AuthenticateToken(HttpContext context)
    {
        foreach (var header in (string[])["X-API-Key", "Cookie", "Proxy-Authorization"])
        {
            if (context.Request.Headers.ContainsKey(header))
                throw Stray(context, $"The header '{header}' must not be sent here: key management takes a Firebase token.");
        }

        if (!context.Request.Headers.TryGetValue("Authorization", out var values))
            throw Unauthorized("The Firebase token is missing.");
        var given = values.Count == 1 ? values[0] ?? "" : "";
        if (given.Contains("sk_live_", StringComparison.Ordinal))
            throw Stray(context, "An API key was sent as a Firebase token.");
        return (given.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? state.OwnerOfToken(given["Bearer ".Length..]) : null)
            ?? throw Unauthorized("The Firebase token is invalid or has expired.");
    }

    private async Task HandleKeysAsync(HttpContext context, string[] path)
    {
        var owner = AuthenticateToken(context);
        switch (path)
        {
            case []:
                await (context.Request.Method switch
                {
                    "GET" => ListKeysAsync(context, owner),
                    "POST" => CreateKeyAsync(context, owner),
                    _ => throw Wire.MethodNotAllowed(context, NoCode, "GET", "POST"),
                });
                break;
            case [var id]:
                await Only(context, "DELETE", () => RevokeKeyAsync(context, owner, id));
                break;
            default:
                throw NotFound("There is nothing at " + Wire.RawPath(context));
        }
    }

    private async Task CreateKeyAsync(HttpContext context, OzorOwner owner)
    {
        Wire.Query(context, NoCode);
        var body = await StrictJson.ReadObjectAsync(context, NoCode, "name");
        var name = body.RequiredString("name");
        RequireLength(name, "name", LongestName);
        EmulatedApiKey key;
        lock (state.Gate)
        {
            var active = state.Keys.Count(other => other.Owner == owner && other.Status == "active");
            if (active >= state.Options.MaximumKeys)
                throw Invalid($"The account has {active} active keys already, and {state.Options.MaximumKeys} is the limit. Revoke one first.");
            key = state.AddKey(name, owner);
        }

        await WriteAsync(context, new JsonObject
        {
            ["keyId"] = key.KeyId,
            ["name"] = key.Name,
            ["prefix"] = key.Prefix,
            ["rawKey"] = key.RawKey,
            ["createdAt"] = key.CreatedAt.ToUnixTimeMilliseconds(),
        });
    }

    private async Task ListKeysAsync(HttpContext context, OzorOwner owner)
    {
        Wire.RefuseBody(context, NoCode);
        Wire.Query(context, NoCode);
        var list = new JsonArray();
        lock (state.Gate)
        {
            foreach (var key in state.Keys.Where(key => key.Owner == owner))
            {
                list.Add(Override(key.Overrides, new JsonObject
                {
                    ["keyId"] = key.KeyId,
                    ["name"] = key.Name,
                    ["prefix"] = key.Prefix,
                    ["status"] = key.Status,
                    ["createdAt"] = key.CreatedAt.ToUnixTimeMilliseconds(),
                    ["lastUsedAt"] = key.LastUsedAt?.ToUnixTimeMilliseconds(),
                }));
            }
        }

        await Wire.WriteJsonAsync(context, 200, (JsonNode)list);
    }

    private async Task RevokeKeyAsync(HttpContext context, OzorOwner owner, string id)
    {
        Wire.RefuseBody(context, NoCode);
        Wire.Query(context, NoCode);
        lock (state.Gate)
        {
            var key = state.Keys.FirstOrDefault(key => key.KeyId == id && key.Owner == owner) ?? throw NotFound($"The API key {id} does not exist.");
            key.Status = "revoked";
        }

        await WriteAsync(context, new JsonObject { ["message"] = $"API key {id} revoked" });
    }

    private async Task GenerateAsync(HttpContext context, OzorOwner owner)
    {
        Wire.Query(context, NoCode);
        var body = await StrictJson.ReadObjectAsync(context, NoCode, LargestBody, "prompt", "aspect", "export", "exportQuality", "exportIsPublic", "images", "videos");
        var prompt = body.RequiredString("prompt");
        RequireLength(prompt, "prompt", LongestText);
        var aspect = OneOf(body.OptionalString("aspect"), "aspect", "16:9", "16:9", "9:16");
        var export = body.OptionalBoolean("export") ?? false;
        var quality = OneOf(body.OptionalString("exportQuality"), "exportQuality", "720p", "720p", "1080p", "4k");
        var isPublic = body.OptionalBoolean("exportIsPublic") ?? false;
        var attachments = ReadAttachments(body);
        EmulatedVideo video;
        EmulatedJob job;
        lock (state.Gate)
        {
            state.CheckBalance(owner, 1);
            video = state.AddVideo(prompt, owner, aspect);
            job = state.StartJob(video, "generate", prompt, attachments, RequestOf(context), export, quality, isPublic);
        }

        await WriteAsync(context, new JsonObject { ["videoId"] = video.VideoId, ["jobId"] = job.JobId, ["status"] = Word(state.Options.JobWords, "pending") });
    }

    private async Task MessageAsync(HttpContext context, OzorOwner owner, string id)
    {
        Wire.Query(context, NoCode);
        var body = await StrictJson.ReadObjectAsync(context, NoCode, LargestBody, "message", "images", "videos");
        var message = body.RequiredString("message");
        RequireLength(message, "message", LongestText);
        var attachments = ReadAttachments(body);
        EmulatedJob job;
        lock (state.Gate)
        {
            var video = Video(owner, id);
            state.CheckBalance(owner, 1);
            job = state.StartJob(video, "message", message, attachments, RequestOf(context));
        }

        await WriteAsync(context, new JsonObject { ["videoId"] = id, ["jobId"] = job.JobId, ["status"] = Word(state.Options.JobWords, "queued") });
    }

    private async Task ListVideosAsync(HttpContext context, OzorOwner owner)
    {
        Wire.RefuseBody(context, NoCode);
        var query = Wire.Query(context, NoCode, "limit");
        var limit = Wire.IntegerParameter(query, "limit", 20, 1, 100, NoCode);
        var list = new JsonArray();
        lock (state.Gate)
        {
            foreach (var video in state.Videos.Where(video => video.Owner == owner && video.CreatedVia == "api").OrderByDescending(video => video.Order).Take(limit))
                list.Add(Override(video.Overrides, Describe(video, OzorState.Shorten(video.Title, TitleInList))));
        }

        await WriteAsync(context, new JsonObject { ["videos"] = list });
    }

    private async Task GetVideoAsync(HttpContext context, OzorOwner owner, string id)
    {
        Wire.RefuseBody(context, NoCode);
        Wire.Query(context, NoCode);
        JsonObject wire;
        lock (state.Gate)
        {
            var video = Video(owner, id);
            wire = Describe(video, video.Title);
            if (video.ShownExportId is not null)
            {
                var export = state.FindExport(video.ShownExportId)!;
                wire["exportId"] = export.ExportId;
                wire["exportStatus"] = Word(state.Options.ExportWords, export.Status);
                AddUrls(wire, export);
                wire["exportError"] = export.Status == "failed" ? export.Error : null;
                Override(export.Overrides, wire);
            }

            Override(video.Overrides, wire);
        }

        await WriteAsync(context, wire);
    }

    private async Task ExportAsync(HttpContext context, OzorOwner owner, string id)
    {
        Wire.Query(context, NoCode);
        var body = await StrictJson.ReadObjectAsync(context, NoCode, "quality", "isPublic");
        var quality = OneOf(body.OptionalString("quality"), "quality", "1080p", "720p", "1080p", "4k");
        var isPublic = body.OptionalBoolean("isPublic") ?? false;
        JsonObject wire;
        lock (state.Gate)
        {
            var video = Video(owner, id);
            if (state.TakeExportRequestFailure())
                throw new RefusalException(500, NoCode, "The export could not be triggered.");
            var export = state.StartExport(video, quality, isPublic, RequestOf(context));
            wire = new JsonObject
            {
                ["videoId"] = id,
                ["exportId"] = export.ExportId,
                ["exportStatus"] = Word(state.Options.ExportWords, export.Status),
                ["shareCode"] = export.ShareCode,
            };
            if (export.Status == "complete")
                AddUrls(wire, export);
            Override(export.Overrides, wire);
        }

        await WriteAsync(context, wire);
    }

    private async Task GetJobAsync(HttpContext context, OzorOwner owner, string id, string jobId)
    {
        Wire.RefuseBody(context, NoCode);
        Wire.Query(context, NoCode);
        JsonObject wire;
        lock (state.Gate)
        {
            Video(owner, id);
            var job = state.FindJob(jobId) is { } found && found.VideoId == id ? found : throw NotFound($"The job {jobId} does not exist.");
            wire = new JsonObject { ["videoId"] = id, ["jobId"] = jobId, ["status"] = Word(state.Options.JobWords, job.Status) };
            if (job.Status == "completed")
                wire["response"] = job.Response;
            else if (job.Status == "failed")
                wire["error"] = job.Error;
            wire["createdAt"] = Iso(job.CreatedAt);
            Override(job.Overrides, wire);
        }

        await WriteAsync(context, wire);
    }

    private async Task GetTraceAsync(HttpContext context, OzorOwner owner, string id, string conversationId)
    {
        Wire.RefuseBody(context, NoCode);
        Wire.Query(context, NoCode);
        JsonObject wire;
        lock (state.Gate)
        {
            var video = Video(owner, id);
            if (video.ConversationId != conversationId)
                throw NotFound($"The conversation {conversationId} does not exist.");
            wire = new JsonObject
            {
                ["videoId"] = id,
                ["conversationId"] = conversationId,
                ["totalAssistantTurns"] = video.Trace.Count,
                ["totalToolCalls"] = video.Trace.Sum(turn => turn!["toolCalls"]!.AsArray().Count),
                ["messages"] = video.Trace.DeepClone(),
            };
        }

        await WriteAsync(context, wire);
    }

    private EmulatedVideo Video(OzorOwner owner, string id)
    {
        var video = state.FindVideo(id) ?? throw NotFound($"The video {id} does not exist.");
        return video.Owner == owner ? video : throw new RefusalException(403, NoCode, $"The API key does not own the video {id}.");
    }

    private JsonObject Describe(EmulatedVideo video, string title)
    {
        var rendering = state.Exports.Any(export => export.VideoId == video.VideoId && !export.Finished);
        return new JsonObject
        {
            ["videoId"] = video.VideoId,
            ["title"] = title,
            ["status"] = Word(state.Options.VideoWords, rendering ? "rendering" : video.Rendered ? "completed" : "draft"),
            ["editorUrl"] = "https://ozor.ai/editor?projectId=" + video.VideoId,
            ["createdAt"] = Iso(video.CreatedAt),
        };
    }

    private void AddUrls(JsonObject wire, EmulatedExport export)
    {
        var complete = export.Status == "complete";
        wire["downloadUrl"] = complete
            ? state.Storage.CreateDownloadUrl(export.Bucket, export.VideoKey, TimeSpan.FromSeconds(state.Options.DownloadUrlSeconds)).AbsoluteUri
            : null;
        wire["shareUrl"] = complete && export.IsPublic ? state.Storage.PublicUrl(export.Bucket, export.VideoKey).AbsoluteUri : null;
        wire["shareCode"] = export.ShareCode;
        wire["thumbnailUrl"] = !complete ? null : export.IsPublic
            ? state.Storage.PublicUrl(export.Bucket, export.ThumbnailKey).AbsoluteUri
            : state.Storage.CreateDownloadUrl(export.Bucket, export.ThumbnailKey, TimeSpan.FromSeconds(state.Options.DownloadUrlSeconds)).AbsoluteUri;
    }

    private static JsonObject Override(JsonObject? overrides, JsonObject wire)
    {
        foreach (var (name, value) in overrides ?? [])
            wire[name] = value?.DeepClone();
        return wire;
    }

    private Task WriteAsync(HttpContext context, JsonObject wire)
    {
        if (state.Options.OmitNulls)
            RemoveNulls(wire);
        return Wire.WriteJsonAsync(context, 200, (JsonNode)wire);
    }

    private static void RemoveNulls(JsonNode node)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list.OfType<JsonNode>())
                RemoveNulls(item);
        }

        if (node is not JsonObject item2)
            return;
        foreach (var name in item2.Where(field => field.Value is null).Select(field => field.Key).ToArray())
            item2.Remove(name);
        foreach (var (_, value) in item2)
            RemoveNulls(value!);
    }

    private static List<EmulatedAttachment> ReadAttachments(JsonFields body)
    {
        List<EmulatedAttachment> attachments = [];
        Read("images", "image", ["url", "base64", "mimeType"], "image/jpeg", "image/png", "image/webp");
        Read("videos", "video", ["url", "base64", "mimeType", "durationSec", "thumbnailUrl"], "video/mp4", "video/webm");
        return attachments;

        void Read(string field, string kind, string[] fields, params string[] types)
        {
            if (!body.Has(field))
                return;
            var index = 0;
            foreach (var element in body.RequiredArray(field, 0, int.MaxValue))
            {
                var at = $"{field}[{index++}]";
                var item = new JsonFields(element, at, NoCode, fields);
                var url = item.OptionalString("url");
                if (url is null && !item.Has("base64"))
                    throw Invalid($"'{at}' needs a url or base64.");
                if (url is not null)
                    RequireUrl(url, $"{at}.url", "https");
                var type = item.OptionalString("mimeType");
                if (type is not null)
                    OneOf(type, $"{at}.mimeType", "", types);
                var thumbnail = item.OptionalString("thumbnailUrl");
                if (thumbnail is not null)
                    RequireUrl(thumbnail, $"{at}.thumbnailUrl", "https", "http");
                var payload = item.Optional("base64") is { } text ? Payload(text, $"{at}.base64") : null;
                attachments.Add(new EmulatedAttachment(
                    kind,
                    payload is null ? "url" : "base64",
                    url,
                    type,
                    payload?.Length,
                    payload is null ? null : Convert.ToHexStringLower(MD5.HashData(payload)),
                    item.OptionalNumber("durationSec", 0, double.MaxValue),
                    thumbnail));
            }
        }
    }

    private static byte[] Payload(JsonElement text, string at)
    {
        if (text.ValueKind != JsonValueKind.String)
            throw Invalid($"The field '{at}' must be a string.");
        // The decoder passes over white space, which raw base64 has not.
        return text.TryGetBytesFromBase64(out var bytes) && bytes.Length > 0 && text.GetString()!.Length == (bytes.Length + 2) / 3 * 4
            ? bytes
            : throw Invalid($"The field '{at}' must be base64 without a data: prefix, and not empty.");
    }

    private static void RequireUrl(string text, string field, params string[] schemes)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || !schemes.Contains(uri.Scheme, StringComparer.Ordinal) || uri.Host.Length == 0)
            throw Invalid($"The field '{field}' must be an absolute URL with {string.Join(" or ", schemes)}.");
    }
}
