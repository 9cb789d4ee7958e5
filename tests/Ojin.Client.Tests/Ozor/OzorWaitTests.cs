using System.Collections.Concurrent;
using Ojin.Client.Tests.Http;
using Ojin.Http;
using Xunit;

namespace Ojin.Client.Tests.Ozor;

/// <summary>Waits against a server that says exactly what it is told, with a clock that leaps over the pauses.</summary>
public sealed class OzorWaitTests
{
    private readonly LeapingClock clock = new(TimeSpan.FromSeconds(20));
    private readonly ConcurrentQueue<string> warnings = new();

    [Fact]
    public async Task A_job_is_looked_at_in_the_cadence_of_the_contract()
    {
        await using var server = new RawServer(request => Job(request.Number <= 60 ? "processing" : "completed"));

        var job = await Waits(server).ForJobAsync("v", "j", null, default);

        Assert.Equal("completed", job.Status);
        Assert.Equal(61, server.Requests.Count);
        Assert.Equal(60, clock.Pauses.Count);
        Assert.All(clock.Pauses.Where(pause => pause.At < TimeSpan.FromMinutes(1)), pause => Assert.InRange(pause.Length.TotalSeconds, 2, 3));
        Assert.All(clock.Pauses.Where(pause => pause.At >= TimeSpan.FromMinutes(1)), pause => Assert.InRange(pause.Length.TotalSeconds, 5, 10));
        Assert.InRange(clock.Pauses.Count(pause => pause.At < TimeSpan.FromMinutes(1)), 20, 31);
        Assert.True(clock.Pauses.Select(pause => pause.Length).Distinct().Count() > 30, "The pauses are all the same.");
    }

    [Fact]
    public async Task An_interval_that_is_given_is_kept()
    {
        await using var server = new RawServer(request => Job(request.Number <= 100 ? "queued" : "completed"));

        await Waits(server, new() { PollInterval = TimeSpan.FromSeconds(1.5), Timeout = TimeSpan.FromHours(1) }).ForJobAsync("v", "j", null, default);

        Assert.All(clock.Pauses, pause => Assert.Equal(TimeSpan.FromSeconds(1.5), pause.Length));
    }

    [Fact]
    public async Task Each_state_is_told_word_for_word()
    {
        string[] words = ["pending", "queued", "processing"];
        await using var server = new RawServer(request => Job(request.Number <= words.Length ? words[request.Number - 1] : "completed"));
        var seen = new Seen();

        var job = await Waits(server).ForJobAsync("v", "j", seen, default);

        Assert.Equal("done", job.Response);
        Assert.Equal(words, seen.Words);
        Assert.Empty(warnings);
    }

