using System.Text;
using Ojin.Client.Tests.Http;
using Ojin.Emulator;
using Ojin.Http;
using Xunit;

namespace Ojin.Client.Tests.Ozor;

/// <summary>
/// Rendering a plan: the stream in every form that it may come in, and what is told when it tells no end. The POST
/// leaves once, whatever happens.
/// </summary>
public sealed class OzorRenderingTests
{
    private const string Key = "sk_live_a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6";
    private const string Init = """{"step": "init",     "detail": "Starting generation",     "pct": 0}""";
    private const string Tts = """{"step": "tts",      "detail": "Generating voiceover 1/6", "pct": 15}""";
    private const string Done = """{"step": "done",     "detail": "Video project ready!",     "pct": 100, "projectId": "abc123"}""";
    private const string DoneWithout = """{"step": "done",     "detail": "Video project ready!",     "pct": 100}""";
    private const string Head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";

    private static readonly TransportOptions Quick = new() { BaseDelay = TimeSpan.FromMilliseconds(1), MaximumDelay = TimeSpan.FromMilliseconds(10), MaximumAnswerBytes = 1024 * 1024 };

    // For what never comes.
    private static readonly TransportOptions Impatient = new() { BaseDelay = TimeSpan.FromMilliseconds(1), MaximumDelay = TimeSpan.FromMilliseconds(10), MaximumAnswerTimeout = TimeSpan.FromSeconds(1.5) };

    /// <summary>Answers to the POST after which only the plan can tell how it went.</summary>
    private static readonly Dictionary<string, RawAnswer> NoEnds = new()
    {
        ["an end without an event"] = Stream(""),
        ["an end before the last event"] = Stream(Events(Init, Tts)),
        ["done without a video"] = Stream(Events(Init, DoneWithout)),
        ["a last event without its empty line"] = Stream(Events(Init) + "data: " + Done),
        ["text that is no JSON"] = Stream(Events("ready", "{", "[1]", "5", "null", "\"done\"")),
        ["a web page"] = RawAnswer.Of(200, "text/html", "<html><body>Sign in</body></html>"),
        ["an empty answer"] = RawAnswer.Of(200, null, ""),
        ["a reset before the answer"] = RawAnswer.ResetConnection,
        ["a close before the answer"] = RawAnswer.CloseConnection,
        ["a cut inside the headers"] = RawAnswer.Raw("HTTP/1.1 200 OK\r\nContent-Ty"),
        ["a cut before the first event"] = Cut(""),
        ["a cut between events"] = Cut(Events(Init, Tts)),
        ["a cut inside an event"] = Cut(Events(Init) + Events(Done)[..60]),
        ["a reset between events"] = Cut(Events(Init, Tts)) with { Reset = true },
        ["bytes without an end"] = new RawAnswer(Encoding.ASCII.GetBytes(Head + "Transfer-Encoding: chunked\r\n\r\n"), Endless: true),
        ["408"] = RawAnswer.Json("""{"detail":"Timeout."}""", 408),
        ["500"] = RawAnswer.Json("""{"detail":"Internal."}""", 500),
        ["502"] = RawAnswer.Of(502, "text/html", "<html></html>"),
        ["504"] = RawAnswer.Of(504, null, ""),
    };

    public static TheoryData<string> NoEndNames => [.. NoEnds.Keys];

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public async Task The_contracts_own_stream_is_followed(string end)
    {
        var body = string.Concat(new[]
        {
            Init, Tts,
            """{"step": "scenes",   "detail": "Rendering scene 3/6",      "pct": 55}""",
            """{"step": "assembly", "detail": "Assembling project",       "pct": 90}""",
            Done,
        }.Select(item => $"data: {item}{end}{end}"));
        await using var server = new RawServer(Stream(body));
        var session = Session(server);
        var seen = new Seen();

        var result = await Client(session).GeneratePlanAsync(Plan(), seen, default);

        Assert.Equal(("plan_1", "abc123", "abc123"), (result.PlanId, result.VideoId, result.ToString()));
        Assert.Equal(
            [
                new("init", "Starting generation", 0), new("tts", "Generating voiceover 1/6", 15), new("scenes", "Rendering scene 3/6", 55),
                new("assembly", "Assembling project", 90), new("done", "Video project ready!", 100),
            ],
            seen.All);
        var request = Assert.Single(server.Requests);
        Assert.Equal(("POST", "/api/v1/documents/plans/plan_1/generate", "", "0"), (request.Method, request.Target, request.Body, request.Headers["Content-Length"]));
        Assert.Equal((Key, "text/event-stream"), (request.Headers["X-API-Key"], request.Headers["Accept"]));
        Assert.DoesNotContain("Authorization", request.Headers.Keys);
        Assert.DoesNotContain("Content-Type", request.Headers.Keys);
        Assert.Equal(3, session.CreditsStarted);
    }

