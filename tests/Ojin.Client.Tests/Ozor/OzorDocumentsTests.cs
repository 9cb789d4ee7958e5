using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Ojin.Client.Tests.Http;
using Ojin.Http;
using Ojin.Json;
using Xunit;

namespace Ojin.Client.Tests.Ozor;

/// <summary>Voices, analyses and plans on the wire, with the contract's own examples as answers.</summary>
public sealed class OzorDocumentsTests : IDisposable
{
    private const string Key = "sk_live_a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6";
    private const string Token = "firebase-id-token-of-this-test";
    private const string PptxType = "application/vnd.openxmlformats-officedocument.presentationml.presentation";
    private const string DocxType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

    private const string Plan = """
        {
          "planId": "plan_a1b2c3d4e5f6", "fileName": "pitch-deck.pdf", "fileType": "pdf", "sourceUrl": null,
          "aspectRatio": "16:9", "status": "draft", "language": "en",
          "style": { "colors": ["#0F172A", "#3B82F6"], "fonts": ["Inter"], "tone": "professional", "layout": "slide" },
          "scenes": [
            {
              "order": 1, "sceneTitle": "Introduction", "scenePrompt": "A blue-tinted title card with the company logo fading in...",
              "voiceoverText": "Welcome to Acme — we're rethinking how teams collaborate.",
              "imageRefs": [ { "storagePath": "users/uid/plans/plan_.../page_0_img_0.png", "url": "https://storage.googleapis.com/b/p.png?X-Goog-Signature=cafe" } ],
              "keyPoints": ["intro", "brand"]
            },
            { "order": 2, "sceneTitle": "Silence", "scenePrompt": "Clouds", "voiceoverText": "  ", "imageRefs": [], "keyPoints": [] },
            { "order": 3, "sceneTitle": "End", "scenePrompt": "A logo", "voiceoverText": "Goodbye.", "mood": "calm" }
          ],
          "projectId": null, "error": null, "createdAt": 1705312200, "updatedAt": 1705312260, "createdVia": "api", "creditsCost": 1, "pages": 12
        }
        """;

    private static readonly TransportOptions Quick = new() { BaseDelay = TimeSpan.FromMilliseconds(1) };

    private static readonly JsonSerializerOptions UnescapedOptions = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("ojin-documents-");

    public static TheoryData<int, string> Outcomes => new() { { 400, "released" }, { 402, "released" }, { 403, "released" }, { 500, "kept" }, { 503, "kept" }, { 408, "kept" }, { 0, "kept" } };

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task Voices_are_listed()
    {
        await using var server = new RawServer(RawAnswer.Json("""
            { "voices": [ { "id": "aria", "label": "Aria", "gender": "female", "character": "Clear, precise" }, { "id": "sky", "label": "Sky", "gender": "neutral", "character": "Light, friendly", "sample": "s.mp3" } ] }
            """));

        var voices = await Client(server).ListVoicesAsync(default);

        Assert.Equal([("aria", "Aria", "female", "Clear, precise"), ("sky", "Sky", "neutral", "Light, friendly")], voices.Select(voice => (voice.VoiceId, voice.Label, voice.Gender, voice.Character)));
        Assert.Equal("s.mp3", voices[1].AdditionalProperties["sample"]);
        Assert.Equal("sky", voices[1].ToString());
        AssertRequest(server, "GET", "/api/v1/documents/voices");
        Assert.Equal("", server.Requests[0].Body);
    }