    [Fact]
    public async Task A_word_that_the_contract_does_not_name_gets_one_warning()
    {
        await using var server = new RawServer(request => Job(request.Number <= 10 ? "paus\u001b[31m" : "completed"));

        await Waits(server).ForJobAsync("v", "j", null, default);

        var warning = Assert.Single(warnings);
        Assert.Contains("paus\\u001B[31m", warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("complete")]
    [InlineData("Completed")]
    [InlineData("")]
    public async Task A_job_is_completed_and_nothing_else(string word)
    {
        await using var server = new RawServer(request => Job(request.Number <= 3 ? word : "completed"));

        Assert.Equal("completed", (await Waits(server).ForJobAsync("v", "j", null, default)).Status);

        Assert.Equal(4, server.Requests.Count);
        Assert.Single(warnings);
    }

    [Fact]
    public async Task A_job_that_fails_ends_the_wait_with_its_reason()
    {
        await using var server = new RawServer(request => Job(request.Number <= 2 ? "processing" : "failed"));

        var error = await Assert.ThrowsAsync<OjinException>(() => Waits(server).ForJobAsync("v", "j", null, default));

        Assert.Equal(ErrorCodes.JobFailed, error.Code);
        Assert.Contains("Agent encountered an error: \\u001B[2J", error.Message, StringComparison.Ordinal);
        Assert.Equal(("v", "j", "failed"), Assert.IsType<OzorJob>(error.LastState) is var job ? (job.VideoId, job.JobId, job.Status) : default);
        Assert.False(error.OutcomeUnknown);
    }

    [Fact]
    public async Task A_wait_lives_through_what_services_and_connections_do_and_looks_no_more_often()
    {
        RawAnswer[] troubles = [RawAnswer.Json("{}", 500), RawAnswer.ResetConnection, RawAnswer.Of(502, "text/html", "<html>"), RawAnswer.Json("{}", 429, "Connection: close"), RawAnswer.Json("{}", 408, "Connection: close"), RawAnswer.Of(200, "text/html", "<html>"), RawAnswer.Raw("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"videoId\"")];
        // The handler below sends a GET again by itself when a connection ends in good order and nothing came back.
        await using var server = new RawServer(request => request.Number <= 2 * troubles.Length ? (request.Number % 2 == 0 ? Job("processing", "Connection: close") : troubles[request.Number / 2]) : Job("completed"));

        Assert.Equal("completed", (await Waits(server).ForJobAsync("v", "j", null, default)).Status);

        Assert.Equal((2 * troubles.Length) + 1, server.Requests.Count);
        Assert.Equal(2 * troubles.Length, clock.Pauses.Count);
        Assert.Empty(warnings);
    }

    [Fact]
    public async Task A_service_that_does_not_answer_for_long_gets_one_warning()
    {
        await using var server = new RawServer(request => request.Number <= 20 ? RawAnswer.Json("{}", 503) : Job("completed"));

        await Waits(server).ForJobAsync("v", "j", null, default);

        Assert.Single(warnings);
        Assert.Equal(21, server.Requests.Count);
    }

    [Fact]
    public async Task A_pause_that_the_service_asks_for_is_kept()
    {
        await using var server = new RawServer(RawAnswer.Json("{}", 503, "Retry-After: 17"), Job("completed"));

        await Waits(server).ForJobAsync("v", "j", null, default);

        Assert.Equal(TimeSpan.FromSeconds(17), Assert.Single(clock.Pauses).Length);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(400)]
    public async Task A_refusal_ends_the_wait_at_once(int status)
    {
        await using var server = new RawServer(RawAnswer.Json("""{"detail":"no"}""", status));

        var error = await Assert.ThrowsAsync<OjinException>(() => Waits(server).ForJobAsync("v", "j", null, default));

        Assert.Equal(status, error.StatusCode);
        Assert.Equal(("v", "j"), Assert.IsType<OzorJob>(error.LastState) is var job ? (job.VideoId, job.JobId) : default);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Another_service_at_the_address_is_told_after_a_few_looks()
    {
        await using var server = new RawServer(RawAnswer.Of(200, "text/html", "<html>"));

        Assert.Equal(ErrorCodes.InvalidAnswer, (await Assert.ThrowsAsync<OjinException>(() => Waits(server).ForJobAsync("v", "j", null, default))).Code);

        Assert.Equal(5, server.Requests.Count);
    }

    [Fact]
    public async Task When_time_is_over_the_last_state_can_be_waited_for_again()
    {
        await using var server = new RawServer(request => Job(request.Number <= 70 ? "processing" : "completed"));
        var waits = Waits(server, new() { Timeout = TimeSpan.FromSeconds(90) });

        var error = await Assert.ThrowsAsync<OjinException>(() => waits.ForJobAsync("v", "j", null, default));

        Assert.Equal(ErrorCodes.WaitTimeout, error.Code);
        Assert.Contains("90 s", error.Message, StringComparison.Ordinal);
        Assert.Contains("processing", error.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(90).Ticks, clock.GetTimestamp());
        var state = Assert.IsType<OzorJob>(error.LastState);
        Assert.Equal("processing", state.Status);
        Assert.Equal("completed", (await Waits(server).ForJobAsync(state.VideoId, state.JobId, null, default)).Status);
    }

    [Fact]
    public async Task When_time_is_over_the_error_says_why_nothing_was_seen()
    {
        await using var server = new RawServer(RawAnswer.Json("""{"detail":"overloaded"}""", 503));

        var error = await Assert.ThrowsAsync<OjinException>(() => Waits(server, new() { Timeout = TimeSpan.FromSeconds(90) }).ForJobAsync("v", "j", null, default));

        Assert.Equal(ErrorCodes.WaitTimeout, error.Code);
        Assert.Contains("overloaded", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_hangs_ends_with_the_time()
    {
        await using var server = new RawServer(RawAnswer.Nothing);
        using var waits = new OzorWait(Client(server), new OzorWaitOptions { Timeout = TimeSpan.FromSeconds(0.3) });

        Assert.Equal(ErrorCodes.WaitTimeout, (await Assert.ThrowsAsync<OjinException>(() => waits.ForJobAsync("v", "j", null, default))).Code);
    }

    [Fact]
    public async Task Stopping_ends_a_pause_and_a_request()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = new RawServer(request =>
        {
            if (request.Target.EndsWith("hangs", StringComparison.Ordinal)) arrived.TrySetResult();
            return request.Target.EndsWith("hangs", StringComparison.Ordinal) ? RawAnswer.Nothing : Job("processing");
        });
        using var stop = new CancellationTokenSource();
        using var waits = new OzorWait(Client(server), new OzorWaitOptions { PollInterval = TimeSpan.FromHours(1), Timeout = TimeSpan.FromHours(2) });
        var paused = new Seen();
        var running = new[] { waits.ForJobAsync("v", "pauses", paused, stop.Token), waits.ForJobAsync("v", "hangs", null, stop.Token) };
        await Task.WhenAll(arrived.Task, paused.First);

        await stop.CancelAsync();

        foreach (var one in running) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
    }

    [Fact]
    public async Task Many_are_waited_for_side_by_side_with_few_requests_at_a_time()
    {
        var now = 0;
        var most = 0;
        await using var server = new RawServer(request =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref now));
            Thread.Yield();
            Interlocked.Decrement(ref now);
            return Job(request.Number <= 500 ? "processing" : "completed");
        });
        using var waits = new OzorWait(Client(server), new OzorWaitOptions { PollInterval = TimeSpan.FromMilliseconds(20), MaximumRequests = 4 });

        var jobs = await Task.WhenAll(Enumerable.Range(0, 100).Select(number => waits.ForJobAsync("v", $"j{number}", null, default)));

        Assert.All(jobs, job => Assert.Equal("completed", job.Status));
        Assert.InRange(most, 1, 4);
        Assert.InRange(server.Requests.Select(request => request.Connection).Distinct().Count(), 1, 4);
    }

