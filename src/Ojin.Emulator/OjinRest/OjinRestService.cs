using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ojin.Emulator;

/// <summary>The 17 operations of the Ojin REST API, as its OpenAPI document describes them.</summary>
internal sealed class OjinRestService(OjinRestState state) : IEmulatedService
{
    private const string BadRequest = "VALIDATION_ERROR";

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Name => "ojin";

    public Task HandleAsync(HttpContext context)
    {
        var path = Wire.Segments(context);
        if (path.Length == 0 || path[0] != "v1")
            throw NotFound("There is nothing at " + Wire.RawPath(context), null);
        return path[1..] switch
        {
            ["model-variants"] => Only(context, "GET", ListVariantsAsync),
            ["model-variants", .. var id] => Only(context, "GET", c => GetVariantAsync(c, id)),
            ["model-configs"] => context.Request.Method switch
            {
                "GET" => ListConfigsAsync(context),
                "POST" => CreateConfigAsync(context),
                _ => throw Wire.MethodNotAllowed(context, BadRequest, "GET", "POST"),
            },
            ["model-configs", var id] => context.Request.Method switch
            {
                "GET" => GetConfigAsync(context, id),
                "PUT" => UpdateConfigAsync(context, id),
                "DELETE" => DeleteConfigAsync(context, id),
                _ => throw Wire.MethodNotAllowed(context, BadRequest, "GET", "PUT", "DELETE"),
            },
            ["assets", "initiate-upload"] => Only(context, "POST", InitiateUploadAsync),
            ["assets", "sign-part"] => Only(context, "POST", SignPartAsync),
            ["assets", "generate", "ojin", "oris-1.0-idle-video-generator"] => Only(context, "POST", GenerateIdleVideoAsync),
            ["assets"] => context.Request.Method switch
            {
                "GET" => ListAssetsAsync(context),
                "POST" => CreateAssetAsync(context),
                _ => throw Wire.MethodNotAllowed(context, BadRequest, "GET", "POST"),
            },
            ["assets", var id, "download"] => Only(context, "GET", c => GetDownloadAsync(c, id)),
            ["assets", var id] => context.Request.Method switch
            {
                "GET" => GetAssetAsync(context, id),
                "DELETE" => DeleteAssetAsync(context, id),
                _ => throw Wire.MethodNotAllowed(context, BadRequest, "GET", "DELETE"),
            },
            ["public", "model-configs", var id] => Only(context, "GET", c => GetPublicConfigAsync(c, id)),
            ["public", "assets", var id] => Only(context, "GET", c => GetPublicAssetAsync(c, id)),
            _ => throw NotFound("There is nothing at " + Wire.RawPath(context), null),
        };
    }

    public Task WriteRefusalAsync(HttpContext context, RefusalException refusal)
    {
        var body = new JsonObject { ["code"] = refusal.Code, ["message"] = refusal.Message };
        if (refusal.Details is not null)
            body["details"] = refusal.Details.DeepClone();
        return Wire.WriteJsonAsync(context, refusal.Status, body);
    }

    public void Reset() => state.Reset();

    public async Task HandleControlAsync(HttpContext context, IReadOnlyList<string> path)
    {
        string[] parts = [.. path];
        switch (context.Request.Method, parts)
        {
            case ("GET", []):
                await Wire.WriteJsonAsync(context, 200, new
                {
                    state.Options,
                    Variants = state.Variants.Select(variant => variant.ModelVariantId).ToArray(),
                    Configs = state.Configs.Count,
                    Assets = state.Assets.Count,
                    Uploads = state.Uploads.Select(upload => new { upload.AssetId, upload.Multipart.UploadId, upload.Name }).ToArray(),
                    state.IdleVideos,
                });
                break;
            case ("PUT", ["options"]):
                state.Options = Wire.Merge(state.Options, await Wire.ControlBodyAsync(context));
                await Wire.WriteJsonAsync(context, 200, state.Options);
                break;
            case ("POST", ["variants"]):
                await Wire.WriteJsonAsync(context, 201, state.AddVariant(await Wire.ControlBodyAsync(context)).Wire);
                break;
            case ("POST", ["configs"]):
                await AddConfigAsync(context);
                break;
            case ("GET", ["configs", var id]):
                await WriteConfigAsync(context, 200, FindForControl(id, state.FindConfig), isPublic: false);
                break;
            case ("POST", ["configs", var id, "references", var agent]):
                FindForControl(id, state.FindConfig).ReferencedBy.Add(Guid.Parse(agent));
                context.Response.StatusCode = 204;
                break;
            case ("POST", ["assets"]):
                await AddAssetsAsync(context);
                break;
            case ("GET", ["assets", var id]):
                await Wire.WriteJsonAsync(context, 200, FindForControl(id, state.FindAsset));
                break;
            case ("PUT", ["assets", var id, "overrides"]):
                FindForControl(id, state.FindAsset).Overrides = await Wire.ControlBodyAsync(context);
                context.Response.StatusCode = 204;
                break;
            case ("POST", ["idle-videos", var id, "complete"]):
                await Wire.WriteJsonAsync(context, 201, state.CompleteIdleVideo(Guid.Parse(id)));
                break;
            default:
                throw Wire.NoSuchControl(context);
        }
    }

