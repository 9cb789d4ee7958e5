using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Ojin.Emulator;
using Xunit;

namespace Ojin.Client.Tests.Emulator;

/// <summary>What the emulated Ozor refuses, and how it goes on over time.</summary>
public sealed class OzorEmulatorTests : OzorEmulatorTest
{
    private const string Draft = "plan_000000000001";
    private const string Generated = "plan_000000000002";
    private const string Failed = "plan_000000000003";
    private const string ForeignPlan = "plan_foreign0000";
    private const string Scene = """{"order":1,"sceneTitle":"a","scenePrompt":"b","voiceoverText":"c"}""";

    public static TheoryData<string, string> EveryOperation => new()
    {
        { "POST", "/videos/generate" },
        { "GET", "/videos" },
        { "GET", "/videos/videoready" },
        { "POST", "/videos/videoready/export" },
        { "POST", "/videos/videoready/message" },
        { "GET", "/videos/videoready/jobs/job_x" },
        { "GET", "/videos/videoready/conversations/conv_ready/tool-trace" },
        { "GET", "/documents/voices" },
        { "POST", "/documents/analyze" },
        { "GET", "/documents/plans/" + Draft },
        { "PATCH", "/documents/plans/" + Draft },
        { "POST", "/documents/plans/" + Draft + "/generate" },
    };

    [Theory]
    [MemberData(nameof(EveryOperation))]
    public async Task A_missing_a_wrong_and_a_revoked_key_are_401(string method, string path)
    {
        await RefusedAsync(401, method, path, key: null);
        await RefusedAsync(401, method, path, key: Key[..^1] + "e");
        await RefusedAsync(401, method, path, key: Host.Ozor.Keys.Single(key => key.Status == "revoked").RawKey);
        Assert.Empty(Host.Requests.Violations);
    }