    [Fact]
    public async Task An_export_is_waited_for_until_the_video_shows_it()
    {
        // What another export, started before, has come to is shown until it is this one's turn.
        (string? Id, string? Status)[] states = [("old", "complete"), ("old", "failed"), ("mine", "queued"), ("mine", "processing"), ("mine", "complete")];
        await using var server = new RawServer(request => Video(states[Math.Min(request.Number, states.Length) - 1]));
        var seen = new Seen();

        var video = await Waits(server).ForExportAsync(new OzorExport { VideoId = "v", ExportId = "mine" }, seen, default);

        Assert.Equal(("mine", "complete"), (video.ExportId, video.ExportStatus));
        Assert.NotNull(video.DownloadUrl);
        Assert.Equal(5, server.Requests.Count);
        Assert.Equal(["behind another export", "behind another export", "queued", "processing"], seen.Words);
        Assert.Empty(warnings);
    }

    [Fact]
    public async Task Without_an_id_whatever_export_appears_is_waited_for()
    {
        (string? Id, string? Status)[] states = [(null, null), (null, null), ("x", "queued"), ("x", "complete")];
        await using var server = new RawServer(request => Video(states[request.Number - 1]));

        Assert.Equal("x", (await Waits(server).ForExportAsync(new OzorExport { VideoId = "v" }, null, default)).ExportId);

        Assert.Equal(4, server.Requests.Count);
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("Complete")]
    public async Task An_export_is_complete_and_nothing_else(string word)
    {
        await using var server = new RawServer(request => Video(("x", request.Number <= 3 ? word : "complete")));

        await Waits(server).ForExportAsync(new OzorExport { VideoId = "v", ExportId = "x" }, null, default);

        Assert.Equal(4, server.Requests.Count);
        Assert.Single(warnings);
    }

