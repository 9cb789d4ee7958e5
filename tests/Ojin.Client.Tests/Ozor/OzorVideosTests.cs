using System.Text.Json;
using Ojin.Client.Tests.Http;
using Ojin.Http;
using Ojin.Json;
using Xunit;

namespace Ojin.Client.Tests.Ozor;

/// <summary>The operations for videos on the wire, with the contract's own examples as answers.</summary>
public sealed class OzorVideosTests
{
    private const string Key = "sk_live_a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6";

    private static readonly TransportOptions Quick = new() { BaseDelay = TimeSpan.FromMilliseconds(1) };

    [Fact]
    public async Task A_video_is_read_with_its_latest_export()
    {
        await using var server = new RawServer(RawAnswer.Json("""
            {
              "videoId": "abc123", "title": "Product showcase...", "status": "draft",
              "editorUrl": "https://ozor.ai/editor?projectId=abc123", "createdAt": "2026-04-20T10:30:00Z",
              "exportId": "exp_xyz789", "exportStatus": "complete",
              "downloadUrl": "https://storage.googleapis.com/b/video.mp4?X-Goog-Signature=cafe",
              "shareUrl": "https://storage.googleapis.com/b/video.mp4", "shareCode": "a3kf92p",
              "thumbnailUrl": "https://storage.googleapis.com/b/thumb.jpg", "exportError": null, "fps": 30
            }
            """));

        var video = await Client(server).GetVideoAsync("abc123", default);

        Assert.Equal(("abc123", "Product showcase...", "draft"), (video.VideoId, video.Title, video.Status));
        Assert.Equal(("exp_xyz789", "complete", "a3kf92p", null), (video.ExportId, video.ExportStatus, video.ShareCode, video.ExportError));
        Assert.Equal(new DateTimeOffset(2026, 4, 20, 10, 30, 0, TimeSpan.Zero), video.CreatedAt);
        Assert.Equal("https://ozor.ai/editor?projectId=abc123", video.EditorUrl?.AbsoluteUri);
        Assert.Equal("https://storage.googleapis.com/b/video.mp4", video.ShareUrl?.AbsoluteUri);
        Assert.Equal("https://storage.googleapis.com/b/video.mp4?X-Goog-Signature=cafe", video.DownloadUrl?.ToUri().OriginalString);
        Assert.Equal("https://storage.googleapis.com/b/video.mp4?***", video.DownloadUrl?.ToString());
        Assert.Equal(30, video.AdditionalProperties["fps"]);
        Assert.DoesNotContain("cafe", JsonSerializer.Serialize(video, OzorVideosJson.Default.OzorVideo), StringComparison.Ordinal);
        var request = Assert.Single(server.Requests);
        Assert.Equal(("GET", "/api/v1/videos/abc123"), (request.Method, request.Target));
        Assert.Equal(Key, request.Headers["X-API-Key"]);
    }

    [Fact]
    public async Task A_video_without_an_export_has_none()
    {
        await using var server = new RawServer(RawAnswer.Json("""{"videoId":"abc123","title":"T","status":"draft","editorUrl":"https://ozor.ai/editor?projectId=abc123","createdAt":"2026-04-20T10:30:00Z"}"""));

        var video = await Client(server).GetVideoAsync("abc123", default);

        Assert.Null(video.ExportId ?? video.ExportStatus ?? video.ShareCode ?? video.ExportError);
        Assert.Null(video.DownloadUrl);
        Assert.Null(video.ShareUrl);
    }

    [Theory]
    [InlineData(null, "/api/v1/videos")]
    [InlineData(1, "/api/v1/videos?limit=1")]
    [InlineData(100, "/api/v1/videos?limit=100")]
    public async Task Videos_are_listed(int? limit, string target)
    {
        await using var server = new RawServer(RawAnswer.Json("""{"videos":[{"videoId":"b","title":"Second","status":"rendering"},{"videoId":"a","title":"Product showcase for a wirel...","status":"draft"}]}"""));

        var videos = await Client(server).ListVideosAsync(limit, default);

        Assert.Equal(["b", "a"], videos.Select(video => video.VideoId));
        Assert.Equal(("GET", target), (server.Requests[0].Method, server.Requests[0].Target));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    [InlineData(-1)]
    public async Task A_limit_out_of_its_range_is_told_before_any_call(int limit)
    {
        await using var server = new RawServer(RawAnswer.Json());

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(server).ListVideosAsync(limit, default));

        Assert.Equal(ErrorCodes.InvalidArgument, error.Code);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData("""{"videoId":"abc123","jobId":"job_1","status":"processing","createdAt":"2026-04-20T10:30:00Z"}""", "processing", null, null)]
    [InlineData("""{"videoId":"abc123","jobId":"job_1","status":"completed","response":"I've added the logo.","createdAt":"2026-04-20T10:30:00Z"}""", "completed", "I've added the logo.", null)]
    [InlineData("""{"videoId":"abc123","jobId":"job_1","status":"failed","error":"Agent encountered an error: ...","createdAt":"2026-04-20T10:30:00Z"}""", "failed", null, "Agent encountered an error: ...")]
    public async Task A_job_is_read_in_each_of_its_states(string json, string status, string? response, string? problem)
    {
        await using var server = new RawServer(RawAnswer.Json(json));

        var job = await Client(server).GetJobAsync("abc123", "job_1", default);

        Assert.Equal(("abc123", "job_1", status, response, problem), (job.VideoId, job.JobId, job.Status, job.Response, job.Error));
        Assert.Equal(("GET", "/api/v1/videos/abc123/jobs/job_1"), (server.Requests[0].Method, server.Requests[0].Target));
    }

