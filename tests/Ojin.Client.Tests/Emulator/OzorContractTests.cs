using System.Text.Json.Nodes;
using Xunit;

namespace Ojin.Client.Tests.Emulator;

/// <summary>Every example of Ozor's contract: what it shows as a request is taken, and what it shows as an answer comes back in that shape.</summary>
public sealed class OzorContractTests : OzorEmulatorTest
{
    private const string Iso = @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$";
    private const string Draft = "plan_000000000001";

    [Fact]
    public async Task A_key_is_created_listed_and_revoked()
    {
        using var created = await KeysAsync("POST", "", """{ "name": "Production" }""");
        var key = await OkAsync(created);
        AssertShape(
            """
            {
              "keyId": "abc123xyz",
              "name": "Production",
              "prefix": "sk_live_a1b2",
              "rawKey": "sk_live_a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6",
              "createdAt": 1705312200000
            }
            """,
            key);
        Assert.Matches("^sk_live_[0-9a-f]{32}$", Text(key, "rawKey"));
        Assert.Equal(Text(key, "rawKey")[..12], Text(key, "prefix"));
        AssertNow(DateTimeOffset.FromUnixTimeMilliseconds(key["createdAt"]!.GetValue<long>()));
        using var listed = await KeysAsync("GET");
        var list = JsonNode.Parse(await listed.Content.ReadAsStringAsync())!.AsArray();
        Assert.Null(list[^1]!["lastUsedAt"]);
        await OkAsync("GET", "/videos", key: Text(key, "rawKey"));
        using var again = await KeysAsync("GET");
        list = JsonNode.Parse(await again.Content.ReadAsStringAsync())!.AsArray();
        AssertShape(
            """
            [
              {
                "keyId": "abc123xyz",
                "name": "Production",
                "prefix": "sk_live_a1b2",
                "status": "active",
                "createdAt": 1705312200000,
                "lastUsedAt": 1705400100000
              }
            ]
            """,
            new JsonArray(list[^1]!.DeepClone()));
        using var revoked = await KeysAsync("DELETE", "/" + Text(key, "keyId"));
        Assert.Equal($"API key {Text(key, "keyId")} revoked", Text(await OkAsync(revoked), "message"));
    }

    [Fact]
    public async Task The_first_call_and_the_quickstart_are_taken()
    {
        await OkAsync("POST", "/videos/generate", """{"prompt": "A 15-second ad for a minimalist desk lamp"}""");
        await OkAsync("POST", "/videos/generate", """
            {
              "prompt": "A 20s product teaser for a wireless headphone",
              "aspect": "16:9",
              "export": true,
              "exportQuality": "1080p",
              "exportIsPublic": true
            }
            """);
    }