    private static Task Only(HttpContext context, string method, Func<HttpContext, Task> operation) =>
        context.Request.Method == method ? operation(context) : throw Wire.MethodNotAllowed(context, BadRequest, method);

    private static RefusalException NotFound(string message, string? id) =>
        new(404, "RESOURCE_NOT_FOUND", message, id is null ? null : new JsonObject { ["resource_id"] = id });

    private static RefusalException Forbidden(string message) => new(403, "FORBIDDEN", message);

    private static RefusalException Invalid(string message, JsonObject? details = null) => new(400, BadRequest, message, details);

    private static Guid Id(string text) => Guid.TryParseExact(text, "D", out var id) ? id : throw Invalid($"'{text}' is no UUID.");

    /// <summary>Whether the request is authenticated. 401 for a missing key, unless that is allowed, and for a wrong one.</summary>
    private bool Authenticate(HttpContext context, bool optional = false)
    {
        Wire.RefuseCredentials(context, "X-API-Key");
        if (!context.Request.Headers.TryGetValue("X-API-Key", out var keys))
            return optional ? false : throw new RefusalException(401, "UNAUTHORIZED", "The header X-API-Key is missing.");
        if (keys.Count == 1 && keys[0] == state.ForbiddenKey)
            throw Forbidden("This key may do nothing.");
        return keys.Count == 1 && keys[0] == state.ApiKey ? true : throw new RefusalException(401, "UNAUTHORIZED", "The API key is not valid.");
    }

    private async Task ListVariantsAsync(HttpContext context)
    {
        var authenticated = Authenticate(context, optional: true);
        Wire.RefuseBody(context, BadRequest);
        var query = Wire.Query(context, BadRequest, "model_id", "status", "tags", "limit", "offset");
        IEnumerable<EmulatedVariant> variants = state.Variants;
        if (query.TryGetValue("model_id", out var model))
            variants = variants.Where(variant => variant.ModelId == model);
        if (!authenticated)
            variants = variants.Where(variant => variant.Status == "public");
        else if (query.TryGetValue("status", out var status))
            variants = variants.Where(variant => variant.Status == status);
        if (query.TryGetValue("tags", out var tags))
        {
            var wanted = tags.Split(',');
            variants = variants.Where(variant => wanted.All(tag => variant.Tags.Contains(tag, StringComparer.Ordinal)));
        }

        await WritePageAsync(context, query, [.. variants], (json, variant) => json.WriteRawValue(variant.Json, skipInputValidation: true));
    }

    private async Task GetVariantAsync(HttpContext context, string[] segments)
    {
        var authenticated = Authenticate(context, optional: true);
        Wire.RefuseBody(context, BadRequest);
        Wire.Query(context, BadRequest);
        var id = string.Join('/', segments);
        var encoded = Wire.RawPath(context).Contains("%2F", StringComparison.OrdinalIgnoreCase);
        if ((encoded && state.Options.RejectEncodedSlashes)
            || (segments.Length > 1 && state.Options.RejectRawSlashes)
            || state.FindVariant(id) is not { } variant
            || (!authenticated && variant.Status != "public"))
            throw NotFound("The requested model variant was not found.", id);
        await Wire.WriteBytesAsync(context, 200, variant.Json);
    }