    [Theory]
    [InlineData(null, null, "{}")]
    [InlineData("4k", null, """{"quality":"4k"}""")]
    [InlineData("1080p", true, """{"quality":"1080p","isPublic":true}""")]
    public async Task An_export_is_started_with_what_was_given(string? quality, bool? isPublic, string body)
    {
        await using var server = new RawServer(RawAnswer.Json("""{"videoId":"abc123","exportId":"exp_xyz789","exportStatus":"queued","shareCode":"a3kf92p"}"""));

        var export = await Client(server).ExportVideoAsync("abc123", quality, isPublic, default);

        Assert.Equal(("abc123", "exp_xyz789", "queued", "a3kf92p"), (export.VideoId, export.ExportId, export.ExportStatus, export.ShareCode));
        var request = Assert.Single(server.Requests);
        Assert.Equal(("POST", "/api/v1/videos/abc123/export", body), (request.Method, request.Target, request.Body));
        Assert.Equal("application/json", request.Headers["Content-Type"]);
    }

    [Fact]
    public async Task An_export_is_sent_once_whatever_happens()
    {
        await using var server = new RawServer(RawAnswer.Json("""{"detail":"The export could not be triggered"}""", 500));

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(server).ExportVideoAsync("abc123", null, null, default));

        Assert.Equal((500, true), (error.StatusCode, error.OutcomeUnknown));
        Assert.Contains("could not be triggered", error.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_tool_trace_keeps_arguments_of_any_shape()
    {
        await using var server = new RawServer(RawAnswer.Json("""
            {
              "videoId": "abc123", "conversationId": "conv_xyz", "totalAssistantTurns": 3, "totalToolCalls": 11,
              "messages": [
                { "messageId": "msg_1", "createdAt": "2026-04-20T10:30:05Z", "textPreview": "I've created the opening scene...",
                  "toolCalls": [ { "name": "create_scene", "args": { "order": 1, "title": "Intro", "deep": { "list": [1, "two", null] } } }, { "name": "render", "args": ["a"] }, { "name": "stop", "args": null }, { "name": "wait", "ms": 5 } ] }
              ]
            }
            """));

        var trace = await Client(server).GetToolTraceAsync("abc123", "conv_xyz", default);

        Assert.Equal(("abc123", "conv_xyz", 3, 11), (trace.VideoId, trace.ConversationId, trace.TotalAssistantTurns, trace.TotalToolCalls));
        var message = Assert.Single(trace.Messages);
        Assert.Equal(("msg_1", "I've created the opening scene..."), (message.MessageId, message.TextPreview));
        Assert.Equal(["create_scene", "render", "stop", "wait"], message.ToolCalls.Select(call => call.Name));
        Assert.Equal("""{"order":1,"title":"Intro","deep":{"list":[1,"two",null]}}""", Assert.IsType<JsonMap>(message.ToolCalls[0].Args).ToJson());
        Assert.Equal(["a"], Assert.IsType<object?[]>(message.ToolCalls[1].Args));
        Assert.Null(message.ToolCalls[2].Args);
        Assert.Equal(5, message.ToolCalls[3].AdditionalProperties["ms"]);
        Assert.Equal(("GET", "/api/v1/videos/abc123/conversations/conv_xyz/tool-trace"), (server.Requests[0].Method, server.Requests[0].Target));
    }

    [Fact]
    public async Task Ids_stay_one_segment_of_the_path()
    {
        await using var server = new RawServer(RawAnswer.Json("""{"videoId":"v","jobId":"j"}"""));

        await Client(server).GetJobAsync("a/b?c#d", "../ü 1", default);

        Assert.Equal("/api/v1/videos/a%2Fb%3Fc%23d/jobs/..%2F%C3%BC%201", server.Requests[0].Target);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("..")]
    [InlineData("a\nb")]
    public async Task An_id_that_is_none_is_told_before_any_call(string id)
    {
        await using var server = new RawServer(RawAnswer.Json());
        var client = Client(server);

        foreach (var call in new Func<Task>[] { () => client.GetVideoAsync(id, default), () => client.GetJobAsync("v", id, default), () => client.GetJobAsync(id, "j", default), () => client.ExportVideoAsync(id, null, null, default), () => client.GetToolTraceAsync("v", id, default) })
        {
            Assert.Equal(ErrorCodes.InvalidArgument, (await Assert.ThrowsAsync<OjinException>(call)).Code);
        }

        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Reading_goes_on_after_a_failure_of_the_service()
    {
        await using var server = new RawServer(RawAnswer.Json("{}", 503), RawAnswer.ResetConnection, RawAnswer.Json("""{"videoId":"abc123"}"""));

        Assert.Equal("abc123", (await Client(server).GetVideoAsync("abc123", default)).VideoId);

        Assert.Equal(3, server.Requests.Count);
    }

    private static OzorClient Client(RawServer server)
    {
        var session = new OzorSession(Key, baseUri: server.Address.AbsoluteUri);
        return new OzorClient(new HttpTransport(null, session.Secrets, Quick), session);
    }
}