    [Fact]
    public async Task The_agents_job_is_watched_first_and_no_longer_than_it_runs()
    {
        string[] jobs = ["pending", "processing", "completed"];
        (string? Id, string? Status)[] videos = [(null, null), ("x", "processing"), ("x", "complete")];
        var job = 0;
        var video = 0;
        await using var server = new RawServer(request => request.Target.Contains("/jobs/", StringComparison.Ordinal) ? Job(jobs[job++]) : Video(videos[video++]));

        Assert.Equal("x", (await Waits(server).ForExportAsync(new OzorExport { VideoId = "v", JobId = "j" }, null, default)).ExportId);

        Assert.Equal((3, 3), (job, video));
        Assert.Equal(4, clock.Pauses.Count);
    }

    [Fact]
    public async Task A_job_that_fails_ends_the_wait_for_its_export()
    {
        await using var server = new RawServer(request => request.Target.Contains("/jobs/", StringComparison.Ordinal) ? Job(request.Number <= 3 ? "processing" : "failed") : Video((null, null)));

        var error = await Assert.ThrowsAsync<OjinException>(() => Waits(server).ForExportAsync(new OzorExport { VideoId = "v", JobId = "j" }, null, default));

        Assert.Equal(ErrorCodes.JobFailed, error.Code);
        Assert.Contains("Agent encountered an error", error.Message, StringComparison.Ordinal);
        Assert.Equal(("v", "j", null), Assert.IsType<OzorExport>(error.LastState) is var state ? (state.VideoId, state.JobId, state.ExportId) : default);
    }

    [Fact]
    public async Task A_job_that_fails_ends_the_wait_for_an_export_with_an_id_too_unless_that_is_there()
    {
        var export = ("other", "processing");
        await using var server = new RawServer(request => request.Target.Contains("/jobs/", StringComparison.Ordinal) ? Job("failed") : Video(export));
        var wanted = new OzorExport { VideoId = "v", JobId = "j", ExportId = "mine" };

        Assert.Equal(ErrorCodes.JobFailed, (await Assert.ThrowsAsync<OjinException>(() => Waits(server).ForExportAsync(wanted, null, default))).Code);

        export = ("mine", "complete");
        Assert.Equal("mine", (await Waits(server).ForExportAsync(wanted, null, default)).ExportId);
    }