    [Fact]
    public async Task A_video_is_generated_exported_and_read()
    {
        Host.Ozor.Options.Manual = true;
        var answer = await OkAsync("POST", "/videos/generate", """
            {
              "prompt": "Create a 30-second product showcase for a wireless headphone",
              "aspect": "16:9",
              "export": true,
              "exportQuality": "1080p",
              "exportIsPublic": true,
              "images": [
                { "url": "https://example.com/product.jpg" }
              ],
              "videos": [
                { "url": "https://example.com/clip.mp4", "mimeType": "video/mp4", "durationSec": 8.5 }
              ]
            }
            """);
        AssertShape("""{ "videoId": "abc123", "jobId": "job_s0m3R4nd0mId", "status": "pending" }""", answer);
        Assert.Equal("pending", Text(answer, "status"));
        Assert.StartsWith("job_", Text(answer, "jobId"), StringComparison.Ordinal);
        var (id, job) = (Text(answer, "videoId"), Host.Ozor.FindJob(Text(answer, "jobId"))!);
        var path = $"/videos/{id}/jobs/{job.JobId}";
        Host.Ozor.Advance(job);
        var running = await OkAsync("GET", path);
        AssertShape("""{ "videoId": "abc123", "jobId": "job_s0m3R4nd0mId", "status": "processing", "createdAt": "2026-04-20T10:30:00Z" }""", running);
        Assert.Matches(Iso, Text(running, "createdAt"));
        Host.Ozor.Complete(job);
        var completed = await OkAsync("GET", path);
        AssertShape("""{ "videoId": "abc123", "jobId": "job_s0m3R4nd0mId", "status": "completed", "response": "I've added the logo.", "createdAt": "2026-04-20T10:30:00Z" }""", completed);
        Host.Ozor.AdvanceAll();
        Host.Ozor.AdvanceAll();
        var video = await OkAsync("GET", "/videos/" + id);
        AssertShape(
            """
            {
              "videoId": "abc123",
              "title": "Product showcase...",
              "status": "draft",
              "editorUrl": "https://ozor.ai/editor?projectId=abc123",
              "createdAt": "2026-04-20T10:30:00Z",

              "exportId": "exp_xyz789",
              "exportStatus": "complete",
              "downloadUrl": "https://storage.googleapis.com/.../video.mp4",
              "shareUrl":    "https://storage.googleapis.com/.../video.mp4",
              "shareCode":   "a3kf92p",
              "thumbnailUrl":"https://storage.googleapis.com/.../thumb.jpg",
              "exportError": null
            }
            """,
            video);
        Assert.Equal("https://ozor.ai/editor?projectId=" + id, Text(video, "editorUrl"));
        Assert.Matches("^[a-z0-9]{7}$", Text(video, "shareCode"));
        Assert.EndsWith("/video.mp4", Text(video, "shareUrl"), StringComparison.Ordinal);
        AssertNow(DateTimeOffset.Parse(Text(video, "createdAt"), System.Globalization.CultureInfo.InvariantCulture));
        var list = await OkAsync("GET", "/videos?limit=1");
        AssertShape(
            """
            {
              "videos": [
                {
                  "videoId": "abc123",
                  "title": "Product showcase for a wirel...",
                  "status": "draft",
                  "editorUrl": "https://ozor.ai/editor?projectId=abc123",
                  "createdAt": "2026-04-20T10:30:00Z"
                }
              ]
            }
            """,
            list);
        Assert.Matches(Iso, Text(list["videos"]![0]!.AsObject(), "createdAt"));
    }

    [Fact]
    public async Task A_job_fails()
    {
        Host.Ozor.Options.Manual = true;
        Host.Ozor.Options.FailJobs = 1;
        var answer = await OkAsync("POST", "/videos/videoready/message", """
            {
              "message": "Add our logo in the top-right corner of every scene",
              "images": [ { "base64": "iVBORw0KGgo=", "mimeType": "image/png" } ]
            }
            """);
        AssertShape("""{ "videoId": "abc123", "jobId": "job_s0m3R4nd0mId", "status": "queued" }""", answer);
        Assert.Equal("queued", Text(answer, "status"));
        Host.Ozor.Complete(Host.Ozor.FindJob(Text(answer, "jobId"))!);
        AssertShape(
            """{ "videoId": "abc123", "jobId": "job_s0m3R4nd0mId", "status": "failed", "error": "Agent encountered an error: ...", "createdAt": "2026-04-20T10:30:00Z" }""",
            await OkAsync("GET", "/videos/videoready/jobs/" + Text(answer, "jobId")));
    }

    [Fact]
    public async Task An_export_is_queued_and_then_cached()
    {
        Host.Ozor.Options.Manual = true;
        const string Request = """{ "quality": "1080p", "isPublic": true }""";
        const string Queued = """{ "videoId": "abc123", "exportId": "exp_xyz789", "exportStatus": "queued", "shareCode": "a3kf92p" }""";
        var export = await OkAsync("POST", "/videos/videoready/export", Request);
        AssertShape(Queued, export);
        Assert.Equal("queued", Text(export, "exportStatus"));
        Assert.StartsWith("exp_", Text(export, "exportId"), StringComparison.Ordinal);
        Host.Ozor.Complete(Host.Ozor.FindExport(Text(export, "exportId"))!);
        var cached = await OkAsync("POST", "/videos/videoready/export", Request);
        Assert.Equal("complete", Text(cached, "exportStatus"));
        foreach (var url in (string[])["downloadUrl", "shareUrl", "thumbnailUrl"])
            Assert.True(Uri.IsWellFormedUriString(Text(cached, url), UriKind.Absolute));
    }

