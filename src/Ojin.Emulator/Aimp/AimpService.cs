using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Ojin.Emulator;

/// <summary>
/// The 7 operations of the AIMP gateway. Its contract describes the requests and shows no answer and no error: all answers
/// here, every status but 200, and what is said below to be assumed, are this emulator's and promised by nobody.
/// </summary>
internal sealed partial class AimpService(AimpState state) : IEmulatedService
{
    private const string BadRequest = "invalid_request";

    // "images, audio, video, or files": only "image" is there word for word, the other words are assumed.
    private static readonly string[] MediaTypes = ["image", "audio", "video", "file"];

    private static readonly string[] RoutingFields = ["resources", "alias", "collection", "namespace"];

    public string Name => "aimp";

    public Task HandleAsync(HttpContext context)
    {
        if (Wire.RawPath(context).Split('/') is not ["", "api", .. var encoded])
            throw NotFound("There is nothing at " + Wire.RawPath(context));
        return encoded.Select(Uri.UnescapeDataString).ToArray() switch
        {
            ["runs"] => Only(context, "POST", RunAsync),
            ["media", "upload", "init"] => Only(context, "POST", InitAsync),
            ["media", "upload", "complete"] => Only(context, "POST", CompleteAsync),
            // No operation of the contract: where upload_url leads when it is at the gateway's own origin. Assumed.
            ["media", "upload", "bytes", var id] => Only(context, "PUT", c => ReceiveAsync(c, id)),
            ["marketplace", "models"] => Only(context, "GET", ListModelsAsync),
            ["marketplace", "models", var slug] => Only(context, "GET", c => GetModelAsync(c, slug)),
            ["billing", "wallet"] => Only(context, "GET", c => WriteAsync(c, () => state.Wallet)),
            ["billing", "usage", "summary"] => Only(context, "GET", c => WriteAsync(c, () => state.Usage)),
            _ => throw NotFound("There is nothing at " + Wire.RawPath(context)),
        };
    }

    public Task WriteRefusalAsync(HttpContext context, RefusalException refusal) => Wire.WriteJsonAsync(context, refusal.Status, state.Options.ErrorShape switch
    {
        AimpErrorShape.Code => new JsonObject { ["code"] = refusal.Code, ["message"] = refusal.Message },
        AimpErrorShape.ErrorCode => new JsonObject { ["error_code"] = refusal.Code, ["message"] = refusal.Message },
        AimpErrorShape.Error => new JsonObject { ["error"] = refusal.Message },
        AimpErrorShape.ErrorObject => new JsonObject { ["error"] = new JsonObject { ["code"] = refusal.Code, ["message"] = refusal.Message } },
        _ => new JsonObject { ["detail"] = refusal.Message },
    });

    public void Reset() => state.Reset();

    public async Task HandleControlAsync(HttpContext context, IReadOnlyList<string> path)
    {
        switch (context.Request.Method, path)
        {
            case ("GET", []):
                await Wire.WriteJsonAsync(context, 200, new { state.Options, state.Models, state.Uploads, state.Runs });
                break;
            case ("PUT", ["options"]):
                state.Options = Wire.Merge(state.Options, await Wire.ControlBodyAsync(context));
                await Wire.WriteJsonAsync(context, 200, state.Options);
                break;
            case ("PUT", ["models", var slug]):
                var body = await Wire.ControlBodyAsync(context);
                body["slug"] = slug;
                body["modelId"] ??= "mdl_" + slug;
                var model = body.Deserialize<EmulatedModel>(Wire.Json)!;
                state.SetModel(model);
                await Wire.WriteJsonAsync(context, 200, model);
                break;
            case ("PUT", ["wallet"]):
                state.Wallet = await Wire.ControlBodyAsync(context);
                context.Response.StatusCode = 204;
                break;
            case ("PUT", ["usage"]):
                state.Usage = await Wire.ControlBodyAsync(context);
                context.Response.StatusCode = 204;
                break;
            default:
                throw Wire.NoSuchControl(context);
        }
    }

    private static Task Only(HttpContext context, string method, Func<HttpContext, Task> operation) =>
        context.Request.Method == method ? operation(context) : throw Wire.MethodNotAllowed(context, "method_not_allowed", method);