    [Fact]
    public async Task Events_that_are_lines_without_empty_ones_between_are_read_one_by_one()
    {
        await using var server = new RawServer(Stream($"data: {Init}\ndata: {Tts}\ndata: {Done}\n\n"));
        var seen = new Seen();

        var result = await Client(Session(server)).GeneratePlanAsync(Plan(), seen, default);

        Assert.Equal("abc123", result.VideoId);
        Assert.Equal([0, 15, 100], seen.All.Select(progress => progress.Percent));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task An_event_may_take_several_lines_and_have_company()
    {
        await using var server = new RawServer(Stream($": hello\n\nretry: 5\nid: 1\nevent: progress\ndata: {Init}\n\n\n\ndata: {{\"step\":\ndata: \"tts\", \"more\": {{\"a\": 1}}}}\n\n:\n\ndata\n\ndata:{Done}\n\n"));
        var seen = new Seen();

        Assert.Equal("abc123", (await Client(Session(server)).GeneratePlanAsync(Plan(), seen, default)).VideoId);

        Assert.Equal([new("init", "Starting generation", 0), new("tts", "", null), new("done", "Video project ready!", 100)], seen.All);
    }

    [Theory]
    [InlineData("""{"step":"tts","detail":"a"}""", null)]
    [InlineData("""{"step":"tts","detail":"a","pct":null}""", null)]
    [InlineData("""{"step":"tts","detail":"a","pct":"15"}""", null)]
    [InlineData("""{"step":"tts","detail":"a","pct":15.9}""", 15)]
    [InlineData("""{"step":"tts","detail":"a","pct":250}""", 100)]
    [InlineData("""{"step":"tts","detail":"a","pct":1e300}""", 100)]
    [InlineData("""{"step":"tts","detail":"a","pct":-1}""", null)]
    public async Task A_percentage_is_from_0_to_100_or_none(string item, int? percent)
    {
        await using var server = new RawServer(Stream(Events(item, Done)));
        var seen = new Seen();

        Assert.Equal("abc123", (await Client(Session(server)).GeneratePlanAsync(Plan(), seen, default)).VideoId);

        Assert.Equal(new OzorPlanProgress("tts", "a", percent), seen.All[0]);
    }

    [Fact]
    public async Task Text_that_is_no_event_is_passed_over()
    {
        await using var server = new RawServer(Stream(Events("hello", "{", "[]", "7", "\u0000", Init, """{"projectId":"wrong"}""", """{"step":"scenes","projectId":"wrong"}""", """{"step":"done","projectId":""}""", """{"step":"done","projectId":7}""", Done)));

        Assert.Equal("abc123", (await Client(Session(server)).GeneratePlanAsync(Plan(), null, default)).VideoId);

        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(0, false, false)]
    [InlineData(1, false, false)]
    [InlineData(1, true, true)]
    [InlineData(7, true, true)]
    public async Task The_emulators_stream_is_followed_in_pieces(int pieces, bool crlf, bool comments)
    {
        await using var emulator = await EmulatorHost.StartAsync();
        (emulator.Ozor.Options.StreamChunkBytes, emulator.Ozor.Options.StreamCrLf, emulator.Ozor.Options.StreamComments, emulator.Ozor.Options.DoneTwice, emulator.Ozor.Options.EventMs) = (pieces, crlf, comments, true, 1);
        var session = Session(emulator);
        var client = Client(session);
        var plan = await client.GetPlanAsync("plan_000000000001", default);
        var seen = new Seen();

        var result = await client.GeneratePlanAsync(plan, seen, default);

        Assert.Equal(emulator.Ozor.FindPlan(plan.PlanId)!.ProjectId, result.VideoId);
        Assert.Equal(2, seen.All.Count(progress => progress.Step == "done"));
        Assert.Equal(6, seen.All.Count(progress => progress.Step == "tts"));
        Assert.Equal((3, 3), (Assert.Single(emulator.Ozor.Charges).Credits, session.CreditsStarted));
        Assert.Equal(result.VideoId, (await client.GetVideoAsync(result.VideoId, default)).VideoId);
        Assert.Empty(emulator.Requests.Violations);
    }

    [Fact]
    public async Task A_failure_in_the_stream_is_told_with_the_plan_as_it_is_then()
    {
        await using var emulator = await EmulatorHost.StartAsync();
        (emulator.Ozor.Options.FailGenerations, emulator.Ozor.Options.GenerationError, emulator.Ozor.Options.EventMs) = (1, "TTS failed: \u001b[31m no voice.", 1);
        var session = Session(emulator);
        var client = Client(session);
        var seen = new Seen();

        var error = await Assert.ThrowsAsync<OjinException>(async () => await client.GeneratePlanAsync(await client.GetPlanAsync("plan_000000000001", default), seen, default));

        Assert.Equal((ErrorCodes.JobFailed, false), (error.Code, error.OutcomeUnknown));
        Assert.Equal(@"Plan plan_000000000001 could not be rendered: TTS failed: \u001B[31m no voice.", error.Message);
        Assert.Equal(("failed", "TTS failed: \u001b[31m no voice."), Assert.IsType<OzorPlan>(error.LastState) is var plan ? (plan.Status, plan.Error) : default);
        Assert.DoesNotContain(seen.All, progress => progress.Percent < 0 || progress.Step == "error");
        Assert.Empty(emulator.Ozor.Charges);
        Assert.Equal(0, session.CreditsStarted);
        Assert.Single(emulator.Requests.Find("ozor", "POST"));

        // A failed plan can be rendered again, and its video comes.
        var result = await client.GeneratePlanAsync((OzorPlan)error.LastState!, null, default);
        Assert.Equal(emulator.Ozor.FindPlan(result.PlanId)!.ProjectId, result.VideoId);
        Assert.Equal(3, session.CreditsStarted);
    }

    [Fact]
    public async Task A_failure_in_the_stream_is_told_even_when_the_plan_cannot_be_read()
    {
        var item = """{"step": "error", "detail": "", "pct": -1}""";
        await using var server = new RawServer(request => request.Method == "POST" ? Stream(Events(Init, item, Done)) : RawAnswer.Json("""{"detail":"No."}""", 403));
        var session = Session(server);

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(session).GeneratePlanAsync(Plan(), null, default));

        Assert.Equal("Plan plan_1 could not be rendered: the service does not say why.", error.Message);
        Assert.Equal("plan_1", Assert.IsType<OzorPlan>(error.LastState).PlanId);
        Assert.Equal(0, session.CreditsStarted);
        AssertOnePost(server);
    }