    [Fact]
    public async Task A_job_that_is_no_longer_known_is_no_hindrance()
    {
        await using var server = new RawServer(request => request.Target.Contains("/jobs/", StringComparison.Ordinal) ? RawAnswer.Json("""{"detail":"no such job"}""", 404) : Video(("x", request.Number < 4 ? "processing" : "complete")));

        Assert.Equal("x", (await Waits(server).ForExportAsync(new OzorExport { VideoId = "v", JobId = "j" }, null, default)).ExportId);

        Assert.Single(server.Requests, request => request.Target.Contains("/jobs/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_export_that_fails_ends_the_wait_with_its_reason()
    {
        await using var server = new RawServer(Video(("x", "processing")), Video(("x", "failed")));

        var error = await Assert.ThrowsAsync<OjinException>(() => Waits(server).ForExportAsync(new OzorExport { VideoId = "v", ExportId = "x" }, null, default));

        Assert.Equal(ErrorCodes.JobFailed, error.Code);
        Assert.Contains("Out of pixels", error.Message, StringComparison.Ordinal);
        Assert.Equal(("v", "x", "failed"), Assert.IsType<OzorExport>(error.LastState) is var state ? (state.VideoId, state.ExportId, state.ExportStatus) : default);
    }

    [Fact]
    public async Task When_time_is_over_the_state_names_the_export_that_was_wanted()
    {
        await using var server = new RawServer(Video(("other", "processing")));

        var error = await Assert.ThrowsAsync<OjinException>(() => Waits(server, new() { Timeout = TimeSpan.FromSeconds(90) }).ForExportAsync(new OzorExport { VideoId = "v", ExportId = "mine", JobId = "" }, null, default));

        Assert.Contains("another export, other (processing)", error.Message, StringComparison.Ordinal);
        Assert.Equal(("v", "mine", null), Assert.IsType<OzorExport>(error.LastState) is var state ? (state.VideoId, state.ExportId, state.ExportStatus) : default);
    }

    [Fact]
    public async Task When_no_export_ever_appears_the_error_says_so()
    {
        await using var server = new RawServer(Video((null, null)));

        var error = await Assert.ThrowsAsync<OjinException>(() => Waits(server, new() { Timeout = TimeSpan.FromSeconds(90) }).ForExportAsync(new OzorExport { VideoId = "v" }, null, default));

        Assert.Contains("No export has appeared", error.Message, StringComparison.Ordinal);
        Assert.Contains("Start-OzorExport", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_from_the_cache_passes_through_without_a_request()
    {
        await using var server = new RawServer(RawAnswer.Json("""{"videoId":"v","exportId":"x","exportStatus":"complete","downloadUrl":"https://s.example/v.mp4?sig=1","shareUrl":"https://s.example/v.mp4","shareCode":"a3kf92p","thumbnailUrl":"https://s.example/t.jpg"}"""));
        var client = Client(server);
        using var waits = new OzorWait(client);

        var video = await waits.ForExportAsync(await client.ExportVideoAsync("v", null, true, default), null, default);

        Assert.Equal(("v", "x", "complete", "a3kf92p"), (video.VideoId, video.ExportId, video.ExportStatus, video.ShareCode));
        Assert.Equal("https://s.example/v.mp4?sig=1", video.DownloadUrl?.ToUri().OriginalString);
        Assert.Single(server.Requests);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var known = Volatile.Read(ref target); value > known; known = Volatile.Read(ref target)) Interlocked.CompareExchange(ref target, value, known);
    }

    private static RawAnswer Job(string status, params string[] headers) => RawAnswer.Json($$"""{"videoId":"v","jobId":"j","status":{{System.Text.Json.JsonSerializer.Serialize(status)}}{{(status == "completed" ? ",\"response\":\"done\"" : status == "failed" ? ",\"error\":\"Agent encountered an error: \\u001b[2J\"" : "")}},"createdAt":"2026-04-20T10:30:00Z"}""", 200, headers);

    private static RawAnswer Video((string? Id, string? Status) export) => RawAnswer.Json(
        "{\"videoId\":\"v\",\"title\":\"T\",\"status\":\"draft\""
        + (export.Id is null ? "" : $",\"exportId\":\"{export.Id}\",\"exportStatus\":\"{export.Status}\"")
        + (export.Status == "complete" ? ",\"downloadUrl\":\"https://s.example/v.mp4?sig=1\"" : "")
        + (export.Status == "failed" ? ",\"exportError\":\"Out of pixels\"" : "") + "}");

    private static OzorClient Client(RawServer server)
    {
        var session = new OzorSession("sk_live_a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6", baseUri: server.Address.AbsoluteUri);
        return new OzorClient(new HttpTransport(null, session.Secrets, new TransportOptions { BaseDelay = TimeSpan.FromMilliseconds(1) }), session);
    }

    private OzorWait Waits(RawServer server, OzorWaitOptions? options = null) => new(Client(server), new OzorWaitOptions
    {
        Timeout = options?.Timeout ?? TimeSpan.FromMinutes(30),
        PollInterval = options?.PollInterval,
        Clock = clock,
        OnWarning = warnings.Enqueue,
    });

    private sealed class Seen : IProgress<OzorWaitProgress>
    {
        private readonly ConcurrentQueue<string> words = new();
        private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IEnumerable<string> Words => words;

        public Task First => first.Task;

        public void Report(OzorWaitProgress value)
        {
            words.Enqueue(value.Status);
            first.TrySetResult();
        }
    }
}