    private static RefusalException NotFound(string message) => new(404, "not_found", message);

    private static RefusalException Invalid(string message) => new(400, BadRequest, message);

    private static RefusalException Conflict(string message) => new(409, "conflict", message);

    private static JsonObject Nested(bool nested, string name, JsonObject answer) => nested ? new JsonObject { [name] = answer } : answer;

    /// <summary>Refuses what the contract forbids a client to send, and notes it.</summary>
    private static void Forbid(HttpContext context, JsonElement fields, string at)
    {
        foreach (var field in fields.EnumerateObject())
        {
            var problem = field.Name switch
            {
                "hardware_tier" => "Hardware is resolved from the published model release.",
                "parameters" when at.Length == 0 => "Use params, not parameters.",
                var name when RoutingFields.Contains(name) => "Vector routing is managed by the platform.",
                _ => null,
            };
            if (problem is null)
                continue;
            Wire.Violation(context, "EMULATOR_FORBIDDEN_FIELD", $"The field '{at}{field.Name}' must not be sent. {problem}");
            throw Invalid($"The field '{at}{field.Name}' must not be sent. {problem}");
        }
    }

    /// <summary>The request must have the API key, in X-API-Key and nowhere else.</summary>
    private void Authenticate(HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        if (authorization.Contains(state.ApiKey, StringComparison.Ordinal) || authorization.Contains(state.ForbiddenKey, StringComparison.Ordinal))
        {
            Wire.Violation(context, "EMULATOR_KEY_AS_BEARER", "An API key was sent in the header Authorization.");
            throw new RefusalException(401, "unauthorized", "Do not send an API key as a bearer token.");
        }

        // Access tokens are for signed-in browser sessions, and nobody is signed in here.
        Wire.RefuseCredentials(context, "X-API-Key");
        if (!context.Request.Headers.TryGetValue("X-API-Key", out var keys))
            throw new RefusalException(401, "unauthorized", "The header X-API-Key is missing.");
        if (keys.Count == 1 && keys[0] == state.ForbiddenKey)
            throw new RefusalException(403, "forbidden", "This key may do nothing.");
        if (keys.Count != 1 || keys[0] != state.ApiKey)
            throw new RefusalException(401, "unauthorized", "The API key is not valid.");
    }

    private async Task RunAsync(HttpContext context)
    {
        Authenticate(context);
        Wire.Query(context, BadRequest);
        using var document = await StrictJson.ReadAsync(context, BadRequest);
        if (document.RootElement.ValueKind == JsonValueKind.Object)
            Forbid(context, document.RootElement, "");
        var body = new JsonFields(document.RootElement, "", BadRequest, "model", "mode", "scope", "input", "params", "options");
        var model = state.FindModel(body.RequiredString("model")) ?? throw NotFound("There is no such published model.");
        var mode = body.Has("mode") ? body.RequiredString("mode") : "execute";
        var scope = body.OptionalString("scope");
        if (scope is not null && !Scope().IsMatch(scope))
            throw Invalid("A scope starts with a letter or number, has letters, numbers, '.', '_' and '-', and at most 64 characters.");
        // The contract names these two as vector-backed; other modes are taken not to be.
        if (mode is "index" or "search" && scope is null)
            throw Invalid($"The mode '{mode}' needs a scope.");
        var input = body.Required("input");
        if (input.ValueKind == JsonValueKind.Null)
            throw Invalid("The field 'input' must not be null.");
        JsonElement? parameters = body.Has("params") ? body.RequiredObject("params") : null;
        // That options are an object is assumed; which ones are allowed nobody says.
        JsonElement? options = body.Has("options") ? body.RequiredObject("options") : null;
        if (options is { } chosen)
            Forbid(context, chosen, "options.");
        // A mode that the model does not have: assumed.
        if (!model.Modes.Contains(mode, StringComparer.Ordinal))
            throw Invalid($"The model '{model.Slug}' has no mode '{mode}'.");
        if (model.MediaInput is { } field
            && !(input.ValueKind == JsonValueKind.Object && input.TryGetProperty(field, out var reference) && state.Recognize(reference).Claimed))
            throw Invalid($"The input field '{field}' must be a media_ref.");
        if (HasUnknownReference(input))
            throw Invalid("The input has a media_ref that was never returned.");

        var requestId = "req_" + Guid.NewGuid().ToString("N");
        context.Response.Headers["X-Request-Id"] = requestId;
        var refused = state.TakeRefusal();
        EmulatedRun? run = null;
        if (refused is null || state.Options.RefuseAfterRun)
        {
            run = state.AddRun(
                requestId, Wire.Record(context)?.Sequence ?? 0, model.Slug, mode, scope, input.Clone(), parameters?.Clone(), options?.Clone());
        }

        if (refused is { } status)
        {
            if (state.Options.RefuseRetryAfter is { } seconds)
                context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            throw new RefusalException(status, "refused_" + status.ToString(CultureInfo.InvariantCulture), "The run was refused.");
        }

        await Wire.WriteJsonAsync(context, 200, new JsonObject
        {
            ["run_id"] = run!.RunId,
            ["status"] = "succeeded",
            ["model"] = model.Slug,
            ["mode"] = mode,
            ["scope"] = scope,
            ["output"] = Output(model, run),
            ["usage"] = new JsonObject { ["credits"] = 1, ["duration_ms"] = 12.5 },
        });
    }