    private async Task ListConfigsAsync(HttpContext context)
    {
        Authenticate(context);
        Wire.RefuseBody(context, BadRequest);
        var query = Wire.Query(context, BadRequest, "model_variant_id", "source", "limit", "offset");
        var owner = Source(query);
        var configs = state.Configs.Where(config => config.Owner == owner);
        if (query.TryGetValue("model_variant_id", out var variant))
            configs = configs.Where(config => config.ModelVariantId == variant);
        await WritePageAsync(context, query, [.. configs], (json, config) => config.Write(json, isPublic: false));
    }

    private async Task CreateConfigAsync(HttpContext context)
    {
        Authenticate(context);
        Wire.Query(context, BadRequest);
        var body = await StrictJson.ReadObjectAsync(context, BadRequest, "title", "model_variant_id", "model_configurations");
        var title = body.RequiredString("title");
        var variantId = body.RequiredString("model_variant_id");
        JsonElement? configuration = body.Has("model_configurations") ? body.RequiredObject("model_configurations") : null;
        var variant = state.FindVariant(variantId) ?? throw NotFound("The referenced model variant was not found.", variantId);
        EmulatedConfig config;
        lock (state.Gate)
        {
            CheckConfig(title, variant, configuration, except: null);
            config = state.AddConfig(title, variantId, configuration?.GetRawText() ?? "{}");
        }

        await WriteConfigAsync(context, 201, config, isPublic: false);
    }

    private async Task GetConfigAsync(HttpContext context, string id)
    {
        Authenticate(context);
        Wire.RefuseBody(context, BadRequest);
        Wire.Query(context, BadRequest);
        await WriteConfigAsync(context, 200, ReadableConfig(id), isPublic: false);
    }

    private async Task UpdateConfigAsync(HttpContext context, string id)
    {
        Authenticate(context);
        Wire.Query(context, BadRequest);
        var body = await StrictJson.ReadObjectAsync(context, BadRequest, "title", "model_configurations");
        var title = body.RequiredString("title");
        var configuration = body.RequiredObject("model_configurations");
        var config = OwnConfig(id);
        lock (state.Gate)
        {
            CheckConfig(title, state.FindVariant(config.ModelVariantId), configuration, config);
            config.Title = title;
            config.ConfigurationJson = configuration.GetRawText();
            var now = OjinRestState.Now();
            config.UpdatedAt = now > config.UpdatedAt ? now : config.UpdatedAt.AddMilliseconds(1);
        }

        await WriteConfigAsync(context, 200, config, isPublic: false);
    }

