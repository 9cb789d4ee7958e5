using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Ojin.Http;
using Ojin.Json;

namespace Ojin;

/// <summary>
/// The Ojin REST API, all 17 operations. Reading, deleting and signing are repeated when the connection or the service
/// fails; what creates, overwrites or starts something is sent once.
/// </summary>
public sealed class OjinClient
{
    private const string IdleVideoPath = "assets/generate/ojin/oris-1.0-idle-video-generator";

    private readonly HttpTransport transport;
    private readonly OjinSession session;

    /// <summary>Creates a client.</summary>
    public OjinClient(HttpTransport transport, OjinSession session)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(session);
        this.transport = transport;
        this.session = session;
    }

    /// <summary>
    /// Lists model variants (listModelVariants, <c>GET /model-variants</c>), in the server's order, page by page.
    /// Without the key only those with the status <c>public</c>, whatever <paramref name="status"/> says.
    /// </summary>
    /// <param name="modelId">Only those of this model; null for all.</param>
    /// <param name="status">Only those with this status; null for all.</param>
    /// <param name="tags">Only those that have all of these tags. A comma separates them on the wire, so a tag cannot have one.</param>
    /// <param name="anonymous">Sends no key.</param>
    /// <param name="range">Which of them; null for all.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="OjinException">A tag has a comma or is empty, or any failure.</exception>
    public IAsyncEnumerable<ModelVariant> ListModelVariantsAsync(string? modelId, string? status, IReadOnlyList<string>? tags, bool anonymous, PageRange? range, CancellationToken cancellationToken)
    {
        var key = anonymous ? null : session.RequireKey();
        var joined = tags is { Count: > 0 } ? string.Join(',', tags.Select(EscapeTag)) : null;
        return List(
            "model-variants",
            key,
            OjinJson.Default.PageModelVariant,
            variant => variant.ModelVariantId,
            range,
            [("model_id", Escape(modelId)), ("status", Escape(status)), ("tags", joined)],
            cancellationToken);
    }

    /// <summary>
    /// Reads one variant (getModelVariantById, <c>GET /model-variants/{model_variant_id}</c>). The slashes of its id
    /// are escaped. Without the key only a variant with the status <c>public</c> is found.
    /// </summary>
    /// <exception cref="OjinException">404 where there is none, or any failure.</exception>
    public Task<ModelVariant> GetModelVariantAsync(string modelVariantId, bool anonymous, CancellationToken cancellationToken)
    {
        var id = ServiceAddress.Segment(OjinId.Text(modelVariantId, "model variant id"), "model variant id");
        return ReadAsync("model-variants/" + id, anonymous ? null : session.RequireKey(), OjinJson.Default.ModelVariant, cancellationToken);
    }

    /// <summary>Lists configurations (listModelConfigs, <c>GET /model-configs</c>), in the server's order, page by page.</summary>
    /// <param name="modelVariantId">Only those of this variant; null for all.</param>
    /// <param name="source"><c>org</c> for the organization's own, <c>template</c> for the service's templates; null for the service's default, <c>org</c>.</param>
    /// <param name="range">Which of them; null for all.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="OjinException">Any failure.</exception>
    public IAsyncEnumerable<ModelConfig> ListModelConfigsAsync(string? modelVariantId, string? source, PageRange? range, CancellationToken cancellationToken) => List(
        "model-configs",
        session.RequireKey(),
        OjinJson.Default.PageModelConfig,
        config => config.ModelConfigId,
        range,
        [("model_variant_id", Escape(modelVariantId)), ("source", Escape(source))],
        cancellationToken);

    /// <summary>Creates a configuration (createModelConfig, <c>POST /model-configs</c>). It is sent once.</summary>
    /// <param name="title">The title, unique within the organization.</param>
    /// <param name="modelVariantId">The variant to configure; it cannot be changed later.</param>
    /// <param name="configuration">The values; null leaves the field out, which the service takes for an empty object.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OjinException">404 where there is no such variant, or any failure.</exception>
    public Task<ModelConfig> CreateModelConfigAsync(string title, string modelVariantId, JsonMap? configuration, CancellationToken cancellationToken)
    {
        var body = new ModelConfigCreation(OjinId.Text(title, "title"), OjinId.Text(modelVariantId, "model variant id"), configuration);
        return transport.SendAsync(
            new ServiceRequest
            {
                Service = OjinService.Ojin,
                Method = HttpMethod.Post,
                Address = session.Address.Build("model-configs"),
                Retry = RetryRule.Once,
                Credential = session.RequireKey(),
                Content = JsonBody.Of(body, OjinJson.Default.ModelConfigCreation),
                HowToLook = $"Look with Get-OjinModelConfig -Title '{Quoted(title)}' before you create it again.",
            },
            OjinJson.Default.ModelConfig,
            cancellationToken);
    }

    /// <summary>Reads a configuration (getModelConfigById, <c>GET /model-configs/{model_config_id}</c>).</summary>
    /// <exception cref="OjinException">404 where there is none, or any failure.</exception>
    public Task<ModelConfig> GetModelConfigAsync(string modelConfigId, CancellationToken cancellationToken) =>
        ReadAsync("model-configs/" + OjinId.Uuid(modelConfigId, "model configuration id"), session.RequireKey(), OjinJson.Default.ModelConfig, cancellationToken);

    /// <summary>
    /// Reads a configuration without a key (publicGetModelConfigById, <c>GET /public/model-configs/{model_config_id}</c>);
    /// organization and creator are left out.
    /// </summary>
    /// <exception cref="OjinException">404 where there is none, or any failure.</exception>
    public Task<ModelConfig> GetPublicModelConfigAsync(string modelConfigId, CancellationToken cancellationToken) =>
        ReadAsync("public/model-configs/" + OjinId.Uuid(modelConfigId, "model configuration id"), null, OjinJson.Default.ModelConfig, cancellationToken);

    /// <summary>
    /// Replaces title and values of a configuration (updateModelConfig, <c>PUT /model-configs/{model_config_id}</c>).
    /// Both are required, and there is no check against changes of others. It is sent once, because a repetition could
    /// undo what somebody else wrote meanwhile.
    /// </summary>
    /// <exception cref="OjinException">404 where there is none, or any failure.</exception>
    public Task<ModelConfig> UpdateModelConfigAsync(string modelConfigId, string title, JsonMap configuration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var id = OjinId.Uuid(modelConfigId, "model configuration id");
        return transport.SendAsync(
            new ServiceRequest
            {
                Service = OjinService.Ojin,
                Method = HttpMethod.Put,
                Address = session.Address.Build("model-configs/" + id),
                Retry = RetryRule.Once,
                Credential = session.RequireKey(),
                Content = JsonBody.Of(new ModelConfigUpdate(OjinId.Text(title, "title"), configuration), OjinJson.Default.ModelConfigUpdate),
                HowToLook = $"Look with Get-OjinModelConfig {id} before you write it again.",
            },
            OjinJson.Default.ModelConfig,
            cancellationToken);
    }

    /// <summary>Deletes a configuration (deleteModelConfig, <c>DELETE /model-configs/{model_config_id}</c>).</summary>
    /// <param name="modelConfigId">The configuration.</param>
    /// <param name="referencedBy">The agent configuration (a UUID) whose reference goes with it; null for none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OjinException">404 where there is none, 409 where an agent still refers to it, or any failure.</exception>
    public Task DeleteModelConfigAsync(string modelConfigId, string? referencedBy, CancellationToken cancellationToken) => DeleteAsync(
        "model-configs/" + OjinId.Uuid(modelConfigId, "model configuration id"),
        [("referenced_by", referencedBy is null ? null : OjinId.Uuid(referencedBy, "agent configuration id"))],
        cancellationToken);

    /// <summary>
    /// Starts a multipart upload (initiateAssetUpload, <c>POST /assets/initiate-upload</c>). No asset exists before the
    /// upload is finalized. It is sent once.
    /// </summary>
    /// <param name="name">The name of the file.</param>
    /// <param name="category">The category, such as <c>image</c> or <c>video</c>.</param>
    /// <param name="contentType">The MIME type; null leaves it open until the end, where it is required.</param>
    /// <param name="sizeBytes">The size in bytes; null leaves it open.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OjinException">Any failure.</exception>
    public Task<AssetUpload> InitiateUploadAsync(string name, string category, string? contentType, long? sizeBytes, CancellationToken cancellationToken) => transport.SendAsync(
        new ServiceRequest
        {
            Service = OjinService.Ojin,
            Method = HttpMethod.Post,
            Address = session.Address.Build("assets/initiate-upload"),
            Retry = RetryRule.Once,
            Credential = session.RequireKey(),
            Content = JsonBody.Of(new AssetInitiation(name, category, contentType, sizeBytes), OjinJson.Default.AssetInitiation),
            HowToLook = "At most an empty upload was opened, and no asset exists. Run the command again.",
        },
        OjinJson.Default.AssetUpload,
        cancellationToken);

    /// <summary>
    /// Asks where to put a part (signAssetUploadPart, <c>POST /assets/sign-part</c>). It changes nothing, so it is
    /// repeated like a read.
    /// </summary>
    /// <param name="upload">The upload; its key in the storage goes back as it came.</param>
    /// <param name="partNumber">From 1 to 10,000.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OjinException">404 where the upload is gone, or any failure.</exception>
    public async Task<SignedPart> SignPartAsync(AssetUpload upload, int partNumber, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upload);
        var request = new ServiceRequest
        {
            Service = OjinService.Ojin,
            Method = HttpMethod.Post,
            Address = session.Address.Build("assets/sign-part"),
            Retry = RetryRule.Safe,
            Credential = session.RequireKey(),
            Content = JsonBody.Of(new PartToSign(upload.S3Key, upload.AssetId, upload.UploadId, partNumber), OjinJson.Default.PartToSign),
        };
        var signed = await transport.SendAsync(request, OjinJson.Default.SignedPart, cancellationToken).ConfigureAwait(false);
        return signed.PartNumber == partNumber
            ? signed
            : throw HttpTransport.Invalid(request, 200, string.Create(CultureInfo.InvariantCulture, $"a URL for part {signed.PartNumber} instead of part {partNumber}"), 1);
    }

    /// <summary>
    /// Joins the parts and creates the asset (createAssetRecord, <c>POST /assets</c>). It is sent once; after an
    /// unknown outcome or a 409, <see cref="GetAssetAsync"/> tells whether the asset is there.
    /// </summary>
    /// <param name="upload">The upload.</param>
    /// <param name="name">The name that the upload was started with.</param>
    /// <param name="category">The category that the upload was started with.</param>
    /// <param name="contentType">The MIME type, required here.</param>
    /// <param name="sizeBytes">The size in bytes.</param>
    /// <param name="parts">All parts with their ETags, in order.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OjinException">404 where the upload is gone, 409 on a conflict, or any failure.</exception>
    public Task<Asset> FinalizeUploadAsync(AssetUpload upload, string name, string category, string contentType, long sizeBytes, IReadOnlyList<AssetUploadPart> parts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(upload);
        return transport.SendAsync(
            new ServiceRequest
            {
                Service = OjinService.Ojin,
                Method = HttpMethod.Post,
                Address = session.Address.Build("assets"),
                Retry = RetryRule.Once,
                Credential = session.RequireKey(),
                Content = JsonBody.Of(new AssetFinalization(upload.AssetId, upload.UploadId, name, category, contentType, sizeBytes, parts), OjinJson.Default.AssetFinalization),
                AnswerTimeout = TimeSpan.FromMinutes(5),
                HowToLook = $"Look with Get-OjinAsset {upload.AssetId} whether the asset is there.",
            },
            OjinJson.Default.Asset,
            cancellationToken);
    }

    /// <summary>Lists assets (listAssets, <c>GET /assets</c>), in the server's order, page by page, without download URLs.</summary>
    /// <param name="source"><c>org</c> for the organization's own, <c>template</c> for the service's templates; null for the service's default, <c>org</c>.</param>
    /// <param name="category">Only those of this category; null for all.</param>
    /// <param name="name">A filter by name whose exact meaning the contract leaves open; null for all.</param>
    /// <param name="range">Which of them; null for all.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="OjinException">Any failure.</exception>
    public IAsyncEnumerable<Asset> ListAssetsAsync(string? source, string? category, string? name, PageRange? range, CancellationToken cancellationToken) => List(
        "assets",
        session.RequireKey(),
        OjinJson.Default.PageAsset,
        asset => asset.AssetId,
        range,
        [("source", Escape(source)), ("category", Escape(category)), ("name", Escape(name))],
        cancellationToken);

    /// <summary>Reads an asset without a download URL (getAssetById, <c>GET /assets/{asset_id}</c>).</summary>
    /// <exception cref="OjinException">404 where there is none, or any failure.</exception>
    public Task<Asset> GetAssetAsync(string assetId, CancellationToken cancellationToken) =>
        ReadAsync("assets/" + OjinId.Uuid(assetId, "asset id"), session.RequireKey(), OjinJson.Default.Asset, cancellationToken);

    /// <summary>
    /// Reads an asset with a presigned download URL (getAssetDownloadById, <c>GET /assets/{asset_id}/download</c>). The
    /// URL expires, and the contract does not require it: it may be null.
    /// </summary>
    /// <exception cref="OjinException">404 where there is none, or any failure.</exception>
    public Task<Asset> GetAssetDownloadAsync(string assetId, CancellationToken cancellationToken) =>
        ReadAsync("assets/" + OjinId.Uuid(assetId, "asset id") + "/download", session.RequireKey(), OjinJson.Default.Asset, cancellationToken);

    /// <summary>
    /// Reads an asset with a presigned download URL and without a key (publicGetAssetById,
    /// <c>GET /public/assets/{asset_id}</c>); organization and creator are left out.
    /// </summary>
    /// <exception cref="OjinException">404 where there is none, or any failure.</exception>
    public Task<Asset> GetPublicAssetAsync(string assetId, CancellationToken cancellationToken) =>
        ReadAsync("public/assets/" + OjinId.Uuid(assetId, "asset id"), null, OjinJson.Default.Asset, cancellationToken);

    /// <summary>
    /// Deletes an asset of the organization and its content for good (deleteAsset, <c>DELETE /assets/{asset_id}</c>).
    /// Nothing keeps an asset that is still in use.
    /// </summary>
    /// <exception cref="OjinException">404 where there is none, 403 for a template, or any failure.</exception>
    public Task DeleteAssetAsync(string assetId, CancellationToken cancellationToken) =>
        DeleteAsync("assets/" + OjinId.Uuid(assetId, "asset id"), [], cancellationToken);

    /// <summary>
    /// Starts to make an idle video of an image (generateIdleVideo, <c>POST
    /// /assets/generate/ojin/oris-1.0-idle-video-generator</c>). It is sent once.
    /// </summary>
    /// <param name="sourceAssetId">The image.</param>
    /// <param name="referenceTemplate">The motion, <c>v1</c>, <c>v2</c> or <c>v3</c>; null for the service's own choice.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OjinException">404 where there is no such asset, or any failure.</exception>
    public async Task<IdleVideoJob> GenerateIdleVideoAsync(string sourceAssetId, string? referenceTemplate, CancellationToken cancellationToken)
    {
        var id = OjinId.Uuid(sourceAssetId, "asset id");
        var job = await transport.SendAsync(
            new ServiceRequest
            {
                Service = OjinService.Ojin,
                Method = HttpMethod.Post,
                Address = session.Address.Build(IdleVideoPath),
                Retry = RetryRule.Once,
                Credential = session.RequireKey(),
                Content = JsonBody.Of(new IdleVideoOrder(id, referenceTemplate), OjinJson.Default.IdleVideoOrder),
                HowToLook = "A job may run, and this API cannot tell. Look in a while with Get-OjinAsset -Category video whether a new video is there.",
            },
            OjinJson.Default.IdleVideoJob,
            cancellationToken).ConfigureAwait(false);
        job.SourceAssetId = id;
        job.ReferenceTemplate = referenceTemplate;
        return job;
    }

    private static string? Escape(string? value) => value is null ? null : Uri.EscapeDataString(value);

    private static string Quoted(string text) => TextForDisplay.Escape(text, 200).Replace("'", "''", StringComparison.Ordinal);

    private static string EscapeTag(string tag)
    {
        if (string.IsNullOrEmpty(tag)) throw OjinException.Argument("A tag is empty.", "Leave it out. Nothing was sent.");
        return tag.Contains(',', StringComparison.Ordinal)
            ? throw OjinException.Argument($"The tag '{TextForDisplay.Escape(tag, 100)}' has a comma, which separates tags on the wire.", "Give each tag by itself: -Tag one, two. Nothing was sent.")
            : Uri.EscapeDataString(tag);
    }

    private Task<T> ReadAsync<T>(string path, Credential? key, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class => transport.SendAsync(
            new ServiceRequest
            {
                Service = OjinService.Ojin,
                Method = HttpMethod.Get,
                Address = session.Address.Build(path),
                Retry = RetryRule.Safe,
                Credential = key,
            },
            type,
            cancellationToken);

    private async Task DeleteAsync(string path, (string Name, string? Value)[] query, CancellationToken cancellationToken)
    {
        var request = new ServiceRequest
        {
            Service = OjinService.Ojin,
            Method = HttpMethod.Delete,
            Address = session.Address.Build(path, query),
            Retry = RetryRule.Safe,
            Credential = session.RequireKey(),
        };
        try
        {
            await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (OjinException gone) when (gone is { StatusCode: 404, Attempts: > 1 })
        {
            // An earlier try deleted it, and only its answer was lost.
            transport.Trace($"{request.Method} {request.Path}: gone already, after a try without an answer");
        }
    }

    private IAsyncEnumerable<T> List<T>(string path, Credential? key, JsonTypeInfo<Page<T>> type, Func<T, string> idOf, PageRange? range, (string Name, string? Value)[] filters, CancellationToken cancellationToken)
    {
        return PageReader.ReadAsync(Fetch, idOf, range ?? PageRange.All, cancellationToken);

        Task<Page<T>> Fetch(int limit, long offset, CancellationToken token) => transport.SendAsync(
            new ServiceRequest
            {
                Service = OjinService.Ojin,
                Method = HttpMethod.Get,
                Address = session.Address.Build(
                    path,
                    [.. filters, ("limit", limit.ToString(CultureInfo.InvariantCulture)), ("offset", offset == 0 ? null : offset.ToString(CultureInfo.InvariantCulture))]),
                Retry = RetryRule.Safe,
                Credential = key,
            },
            type,
            token);
    }
}