    /// <summary>A search finds what was indexed with the same model and the same scope, and nothing else.</summary>
    private JsonNode Output(EmulatedModel model, EmulatedRun run)
    {
        if (model.Output is not null)
            return model.Output.DeepClone();
        if (run.Mode != "search")
            return new JsonObject { ["echo"] = JsonNode.Parse(run.Input.GetRawText()) };
        var indexed = state.Runs.Where(other => other.Mode == "index" && other.Model == run.Model && other.Scope == run.Scope);
        return new JsonObject { ["matches"] = new JsonArray([.. indexed.Select(other => JsonNode.Parse(other.Input.GetRawText()))]) };
    }

    private bool HasUnknownReference(JsonElement value)
    {
        var (claimed, known) = state.Recognize(value);
        if (claimed)
            return !known;
        return value.ValueKind switch
        {
            JsonValueKind.Object => value.EnumerateObject().Any(property => HasUnknownReference(property.Value)),
            JsonValueKind.Array => value.EnumerateArray().Any(HasUnknownReference),
            _ => false,
        };
    }

    private async Task InitAsync(HttpContext context)
    {
        Authenticate(context);
        Wire.Query(context, BadRequest);
        // All four are in the contract's only example; that all four are required is assumed.
        var body = await StrictJson.ReadObjectAsync(context, BadRequest, "filename", "content_type", "media_type", "size_bytes");
        var fileName = body.RequiredString("filename");
        var contentType = body.RequiredString("content_type");
        var mediaType = body.RequiredString("media_type");
        var size = body.RequiredInteger("size_bytes", 0, long.MaxValue);
        if (fileName.AsSpan().IndexOfAny('/', '\\') >= 0)
            throw Invalid("The field 'filename' must be a name without folders.");
        if (!Microsoft.Net.Http.Headers.MediaTypeHeaderValue.TryParse(contentType, out _))
            throw Invalid("The field 'content_type' must be a media type.");
        if (!MediaTypes.Contains(mediaType))
            throw Invalid("The field 'media_type' must be one of " + string.Join(", ", MediaTypes) + ".");
        var upload = state.BeginUpload(fileName, contentType, mediaType, size);
        // A query that must not be shown anywhere, at the gateway's own origin too.
        var url = state.Options.UploadTo == AimpUploadTarget.Storage
            ? state.Storage.CreateUploadUrl(AimpState.Bucket, upload.StorageKey, contentType)
            : new Uri(state.GatewayUri, $"/api/media/upload/bytes/{upload.UploadId}?upload_token={Token(upload)}");
        await Wire.WriteJsonAsync(context, 200, Nested(state.Options.NestMediaAnswers, "upload", new JsonObject
        {
            ["upload_id"] = upload.UploadId,
            ["upload_url"] = url.AbsoluteUri,
        }));
    }