    private Task DeleteConfigAsync(HttpContext context, string id)
    {
        Authenticate(context);
        Wire.RefuseBody(context, BadRequest);
        var query = Wire.Query(context, BadRequest, "referenced_by");
        Guid? reference = query.TryGetValue("referenced_by", out var text) ? Id(text) : null;
        var config = OwnConfig(id);
        lock (state.Gate)
        {
            var others = config.ReferencedBy.Where(agent => agent != reference).ToArray();
            if (others.Length > 0)
            {
                throw new RefusalException(409, "RESOURCE_CONFLICT", "The model configuration is referenced by an agent configuration.", new JsonObject
                {
                    ["referenced_by"] = new JsonArray([.. others.Select(agent => JsonValue.Create(agent.ToString("D")))]),
                });
            }

            state.RemoveConfig(config);
        }

        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private async Task InitiateUploadAsync(HttpContext context)
    {
        Authenticate(context);
        Wire.Query(context, BadRequest);
        var body = await StrictJson.ReadObjectAsync(context, BadRequest, "name", "category", "content_type", "size_bytes");
        var name = body.RequiredString("name");
        var category = body.RequiredString("category");
        var type = body.OptionalString("content_type", nullable: true);
        body.OptionalInteger("size_bytes", 0, long.MaxValue, nullable: true);
        var upload = state.BeginUpload(name, category, type ?? "application/octet-stream");
        var answer = new JsonObject
        {
            ["asset_id"] = upload.AssetId.ToString("D"),
            ["upload_id"] = upload.Multipart.UploadId,
        };
        if (!state.Options.OmitS3Key)
            answer["s3_key"] = upload.Multipart.Key;
        await Wire.WriteJsonAsync(context, 200, answer);
    }

    private async Task SignPartAsync(HttpContext context)
    {
        Authenticate(context);
        Wire.Query(context, BadRequest);
        var body = await StrictJson.ReadObjectAsync(context, BadRequest, "s3_key", "asset_id", "upload_id", "part_number");
        var assetId = body.RequiredGuid("asset_id");
        var uploadId = body.RequiredString("upload_id");
        var number = (int)body.RequiredInteger("part_number", 1, 10_000);
        var key = body.OptionalString("s3_key");
        if (key is null && state.Options.RequireS3Key)
            throw Invalid("The field 's3_key' is required.");
        var upload = state.FindUpload(assetId, uploadId) ?? throw NotFound("The multipart upload session was not found.", assetId.ToString("D"));
        if (key is not null && key != upload.Multipart.Key)
            throw Invalid("The field 's3_key' is not the key of this upload.");
        await Wire.WriteJsonAsync(context, 200, new JsonObject
        {
            ["upload_url"] = state.Storage.CreatePartUrl(upload.Multipart, number).AbsoluteUri,
            ["part_number"] = number,
        });
    }

    private async Task CreateAssetAsync(HttpContext context)
    {
        Authenticate(context);
        Wire.Query(context, BadRequest);
        var body = await StrictJson.ReadObjectAsync(context, BadRequest, "asset_id", "upload_id", "name", "category", "content_type", "size_bytes", "parts");
        var assetId = body.RequiredGuid("asset_id");
        var uploadId = body.RequiredString("upload_id");
        var name = body.RequiredString("name");
        var category = body.RequiredString("category");
        var type = body.RequiredString("content_type");
        var size = body.RequiredInteger("size_bytes", 0, long.MaxValue);
        List<(int Number, string ETag)> parts = [];
        foreach (var element in body.RequiredArray("parts", 1, 10_000))
        {
            var part = new JsonFields(element, $"parts[{parts.Count}]", BadRequest, "part_number", "etag");
            parts.Add(((int)part.RequiredInteger("part_number", 1, 10_000), part.RequiredString("etag")));
        }

        if (state.FindAsset(assetId) is not null)
            throw new RefusalException(409, "RESOURCE_CONFLICT", "This upload is finalized already.", new JsonObject { ["resource_id"] = assetId.ToString("D") });
        var upload = state.FindUpload(assetId, uploadId) ?? throw NotFound("The multipart upload session was not found.", assetId.ToString("D"));
        if (name != upload.Name || category != upload.Category)
            throw Invalid("The name and the category must be the ones that the upload was initiated with.");
        var ascending = parts.Zip(parts.Skip(1)).All(pair => pair.First.Number < pair.Second.Number);
        if (ascending && parts[^1].Number != parts.Count)
            throw Invalid("Parts must be numbered sequentially starting from 1.");

        StoredObject stored;
        try
        {
            stored = state.Storage.Complete(upload.Multipart, parts, type, total =>
            {
                if (total != size)
                    throw Invalid($"The parts have {total} bytes together, and size_bytes says {size}.");
            });
        }
        catch (RefusalException refusal) when (refusal.Code != BadRequest)
        {
            if (refusal.Status == 404)
                throw NotFound(refusal.Message, assetId.ToString("D"));
            throw Invalid(refusal.Message, new JsonObject { ["s3_code"] = refusal.Code });
        }

        state.EndUpload(upload);
        var asset = state.Record(assetId, OjinOwner.Org, name, category, stored);
        await Wire.WriteBytesAsync(context, 201, asset.Json);
    }

    private async Task ListAssetsAsync(HttpContext context)
    {
        Authenticate(context);
        Wire.RefuseBody(context, BadRequest);
        var query = Wire.Query(context, BadRequest, "source", "category", "name", "limit", "offset");
        var owner = Source(query);
        IReadOnlyList<EmulatedAsset> assets = owner == OjinOwner.Org ? state.OrgAssets() : [.. state.Assets.Where(asset => asset.Owner == owner)];
        if (query.TryGetValue("category", out var category))
            assets = [.. assets.Where(asset => asset.Category == category)];
        if (query.TryGetValue("name", out var name) && state.Options.NameFilter != "ignore")
        {
            assets = state.Options.NameFilter == "exact"
                ? [.. assets.Where(asset => asset.NameOnWire == name)]
                : [.. assets.Where(asset => asset.NameOnWire.Contains(name, StringComparison.OrdinalIgnoreCase))];
        }

        await WritePageAsync(context, query, assets, (json, asset) => json.WriteRawValue(asset.Json, skipInputValidation: true));
    }

    private async Task GetAssetAsync(HttpContext context, string id)
    {
        Authenticate(context);
        Wire.RefuseBody(context, BadRequest);
        Wire.Query(context, BadRequest);
        await Wire.WriteBytesAsync(context, 200, ReadableAsset(id).Json);
    }

    private async Task GetDownloadAsync(HttpContext context, string id)
    {
        Authenticate(context);
        Wire.RefuseBody(context, BadRequest);
        Wire.Query(context, BadRequest);
        var asset = ReadableAsset(id);
        await Wire.WriteJsonAsync(context, 200, asset.ToWire(isPublic: false, state.Storage.CreateDownloadUrl(OjinRestState.Bucket, asset.StorageKey)));
    }

    private Task DeleteAssetAsync(HttpContext context, string id)
    {
        Authenticate(context);
        Wire.RefuseBody(context, BadRequest);
        Wire.Query(context, BadRequest);
        var asset = ReadableAsset(id);
        if (asset.Owner != OjinOwner.Org)
            throw Forbidden("A template asset can't be deleted.");
        if (!state.RemoveAsset(asset))
            throw NotFound("The requested asset was not found.", id);
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private async Task GenerateIdleVideoAsync(HttpContext context)
    {
        Authenticate(context);
        Wire.Query(context, BadRequest);
        var body = await StrictJson.ReadObjectAsync(context, BadRequest, "source_asset_id", "reference_template");
        var source = body.RequiredGuid("source_asset_id");
        var template = body.OptionalString("reference_template");
        if (template is not (null or "v1" or "v2" or "v3"))
            throw Invalid("The field 'reference_template' must be v1, v2 or v3.");
        var asset = ReadableAsset(source.ToString("D"));
        if (asset.Category != "image")
            throw Invalid("The source asset must be an image.");
        var job = state.BeginIdleVideo(source, template);
        await Wire.WriteJsonAsync(context, 202, new JsonObject { ["job_id"] = job.JobId.ToString("D") });
    }

    private async Task GetPublicConfigAsync(HttpContext context, string id)
    {
        OpenToAll(context);
        var config = state.FindConfig(Id(id)) ?? throw NotFound("The requested model configuration was not found.", id);
        await WriteConfigAsync(context, 200, config, isPublic: true);
    }

    private async Task GetPublicAssetAsync(HttpContext context, string id)
    {
        OpenToAll(context);
        var asset = state.FindAsset(Id(id)) ?? throw NotFound("The requested asset was not found.", id);
        await Wire.WriteJsonAsync(context, 200, asset.ToWire(isPublic: true, state.Storage.CreateDownloadUrl(OjinRestState.Bucket, asset.StorageKey)));
    }

    private static void OpenToAll(HttpContext context)
    {
        context.Response.Headers.AccessControlAllowOrigin = "*";
        Wire.RefuseCredentials(context);
        Wire.RefuseBody(context, BadRequest);
        Wire.Query(context, BadRequest);
    }

    private static OjinOwner Source(Dictionary<string, string> query) => query.GetValueOrDefault("source", "org") switch
    {
        "org" => OjinOwner.Org,
        "template" => OjinOwner.Template,
        _ => throw Invalid("The query parameter 'source' must be org or template."),
    };

    private EmulatedConfig ReadableConfig(string id)
    {
        var config = state.FindConfig(Id(id)) ?? throw NotFound("The requested model configuration was not found.", id);
        return config.Owner != OjinOwner.Foreign ? config : throw Forbidden("The model configuration belongs to another organization.");
    }

    private EmulatedConfig OwnConfig(string id)
    {
        var config = ReadableConfig(id);
        return config.Owner == OjinOwner.Org ? config : throw Forbidden("A template configuration can't be changed or deleted.");
    }

    private EmulatedAsset ReadableAsset(string id)
    {
        var asset = state.FindAsset(Id(id)) ?? throw NotFound("The requested asset was not found.", id);
        return asset.Owner != OjinOwner.Foreign ? asset : throw Forbidden("The asset belongs to another organization.");
    }

    private void CheckConfig(string title, EmulatedVariant? variant, JsonElement? configuration, EmulatedConfig? except)
    {
        if (state.Configs.Any(config => config != except && config.Owner == OjinOwner.Org && config.Title == title))
            throw new RefusalException(state.Options.DuplicateTitleStatus, "TITLE_NOT_UNIQUE", $"The organization has a model configuration '{title}' already.");
        if (!state.Options.ValidateConfigurations || variant?.Wire["configuration_schema"] is not JsonObject schema)
            return;
        using var empty = JsonDocument.Parse("{}");
        if (ConfigurationCheck.Check(configuration ?? empty.RootElement, schema, "model_configurations") is { } problem)
            throw Invalid(problem);
    }

    private static async Task WriteConfigAsync(HttpContext context, int status, EmulatedConfig config, bool isPublic)
    {
        using var buffer = new MemoryStream();
        await using (var json = new Utf8JsonWriter(buffer, WriterOptions))
            config.Write(json, isPublic);
        await Wire.WriteBytesAsync(context, status, buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
    }

    private async Task WritePageAsync<T>(HttpContext context, Dictionary<string, string> query, IReadOnlyList<T> all, Action<Utf8JsonWriter, T> write)
    {
        var limit = Wire.IntegerParameter(query, "limit", 20, 1, 100, BadRequest);
        var offset = Wire.IntegerParameter(query, "offset", 0, 0, int.MaxValue, BadRequest);
        if (state.Options.IgnoreOffset)
            offset = 0;
        var count = Math.Clamp(all.Count - offset, 0, limit);
        using var buffer = new MemoryStream(count * 512 + 256);
        await using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            for (var i = 0; i < count; i++)
                write(json, all[offset + i]);
            json.WriteEndArray();
            if (!state.Options.OmitPagination)
            {
                json.WriteStartObject("pagination");
                json.WriteNumber("limit", state.Options.LimitIsCount ? count : limit);
                json.WriteNumber("offset", offset);
                json.WriteNumber("total_items", all.Count);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        await Wire.WriteBytesAsync(context, 200, buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
    }

    private static T FindForControl<T>(string id, Func<Guid, T?> find)
        where T : class =>
        (Guid.TryParse(id, out var guid) ? find(guid) : null) ?? throw new RefusalException(404, "EMULATOR_CONTROL", $"There is no '{id}'.");

    private async Task AddConfigAsync(HttpContext context)
    {
        var wanted = (await Wire.ControlBodyAsync(context)).Deserialize<ConfigSeed>(Wire.Json)!;
        var config = state.AddConfig(wanted.Title, wanted.ModelVariantId, wanted.ModelConfigurations?.ToJsonString() ?? "{}", wanted.Owner);
        await WriteConfigAsync(context, 201, config, isPublic: false);
    }

    private async Task AddAssetsAsync(HttpContext context)
    {
        var wanted = (await Wire.ControlBodyAsync(context)).Deserialize<AssetSeed>(Wire.Json)!;
        if (wanted.Count > 0)
        {
            state.AddAssets(wanted.Count, wanted.Owner);
            await Wire.WriteJsonAsync(context, 201, new JsonObject { ["assets"] = state.Assets.Count });
            return;
        }

        var content = wanted.ContentBase64 is { } base64 ? Convert.FromBase64String(base64) : new byte[wanted.SizeBytes];
        var asset = state.AddAsset(wanted.Name, wanted.Category, wanted.ContentType, content, wanted.Owner);
        asset.Overrides = wanted.Overrides;
        await Wire.WriteJsonAsync(context, 201, asset);
    }

    private sealed record ConfigSeed(string Title, string ModelVariantId, JsonObject? ModelConfigurations = null, OjinOwner Owner = OjinOwner.Org);

    private sealed record AssetSeed(
        int Count = 0,
        string Name = "asset.bin",
        string Category = "image",
        string ContentType = "application/octet-stream",
        int SizeBytes = 0,
        string? ContentBase64 = null,
        OjinOwner Owner = OjinOwner.Org,
        JsonObject? Overrides = null);
}