    [Fact]
    public async Task A_trace_is_read() => AssertShape(
        """
        {
          "videoId": "abc123",
          "conversationId": "conv_xyz",
          "totalAssistantTurns": 3,
          "totalToolCalls": 11,
          "messages": [
            {
              "messageId": "msg_1",
              "createdAt": "2026-04-20T10:30:05Z",
              "textPreview": "I've created the opening scene...",
              "toolCalls": [
                { "name": "create_scene", "args": { "order": 1, "title": "Intro" } }
              ]
            }
          ]
        }
        """,
        await OkAsync("GET", "/videos/videoready/conversations/conv_ready/tool-trace"));

    [Fact]
    public async Task The_voices_are_the_contracts() => Assert.Equal(
        JsonNode.Parse("""
            {
              "voices": [
                { "id": "aria",   "label": "Aria",   "gender": "female",  "character": "Clear, precise" },
                { "id": "nova",   "label": "Nova",   "gender": "female",  "character": "Warm, natural" },
                { "id": "felix",  "label": "Felix",  "gender": "male",    "character": "Playful, upbeat" },
                { "id": "marcus", "label": "Marcus", "gender": "male",    "character": "Neutral, professional" },
                { "id": "thor",   "label": "Thor",   "gender": "male",    "character": "Deep, authoritative" },
                { "id": "luna",   "label": "Luna",   "gender": "female",  "character": "Soft, calm" },
                { "id": "owen",   "label": "Owen",   "gender": "male",    "character": "Steady, trustworthy" },
                { "id": "sky",    "label": "Sky",    "gender": "neutral", "character": "Light, friendly" }
              ]
            }
            """)!.ToJsonString(),
        (await OkAsync("GET", "/documents/voices")).ToJsonString());