    [Theory]
    [MemberData(nameof(NoEndNames))]
    public async Task When_the_stream_tells_no_end_the_plan_tells_the_video(string name)
    {
        var answers = 0;
        await using var server = new RawServer(request => request.Method == "POST" ? NoEnds[name] : PlanAnswer(++answers < 3 ? "generating" : "generated", projectId: "abc123"));
        var session = Session(server);

        var result = await Client(session).GeneratePlanAsync(Plan(), null, default);

        Assert.Equal("abc123", result.VideoId);
        Assert.Equal(3, session.CreditsStarted);
        AssertOnePost(server);
        Assert.Equal(3, answers);
    }

    [Theory]
    [MemberData(nameof(NoEndNames))]
    public async Task When_the_stream_tells_no_end_the_plan_tells_the_failure(string name)
    {
        await using var server = new RawServer(request => request.Method == "POST" ? NoEnds[name] : PlanAnswer("failed", error: "TTS failed"));
        var session = Session(server);

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(session).GeneratePlanAsync(Plan(), null, default));

        Assert.Equal((ErrorCodes.JobFailed, false, "Plan plan_1 could not be rendered: TTS failed."), (error.Code, error.OutcomeUnknown, error.Message));
        Assert.Equal("failed", Assert.IsType<OzorPlan>(error.LastState).Status);
        Assert.Equal(0, session.CreditsStarted);
        AssertOnePost(server);
    }

    [Theory]
    [MemberData(nameof(NoEndNames))]
    public async Task When_neither_tells_an_end_the_outcome_is_unknown(string name)
    {
        await using var server = new RawServer(request => request.Method == "POST" ? NoEnds[name] : PlanAnswer("draft"));
        var session = Session(server);

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(session).GeneratePlanAsync(Plan(), null, default));

        Assert.True(error.OutcomeUnknown);
        Assert.NotEqual(ErrorCodes.JobFailed, error.Code);
        Assert.EndsWith("; the plan says 'draft'.", error.Message, StringComparison.Ordinal);
        Assert.StartsWith("It was not sent again. Look with Get-OzorPlan plan_1", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal("draft", Assert.IsType<OzorPlan>(error.LastState).Status);
        Assert.Equal(3, session.CreditsStarted);
        AssertOnePost(server);
        Assert.Single(server.Requests, request => request.Method == "GET");
    }

    [Theory]
    [InlineData("an end before the last event", "the stream ended without a result")]
    [InlineData("a cut inside an event", "the stream broke without a result")]
    [InlineData("bytes without an end", "the stream went on for more than 1048576 bytes without a result")]
    public async Task How_the_stream_ended_is_told_as_it_was(string name, string part)
    {
        await using var server = new RawServer(request => request.Method == "POST" ? NoEnds[name] : PlanAnswer("draft"));

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(Session(server)).GeneratePlanAsync(Plan(), null, default));

        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Equal((ErrorCodes.OutcomeUnknown, 200), (error.Code, error.StatusCode));
    }

    [Theory]
    [InlineData("")]
    [InlineData("data: " + Init + "\n\n")]
    public async Task A_silent_stream_is_left_after_a_while(string before)
    {
        var silent = new RawAnswer(Encoding.UTF8.GetBytes(Head + "\r\n" + before), Stall: true);
        await using var server = new RawServer(request => request.Method == "POST" ? silent : PlanAnswer("draft"));

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(Session(server), Impatient).GeneratePlanAsync(Plan(), null, default));

        Assert.Contains("the stream was silent for 1.5 s and was left without a result", error.Message, StringComparison.Ordinal);
        Assert.True(error.OutcomeUnknown);
        AssertOnePost(server);
    }

    [Fact]
    public async Task An_answer_that_never_begins_is_settled_by_the_plan()
    {
        await using var server = new RawServer(request => request.Method == "POST" ? RawAnswer.Nothing : PlanAnswer("generated", projectId: "abc123"));

        Assert.Equal("abc123", (await Client(Session(server), Impatient).GeneratePlanAsync(Plan(), null, default)).VideoId);

        AssertOnePost(server);
    }

    [Theory]
    [InlineData("generating")]
    [InlineData("queued")]
    [InlineData("generated")]
    public async Task A_plan_that_is_not_done_after_a_while_is_the_last_state(string status)
    {
        await using var server = new RawServer(request => request.Method == "POST" ? NoEnds["a cut between events"] : PlanAnswer(status));
        var session = Session(server);

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(session, Impatient).GeneratePlanAsync(Plan(), null, default));

        Assert.True(error.OutcomeUnknown);
        Assert.Equal(status, Assert.IsType<OzorPlan>(error.LastState).Status);
        Assert.Contains($"the plan says '{status}'", error.Message, StringComparison.Ordinal);
        Assert.True(server.Requests.Count(request => request.Method == "GET") > 1);
        Assert.Equal(3, session.CreditsStarted);
        AssertOnePost(server);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(403)]
    public async Task A_plan_that_cannot_be_read_leaves_the_outcome_unknown(int status)
    {
        await using var server = new RawServer(request => request.Method == "POST" ? NoEnds["a cut between events"] : RawAnswer.Json("""{"detail":"No."}""", status));
        var session = Session(server);

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(session).GeneratePlanAsync(Plan(), null, default));

        Assert.True(error.OutcomeUnknown);
        Assert.DoesNotContain("the plan says", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, session.CreditsStarted);
    }

    [Fact]
    public async Task A_plan_is_read_again_when_reading_it_fails_too()
    {
        await using var server = new RawServer(request => request.Number switch
        {
            1 => NoEnds["a cut between events"],
            2 => RawAnswer.Json("{}", 503),
            3 => RawAnswer.ResetConnection,
            _ => PlanAnswer("generated", projectId: "abc123"),
        });

        Assert.Equal("abc123", (await Client(Session(server)).GeneratePlanAsync(Plan(), null, default)).VideoId);

        AssertOnePost(server);
    }

    [Fact]
    public async Task An_outage_that_broke_the_stream_may_last()
    {
        const int OneReadWithItsRepetitions = 5;
        await using var server = new RawServer(request => request.Number == 1 ? NoEnds["a cut between events"]
            : request.Number <= 1 + OneReadWithItsRepetitions ? RawAnswer.Json("{}", 503)
            : request.Number <= 1 + (2 * OneReadWithItsRepetitions) ? RawAnswer.ResetConnection
            : PlanAnswer("generated", projectId: "abc123"));

        Assert.Equal("abc123", (await Client(Session(server)).GeneratePlanAsync(Plan(), null, default)).VideoId);

        AssertOnePost(server);
    }

    [Theory]
    [InlineData("a reset before the answer", 1705312200, true)]
    [InlineData("a reset before the answer", 1705312300, false)]
    [InlineData("a cut between events", 1705312200, true)]
    [InlineData("a cut between events", 1705312300, false)]
    public async Task An_old_failure_says_nothing_of_this_rendering(string name, long updatedAt, bool unknown)
    {
        await using var server = new RawServer(request => request.Method == "POST" ? NoEnds[name] : PlanAnswer("failed", error: "TTS failed", updatedAt: updatedAt));
        var session = Session(server);
        var plan = Plan();
        (plan.Status, plan.Error) = ("failed", "TTS failed");

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(session).GeneratePlanAsync(plan, null, default));

        Assert.Equal(unknown, error.OutcomeUnknown);
        Assert.Equal(unknown ? ErrorCodes.OutcomeUnknown : ErrorCodes.JobFailed, error.Code);
        Assert.Equal(unknown ? 3 : 0, session.CreditsStarted);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(402)]
    [InlineData(403)]
    [InlineData(404)]
    public async Task A_refusal_is_told_and_books_nothing(int status)
    {
        await using var server = new RawServer(RawAnswer.Json("""{"detail":"This operation costs 3 credits."}""", status));
        var session = Session(server);

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(session).GeneratePlanAsync(Plan(), null, default));

        Assert.Equal((status, false), (error.StatusCode, error.OutcomeUnknown));
        Assert.Contains("costs 3 credits", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, session.CreditsStarted);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_429_lets_it_go_again()
    {
        await using var server = new RawServer(RawAnswer.Json("""{"detail":"Slow down."}""", 429, "Retry-After: 0"), Stream(Events(Done)));

        Assert.Equal("abc123", (await Client(Session(server)).GeneratePlanAsync(Plan(), null, default)).VideoId);

        Assert.Equal(["POST", "POST"], server.Requests.Select(request => request.Method));
    }

    [Fact]
    public async Task One_that_is_stopped_in_its_stream_ends_at_once_and_stays_booked()
    {
        await using var emulator = await EmulatorHost.StartAsync();
        emulator.Ozor.Options.Manual = true;
        var session = Session(emulator);
        var client = Client(session);
        using var stop = new CancellationTokenSource();
        var seen = new Seen();
        var running = client.GeneratePlanAsync(await client.GetPlanAsync("plan_000000000001", default), seen, stop.Token);
        await emulator.Ozor.WaitAsync(ozor => ozor.Generations.Count == 1);
        emulator.Ozor.Advance(emulator.Ozor.Generations[0]);
        await seen.First.Task;

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Single(emulator.Requests.Find("ozor", "POST"));
        Assert.Equal(3, session.CreditsStarted);
        emulator.Ozor.Complete(emulator.Ozor.Generations[0]);
        Assert.Equal("generated", (await client.GetPlanAsync("plan_000000000001", default)).Status);
    }

    private static OzorPlan Plan() => new()
    {
        PlanId = "plan_1",
        Status = "draft",
        UpdatedAt = DateTimeOffset.FromUnixTimeSeconds(1705312200),
        Scenes = [.. Enumerable.Range(1, 7).Select(order => new OzorScene { Order = order, VoiceoverText = "Words." })],
    };

    private static string Events(params string[] items) => string.Concat(items.Select(item => $"data: {item}\n\n"));

    private static RawAnswer Stream(string body) => RawAnswer.Raw(Head + "Connection: close\r\n\r\n" + body);

    // It promises more than it sends.
    private static RawAnswer Cut(string body) => RawAnswer.Raw(Head + "Content-Length: 100000\r\n\r\n" + body);

    private static RawAnswer PlanAnswer(string status, string? projectId = null, string? error = null, long updatedAt = 1705312200)
    {
        static string Text(string? text) => text is null ? "null" : $"\"{text}\"";
        return RawAnswer.Json($$"""{"plan":{"planId":"plan_1","status":"{{status}}","projectId":{{Text(projectId)}},"error":{{Text(error)}},"updatedAt":{{updatedAt}},"scenes":[] } }""");
    }

    private static OzorSession Session(RawServer server) => new(Key, "firebase-id-token-of-this-test", server.Address.AbsoluteUri);

    private static OzorSession Session(EmulatorHost emulator) => new("sk_live_0123456789abcdef0123456789abcdef", baseUri: emulator.OzorBaseUri.AbsoluteUri);

    private static OzorClient Client(OzorSession session, TransportOptions? options = null) => new(new HttpTransport(null, session.Secrets, options ?? Quick), session);

    private static void AssertOnePost(RawServer server) => Assert.Single(server.Requests, request => request.Method == "POST");

    private sealed class Seen : IProgress<OzorPlanProgress>
    {
        public List<OzorPlanProgress> All { get; } = [];

        public TaskCompletionSource First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Report(OzorPlanProgress value)
        {
            All.Add(value);
            First.TrySetResult();
        }
    }
}
