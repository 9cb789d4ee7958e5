using System.Globalization;
using Ojin.Http;

namespace Ojin;

/// <content>Videos, the agent's jobs and exports.</content>
public sealed partial class OzorClient
{
    /// <summary>The most videos that the list gives; it has no further pages.</summary>
    public const int MaximumVideos = 100;

    private const string VideosPath = "api/v1/videos";

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(100);

    /// <summary>
    /// Lists the videos that were made through this API, the newest first (<c>GET /api/v1/videos</c>). Those that were
    /// made in the browser are not among them.
    /// </summary>
    /// <param name="limit">How many, 1 to 100; null for the service's own choice, which is 20.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OjinException">The limit is out of its range, or any failure.</exception>
    public async Task<IReadOnlyList<OzorVideo>> ListVideosAsync(int? limit, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > MaximumVideos)
        {
            throw OjinException.Argument(string.Create(CultureInfo.InvariantCulture, $"{limit} videos cannot be listed: the service takes 1 to {MaximumVideos}."), "Give a number from 1 to 100. Nothing was sent.");
        }
        var address = session.Address.Build(VideosPath, ("limit", limit?.ToString(CultureInfo.InvariantCulture)));
        return (await ReadAsync(address, OzorVideosJson.Default.OzorVideoList, cancellationToken).ConfigureAwait(false)).Videos;
    }

    /// <summary>Reads a video with its latest export (<c>GET /api/v1/videos/{videoId}</c>). Its download URL is good for about 24 hours.</summary>
    /// <exception cref="OjinException">404 where there is none, 403 where it is somebody else's, or any failure.</exception>
    public Task<OzorVideo> GetVideoAsync(string videoId, CancellationToken cancellationToken) =>
        ReadAsync(VideoAddress(videoId), OzorVideosJson.Default.OzorVideo, cancellationToken);

    /// <summary>
    /// Makes a video from a prompt (<c>POST /api/v1/videos/generate</c>). It costs 1 credit when the job succeeds, and is
    /// sent once: only an answer that proves that nothing happened, or no connection, lets it go again.
    /// </summary>
    /// <returns>The job, <c>pending</c>, with the id of the new video.</returns>
    /// <exception cref="OjinException">The order would be refused, 402 where credits are short, or any failure; after some the outcome is unknown.</exception>
    public Task<OzorJob> GenerateVideoAsync(OzorVideoOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        order.Check();
        var body = new OzorVideoRequest(order.Prompt, order.Aspect, order.Export ? true : null, order.ExportQuality, order.ExportIsPublic);
        return StartJobAsync(
            "A video from a prompt",
            session.Address.Build(VideosPath + "/generate"),
            watch => OzorBody.Of(body, OzorVideosJson.Default.OzorVideoRequest, order.Media, watch),
            order.Media,
            "The video may be in the making, and 1 credit be charged when it is done. It was not sent again: look with Get-OzorVideo -First 5 for a new video before you do.",
            cancellationToken);
    }

    /// <summary>
    /// Tells the agent what to change in a video (<c>POST /api/v1/videos/{videoId}/message</c>). It costs 1 credit when
    /// the job succeeds, and is sent once: only an answer that proves that nothing happened, or no connection, lets it
    /// go again.
    /// </summary>
    /// <param name="videoId">The video.</param>
    /// <param name="message">What to change, 1 to 2000 characters.</param>
    /// <param name="media">Pictures and films that go along.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The job, <c>queued</c>.</returns>
    /// <exception cref="OjinException">The message would be refused, 402 where credits are short, 404, 403, or any failure; after some the outcome is unknown.</exception>
    public Task<OzorJob> SendMessageAsync(string videoId, string message, IReadOnlyList<OzorMedia> media, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(media);
        var address = VideoAddress(videoId, "/message");
        OzorVideoOrder.CheckText(message, "message");
        return StartJobAsync(
            "A message",
            address,
            watch => OzorBody.Of(new OzorMessageRequest(message), OzorVideosJson.Default.OzorMessageRequest, media, watch),
            media,
            $"The agent may be at work on it, and 1 credit be charged when it is done. It was not sent again: look at the video in its editor (Get-OzorVideo {Shown(videoId)} tells its EditorUrl) before you do.",
            cancellationToken);
    }

    /// <summary>
    /// Starts an export (<c>POST /api/v1/videos/{videoId}/export</c>). It costs nothing and is sent once. An identical
    /// export that is complete already comes back from the cache, with its URLs.
    /// </summary>
    /// <param name="videoId">The video.</param>
    /// <param name="quality"><c>720p</c>, <c>1080p</c> or <c>4k</c>; null for the service's own choice, <c>1080p</c>.</param>
    /// <param name="isPublic">True for a film that everybody can see, for good; null for the service's own choice, false.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OjinException">404, 403, 500 where the export could not be started, or any failure.</exception>
    public Task<OzorExport> ExportVideoAsync(string videoId, string? quality, bool? isPublic, CancellationToken cancellationToken)
    {
        OzorWords.Check(quality, OzorWords.Qualities, "quality");
        var address = VideoAddress(videoId, "/export");
        return transport.SendAsync(
            new ServiceRequest
            {
                Service = OjinService.Ozor,
                Method = HttpMethod.Post,
                Address = address,
                Retry = RetryRule.Once,
                Credential = session.RequireKey(),
                Content = JsonBody.Of(new OzorExportOrder(quality, isPublic), OzorVideosJson.Default.OzorExportOrder),
                HowToLook = $"Nothing is charged for an export. Look at the latest one with Get-OzorVideo {Shown(videoId)} before you start it again.",
            },
            OzorVideosJson.Default.OzorExport,
            cancellationToken);
    }

    /// <summary>Reads a job of the agent (<c>GET /api/v1/videos/{videoId}/jobs/{jobId}</c>).</summary>
    /// <exception cref="OjinException">404 where there is none, 403 where it is somebody else's, or any failure.</exception>
    public Task<OzorJob> GetJobAsync(string videoId, string jobId, CancellationToken cancellationToken) =>
        ReadAsync(VideoAddress(videoId, "/jobs/" + Segment(jobId, "job id")), OzorVideosJson.Default.OzorJob, cancellationToken);

    /// <summary>
    /// Reads which tools the agent used (<c>GET /api/v1/videos/{videoId}/conversations/{conversationId}/tool-trace</c>).
    /// No documented answer has a conversation's id.
    /// </summary>
    /// <exception cref="OjinException">404 where there is none, 403 where it is somebody else's, or any failure.</exception>
    public Task<OzorToolTrace> GetToolTraceAsync(string videoId, string conversationId, CancellationToken cancellationToken) =>
        ReadAsync(VideoAddress(videoId, "/conversations/" + Segment(conversationId, "conversation id") + "/tool-trace"), OzorVideosJson.Default.OzorToolTrace, cancellationToken);

    private Task<OzorJob> StartJobAsync(string what, Uri address, Func<StallWatch, Func<HttpContent>> body, IReadOnlyList<OzorMedia> media, string howToLook, CancellationToken cancellationToken)
    {
        // A body with files may be long on its way: it may take as long as it moves.
        var watch = new StallWatch(AnswerLimit);
        var request = new ServiceRequest
        {
            Service = OjinService.Ozor,
            Method = HttpMethod.Post,
            Address = address,
            Retry = RetryRule.Once,
            Credential = session.RequireKey(),
            Content = body(watch),
            AnswerTimeout = AnswerLimit,
            Watch = media.Any(item => item.FilePath is not null) ? watch : null,
            HowToLook = howToLook,
        };
        return ChargeAsync(1, what, () => transport.SendAsync(request, OzorVideosJson.Default.OzorJob, cancellationToken));
    }

    private Uri VideoAddress(string videoId, string below = "") => session.Address.Build(VideosPath + "/" + Segment(videoId, "video id") + below);
}