    [Fact]
    public async Task A_document_is_analyzed_read_and_changed()
    {
        const string Plan = """
            {
              "plan": {
                "planId": "plan_a1b2c3d4e5f6",
                "fileName": "pitch-deck.pdf",
                "fileType": "pdf",
                "sourceUrl": null,
                "aspectRatio": "16:9",
                "status": "draft",
                "language": "en",
                "style": {
                  "colors": ["#0F172A", "#3B82F6"],
                  "fonts": ["Inter"],
                  "tone": "professional",
                  "layout": "slide"
                },
                "scenes": [
                  {
                    "order": 1,
                    "sceneTitle": "Introduction",
                    "scenePrompt": "A blue-tinted title card with the company logo fading in...",
                    "voiceoverText": "Welcome to Acme.",
                    "imageRefs": [
                      { "storagePath": "users/uid/plans/plan_.../page_0_img_0.png",
                        "url": "https://storage.googleapis.com/..." }
                    ],
                    "keyPoints": ["intro", "brand"]
                  }
                ],
                "projectId": null,
                "error": null,
                "createdAt": 1705312200,
                "updatedAt": 1705312200,
                "createdVia": "api",
                "creditsCost": 3
              }
            }
            """;
        using var response = await AnalyzeAsync(File("pitch-deck.pdf", PdfType, Pdf));
        var analyzed = await OkAsync(response);
        AssertShape(Plan, analyzed);
        var plan = analyzed["plan"]!.AsObject();
        Assert.Matches("^plan_[0-9a-f]{12}$", Text(plan, "planId"));
        Assert.Equal(3, plan["creditsCost"]!.GetValue<int>());
        AssertNow(DateTimeOffset.FromUnixTimeSeconds(plan["createdAt"]!.GetValue<long>()));
        AssertNow(DateTimeOffset.FromUnixTimeSeconds(plan["updatedAt"]!.GetValue<long>()));
        AssertShape(Plan, await OkAsync("GET", "/documents/plans/" + Text(plan, "planId")));
        var body = """
            {
              "scenes": [
                {
                  "order": 1,
                  "sceneTitle": "Introduction",
                  "scenePrompt": "A blue-tinted title card...",
                  "voiceoverText": "Welcome to Acme — we're reimagining collaboration.",
                  "imageRefs": [
                    { "storagePath": "users/uid/plans/plan_.../page_0_img_0.png" }
                  ],
                  "keyPoints": ["intro"]
                }
              ],
              "voiceSettings": {
                "voiceId": "nova",
                "speakingStyle": "warm",
                "speakingRate": 1.0
              }
            }
            """.Replace("plan_...", Text(plan, "planId"), StringComparison.Ordinal);
        var changed = await OkAsync("PATCH", "/documents/plans/" + Text(plan, "planId"), body);
        AssertShape(Plan, changed);
        Assert.Equal("Welcome to Acme — we're reimagining collaboration.", changed["plan"]!["scenes"]![0]!["voiceoverText"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_plan_is_generated_in_the_typical_sequence()
    {
        using var response = await StreamAsync(Draft);
        var text = await response.Content.ReadAsStringAsync();
        foreach (var block in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
            Assert.StartsWith("data: {", block, StringComparison.Ordinal);
        var events = Events(text);
        AssertShape("""{"step": "init", "detail": "Starting generation", "pct": 0}""", events[0]);
        AssertShape("""{"step": "done", "detail": "Video project ready!", "pct": 100, "projectId": "abc123"}""", events[^1]);
        Assert.Equal(["init", "tts", "scenes", "assembly", "done"], events.Select(item => Text(item, "step")).Distinct());
        Assert.Contains(events, item => Text(item, "detail") == "Generating voiceover 1/6");
        Assert.Contains(events, item => Text(item, "detail") == "Rendering scene 3/6");
        var pct = events.Select(item => item["pct"]!.GetValue<int>()).ToArray();
        Assert.Equal(pct.Order(), pct);
        var export = await OkAsync("POST", $"/videos/{Text(events[^1], "projectId")}/export", """{ "quality": "1080p", "isPublic": true }""");
        Assert.Equal("queued", Text(export, "exportStatus"));
    }

    [Fact]
    public async Task A_generation_fails_with_an_event()
    {
        Host.Ozor.Options.FailGenerations = 1;
        using var response = await StreamAsync(Draft);
        var last = Events(await response.Content.ReadAsStringAsync())[^1];
        AssertShape("""{"step": "error", "detail": "TTS failed: ...", "pct": -1}""", last);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(5, 2)]
    [InlineData(6, 3)]
    [InlineData(7, 3)]
    public async Task A_plan_costs_half_a_credit_for_each_voiced_scene_rounded_down(int voiced, int credits)
    {
        var plan = Host.Ozor.AddPlan(voiced + 2, unvoiced: 2);
        Assert.Equal(credits, (await PlanAsync(plan.PlanId))["creditsCost"]!.GetValue<int>());
        using var response = await StreamAsync(plan.PlanId);
        await response.Content.ReadAsStringAsync();
        Assert.Equal(credits, Host.Ozor.Charges.Sum(charge => charge.Credits));
        Assert.Equal(10 - credits, Host.Ozor.Balance);
    }

    private static void AssertNow(DateTimeOffset time) => Assert.InRange(DateTimeOffset.UtcNow - time, TimeSpan.FromSeconds(-2), TimeSpan.FromMinutes(5));

    /// <summary>The same fields in the same order, and values of the same kinds, as the contract's example has; of a list the first item counts.</summary>
    private static void AssertShape(string example, JsonNode actual) => AssertSame(JsonNode.Parse(example)!, actual, "$");

    private static void AssertSame(JsonNode? example, JsonNode? actual, string at)
    {
        Assert.True(example?.GetValueKind() == actual?.GetValueKind(), $"{at}: {actual?.ToJsonString() ?? "null"} instead of {example?.ToJsonString() ?? "null"}");
        if (example is JsonObject fields)
        {
            Assert.Equal(fields.Select(field => field.Key), actual!.AsObject().Select(field => field.Key));
            foreach (var (name, value) in fields)
                AssertSame(value, actual[name], $"{at}.{name}");
        }
        else if (example is JsonArray { Count: > 0 } items)
        {
            AssertSame(items[0], actual!.AsArray()[0], at + "[0]");
        }
    }
}