    [Theory]
    [InlineData("""{"voices":null}""")]
    [InlineData("""{"voices":[]}""")]
    public async Task No_voices_are_no_error(string json)
    {
        await using var server = new RawServer(RawAnswer.Json(json));

        Assert.Empty(await Client(server).ListVoicesAsync(default));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_plan_is_read_wrapped_or_bare(bool wrapped)
    {
        await using var server = new RawServer(RawAnswer.Json(wrapped ? $$"""{"plan":{{Plan}} }""" : Plan));

        var plan = await Client(server).GetPlanAsync("plan_a1b2c3d4e5f6", default);

        AssertRequest(server, "GET", "/api/v1/documents/plans/plan_a1b2c3d4e5f6");
        Assert.Equal(("plan_a1b2c3d4e5f6", "pitch-deck.pdf", "pdf", null, "16:9", "draft", "en"), (plan.PlanId, plan.FileName, plan.FileType, plan.SourceUrl, plan.AspectRatio, plan.Status, plan.Language));
        Assert.Equal((null, null, "api", 1), (plan.ProjectId, plan.Error, plan.CreatedVia, plan.CreditsCost));
        Assert.Equal((new DateTimeOffset(2024, 1, 15, 9, 50, 0, TimeSpan.Zero), new DateTimeOffset(2024, 1, 15, 9, 51, 0, TimeSpan.Zero)), (plan.CreatedAt, plan.UpdatedAt));
        Assert.Equal(["#0F172A", "#3B82F6"], plan.Style!.Colors);
        Assert.Equal(("Inter", "professional", "slide"), (Assert.Single(plan.Style.Fonts), plan.Style.Tone, plan.Style.Layout));
        Assert.Equal(12, plan.AdditionalProperties["pages"]);
        Assert.Equal("calm", plan.Scenes[2].AdditionalProperties["mood"]);
        Assert.Equal([1, 2, 3], plan.Scenes.Select(scene => scene.Order));
        Assert.Equal(["intro", "brand"], plan.Scenes[0].KeyPoints);
        Assert.Equal("Welcome to Acme — we're rethinking how teams collaborate.", plan.Scenes[0].VoiceoverText);
        Assert.Empty(plan.Scenes[2].ImageRefs);
        Assert.Equal(2, plan.VoicedScenes);
        Assert.Equal("plan_a1b2c3d4e5f6", plan.ToString());
    }

    [Fact]
    public async Task A_pictures_signature_is_in_no_text()
    {
        await using var server = new RawServer(RawAnswer.Json(Plan));

        var plan = await Client(server).GetPlanAsync("p", default);

        var picture = Assert.Single(plan.Scenes[0].ImageRefs);
        Assert.Equal("https://storage.googleapis.com/b/p.png?X-Goog-Signature=cafe", picture.Url?.ToUri().OriginalString);
        Assert.Equal("users/uid/plans/plan_.../page_0_img_0.png", picture.ToString());
        Assert.DoesNotContain("cafe", JsonSerializer.Serialize(plan, OzorDocumentsJson.Default.OzorPlan), StringComparison.Ordinal);
        Assert.DoesNotContain("cafe", picture.Url!.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"plan":null}""")]
    [InlineData("""{"plan":{}}""")]
    [InlineData("""{"plan":{"planId":"p","scenes":7}}""")]
    [InlineData("<html></html>")]
    public async Task An_answer_that_is_no_plan_is_told(string body)
    {
        await using var server = new RawServer(RawAnswer.Json(body));

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(server).GetPlanAsync("p", default));

        Assert.Equal(ErrorCodes.InvalidAnswer, error.Code);
    }

    [Fact]
    public async Task What_is_null_in_a_plan_is_empty()
    {
        await using var server = new RawServer(RawAnswer.Json("""{"plan":{"planId":"p","style":null,"scenes":[null,{"order":1,"voiceoverText":null,"imageRefs":null,"keyPoints":null},{"voiceoverText":"x","imageRefs":[null]}]}}"""));

        var plan = await Client(server).GetPlanAsync("p", default);

        Assert.Equal(1, plan.VoicedScenes);
        Assert.Equal(("", 0, 0), (plan.Scenes[1].VoiceoverText, plan.Scenes[1].ImageRefs.Count, plan.Scenes[1].KeyPoints.Count));
        (plan.Scenes[2].SceneTitle, plan.Scenes[2].ScenePrompt) = ("t", "p");
        Assert.Equal("""{"order":1,"sceneTitle":"t","scenePrompt":"p","voiceoverText":"x","imageRefs":[],"keyPoints":[]}""", plan.Scenes[2].ToWire(1).ToJson());
        Assert.Equal(0, OzorCost.OfPlan(plan).Credits);
    }

    [Fact]
    public async Task Ids_of_plans_stay_one_segment_of_the_path()
    {
        await using var server = new RawServer(RawAnswer.Json(Plan));
        var client = Client(server);

        await client.GetPlanAsync("a/b?c#ü", default);
        foreach (var id in new[] { "", " ", ".." })
        {
            foreach (var call in new Func<Task>[] { () => client.GetPlanAsync(id, default), () => client.UpdatePlanAsync(id, new OzorPlanEdit { VoiceId = "nova" }, default), () => client.GeneratePlanAsync(new OzorPlan { PlanId = id }, null, default) })
            {
                Assert.Equal(ErrorCodes.InvalidArgument, (await Assert.ThrowsAsync<OjinException>(call)).Code);
            }
        }

        AssertRequest(server, "GET", "/api/v1/documents/plans/a%2Fb%3Fc%23%C3%BC");
    }

    [Fact]
    public async Task A_document_is_a_form_byte_by_byte()
    {
        var path = File("größe \"1\" 東京.pdf", "%PDF-1.7\n%%EOF\n"u8);
        await using var server = new RawServer(RawAnswer.Json($$"""{"plan":{{Plan}} }"""));

        var plan = await Client(server).AnalyzeAsync(new OzorAnalysis { File = DocumentFile.FromDisk(path), TargetDurationSec = 60, Prompt = "Für Kinder, \"kurz\"\r\nund bündig", Aspect = "9:16" }, default);

        Assert.Equal("plan_a1b2c3d4e5f6", plan.PlanId);
        AssertRequest(server, "POST", "/api/v1/documents/analyze");
        var request = server.Requests[0];
        const string Start = "multipart/form-data; boundary=";
        Assert.StartsWith(Start, request.Headers["Content-Type"], StringComparison.Ordinal);
        var boundary = request.Headers["Content-Type"][Start.Length..].Trim('"');
        Assert.InRange(boundary.Length, 16, 70);
        var expected = $"""
            --{boundary}
            Content-Disposition: form-data; name="target_duration_sec"

            60
            --{boundary}
            Content-Disposition: form-data; name="prompt"

            Für Kinder, "kurz"
            und bündig
            --{boundary}
            Content-Disposition: form-data; name="aspect_ratio"

            9:16
            --{boundary}
            Content-Disposition: form-data; name="file"; filename="größe %221%22 東京.pdf"
            Content-Type: application/pdf

            %PDF-1.7{'\n'}%%EOF{'\n'}
            --{boundary}--

            """.ReplaceLineEndings("\r\n").Replace("%PDF-1.7\r\n%%EOF\r\n", "%PDF-1.7\n%%EOF\n", StringComparison.Ordinal);
        Assert.Equal(expected, request.Body);
        Assert.Equal(Encoding.UTF8.GetByteCount(expected).ToString(CultureInfo.InvariantCulture), request.Headers["Content-Length"]);
    }

    [Fact]
    public async Task A_web_page_is_a_form_with_its_address_alone()
    {
        await using var server = new RawServer(RawAnswer.Json($$"""{"plan":{{Plan}} }"""));

        await Client(server).AnalyzeAsync(new OzorAnalysis { Url = "https://example.com/a?b=c&d=ü" }, default);

        var request = server.Requests[0];
        var boundary = request.Headers["Content-Type"].Split("boundary=")[1].Trim('"');
        Assert.Equal($"--{boundary}\r\nContent-Disposition: form-data; name=\"url\"\r\n\r\nhttps://example.com/a?b=c&d=ü\r\n--{boundary}--\r\n", request.Body);
    }

    [Theory]
    [InlineData("deck.pptx", "ppt/presentation.xml", PptxType)]
    [InlineData("DECK.PPTX", "ppt/presentation.xml", PptxType)]
    [InlineData("text.docx", "word/document.xml", DocxType)]
    public async Task An_office_document_is_known_by_its_content(string name, string entry, string type)
    {
        await using var server = new RawServer(RawAnswer.Json(Plan));

        await Client(server).AnalyzeAsync(new OzorAnalysis { File = DocumentFile.FromDisk(Zip(name, "[Content_Types].xml", entry)) }, default);

        Assert.Contains($"filename=\"{name}\"\r\nContent-Type: {type}\r\n\r\nPK", server.Requests[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_document_is_told_before_any_call()
    {
        Unusable(File("text.pdf", "Just text."u8), "no PDF file");
        Unusable(File("picture.docx", "%PDF-1.7"u8), "no DOCX file");
        Unusable(Zip("sheet.pptx", "[Content_Types].xml", "xl/workbook.xml"), "no PPTX file");
        Unusable(Zip("letter.pptx", "[Content_Types].xml", "word/document.xml"), "no PPTX file");
        Unusable(Zip("archive.docx", "word/document.xml"), "no DOCX file");
        Unusable(File("cut.docx", [.. System.IO.File.ReadAllBytes(Zip("whole.docx", "[Content_Types].xml", "word/document.xml")).AsSpan(0, 60)]), "no DOCX file");
        Unusable(File("text.txt", "%PDF-1.7"u8), "takes .pdf, .pptx and .docx");
        Unusable(File("pdf", "%PDF-1.7"u8), "takes .pdf, .pptx and .docx");
        Unusable(File("empty.pdf", []), "is empty");
        Unusable(folder.FullName, "is a folder");
        Assert.Equal(ErrorCodes.FileNotFound, Assert.Throws<OjinException>(() => DocumentFile.FromDisk(Path.Combine(folder.FullName, "none.pdf"))).Code);
        using (var large = System.IO.File.Create(Path.Combine(folder.FullName, "large.pdf")))
        {
            large.Write("%PDF-1.7"u8);
            large.SetLength(DocumentFile.MaximumBytes + 1);
        }
        Unusable(Path.Combine(folder.FullName, "large.pdf"), "at most 50 MiB");
        using (var largest = System.IO.File.OpenWrite(Path.Combine(folder.FullName, "large.pdf"))) largest.SetLength(DocumentFile.MaximumBytes);
        Assert.Equal((DocumentFile.MaximumBytes, "application/pdf", "large.pdf"), DocumentFile.FromDisk(Path.Combine(folder.FullName, "large.pdf")) is var file ? (file.SizeBytes, file.ContentType, file.FileName) : default);
    }

    [Fact]
    public async Task A_document_that_changed_since_it_was_looked_at_is_not_sent()
    {
        var path = File("a.pdf", "%PDF-1.7"u8);
        var file = DocumentFile.FromDisk(path);
        System.IO.File.AppendAllText(path, "more");
        await using var server = new RawServer(RawAnswer.Json(Plan));
        var session = Session(server);

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(session).AnalyzeAsync(new OzorAnalysis { File = file }, default));

        Assert.Equal((ErrorCodes.FileChanged, 0), (error.Code, session.CreditsStarted));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task An_analysis_that_the_contract_forbids_is_told_before_any_call()
    {
        var file = DocumentFile.FromDisk(File("a.pdf", "%PDF-1.7"u8));
        await using var server = new RawServer(RawAnswer.Json(Plan));
        var session = Session(server);
        OzorAnalysis[] wrong =
        [
            new(),
            new() { File = file, Url = "https://example.com" },
            new() { Url = "ftp://example.com/a.pdf" },
            new() { Url = "example.com" },
            new() { Url = "/a/b" },
            new() { Url = "file:///etc/passwd" },
            new() { File = file, Aspect = "4:3" },
            new() { File = file, TargetDurationSec = 0 },
            new() { File = file, TargetDurationSec = -5 },
        ];

        foreach (var analysis in wrong)
        {
            var error = await Assert.ThrowsAsync<OjinException>(() => Client(session).AnalyzeAsync(analysis, default));
            Assert.Equal(ErrorCodes.InvalidArgument, error.Code);
            Assert.Contains("Nothing was sent", error.RecommendedAction, StringComparison.Ordinal);
        }

        Assert.Empty(server.Requests);
        Assert.Equal(0, session.CreditsStarted);
    }

    [Theory]
    [MemberData(nameof(Outcomes))]
    public async Task An_analysis_is_sent_once_and_its_credit_stays_booked_unless_nothing_happened(int status, string credit)
    {
        await using var server = new RawServer(status == 0 ? RawAnswer.ResetConnection : RawAnswer.Json("""{"detail":"Analysis failed."}""", status));
        var session = Session(server);

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(session).AnalyzeAsync(new OzorAnalysis { Url = "https://example.com" }, default));

        Assert.Single(server.Requests);
        Assert.Equal(credit == "kept", error.OutcomeUnknown);
        Assert.Equal(credit == "kept" ? 1 : 0, session.CreditsStarted);
        if (error.OutcomeUnknown) Assert.Contains("not sent again", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_analysis_goes_again_after_a_429_with_its_whole_form()
    {
        var file = DocumentFile.FromDisk(File("a.pdf", "%PDF-1.7"u8));
        await using var server = new RawServer(RawAnswer.Json("""{"detail":"Slow down."}""", 429, "Retry-After: 0"), RawAnswer.Json(Plan));
        var session = Session(server);

        await Client(session).AnalyzeAsync(new OzorAnalysis { File = file }, default);

        Assert.Equal(2, server.Requests.Count);
        Assert.All(server.Requests, request => Assert.Contains("%PDF-1.7", request.Body, StringComparison.Ordinal));
        Assert.Equal(1, session.CreditsStarted);
    }

    [Fact]
    public async Task The_credit_limit_refuses_before_any_call()
    {
        await using var server = new RawServer(RawAnswer.Json(Plan));
        var session = new OzorSession(Key, baseUri: server.Address.AbsoluteUri, creditLimit: 1);
        await Client(session).AnalyzeAsync(new OzorAnalysis { Url = "https://example.com" }, default);

        var analysis = await Assert.ThrowsAsync<OjinException>(() => Client(session).AnalyzeAsync(new OzorAnalysis { Url = "https://example.com" }, default));
        var rendering = await Assert.ThrowsAsync<OjinException>(() => Client(session).GeneratePlanAsync(new OzorPlan { PlanId = "p", CreditsCost = 3 }, null, default));

        Assert.Equal((ErrorCodes.CreditLimit, ErrorCodes.CreditLimit), (analysis.Code, rendering.Code));
        Assert.Contains("3 credits", rendering.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
        Assert.Equal(1, session.CreditsStarted);
    }

    [Fact]
    public async Task Scenes_are_sent_in_their_order_and_without_the_URLs_of_their_pictures()
    {
        await using var server = new RawServer(RawAnswer.Json(Plan));
        var client = Client(server);
        var scenes = (await client.GetPlanAsync("p", default)).Scenes;

        await client.UpdatePlanAsync("plan_1", new OzorPlanEdit { Scenes = [scenes[2], scenes[0], new OzorScene { SceneTitle = "New", ScenePrompt = "Rain", KeyPoints = ["x"] }] }, default);

        var request = server.Requests[1];
        Assert.Equal(("PATCH", "/api/v1/documents/plans/plan_1"), (request.Method, request.Target));
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        using var body = JsonDocument.Parse(request.Body);
        Assert.Equal(
            """{"scenes":[{"order":1,"sceneTitle":"End","scenePrompt":"A logo","voiceoverText":"Goodbye.","imageRefs":[],"keyPoints":[]},{"order":2,"sceneTitle":"Introduction","scenePrompt":"A blue-tinted title card with the company logo fading in...","voiceoverText":"Welcome to Acme — we're rethinking how teams collaborate.","imageRefs":[{"storagePath":"users/uid/plans/plan_.../page_0_img_0.png"}],"keyPoints":["intro","brand"]},{"order":3,"sceneTitle":"New","scenePrompt":"Rain","voiceoverText":"","imageRefs":[],"keyPoints":["x"]}]}""",
            Unescaped(body.RootElement));
        Assert.DoesNotContain("storage.googleapis.com", request.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_voice_alone_sends_no_scenes()
    {
        await using var server = new RawServer(RawAnswer.Json(Plan));
        var client = Client(server);

        await client.UpdatePlanAsync("p", new OzorPlanEdit { VoiceId = "nova" }, default);
        await client.UpdatePlanAsync("p", new OzorPlanEdit { VoiceId = "nova", SpeakingStyle = "warm", SpeakingRate = 1.0 }, default);
        await client.UpdatePlanAsync("p", new OzorPlanEdit { SpeakingRate = 0.5 }, default);

        using var one = JsonDocument.Parse(server.Requests[0].Body);
        Assert.Equal("""{"voiceSettings":{"voiceId":"nova"}}""", server.Requests[0].Body);
        using var two = JsonDocument.Parse(server.Requests[1].Body);
        var voice = two.RootElement.GetProperty("voiceSettings");
        Assert.Equal(("nova", "warm", 1.0), (voice.GetProperty("voiceId").GetString(), voice.GetProperty("speakingStyle").GetString(), voice.GetProperty("speakingRate").GetDouble()));
        Assert.Equal("""{"voiceSettings":{"speakingRate":0.5}}""", server.Requests[2].Body);
    }

    [Fact]
    public async Task An_edit_that_cannot_be_is_told_before_any_call()
    {
        await using var server = new RawServer(RawAnswer.Json(Plan));
        OzorPlanEdit[] wrong =
        [
            new(),
            new() { Scenes = [] },
            new() { SpeakingRate = 0.49 },
            new() { SpeakingRate = 2.01 },
            new() { SpeakingRate = double.NaN },
            new() { Scenes = [new OzorScene { ScenePrompt = "p" }] },
            new() { Scenes = [new OzorScene { SceneTitle = "t", ScenePrompt = "p" }, new OzorScene { SceneTitle = "t", ScenePrompt = " " }] },
        ];

        foreach (var edit in wrong)
        {
            var error = await Assert.ThrowsAsync<OjinException>(() => Client(server).UpdatePlanAsync("p", edit, default));
            Assert.Equal(ErrorCodes.InvalidArgument, error.Code);
            Assert.Contains("Nothing was sent", error.RecommendedAction, StringComparison.Ordinal);
        }

        Assert.Empty(server.Requests);
        Assert.Contains("Scene 2 has no ScenePrompt", (await Assert.ThrowsAsync<OjinException>(() => Client(server).UpdatePlanAsync("p", wrong[^1], default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_edit_is_sent_once()
    {
        await using var server = new RawServer(RawAnswer.Json("{}", 503));

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(server).UpdatePlanAsync("plan_1", new OzorPlanEdit { VoiceId = "nova" }, default));

        Assert.Single(server.Requests);
        Assert.Contains("Get-OzorPlan plan_1", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"sceneTitle":"t","scenePrompt":"p","voiceoverText":"v","imageRefs":[{"storagePath":"a","url":"https://x/?s"}],"keyPoints":["k"],"order":9}""")]
    [InlineData("""{"SceneTitle":"t","ScenePrompt":"p","VoiceoverText":"v","ImageRefs":{"StoragePath":"a","Url":{"Address":"https://x/"},"AdditionalProperties":{}},"KeyPoints":"k","Order":9,"AdditionalProperties":{"mood":"calm"}}""")]
    [InlineData("""{"SCENETITLE":"t","scenePrompt":"p","voiceoverText":"v","imageRefs":["a"],"keyPoints":["k"]}""")]
    public void A_scene_is_made_of_its_fields(string json)
    {
        var scene = OzorScene.FromFields(JsonMap.Parse(json));

        Assert.Equal("""{"order":2,"sceneTitle":"t","scenePrompt":"p","voiceoverText":"v","imageRefs":[{"storagePath":"a"}],"keyPoints":["k"]}""", scene.ToWire(2).ToJson());
    }

