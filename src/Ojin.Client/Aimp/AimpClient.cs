using Ojin.Http;
using Ojin.Json;
using Ojin.Transfer;

namespace Ojin;

/// <summary>
/// The AIMP Gateway, seven operations. No answer's shape is documented, so answers come out as they came in.
/// </summary>
public sealed class AimpClient
{
    private readonly HttpTransport transport;
    private readonly AimpSession session;

    /// <summary>Creates a client.</summary>
    public AimpClient(HttpTransport transport, AimpSession session)
    {
        this.transport = transport;
        this.session = session;
    }

    /// <summary>The published models (<c>GET /api/marketplace/models</c>), in whatever envelope.</summary>
    public Task<object?> ListModelsAsync(CancellationToken cancellationToken) => ReadAsync("marketplace/models", cancellationToken);

    /// <summary>One model (<c>GET /api/marketplace/models/{slug}</c>).</summary>
    public Task<object?> GetModelAsync(string slug, CancellationToken cancellationToken) => ReadAsync("marketplace/models/" + ServiceAddress.Segment(slug, "model"), cancellationToken);

    /// <summary>The wallet of the current workspace (<c>GET /api/billing/wallet</c>).</summary>
    public Task<object?> GetWalletAsync(CancellationToken cancellationToken) => ReadAsync("billing/wallet", cancellationToken);

    /// <summary>The usage summary of the current workspace (<c>GET /api/billing/usage/summary</c>).</summary>
    public Task<object?> GetUsageAsync(CancellationToken cancellationToken) => ReadAsync("billing/usage/summary", cancellationToken);

    /// <summary>
    /// Runs a model (<c>POST /api/runs</c>). It is sent once: only a 429 or a connection that was never made lets it go
    /// again.
    /// </summary>
    /// <param name="body">What <see cref="AimpRun.Body"/> returns.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<object?> RunAsync(JsonMap body, CancellationToken cancellationToken)
    {
        AimpRun.Check(body);
        var request = Post("runs", body, TimeSpan.FromMinutes(30), "The run may have happened, and may have been charged. It was not sent again; look with Get-AimpUsage or Get-AimpWallet before you run it once more.");
        return (await transport.SendAsync(request, cancellationToken).ConfigureAwait(false)).ReadFreeForm();
    }

    /// <summary>
    /// Uploads a file for an input: <c>POST /api/media/upload/init</c>, the bytes to the URL that it returns,
    /// <c>POST /api/media/upload/complete</c>. The key goes to the gateway's own origin only.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="progress">Is told how the bytes go; may be null.</param>
    /// <param name="cancellationToken">Ends the upload.</param>
    /// <exception cref="OjinException">A step failed; a file whose upload was not completed has no reference.</exception>
    public async Task<AimpMedia> UploadAsync(AimpMediaFile file, ITransferProgress? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        const string Again = "An upload that was begun has no effect until it is completed; run the command again.";
        var start = Post(
            "media/upload/init",
            new JsonMap { ["filename"] = file.FileName, ["content_type"] = file.ContentType, ["media_type"] = file.MediaType, ["size_bytes"] = file.SizeBytes },
            TimeSpan.FromSeconds(100),
            Again);
        var begun = (await transport.SendAsync(start, cancellationToken).ConfigureAwait(false)).ReadFreeForm();
        var uploadId = Find(begun, "upload_id") as string;
        if (uploadId is null || Find(begun, "upload_url") is not string uploadUrl || !Uri.TryCreate(session.BaseUri, uploadUrl, out var target) || target.Scheme is not ("http" or "https"))
        {
            throw HttpTransport.Invalid(start, 200, "no upload_id and upload_url", 1);
        }
        using (var item = progress?.Begin(file.FileName, file.SizeBytes, 0)) await SendBytesAsync(file, WithoutNormalizing(uploadUrl, target), item, cancellationToken).ConfigureAwait(false);
        var end = Post("media/upload/complete", new JsonMap { ["upload_id"] = uploadId }, TimeSpan.FromMinutes(5), "The upload may have been completed. Run the command again; what was uploaded before stays unused.");
        var answer = (await transport.SendAsync(end, cancellationToken).ConfigureAwait(false)).ReadFreeForm();
        var reference = Find(answer, "media_ref") ?? throw HttpTransport.Invalid(end, 200, "no media_ref", 1);
        return new AimpMedia
        {
            MediaRef = reference,
            FileName = file.FileName,
            ContentType = file.ContentType,
            MediaType = file.MediaType,
            SizeBytes = file.SizeBytes,
            UploadId = uploadId,
            Answer = answer,
        };
    }

    private async Task SendBytesAsync(AimpMediaFile file, Uri target, ITransferItem? progress, CancellationToken cancellationToken)
    {
        var own = Credential.SameOrigin(target, session.BaseUri);
        var watch = new StallWatch(transport.Options.StallTimeout);
        var request = new ServiceRequest
        {
            Service = own ? OjinService.Aimp : OjinService.Storage,
            Method = HttpMethod.Put,
            Address = target,
            Retry = RetryRule.Safe,
            Credential = own ? session.RequireKey() : null,
            Accept = null,
            Content = () => file.CreateContent(watch, progress),
            Watch = watch,
            BodyIsContent = true,
        };
        await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<object?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var request = new ServiceRequest
        {
            Service = OjinService.Aimp,
            Method = HttpMethod.Get,
            Address = session.Address.Build(path),
            Retry = RetryRule.Safe,
            Credential = session.RequireKey(),
        };
        return (await transport.SendAsync(request, cancellationToken).ConfigureAwait(false)).ReadFreeForm();
    }

    private ServiceRequest Post(string path, JsonMap body, TimeSpan limit, string howToLook) => new()
    {
        Service = OjinService.Aimp,
        Method = HttpMethod.Post,
        Address = session.Address.Build(path),
        Retry = RetryRule.Once,
        Credential = session.RequireKey(),
        Content = JsonBody.Of(FreeForm.ToJson(body)),
        AnswerTimeout = limit,
        HowToLook = howToLook,
    };

    // The fields' names are implied by the contract, their place is not: at the top, or one level down.
    private static object? Find(object? answer, string name)
    {
        if (answer is not JsonMap map) return null;
        if (map.TryGetValue(name, out var value) && value is not null) return value;
        foreach (var (_, inner) in map)
        {
            if (inner is JsonMap nested && nested.TryGetValue(name, out value) && value is not null) return value;
        }
        return null;
    }

    private static Uri WithoutNormalizing(string text, Uri resolved) =>
        Uri.TryCreate(text, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out var exact) && exact.IsAbsoluteUri && exact.Scheme is "http" or "https" ? exact : resolved;
}