    [Theory]
    [MemberData(nameof(EveryOperation))]
    public async Task A_Firebase_token_at_the_API_is_401_and_a_violation(string method, string path)
    {
        await RefusedAsync(401, method, path, key: Token);
        using var bearer = await SendAsync(method, At("/api/v1" + path), null, Key, ("Authorization", "Bearer " + Token));
        await RefusedAsync(bearer, 401);
        using var cookie = await SendAsync(method, At("/api/v1" + path), null, Key, ("Cookie", "a=b"));
        await RefusedAsync(cookie, 401);
        Assert.Equal(3, Host.Requests.Violations.Count);
        Assert.Empty(Host.Ozor.Charges);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("POST", "")]
    [InlineData("DELETE", "/keyemulator0")]
    public async Task Key_management_takes_the_Firebase_token_and_nothing_else(string method, string path)
    {
        using var missing = await KeysAsync(method, path, token: null);
        await RefusedAsync(missing, 401);
        using var wrong = await KeysAsync(method, path, token: "expired");
        await RefusedAsync(wrong, 401);
        Assert.Empty(Host.Requests.Violations);
        using var key = await SendAsync(method, At("/api/api-keys" + path), null, Key);
        await RefusedAsync(key, 401);
        using var bearer = await KeysAsync(method, path, token: Key);
        await RefusedAsync(bearer, 401);
        using var both = await SendAsync(method, At("/api/api-keys" + path), null, Key, ("Authorization", "Bearer " + Token));
        await RefusedAsync(both, 401);
        Assert.Equal(3, Host.Requests.Violations.Count);
        Assert.Equal("active", Host.Ozor.Keys[0].Status);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"name":""}""")]
    [InlineData("""{"name":null}""")]
    [InlineData("""{"name":1}""")]
    [InlineData("""{"name":"a","scope":"all"}""")]
    [InlineData("""{"Name":"a"}""")]
    [InlineData("""["a"]""")]
    [InlineData("""{"name":"0123456789012345678901234567890123456789012345678901234567890123x"}""")]
    public async Task A_wrong_key_name_is_400(string body)
    {
        using var response = await KeysAsync("POST", "", body);
        await RefusedAsync(response, 400);
        Assert.Equal(3, Host.Ozor.Keys.Count);
    }

    [Fact]
    public async Task A_key_works_when_it_is_created_and_no_longer_when_it_is_revoked()
    {
        // 64 characters of two UTF-16 units each.
        var name = string.Concat(Enumerable.Repeat("\U0001F511", 64));
        using var created = await KeysAsync("POST", "", new JsonObject { ["name"] = name }.ToJsonString());
        var key = await OkAsync(created);
        Assert.Equal(name, Text(key, "name"));
        await OkAsync("GET", "/videos", key: Text(key, "rawKey"));
        using var revoked = await KeysAsync("DELETE", "/" + Text(key, "keyId"));
        await OkAsync(revoked);
        await RefusedAsync(401, "GET", "/videos", key: Text(key, "rawKey"));
        using var list = await KeysAsync("GET");
        var entry = JsonNode.Parse(await list.Content.ReadAsStringAsync())!.AsArray()[^1]!.AsObject();
        Assert.Equal("revoked", Text(entry, "status"));
        Assert.NotNull(entry["lastUsedAt"]);
        Assert.False(entry.ContainsKey("rawKey"));
    }

    [Fact]
    public async Task The_sixth_active_key_is_400_and_a_revoked_one_makes_room()
    {
        for (var i = 2; i <= 5; i++)
        {
            using var created = await KeysAsync("POST", "", $$"""{"name":"{{i}}"}""");
            await OkAsync(created);
        }

        using var sixth = await KeysAsync("POST", "", """{"name":"6"}""");
        Assert.Contains("5", await RefusedAsync(sixth, 400), StringComparison.Ordinal);
        using var revoked = await KeysAsync("DELETE", "/" + Host.Ozor.Keys[^1].KeyId);
        await OkAsync(revoked);
        using var again = await KeysAsync("POST", "", """{"name":"6"}""");
        await OkAsync(again);
    }

    [Theory]
    [InlineData("/no-such-key")]
    [InlineData("/keyforeign00")]
    public async Task A_key_that_the_account_has_not_is_404(string path)
    {
        using var response = await KeysAsync("DELETE", path);
        await RefusedAsync(response, 404);
    }

    [Theory]
    [InlineData("GET", "/api/v1/nothing", 404)]
    [InlineData("GET", "/api/v2/videos", 404)]
    [InlineData("GET", "/videos", 404)]
    [InlineData("DELETE", "/api/v1/videos/videoready", 405)]
    [InlineData("POST", "/api/v1/videos", 405)]
    [InlineData("GET", "/api/v1/videos/generate", 405)]
    [InlineData("PUT", "/api/v1/documents/plans/" + Draft, 405)]
    [InlineData("GET", "/api/v1/videos?limit=0", 400)]
    [InlineData("GET", "/api/v1/videos?limit=101", 400)]
    [InlineData("GET", "/api/v1/videos?limit=ten", 400)]
    [InlineData("GET", "/api/v1/videos?offset=20", 400)]
    [InlineData("GET", "/api/v1/videos?limit=1&limit=2", 400)]
    [InlineData("GET", "/api/v1/videos/videoready?export=1", 400)]
    [InlineData("GET", "/api/v1/documents/voices?language=en", 400)]
    [InlineData("POST", "/api/v1/documents/plans/" + Draft + "/generate?dry=1", 400)]
    public async Task What_the_contract_does_not_have_is_refused(string method, string path, int status)
    {
        using var response = await SendAsync(method, At(path), null, Key);
        await RefusedAsync(response, status);
    }

    [Theory]
    [InlineData("GET", "/videos/none", null, 404)]
    [InlineData("GET", "/videos/videoforeign", null, 403)]
    [InlineData("POST", "/videos/none/export", "{}", 404)]
    [InlineData("POST", "/videos/videoforeign/export", "{}", 403)]
    [InlineData("POST", "/videos/none/message", """{"message":"m"}""", 404)]
    [InlineData("POST", "/videos/videoforeign/message", """{"message":"m"}""", 403)]
    [InlineData("GET", "/videos/none/jobs/job_x", null, 404)]
    [InlineData("GET", "/videos/videoready/jobs/job_x", null, 404)]
    [InlineData("GET", "/videos/videoforeign/jobs/job_x", null, 403)]
    [InlineData("GET", "/videos/none/conversations/conv_ready/tool-trace", null, 404)]
    [InlineData("GET", "/videos/videoready/conversations/conv_x/tool-trace", null, 404)]
    [InlineData("GET", "/videos/videoforeign/conversations/conv_foreign/tool-trace", null, 403)]
    [InlineData("GET", "/documents/plans/none", null, 404)]
    [InlineData("GET", "/documents/plans/" + ForeignPlan, null, 403)]
    [InlineData("PATCH", "/documents/plans/none", """{"voiceSettings":{}}""", 404)]
    [InlineData("PATCH", "/documents/plans/" + ForeignPlan, """{"voiceSettings":{}}""", 403)]
    [InlineData("POST", "/documents/plans/none/generate", null, 404)]
    [InlineData("POST", "/documents/plans/" + ForeignPlan + "/generate", null, 403)]
    public async Task What_is_not_there_is_404_and_what_another_account_owns_is_403(string method, string path, string? body, int status) =>
        await RefusedAsync(status, method, path, body);

    [Fact]
    public async Task A_job_is_found_at_its_own_video_only()
    {
        var (_, job) = await GenerateAsync();
        await RefusedAsync(404, "GET", "/videos/videoready/jobs/" + job.JobId);
        await OkAsync("GET", "/videos/videoforeign", key: Host.Ozor.ForeignKey);
        await RefusedAsync(403, "GET", $"/videos/{job.VideoId}/jobs/{job.JobId}", key: Host.Ozor.ForeignKey);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"prompt":""}""")]
    [InlineData("""{"prompt":null}""")]
    [InlineData("""{"prompt":["p"]}""")]
    [InlineData("""{"prompt":"p","duration":30}""")]
    [InlineData("""{"prompt":"p","Aspect":"16:9"}""")]
    [InlineData("""{"prompt":"p","aspect":"4:3"}""")]
    [InlineData("""{"prompt":"p","aspect":null}""")]
    [InlineData("""{"prompt":"p","export":"true"}""")]
    [InlineData("""{"prompt":"p","export":true,"exportQuality":"1080P"}""")]
    [InlineData("""{"prompt":"p","export":true,"exportQuality":"1080"}""")]
    [InlineData("""{"prompt":"p","export":true,"exportIsPublic":1}""")]
    [InlineData("""{"prompt":"p","prompt":"q"}""")]
    [InlineData("""{"prompt":"p","images":{}}""")]
    [InlineData("""{"prompt":"p","images":["https://example.com/a.png"]}""")]
    [InlineData("""{"prompt":"p","images":[{}]}""")]
    [InlineData("""{"prompt":"p","images":[{"mimeType":"image/png"}]}""")]
    [InlineData("""{"prompt":"p","images":[{"url":"http://example.com/a.png"}]}""")]
    [InlineData("""{"prompt":"p","images":[{"url":"example.com/a.png"}]}""")]
    [InlineData("""{"prompt":"p","images":[{"url":"file:///a.png"}]}""")]
    [InlineData("""{"prompt":"p","images":[{"url":"https://example.com/a.png","mimeType":"image/gif"}]}""")]
    [InlineData("""{"prompt":"p","images":[{"url":"https://example.com/a.png","durationSec":1}]}""")]
    [InlineData("""{"prompt":"p","images":[{"base64":"no base64"}]}""")]
    [InlineData("""{"prompt":"p","images":[{"base64":"data:image/png;base64,AAAA"}]}""")]
    [InlineData("""{"prompt":"p","images":[{"base64":"AAA"}]}""")]
    [InlineData("""{"prompt":"p","images":[{"base64":""}]}""")]
    [InlineData("""{"prompt":"p","images":[{"base64":1}]}""")]
    [InlineData("""{"prompt":"p","videos":[{"url":"https://example.com/a.mp4","mimeType":"video/quicktime"}]}""")]
    [InlineData("""{"prompt":"p","videos":[{"url":"https://example.com/a.mp4","durationSec":"8"}]}""")]
    [InlineData("""{"prompt":"p","videos":[{"url":"https://example.com/a.mp4","durationSec":-1}]}""")]
    [InlineData("""{"prompt":"p","videos":[{"url":"https://example.com/a.mp4","thumbnailUrl":"thumb.jpg"}]}""")]
    [InlineData("""{"prompt":"p","videos":[{"url":"https://example.com/a.mp4","name":"a"}]}""")]
    [InlineData("""{"prompt":"p\ud800"}""")]
    [InlineData("""{"prompt":"p""")]
    public async Task A_wrong_prompt_is_400_and_starts_nothing(string body)
    {
        await RefusedAsync(400, "POST", "/videos/generate", body);
        Assert.Empty(Host.Ozor.Jobs);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"message":""}""")]
    [InlineData("""{"prompt":"p"}""")]
    [InlineData("""{"message":"m","aspect":"16:9"}""")]
    [InlineData("""{"message":"m","images":[{"url":"http://example.com/a.png"}]}""")]
    public async Task A_wrong_message_is_400_and_starts_nothing(string body)
    {
        await RefusedAsync(400, "POST", "/videos/videoready/message", body);
        Assert.Empty(Host.Ozor.Jobs);
    }

    [Theory]
    [InlineData("""{"quality":"8k"}""")]
    [InlineData("""{"quality":1080}""")]
    [InlineData("""{"isPublic":"true"}""")]
    [InlineData("""{"exportQuality":"1080p"}""")]
    [InlineData("""{"public":true}""")]
    public async Task A_wrong_export_is_400_and_starts_nothing(string body)
    {
        await RefusedAsync(400, "POST", "/videos/videoready/export", body);
        Assert.Empty(Host.Ozor.Exports);
    }

    [Fact]
    public async Task Texts_have_up_to_2000_characters_whatever_their_bytes()
    {
        var longest = string.Concat(Enumerable.Repeat("\U0001F3AC", 2000));
        await OkAsync("POST", "/videos/generate", new JsonObject { ["prompt"] = longest }.ToJsonString());
        await RefusedAsync(400, "POST", "/videos/generate", new JsonObject { ["prompt"] = longest + "x" }.ToJsonString());
        await OkAsync("POST", "/videos/videoready/message", new JsonObject { ["message"] = longest }.ToJsonString());
        await RefusedAsync(400, "POST", "/videos/videoready/message", new JsonObject { ["message"] = longest + "x" }.ToJsonString());
    }

    [Theory]
    [InlineData("/videos/generate", """{"prompt":"p"}""")]
    [InlineData("/videos/videoready/export", "{}")]
    [InlineData("/videos/videoready/message", """{"message":"m"}""")]
    [InlineData("/documents/analyze", """{"url":"https://example.com"}""")]
    public async Task Another_content_type_is_415(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "text/plain");
        using var response = await SendAsync("POST", At("/api/v1" + path), content, Key);
        await RefusedAsync(response, 415);
    }

    [Fact]
    public async Task Attachments_are_taken_whole_and_base64_goes_before_the_URL()
    {
        var payload = Bytes(100_000);
        var (_, job) = await GenerateAsync(new JsonObject
        {
            ["prompt"] = "p",
            ["images"] = new JsonArray(new JsonObject
            {
                ["base64"] = Convert.ToBase64String(payload),
                ["url"] = "https://example.com/a.webp",
                ["mimeType"] = "image/webp",
            }),
            ["videos"] = new JsonArray(new JsonObject { ["url"] = "https://example.com/a.webm", ["durationSec"] = 8.5, ["thumbnailUrl"] = "https://example.com/t.jpg" }),
        }.ToJsonString());
        Assert.Equal(new EmulatedAttachment("image", "base64", "https://example.com/a.webp", "image/webp", payload.Length, Md5(payload), null, null), job.Attachments[0]);
        Assert.Equal(new EmulatedAttachment("video", "url", "https://example.com/a.webm", null, null, null, 8.5, "https://example.com/t.jpg"), job.Attachments[1]);
    }

    [Fact]
    public async Task A_job_goes_its_way_step_by_step_and_is_charged_once_at_its_end()
    {
        Host.Ozor.Options.Manual = true;
        var (videoId, job) = await GenerateAsync();
        var path = $"/videos/{videoId}/jobs/{job.JobId}";
        Assert.Equal("queued", Text(await OkAsync("GET", path), "status"));
        Assert.True(Host.Ozor.Advance(job));
        Assert.Equal(["videoId", "jobId", "status", "createdAt"], (await OkAsync("GET", path)).Select(field => field.Key));
        Assert.Equal("processing", Text(await OkAsync("GET", path), "status"));
        Assert.Empty(Host.Ozor.Charges);
        Assert.Equal(1, Host.Ozor.Reserved);
        Assert.True(Host.Ozor.Advance(job));
        var done = await OkAsync("GET", path);
        Assert.Equal("completed", Text(done, "status"));
        Assert.Equal(job.Response, Text(done, "response"));
        Assert.False(Host.Ozor.Advance(job));
        var charge = Assert.Single(Host.Ozor.Charges);
        Assert.Equal(new EmulatedCharge(1, OzorOwner.Own, "generate", job.JobId, "A desk lamp", 1, 9, job.Request), charge);
        Assert.Equal("/api/v1/videos/generate", Host.Requests.All.Single(request => request.Sequence == charge.Request).Path);
        Assert.Equal(0, Host.Ozor.Reserved);
    }

    [Fact]
    public async Task By_itself_everything_comes_to_its_end()
    {
        var (videoId, job) = await GenerateAsync("""{"prompt":"p","export":true}""");
        await Host.Ozor.WaitAsync(ozor => ozor.Exports is [{ Status: "complete" }]).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("completed", job.Status);
        Assert.Equal("completed", Text(await OkAsync("GET", "/videos/" + videoId), "status"));
    }

    [Fact]
    public async Task What_waits_goes_on_when_the_mode_or_the_times_change()
    {
        Host.Ozor.Options.JobQueuedMs = 600_000;
        var (_, slow) = await GenerateAsync();
        using var set = await SendAsync("PUT", Control($"/jobs/{slow.JobId}"), new StringContent("""{"queuedMs":1,"processingMs":1}"""));
        await Host.Ozor.WaitAsync(_ => slow.Finished).WaitAsync(TimeSpan.FromSeconds(30));
        using var manual = await SendAsync("PUT", Control("/options"), new StringContent("""{"manual":true,"jobQueuedMs":1}"""));
        var (_, held) = await GenerateAsync();
        Assert.Equal("queued", held.Status);
        using var released = await SendAsync("PUT", Control("/options"), new StringContent("""{"manual":false}"""));
        await Host.Ozor.WaitAsync(_ => held.Finished).WaitAsync(TimeSpan.FromSeconds(30));

        Host.Ozor.Options.Manual = true;
        var (_, own) = await GenerateAsync();
        own.Manual = false;
        Host.Ozor.Wake(own);
        await Host.Ozor.WaitAsync(_ => own.Finished).WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_failed_job_costs_nothing_and_no_export_follows()
    {
        Host.Ozor.Options.Manual = true;
        Host.Ozor.Options.FailJobs = 1;
        Host.Ozor.Options.JobError = "Agent encountered an error: boom";
        var (videoId, job) = await GenerateAsync("""{"prompt":"p","export":true}""");
        Host.Ozor.Complete(job);
        var wire = await OkAsync("GET", $"/videos/{videoId}/jobs/{job.JobId}");
        Assert.Equal(["videoId", "jobId", "status", "error", "createdAt"], wire.Select(field => field.Key));
        Assert.Equal("failed", Text(wire, "status"));
        Assert.Equal("Agent encountered an error: boom", Text(wire, "error"));
        Assert.False((await OkAsync("GET", "/videos/" + videoId)).ContainsKey("exportStatus"));
        Assert.Empty(Host.Ozor.Charges);
        var (_, next) = await GenerateAsync();
        Host.Ozor.Complete(next);
        Assert.Equal("completed", next.Status);
    }

    [Fact]
    public async Task The_export_of_generate_is_queued_when_the_agent_has_finished()
    {
        Host.Ozor.Options.Manual = true;
        var (videoId, job) = await GenerateAsync("""{"prompt":"p","export":true,"exportIsPublic":true}""");
        Host.Ozor.Advance(job);
        var before = await OkAsync("GET", "/videos/" + videoId);
        Assert.Equal(["videoId", "title", "status", "editorUrl", "createdAt"], before.Select(field => field.Key));
        Assert.Equal("draft", Text(before, "status"));
        Host.Ozor.Advance(job);
        var queued = await OkAsync("GET", "/videos/" + videoId);
        Assert.Equal("queued", Text(queued, "exportStatus"));
        Assert.Equal("rendering", Text(queued, "status"));
        Assert.Null(queued["downloadUrl"]);
        var export = Assert.Single(Host.Ozor.Exports);
        Assert.Equal(("720p", true), (export.Quality, export.IsPublic));
        Assert.Equal(7, export.ShareCode!.Length);
        Host.Ozor.Advance(export);
        Assert.Equal("processing", Text(await OkAsync("GET", "/videos/" + videoId), "exportStatus"));
        Host.Ozor.Advance(export);
        var complete = await OkAsync("GET", "/videos/" + videoId);
        Assert.Equal("complete", Text(complete, "exportStatus"));
        Assert.Equal("completed", Text(complete, "status"));
        Assert.Equal(export.ShareCode, Text(complete, "shareCode"));
        Assert.Single(Host.Ozor.Charges);
    }

    [Fact]
    public async Task An_export_has_an_MP4_behind_its_URLs()
    {
        Host.Ozor.Options.Manual = true;
        Host.Ozor.Options.VideoBytes = 100_000;
        var export = await ExportAsync("videoready", """{"isPublic":true}""");
        Host.Ozor.Complete(export);
        var video = await OkAsync("GET", "/videos/videoready");
        var shared = await BytesAsync(Text(video, "shareUrl"));
        Assert.Equal(shared, await BytesAsync(Text(video, "downloadUrl")));
        Assert.Equal(100_000, shared.Length);
        Assert.Equal(["ftyp", "moov", "free", "mdat", "free"], Boxes(shared));
        Assert.Contains(export.ExportId, Encoding.UTF8.GetString(shared), StringComparison.Ordinal);
        Assert.Equal([0xFF, 0xD8, 0xFF], (await BytesAsync(Text(video, "thumbnailUrl")))[..3]);
        Assert.Equal("1080p", export.Quality);
        Assert.Empty(Host.Requests.Violations);
        Assert.Empty(Host.Ozor.Charges);
    }

    [Fact]
    public async Task A_download_URL_expires_and_a_share_URL_does_not()
    {
        Host.Ozor.Options.Manual = true;
        Host.Ozor.Complete(await ExportAsync("videoready", """{"isPublic":true}"""));
        var before = await OkAsync("GET", "/videos/videoready");
        Host.Storage.ExpireUrls();
        using var expired = await Http.GetAsync(new Uri(Text(before, "downloadUrl")));
        Assert.Equal(HttpStatusCode.Forbidden, expired.StatusCode);
        await BytesAsync(Text(before, "shareUrl"));
        await BytesAsync(Text(await OkAsync("GET", "/videos/videoready"), "downloadUrl"));
    }

    [Fact]
    public async Task A_key_at_a_share_URL_is_a_violation_and_a_private_export_has_none()
    {
        Host.Ozor.Options.Manual = true;
        Host.Ozor.Complete(await ExportAsync("videoready", """{"isPublic":true}"""));
        using var stray = await SendAsync("GET", Text(await OkAsync("GET", "/videos/videoready"), "shareUrl"), null, Key);
        Assert.False(stray.IsSuccessStatusCode);
        Assert.Single(Host.Requests.Violations);
        var export = await ExportAsync("videoready");
        Host.Ozor.Complete(export);
        var video = await OkAsync("GET", "/videos/videoready");
        Assert.Null(video["shareUrl"]);
        Assert.Null(video["shareCode"]);
        Assert.True(video.ContainsKey("shareUrl"));
        using var unsigned = await Http.GetAsync(new Uri(Text(video, "downloadUrl").Split('?')[0]));
        Assert.Equal(HttpStatusCode.Forbidden, unsigned.StatusCode);
    }

    [Fact]
    public async Task A_failed_export_says_why_and_has_no_URL()
    {
        Host.Ozor.Options.Manual = true;
        Host.Ozor.Options.FailExports = 1;
        var export = await ExportAsync("videoready");
        Host.Ozor.Complete(export);
        var video = await OkAsync("GET", "/videos/videoready");
        Assert.Equal("failed", Text(video, "exportStatus"));
        Assert.Equal(Host.Ozor.Options.ExportError, Text(video, "exportError"));
        Assert.Null(video["downloadUrl"]);
        Assert.Equal("draft", Text(video, "status"));
        Assert.NotEqual(export.ExportId, (await ExportAsync("videoready")).ExportId);
        Host.Ozor.Options.FailExportRequests = 1;
        await RefusedAsync(500, "POST", "/videos/videoready/export", "{}");
        Assert.Equal(2, Host.Ozor.Exports.Count);
    }

    [Fact]
    public async Task An_identical_export_comes_from_the_cache_until_a_message_changes_the_content()
    {
        Host.Ozor.Options.Manual = true;
        const string Body = """{"quality":"720p","isPublic":true}""";
        var first = await ExportAsync("videoready", Body);
        Host.Ozor.Complete(first);
        Host.Ozor.Complete(await ExportAsync("videoready", """{"quality":"720p"}"""));
        Host.Ozor.Complete(await ExportAsync("videoready", """{"quality":"4k","isPublic":true}"""));
        Assert.Equal(3, Host.Ozor.Exports.Count);
        var cached = await OkAsync("POST", "/videos/videoready/export", Body);
        Assert.Equal((first.ExportId, "complete", first.ShareCode), (Text(cached, "exportId"), Text(cached, "exportStatus"), Text(cached, "shareCode")));
        await BytesAsync(Text(cached, "downloadUrl"));
        await BytesAsync(Text(cached, "shareUrl"));
        Assert.Equal(first.ExportId, Text(await OkAsync("GET", "/videos/videoready"), "exportId"));
        var message = await OkAsync("POST", "/videos/videoready/message", """{"message":"Dark blue, please"}""");
        Host.Ozor.Complete(Host.Ozor.FindJob(Text(message, "jobId"))!);
        var changed = await OkAsync("POST", "/videos/videoready/export", Body);
        Assert.Equal("queued", Text(changed, "exportStatus"));
        Assert.NotEqual(first.ExportId, Text(changed, "exportId"));
    }

    [Fact]
    public async Task A_second_export_can_show_the_first_ones_result_until_it_is_its_turn()
    {
        Host.Ozor.Options.Manual = true;
        Host.Ozor.Options.FormerExportMs = 1;
        var first = await ExportAsync("videoready", """{"quality":"720p"}""");
        Host.Ozor.Complete(first);
        var second = await ExportAsync("videoready", """{"quality":"4k"}""");
        var video = await OkAsync("GET", "/videos/videoready");
        Assert.Equal((first.ExportId, "complete"), (Text(video, "exportId"), Text(video, "exportStatus")));
        Host.Ozor.Advance(second);
        video = await OkAsync("GET", "/videos/videoready");
        Assert.Equal((second.ExportId, "queued"), (Text(video, "exportId"), Text(video, "exportStatus")));
    }

    [Fact]
    public async Task A_message_is_queued_and_costs_one_credit_when_it_is_done()
    {
        Host.Ozor.Options.Manual = true;
        var answer = await OkAsync("POST", "/videos/videoready/message", """{"message":"Add our logo"}""");
        Assert.Equal("queued", Text(answer, "status"));
        Host.Ozor.Complete(Host.Ozor.FindJob(Text(answer, "jobId"))!);
        var charge = Assert.Single(Host.Ozor.Charges);
        Assert.Equal(("message", Text(answer, "jobId"), "Add our logo"), (charge.Operation, charge.ObjectId, charge.Subject));
        var trace = await OkAsync("GET", "/videos/videoready/conversations/conv_ready/tool-trace");
        Assert.Equal(2, trace["totalAssistantTurns"]!.GetValue<int>());
    }

    [Fact]
    public async Task Without_credits_402_names_cost_and_balance_and_nothing_starts()
    {
        Host.Ozor.Balance = 0;
        var detail = await RefusedAsync(402, "POST", "/videos/generate", """{"prompt":"p"}""");
        Assert.Contains("costs 1 credit", detail, StringComparison.Ordinal);
        Assert.Contains("balance is 0 credits", detail, StringComparison.Ordinal);
        await RefusedAsync(402, "POST", "/videos/videoready/message", """{"message":"m"}""");
        using var analysis = await AnalyzeAsync(File("a.pdf", PdfType, Pdf));
        await RefusedAsync(analysis, 402);
        Host.Ozor.Balance = 2;
        Assert.Contains("costs 3 credits", await RefusedAsync(402, "POST", $"/documents/plans/{Draft}/generate"), StringComparison.Ordinal);
        Assert.Equal("draft", Text(await PlanAsync(Draft), "status"));
        Assert.Equal(4, Host.Ozor.Plans.Count);
        Assert.Empty(Host.Ozor.Jobs);
        Assert.Empty(Host.Ozor.Charges);
        await ExportAsync("videoready");
    }

    [Fact]
    public async Task What_runs_counts_against_the_balance_unless_it_is_set_otherwise()
    {
        Host.Ozor.Options.Manual = true;
        Host.Ozor.Balance = 1;
        await GenerateAsync();
        Assert.Contains("running work will take 1", await RefusedAsync(402, "POST", "/videos/generate", """{"prompt":"p"}"""), StringComparison.Ordinal);
        Host.Ozor.Options.CountRunning = false;
        await GenerateAsync();
        Host.Ozor.Options.CountRunning = true;
        Host.Ozor.AdvanceAll();
        Host.Ozor.AdvanceAll();
        Assert.Equal(-1, Host.Ozor.Balance);
    }

    [Fact]
    public async Task Requests_at_the_same_time_get_no_more_than_the_balance_has()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => ApiAsync("POST", "/videos/generate", """{"prompt":"p"}""")));
        Assert.Equal(10, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Equal(40, answers.Count(answer => answer.StatusCode == HttpStatusCode.PaymentRequired));
        await Host.Ozor.WaitAsync(ozor => ozor.Jobs.All(job => job.Finished)).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, Host.Ozor.Balance);
        Assert.Equal(Host.Ozor.Jobs.Select(job => job.JobId).Order(), Host.Ozor.Charges.Select(charge => charge.ObjectId).Order());
        Assert.Equal(10, Host.Ozor.Charges.Select(charge => charge.Request).Distinct().Count());
        foreach (var answer in answers)
            answer.Dispose();
    }

    [Fact]
    public async Task A_mistake_of_the_emulator_in_what_runs_is_a_violation()
    {
        Host.Ozor.Options.Manual = true;
        var (videoId, job) = await GenerateAsync();
        Host.Ozor.Advance(job);
        Host.Ozor.FindVideo(videoId)!.Trace = null!;
        job.Manual = false;
        Host.Ozor.Wake(job);
        await Host.Ozor.WaitAsync(_ => Host.Requests.Violations.Count > 0).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("EMULATOR_BUG", Assert.Single(Host.Requests.Violations).Code);
    }

    [Fact]
    public async Task Videos_are_listed_newest_first_and_without_those_of_the_web_app()
    {
        Host.Ozor.AddVideos(101);
        var list = (await OkAsync("GET", "/videos"))["videos"]!.AsArray();
        Assert.Equal(20, list.Count);
        Assert.Equal("Video 101", Text(list[0]!.AsObject(), "title"));
        Assert.Equal(100, (await OkAsync("GET", "/videos?limit=100"))["videos"]!.AsArray().Count);
        Assert.Single((await OkAsync("GET", "/videos?limit=1"))["videos"]!.AsArray());
        Host.Reset();
        var titles = (await OkAsync("GET", "/videos"))["videos"]!.AsArray().Select(video => Text(video!.AsObject(), "title"));
        Assert.Equal(["pitch-deck", "Product showcase for a wirel..."], titles);
        await OkAsync("GET", "/videos/videoweb");
    }

    [Fact]
    public async Task Words_and_fields_that_nobody_documented_can_be_sent()
    {
        Host.Ozor.Options.Manual = true;
        var (videoId, job) = await GenerateAsync();
        job.Overrides = new JsonObject { ["status"] = "paused", ["eta"] = 3 };
        var wire = await OkAsync("GET", $"/videos/{videoId}/jobs/{job.JobId}");
        Assert.Equal("paused", Text(wire, "status"));
        Assert.Equal(3, wire["eta"]!.GetValue<int>());
        Host.Ozor.Options.ExportWords["queued"] = "waiting";
        await ExportAsync("videoready");
        Assert.Equal("waiting", Text(await OkAsync("GET", "/videos/videoready"), "exportStatus"));
        Host.Ozor.Options.OmitNulls = true;
        Assert.False((await OkAsync("GET", "/videos/videoready")).ContainsKey("downloadUrl"));
    }

    public static TheoryData<string, string?, string> WrongFiles => new()
    {
        { "a.pdf", null, "%PDF-1.7" },
        { "a.pdf", "application/octet-stream", "%PDF-1.7" },
        { "a.pdf", PptxType, "PK\u0003\u0004" },
        { "a.pptx", PdfType, "%PDF-1.7" },
        { "a.pptx", DocxType, "PK\u0003\u0004" },
        { "a.pptx", PptxType, "%PDF-1.7" },
        { "a.docx", DocxType, "PK\u0005\u0006" },
        { "a.pdf", PdfType, "PDF-1.7" },
        { "a.pdf", PdfType, "" },
        { "a", PdfType, "%PDF-1.7" },
        { "", PdfType, "%PDF-1.7" },
        { "a.txt", "text/plain", "hello" },
    };

    [Theory]
    [MemberData(nameof(WrongFiles))]
    public async Task A_file_whose_name_type_and_content_do_not_agree_is_400(string name, string? type, string content)
    {
        using var response = await AnalyzeAsync(File(name, type, Encoding.ASCII.GetBytes(content)));
        await RefusedAsync(response, 400);
        Assert.Empty(Host.Ozor.Charges);
    }

    public static TheoryData<string, string> WrongFields => new()
    {
        { "url", "ftp://example.com/a" },
        { "url", "example.com" },
        { "url", "" },
        { "target_duration_sec", "30.5" },
        { "target_duration_sec", "-1" },
        { "target_duration_sec", "0" },
        { "target_duration_sec", "" },
        { "aspect_ratio", "1:1" },
        { "aspect", "16:9" },
        { "targetDurationSec", "30" },
        { "aspectRatio", "16:9" },
    };

    [Theory]
    [MemberData(nameof(WrongFields))]
    public async Task A_wrong_form_field_is_400(string name, string value)
    {
        using var response = name == "url" ? await AnalyzeAsync(Field(name, value)) : await AnalyzeAsync(Field("url", "https://example.com"), Field(name, value));
        await RefusedAsync(response, 400);
        Assert.Empty(Host.Ozor.Charges);
    }

    [Fact]
    public async Task Exactly_one_of_file_and_URL_is_analyzed_and_no_field_comes_twice()
    {
        using var none = await AnalyzeAsync(Field("prompt", "p"));
        await RefusedAsync(none, 400);
        using var both = await AnalyzeAsync(Field("url", "https://example.com"), File("a.pdf", PdfType, Pdf));
        await RefusedAsync(both, 400);
        using var twice = await AnalyzeAsync(File("a.pdf", PdfType, Pdf), File("b.pdf", PdfType, Pdf));
        await RefusedAsync(twice, 400);
        using var fieldTwice = await AnalyzeAsync(Field("url", "https://example.com"), Field("prompt", "a"), Field("prompt", "b"));
        await RefusedAsync(fieldTwice, 400);
        using var urlAsFile = await AnalyzeAsync(File("a.pdf", PdfType, Pdf, name: "url"));
        await RefusedAsync(urlAsFile, 400);
        using var fileAsField = await AnalyzeAsync(Field("file", "%PDF-1.7", PdfType));
        await RefusedAsync(fileAsField, 400);
        using var otherText = await AnalyzeAsync(Field("url", "https://example.com", "application/json"));
        await RefusedAsync(otherText, 400);
        using var unfinished = new StringContent("--x\r\nContent-Disposition: form-data; name=\"url\"\r\n\r\nhttps://example.com");
        unfinished.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        using var cut = await SendAsync("POST", At("/api/v1/documents/analyze"), unfinished, Key);
        await RefusedAsync(cut, 400);
        Assert.Empty(Host.Ozor.Charges);
    }

    [Theory]
    [InlineData("pitch-deck.pdf", PdfType, "pdf")]
    [InlineData("Grüße an 你好 & \U0001F600.PPTX", PptxType, "pptx")]
    [InlineData("a b; c=d.docx", DocxType, "docx")]
    public async Task A_file_is_analyzed_for_one_credit_at_once(string name, string type, string kind)
    {
        var content = (kind == "pdf" ? Pdf : Zip).Concat(Bytes(300_000)).ToArray();
        using var response = await AnalyzeAsync(File(name, type, content), Field("target_duration_sec", "60", "text/plain; charset=utf-8"), Field("aspect_ratio", "9:16"), Field("prompt", "Kurz, auf Deutsch: ü"));
        var plan = (await OkAsync(response))["plan"]!.AsObject();
        Assert.Equal((name, kind, "9:16", "draft"), (Text(plan, "fileName"), Text(plan, "fileType"), Text(plan, "aspectRatio"), Text(plan, "status")));
        Assert.Equal(12, plan["scenes"]!.AsArray().Count);
        Assert.Equal(6, plan["creditsCost"]!.GetValue<int>());
        var stored = Host.Ozor.FindPlan(Text(plan, "planId"))!;
        Assert.Equal((content.Length, Md5(content), "Kurz, auf Deutsch: ü"), (stored.FileBytes, stored.FileMd5, stored.Prompt));
        var charge = Assert.Single(Host.Ozor.Charges);
        Assert.Equal(("analyze", stored.PlanId, name, 9), (charge.Operation, charge.ObjectId, charge.Subject, charge.BalanceAfter));
    }

    [Fact]
    public async Task A_file_name_is_taken_as_it_is_and_in_UTF8_only()
    {
        using var latin = new MultipartFormDataContent { File("Grüße.pdf", PdfType, Pdf) };
        latin.HeaderEncodingSelector = (_, _) => Encoding.Latin1;
        using var refused = await SendAsync("POST", At("/api/v1/documents/analyze"), latin, Key);
        await RefusedAsync(refused, 400);
        using var part = new ByteArrayContent(Pdf);
        part.Headers.ContentType = Type(PdfType);
        using var form = new MultipartFormDataContent { { part, "file", "Grüße.pdf" } };
        using var response = await SendAsync("POST", At("/api/v1/documents/analyze"), form, Key);
        Assert.Contains("=?utf-8?B?", await RefusedAsync(response, 400), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_largest_file_has_50_MB()
    {
        using var largest = new PatternContent(50 * 1024 * 1024, PdfType);
        using var fits = await AnalyzeAsync(largest);
        await OkAsync(fits);
        using var larger = new PatternContent((50 * 1024 * 1024) + 1, PdfType);
        using var refused = await AnalyzeAsync(larger);
        Assert.Contains("50 MB", await RefusedAsync(refused, 400), StringComparison.Ordinal);
        Assert.Single(Host.Ozor.Charges);
    }

    [Fact]
    public async Task A_failed_analysis_is_500_and_costs_nothing()
    {
        Host.Ozor.Options.FailAnalyses = 1;
        using var failed = await AnalyzeAsync(File("a.pdf", PdfType, Pdf));
        Assert.Equal(Host.Ozor.Options.AnalysisError, await RefusedAsync(failed, 500));
        using var unreachable = await AnalyzeAsync(Field("url", "http://nowhere.invalid/page"));
        Assert.Contains("URL fetch failed", await RefusedAsync(unreachable, 500), StringComparison.Ordinal);
        Assert.Empty(Host.Ozor.Charges);
        using var next = await AnalyzeAsync(Field("url", "http://example.com/page?q=1"));
        var plan = (await OkAsync(next))["plan"]!.AsObject();
        Assert.Null(plan["fileName"]);
        Assert.Equal(("http://example.com/page?q=1", "url"), (Text(plan, "sourceUrl"), Text(plan, "fileType")));
        Assert.Single(Host.Ozor.Charges);
    }

    [Fact]
    public async Task The_image_URLs_of_a_plan_are_fresh_on_every_read()
    {
        Host.Ozor.Options.ImageUrlSeconds = 100;
        var first = ImageUrl(await PlanAsync(Draft));
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], (await BytesAsync(first))[..4]);
        Host.Storage.ExpireUrls();
        using var expired = await Http.GetAsync(new Uri(first));
        Assert.Equal(HttpStatusCode.Forbidden, expired.StatusCode);
        await BytesAsync(ImageUrl(await PlanAsync(Draft)));
        Host.Ozor.Options.BarePlan = true;
        Assert.Equal(Draft, Text(await OkAsync("GET", "/documents/plans/" + Draft), "planId"));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"scene":[]}""")]
    [InlineData("""{"scenes":{}}""")]
    [InlineData("""{"scenes":[]}""")]
    [InlineData("""{"scenes":null}""")]
    [InlineData("""{"scenes":[{"order":1,"sceneTitle":"a","scenePrompt":"b"}]}""")]
    [InlineData("""{"scenes":[{"sceneTitle":"a","scenePrompt":"b","voiceoverText":"c"}]}""")]
    [InlineData("""{"scenes":[{"order":"1","sceneTitle":"a","scenePrompt":"b","voiceoverText":"c"}]}""")]
    [InlineData("""{"scenes":[{"order":2,"sceneTitle":"a","scenePrompt":"b","voiceoverText":"c"}]}""")]
    [InlineData("""{"scenes":[{"order":1,"sceneTitle":"a","scenePrompt":"b","voiceoverText":null}]}""")]
    [InlineData("""{"scenes":[{"order":1,"sceneTitle":"a","scenePrompt":"b","voiceoverText":"c","durationSec":5}]}""")]
    [InlineData("""{"scenes":[{"order":1,"sceneTitle":"a","scenePrompt":"b","voiceoverText":"c","keyPoints":"intro"}]}""")]
    [InlineData("""{"scenes":[{"order":1,"sceneTitle":"a","scenePrompt":"b","voiceoverText":"c","keyPoints":[1]}]}""")]
    [InlineData("""{"scenes":[{"order":1,"sceneTitle":"a","scenePrompt":"b","voiceoverText":"c","imageRefs":["x.png"]}]}""")]
    [InlineData("""{"scenes":[{"order":1,"sceneTitle":"a","scenePrompt":"b","voiceoverText":"c","imageRefs":[{"storagePath":"users/uid/other.png"}]}]}""")]
    [InlineData("""{"scenes":[{"order":1,"sceneTitle":"a","scenePrompt":"b","voiceoverText":"c","imageRefs":[{"storagePath":"users/uid/plans/plan_000000000001/page_0_img_0.png","url":"https://example.com"}]}]}""")]
    [InlineData("""{"scenes":[{"order":1,"sceneTitle":"a","scenePrompt":"b","voiceoverText":"c"},{"order":1,"sceneTitle":"a","scenePrompt":"b","voiceoverText":"c"}]}""")]
    [InlineData("""{"voiceSettings":[]}""")]
    [InlineData("""{"voiceSettings":{"voiceId":"Nova"}}""")]
    [InlineData("""{"voiceSettings":{"voiceId":null}}""")]
    [InlineData("""{"voiceSettings":{"voice":"nova"}}""")]
    [InlineData("""{"voiceSettings":{"speakingStyle":1}}""")]
    [InlineData("""{"voiceSettings":{"speakingRate":0.49}}""")]
    [InlineData("""{"voiceSettings":{"speakingRate":2.01}}""")]
    [InlineData("""{"voiceSettings":{"speakingRate":"1"}}""")]
    [InlineData("""{"status":"draft"}""")]
    public async Task A_wrong_change_of_a_plan_is_400_and_changes_nothing(string body)
    {
        await RefusedAsync(400, "PATCH", "/documents/plans/" + Draft, body);
        Assert.Equal(6, Host.Ozor.FindPlan(Draft)!.Scenes.Count);
        Assert.Null(Host.Ozor.FindPlan(Draft)!.VoiceSettings);
    }

    [Fact]
    public async Task Scenes_are_replaced_whole_and_voice_settings_alone_leave_them()
    {
        var voice = await OkAsync("PATCH", "/documents/plans/" + Draft, """{"voiceSettings":{"voiceId":"sky","speakingRate":2}}""");
        Assert.Equal(6, voice["plan"]!["scenes"]!.AsArray().Count);
        Assert.False(voice["plan"]!.AsObject().ContainsKey("voiceSettings"));
        var changed = await OkAsync("PATCH", "/documents/plans/" + Draft, $$"""{"scenes":[{{Scene}},{{Scene.Replace("\"order\":1", "\"order\":2", StringComparison.Ordinal).Replace("\"c\"", "\"\"", StringComparison.Ordinal)}}]}""");
        Assert.Equal(2, changed["plan"]!["scenes"]!.AsArray().Count);
        Assert.Equal(0, changed["plan"]!["creditsCost"]!.GetValue<int>());
        Assert.Equal("sky", Host.Ozor.FindPlan(Draft)!.VoiceSettings!["voiceId"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("draft", true)]
    [InlineData("failed", true)]
    [InlineData("generating", false)]
    [InlineData("generated", false)]
    public async Task Only_a_draft_or_failed_plan_is_changed_and_generated(string status, bool allowed)
    {
        Host.Ozor.FindPlan(Draft)!.Status = status;
        using var patch = await ApiAsync("PATCH", "/documents/plans/" + Draft, $$"""{"scenes":[{{Scene}}]}""");
        using var generate = await StreamAsync(Draft);
        Assert.Equal(allowed ? HttpStatusCode.OK : HttpStatusCode.BadRequest, patch.StatusCode);
        Assert.Equal(allowed ? HttpStatusCode.OK : HttpStatusCode.BadRequest, generate.StatusCode);
        if (!allowed)
            Assert.Contains(status, await RefusedAsync(generate, 400), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_generation_takes_no_body()
    {
        await RefusedAsync(400, "POST", $"/documents/plans/{Draft}/generate", "{}");
        using var empty = new ByteArrayContent([]);
        using var response = await SendAsync("POST", At($"/api/v1/documents/plans/{Draft}/generate"), empty, Key);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_plan_is_generated_with_a_stream_of_events_and_paid_at_its_end()
    {
        Host.Ozor.Options.Manual = true;
        using var response = await StreamAsync(Draft);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var generation = Host.Ozor.FindGeneration(Draft)!;
        Host.Ozor.Advance(generation);
        Assert.Equal("""data: {"step":"init","detail":"Starting generation","pct":0}""", await reader.ReadLineAsync());
        Assert.Equal("generating", Text(await PlanAsync(Draft), "status"));
        await RefusedAsync(400, "PATCH", "/documents/plans/" + Draft, """{"voiceSettings":{}}""");
        await RefusedAsync(400, "POST", $"/documents/plans/{Draft}/generate");
        Assert.Equal(3, Host.Ozor.Reserved);
        while (generation.Emitted < generation.Events.Count - 1)
            Host.Ozor.Advance(generation);
        Assert.Empty(Host.Ozor.Charges);
        Host.Ozor.Advance(generation);
        var events = Events(await reader.ReadToEndAsync());
        Assert.Equal(["tts", "scenes", "assembly", "done"], events.Select(item => Text(item, "step")).Distinct());
        var projectId = Text(events[^1], "projectId");
        var plan = await PlanAsync(Draft);
        Assert.Equal(("generated", projectId), (Text(plan, "status"), Text(plan, "projectId")));
        var charge = Assert.Single(Host.Ozor.Charges);
        Assert.Equal(("plan", Draft, 3, 7), (charge.Operation, charge.ObjectId, charge.Credits, charge.BalanceAfter));
        Host.Ozor.Complete(await ExportAsync(projectId));
        await BytesAsync(Text(await OkAsync("GET", "/videos/" + projectId), "downloadUrl"));
        Assert.Equal(projectId, Text((await OkAsync("GET", "/videos?limit=1"))["videos"]![0]!.AsObject(), "videoId"));
    }

    [Fact]
    public async Task A_failed_generation_ends_with_an_error_event_and_costs_nothing()
    {
        Host.Ozor.Options.FailGenerations = 1;
        Host.Ozor.Options.GenerationError = "TTS failed: no voice";
        using var response = await StreamAsync(Draft);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var last = Events(await response.Content.ReadAsStringAsync())[^1];
        Assert.Equal(("error", "TTS failed: no voice", -1), (Text(last, "step"), Text(last, "detail"), last["pct"]!.GetValue<int>()));
        var plan = await PlanAsync(Draft);
        Assert.Equal(("failed", "TTS failed: no voice"), (Text(plan, "status"), Text(plan, "error")));
        Assert.Empty(Host.Ozor.Charges);
        using var again = await StreamAsync(Draft);
        Assert.Equal("done", Text(Events(await again.Content.ReadAsStringAsync())[^1], "step"));
        Assert.Null((await PlanAsync(Draft))["error"]);
    }

    [Fact]
    public async Task The_stream_can_have_CRLF_comments_and_two_done_events()
    {
        Host.Ozor.Options.StreamCrLf = true;
        Host.Ozor.Options.StreamComments = true;
        Host.Ozor.Options.DoneTwice = true;
        Host.Ozor.Options.StreamChunkBytes = 1;
        Host.Ozor.Options.EventMs = 1;
        using var response = await StreamAsync(Failed);
        var text = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("\n", text.Replace("\r\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains(": keep-alive\r\n\r\ndata: ", text, StringComparison.Ordinal);
        var done = Events(text.Replace("\r\n", "\n", StringComparison.Ordinal)).Where(item => Text(item, "step") == "done").ToArray();
        Assert.Equal(2, done.Length);
        Assert.False(done[0].ContainsKey("projectId"));
        Assert.Equal(Host.Ozor.FindPlan(Failed)!.ProjectId, Text(done[1], "projectId"));
        Assert.Single(Host.Ozor.Charges);
    }

    [Fact]
    public async Task The_stream_can_end_without_its_last_event_and_the_plan_tells()
    {
        Host.Ozor.Options.OmitDone = true;
        using (var response = await StreamAsync(Draft))
            Assert.DoesNotContain("projectId", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("generated", Text(await PlanAsync(Draft), "status"));
        Host.Ozor.Options.OmitDone = false;
        Host.Ozor.Options.LeaveGenerating = true;
        using (var response = await StreamAsync(Failed))
            Assert.Equal("assembly", Text(Events(await response.Content.ReadAsStringAsync())[^1], "step"));
        Assert.Equal("generating", Text(await PlanAsync(Failed), "status"));
        Assert.Single(Host.Ozor.Charges);
    }

    [Fact]
    public async Task The_events_can_be_anything()
    {
        Host.Ozor.Options.StreamEvents =
        [
            "retry: 10\n\nid: 1\nevent: message\ndata: {\"step\":\"init\",\ndata: \"pct\":0}\n\n",
            new JsonObject { ["step"] = "done", ["pct"] = 100, ["projectId"] = "{projectId}" },
        ];
        using var response = await StreamAsync(Draft);
        var projectId = Host.Ozor.FindGeneration(Draft)!.ProjectId;
        Assert.Equal(
            "retry: 10\n\nid: 1\nevent: message\ndata: {\"step\":\"init\",\ndata: \"pct\":0}\n\ndata: {\"step\":\"done\",\"pct\":100,\"projectId\":\"" + projectId + "\"}\n\n",
            await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(62)]
    public async Task A_fault_cuts_the_stream_anywhere_and_the_generation_goes_on(int bytes)
    {
        // The first event has 62 bytes.
        Host.Faults.Add(new FaultRule { Service = "ozor", PathContains = "/generate", Action = new FaultAction { Kind = FaultKind.CutAnswer, AfterBytes = bytes } });
        using var response = await StreamAsync(Draft);
        using var received = new MemoryStream();
        await Assert.ThrowsAnyAsync<Exception>(async () => await response.Content.CopyToAsync(received));
        Assert.Equal(bytes, received.Length);
        Assert.True(Host.Ozor.FindGeneration(Draft)!.Events[0].Length == 62);
        await AssertGeneratedAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(15)]
    public async Task The_stream_can_be_cut_after_any_event_and_the_generation_goes_on(int events)
    {
        Host.Ozor.Options.CutAfterEvents = events;
        using var response = await StreamAsync(Draft);
        using var received = new MemoryStream();
        await Assert.ThrowsAnyAsync<Exception>(async () => await response.Content.CopyToAsync(received));
        Assert.Equal(events, Events(Encoding.UTF8.GetString(received.ToArray())).Length);
        await AssertGeneratedAsync();
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_the_generation_only_if_it_is_set()
    {
        Host.Ozor.Options.Manual = true;
        (await StreamAsync(Draft)).Dispose();
        await Host.Requests.WaitAsync(log => log.All[^1].Finished).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("generating", Host.Ozor.FindPlan(Draft)!.Status);
        Host.Ozor.Complete(Host.Ozor.FindGeneration(Draft)!);
        await AssertGeneratedAsync();

        Host.Ozor.Options.StopWhenClientGone = true;
        (await StreamAsync(Failed)).Dispose();
        await Host.Ozor.WaitAsync(ozor => ozor.FindPlan(Failed)!.Status == "failed").WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Single(Host.Ozor.Charges);
    }

    [Fact]
    public async Task An_answer_that_is_lost_has_its_effect_once()
    {
        Host.Faults.Add(new FaultRule { Service = "ozor", Method = "POST", Times = null, Action = new FaultAction { Kind = FaultKind.CutAfterHandler } });
        await Assert.ThrowsAsync<HttpRequestException>(() => ApiAsync("POST", "/videos/generate", """{"prompt":"lost"}"""));
        await Assert.ThrowsAsync<HttpRequestException>(() => AnalyzeAsync(File("lost.pdf", PdfType, Pdf)));
        await Assert.ThrowsAsync<HttpRequestException>(() => StreamAsync(Draft));
        await Host.Ozor.WaitAsync(ozor => ozor.Charges.Count == 3).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["lost", "lost.pdf", "pitch-deck.pdf"], Host.Ozor.Charges.Select(charge => charge.Subject).Order());
        Assert.Equal(5, Host.Ozor.Balance);
    }

    [Fact]
    public async Task The_control_API_sets_what_a_test_in_another_process_needs()
    {
        using var options = await SendAsync("PUT", Control("/options"), new StringContent("""{"manual":true,"jobWords":{"processing":"thinking"}}"""));
        Assert.Equal(HttpStatusCode.OK, options.StatusCode);
        using var unknown = await SendAsync("PUT", Control("/options"), new StringContent("""{"manul":true}"""));
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        var (videoId, job) = await GenerateAsync();
        using var advance = await SendAsync("POST", Control($"/jobs/{job.JobId}/advance"));
        Assert.Equal("processing", Text(await JsonAsync(advance), "status"));
        Assert.Equal("thinking", Text(await OkAsync("GET", $"/videos/{videoId}/jobs/{job.JobId}"), "status"));
        using var fail = await SendAsync("PUT", Control($"/jobs/{job.JobId}"), new StringContent("""{"error":"no"}"""));
        var waiting = SendAsync("GET", Control($"/jobs/{job.JobId}?status=failed"));
        using var toEnd = await SendAsync("POST", Control("/advance"), new StringContent("""{"toEnd":true}"""));
        Assert.Equal(1, (await JsonAsync(toEnd))["steps"]!.GetValue<int>());
        using var waited = await waiting;
        Assert.Equal("failed", Text(await JsonAsync(waited), "status"));
        using var balance = await SendAsync("PUT", Control("/balance"), new StringContent("""{"credits":3}"""));
        using var rename = await SendAsync("PUT", Control("/videos/videoready"), new StringContent("""{"title":"../../evil","conversationId":"conv_2"}"""));
        Assert.Equal("../../evil", Text(await OkAsync("GET", "/videos/videoready"), "title"));
        await OkAsync("GET", "/videos/videoready/conversations/conv_2/tool-trace");
        using var videos = await SendAsync("POST", Control("/videos"), new StringContent("""{"count":3}"""));
        using var plan = await SendAsync("POST", Control("/plans"), new StringContent("""{"scenes":3,"unvoiced":1}"""));
        Assert.Equal(1, (await JsonAsync(plan))["creditsCost"]!.GetValue<int>());
        using var key = await SendAsync("POST", Control("/keys"), new StringContent("""{"name":"x","revoked":true}"""));
        Assert.Equal(HttpStatusCode.Created, key.StatusCode);
        using var all = await SendAsync("GET", Control(""));
        var state = await JsonAsync(all);
        Assert.Equal(3, state["balance"]!.GetValue<int>());
        Assert.Equal(
            ["options", "balance", "reserved", "charges", "keys", "videos", "jobs", "exports", "plans", "generations"],
            state.Select(field => field.Key));
    }

    [Fact]
    public async Task A_reset_forgets_what_runs()
    {
        Host.Ozor.Options.Manual = true;
        var (_, job) = await GenerateAsync();
        Host.Reset();
        Assert.Empty(Host.Ozor.Jobs);
        Assert.Equal((10, 0), (Host.Ozor.Balance, Host.Ozor.Reserved));
        Assert.False(Host.Ozor.Options.Manual);
        Assert.Equal("queued", job.Status);
    }

    private static string ImageUrl(JsonObject plan) => plan["scenes"]![0]!["imageRefs"]![0]!["url"]!.GetValue<string>();

    private static List<string> Boxes(byte[] mp4)
    {
        List<string> boxes = [];
        for (var at = 0; at < mp4.Length; at += System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(mp4.AsSpan(at)))
            boxes.Add(Encoding.ASCII.GetString(mp4, at + 4, 4));
        return boxes;
    }

    private string Control(string path) => Host.ControlUri.GetLeftPart(UriPartial.Authority) + "/state/ozor" + path;

    private async Task<byte[]> BytesAsync(string url)
    {
        using var response = await Http.GetAsync(new Uri(url));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsByteArrayAsync();
    }

    private async Task AssertGeneratedAsync()
    {
        await Host.Ozor.WaitAsync(ozor => ozor.FindPlan(Draft)!.Status == "generated").WaitAsync(TimeSpan.FromSeconds(30));
        Assert.NotNull((await PlanAsync(Draft))["projectId"]);
        Assert.Single(Host.Ozor.Charges);
    }

    /// <summary>A PDF of any size that needs no memory.</summary>
    private sealed class PatternContent : HttpContent
    {
        private readonly long _length;

        public PatternContent(long length, string type)
        {
            _length = length;
            Headers.TryAddWithoutValidation("Content-Disposition", "form-data; name=\"file\"; filename=\"large.pdf\"");
            Headers.ContentType = new MediaTypeHeaderValue(type);
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var block = new byte[64 * 1024];
            Pdf.CopyTo(block, 0);
            for (var left = _length; left > 0; left -= block.Length)
                await stream.WriteAsync(block.AsMemory(0, (int)Math.Min(left, block.Length)));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _length;
            return true;
        }
    }
}