    [Theory]
    [InlineData("""{"title":"t"}""", "no field 'title'")]
    [InlineData("""{"sceneTitle":5}""", "sceneTitle")]
    [InlineData("""{"keyPoints":[{}]}""", "keyPoints")]
    [InlineData("""{"imageRefs":[{"url":"https://x/"}]}""", "imageRefs")]
    [InlineData("""{"imageRefs":[5]}""", "imageRefs")]
    public void A_field_that_no_scene_has_is_told(string json, string part)
    {
        var error = Assert.Throws<OjinException>(() => OzorScene.FromFields(JsonMap.Parse(json)));

        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cost_is_computed_by_the_contracts_table()
    {
        static OzorPlan Of(int voiced) => new() { PlanId = "p", Scenes = [.. Enumerable.Range(0, voiced).Select(_ => new OzorScene { VoiceoverText = "x" }), new OzorScene()], CreditsCost = 9 };

        Assert.Equal([0, 0, 1, 1, 2, 2, 3], Enumerable.Range(0, 7).Select(voiced => OzorCost.OfPlan(Of(voiced)).Credits));
        Assert.Equal(("Prompt", "A lamp", 1, "1"), OzorCost.OfPrompt("A lamp") is var prompt ? (prompt.Step, prompt.Subject, prompt.Credits, prompt.ToString()) : default);
        Assert.Equal(("Analysis", 1), OzorCost.OfAnalysis("a.pdf") is var analysis ? (analysis.Step, analysis.Credits) : default);
        Assert.Equal(("Export", 0), OzorCost.OfExport("v") is var export ? (export.Step, export.Credits) : default);
        Assert.Equal(9, Of(2).RenderingCost);
        Assert.Throws<OjinException>(() => OzorCost.OfPrompt(""));
        Assert.Throws<OjinException>(() => OzorCost.OfPrompt(new string('x', 2001)));
    }

    [Fact]
    public async Task Without_a_key_nothing_is_sent_whatever_token_there_is()
    {
        await using var server = new RawServer(RawAnswer.Json(Plan));
        var client = Client(new OzorSession(null, Token, server.Address.AbsoluteUri));

        foreach (var call in new Func<Task>[]
        {
            () => client.ListVoicesAsync(default),
            () => client.GetPlanAsync("p", default),
            () => client.UpdatePlanAsync("p", new OzorPlanEdit { VoiceId = "nova" }, default),
            () => client.AnalyzeAsync(new OzorAnalysis { Url = "https://example.com" }, default),
            () => client.GeneratePlanAsync(new OzorPlan { PlanId = "p" }, null, default),
        })
        {
            Assert.Equal(ErrorCodes.NotConnected, (await Assert.ThrowsAsync<OjinException>(call)).Code);
        }

        Assert.Empty(server.Requests);
    }

    private static OzorSession Session(RawServer server) => new(Key, Token, server.Address.AbsoluteUri);

    private static OzorClient Client(OzorSession session) => new(new HttpTransport(null, session.Secrets, Quick), session);

    private static OzorClient Client(RawServer server) => Client(Session(server));

    private static string Unescaped(JsonElement element) => JsonSerializer.Serialize(element, UnescapedOptions);

    private static void AssertRequest(RawServer server, string method, string target)
    {
        var request = Assert.Single(server.Requests);
        Assert.Equal((method, target), (request.Method, request.Target));
        Assert.Equal(Key, request.Headers["X-API-Key"]);
        Assert.DoesNotContain("Authorization", request.Headers.Keys);
        Assert.Equal("application/json", request.Headers["Accept"]);
    }

    private static void Unusable(string path, string part)
    {
        var error = Assert.Throws<OjinException>(() => DocumentFile.FromDisk(path));
        Assert.Equal(ErrorCodes.FileUnusable, error.Code);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing was sent", error.RecommendedAction, StringComparison.Ordinal);
    }

    private string File(string name, ReadOnlySpan<byte> content)
    {
        var path = Path.Combine(folder.FullName, name);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    private string Zip(string name, params string[] entries)
    {
        var path = Path.Combine(folder.FullName, name);
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var entry in entries)
        {
            using var stream = zip.CreateEntry(entry).Open();
            stream.Write("<x/>"u8);
        }
        return path;
    }
}