    /// <summary>The bytes at the gateway's own origin: with PUT, the declared type and the declared size.</summary>
    private async Task ReceiveAsync(HttpContext context, string id)
    {
        Authenticate(context);
        var query = Wire.Query(context, BadRequest, "upload_token");
        var upload = state.FindUpload(id) ?? throw NotFound("There is no such upload.");
        if (query.GetValueOrDefault("upload_token") != Token(upload))
            throw new RefusalException(403, "forbidden", "The upload URL is not the one that was returned.");
        if (upload.State != AimpUploadState.Started)
            throw Conflict("The upload is complete already.");
        if (context.Request.ContentType != upload.ContentType)
            throw new RefusalException(415, BadRequest, $"The Content-Type must be {upload.ContentType}, as declared.");
        if (context.Request.ContentLength is not { } length || context.Request.Headers.TransferEncoding.Count > 0)
            throw new RefusalException(411, BadRequest, "The header Content-Length is missing.");
        if (length != upload.SizeBytes)
            throw Invalid($"{upload.SizeBytes} bytes were declared and {length} are sent.");
        await state.Storage.AddObjectAsync(AimpState.Bucket, upload.StorageKey, context.Request.Body, upload.ContentType, context.RequestAborted);
        context.Response.StatusCode = 200;
        context.Response.ContentLength = 0;
    }

    private async Task CompleteAsync(HttpContext context)
    {
        Authenticate(context);
        Wire.Query(context, BadRequest);
        var body = await StrictJson.ReadObjectAsync(context, BadRequest, "upload_id");
        var upload = state.FindUpload(body.RequiredString("upload_id")) ?? throw NotFound("There is no such upload.");
        if (upload.State == AimpUploadState.Completed)
            throw Conflict("The upload is complete already.");
        var stored = state.Storage.FindObject(AimpState.Bucket, upload.StorageKey) ?? throw Conflict("The bytes of the upload are missing.");
        if (stored.Length != upload.SizeBytes)
            throw Invalid($"{upload.SizeBytes} bytes were declared and {stored.Length} have arrived.");
        if (stored.ContentType != upload.ContentType)
            throw Invalid($"{upload.ContentType} was declared and {stored.ContentType} has arrived.");
        if (!state.Complete(upload))
            throw Conflict("The upload is complete already.");
        await Wire.WriteJsonAsync(context, 200, Nested(state.Options.NestMediaAnswers, "media", new JsonObject
        {
            ["media_ref"] = upload.MediaRef!.DeepClone(),
            ["media_type"] = upload.MediaType,
        }));
    }

    private Task ListModelsAsync(HttpContext context) => WriteAsync(context, () =>
    {
        var models = new JsonArray([.. state.Models.Select(Describe)]);
        var (name, more) = state.Options.Envelope switch
        {
            AimpEnvelope.Array => ("", []),
            AimpEnvelope.Results => ("results", new JsonObject { ["count"] = models.Count, ["next"] = null, ["previous"] = null }),
            AimpEnvelope.Items => ("items", []),
            AimpEnvelope.Models => ("models", []),
            _ => ("data", new JsonObject()),
        };
        if (name.Length == 0)
            return models;
        if (state.Options.NextPage is { } next)
            more["next"] = next;
        more[name] = models;
        return more;
    });

    private Task GetModelAsync(HttpContext context, string slug) => WriteAsync(context, () =>
        state.Models.FirstOrDefault(model => model.Slug == slug) is { } model ? Describe(model) : throw NotFound("There is no such published model."));

    private static JsonObject Describe(EmulatedModel model)
    {
        var page = new JsonObject
        {
            ["id"] = model.ModelId,
            ["slug"] = model.Slug,
            ["modes"] = new JsonArray([.. model.Modes.Select(mode => JsonValue.Create(mode))]),
        };
        foreach (var (name, value) in model.Page)
            page[name] = value?.DeepClone();
        return page;
    }

    private async Task WriteAsync(HttpContext context, Func<JsonNode> answer)
    {
        Authenticate(context);
        Wire.RefuseBody(context, BadRequest);
        Wire.Query(context, BadRequest);
        await Wire.WriteJsonAsync(context, 200, answer());
    }

    private static string Token(EmulatedMediaUpload upload) => "token-of-" + upload.UploadId;

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex Scope();
}
