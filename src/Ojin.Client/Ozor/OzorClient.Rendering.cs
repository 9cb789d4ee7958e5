using System.Diagnostics;
using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using Ojin.Http;
using Ojin.Json;

namespace Ojin;

/// <content>Rendering a plan: one request, a stream of events, and a look at the plan when the stream tells no end.</content>
public sealed partial class OzorClient
{
    // No contract tells how long a scene takes; a stream that is silent for so long is taken for dead.
    private static readonly TimeSpan StreamSilence = TimeSpan.FromMinutes(15);

    // How long, and how often, a plan is read after a stream that told no end: as patient as with the stream itself, in
    // the service's own cadence, because a rendering may outlive its connection.
    private static readonly TimeSpan SettlingLimit = StreamSilence;
    private static readonly TimeSpan FirstMinute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SettlingPause = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan LaterPause = TimeSpan.FromSeconds(7.5);

    /// <summary>
    /// Renders a plan into a video (<c>POST /api/v1/documents/plans/{planId}/generate</c>). It costs half a credit for
    /// each voiced scene, rounded down, when it succeeds, and is sent once. When the stream of events breaks or ends without
    /// a result, the plan is read before anything is said.
    /// </summary>
    /// <param name="plan">The plan as it was just read; its state and its cost count.</param>
    /// <param name="progress">Is told how far it is; may be null.</param>
    /// <param name="cancellationToken">Ends the reading of the stream; the service goes on by itself.</param>
    /// <exception cref="OjinException">
    /// The credit limit would be passed (nothing was sent), 400 where the plan is being or has been rendered, 402 where
    /// credits are short, a failure that the stream or the plan tells (<see cref="ErrorCodes.JobFailed"/>), or an outcome that
    /// is not known (<see cref="OjinException.OutcomeUnknown"/>), with the plan as the last state.
    /// </exception>
    public Task<OzorPlanResult> GeneratePlanAsync(OzorPlan plan, IProgress<OzorPlanProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var address = PlanAddress(plan.PlanId, "/generate");
        return ChargeAsync(plan.RenderingCost, $"Rendering plan {Shown(plan.PlanId)}", () => GenerateAsync(plan, address, progress, cancellationToken));
    }

    private async Task<OzorPlanResult> GenerateAsync(OzorPlan plan, Uri address, IProgress<OzorPlanProgress>? progress, CancellationToken cancellationToken)
    {
        var request = new ServiceRequest
        {
            Service = OjinService.Ozor,
            Method = HttpMethod.Post,
            Address = address,
            Retry = RetryRule.Once,
            Credential = session.RequireKey(),
            Accept = "text/event-stream",
            AnswerTimeout = TimeSpan.FromMinutes(5),
            HowToLook = LookAtPlan(plan.PlanId),
        };
        OpenAnswer answer;
        try
        {
            answer = await transport.OpenAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (OjinException lost) when (lost.OutcomeUnknown)
        {
            return await SettleAsync(plan, lost, progress, cancellationToken).ConfigureAwait(false);
        }
        var end = await FollowAsync(answer, progress, cancellationToken).ConfigureAwait(false);
        if (end.VideoId is not null) return new OzorPlanResult(plan.PlanId, end.VideoId);
        if (end.Failed) throw Failed(plan, end.Why, await LastStateAsync(plan, cancellationToken).ConfigureAwait(false));
        var unknown = new OjinException(ErrorCodes.OutcomeUnknown, $"{request.Method} {request.Path}: the stream {end.Why} without a result. Whether the plan was rendered is not known.", LookAtPlan(plan.PlanId), end.Broken)
        {
            Service = OjinService.Ozor,
            StatusCode = answer.StatusCode,
            Method = request.Method.Method,
            Path = request.Path,
            Attempts = answer.Attempts,
            OutcomeUnknown = true,
        };
        transport.Trace($"{request.Method} {request.Path}: the stream {end.Why} without a result, reading the plan");
        return await SettleAsync(plan, unknown, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the events until one tells the video or a failure, or until there are no more.</summary>
    private async Task<StreamEnd> FollowAsync(OpenAnswer answer, IProgress<OzorPlanProgress>? progress, CancellationToken cancellationToken)
    {
        var watch = new StallWatch(Bounded(StreamSilence));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            watch.Start(limit);
            await using (answer.ConfigureAwait(false))
            {
                var stream = new WatchedStream(answer.Stream, watch, transport.Options.MaximumAnswerBytes);
                await using (stream.ConfigureAwait(false))
                {
                    await foreach (var item in SseParser.Create(stream).EnumerateAsync(limit.Token).ConfigureAwait(false))
                    {
                        foreach (var said in Read(item.Data))
                        {
                            if (said.Failed) return new StreamEnd(Failed: true, Why: said.Progress.Detail);
                            progress?.Report(said.Progress);
                            // More than one event may say done, and not each has the video.
                            if (said.VideoId is not null) return new StreamEnd(VideoId: said.VideoId);
                        }
                    }
                }
            }
            return new StreamEnd(Why: "ended");
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or ObjectDisposedException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new StreamEnd(Why: "broke", Broken: exception is ObjectDisposedException ? null : exception);
        }
        catch (InvalidDataException)
        {
            return new StreamEnd(Why: string.Create(CultureInfo.InvariantCulture, $"went on for more than {transport.Options.MaximumAnswerBytes} bytes"));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new StreamEnd(Why: string.Create(CultureInfo.InvariantCulture, $"was silent for {watch.Limit.TotalSeconds:0.#} s and was left"));
        }
        finally
        {
            watch.Stop();
        }
    }

    /// <summary>The plan as it is after a failure that its stream told; as it was when it cannot be read.</summary>
    private async Task<OzorPlan> LastStateAsync(OzorPlan before, CancellationToken cancellationToken)
    {
        try
        {
            return await GetPlanAsync(before.PlanId, cancellationToken).ConfigureAwait(false);
        }
        catch (OjinException exception)
        {
            transport.Trace($"The plan could not be read: {exception.Message}");
            return before;
        }
    }

    /// <summary>Says what became of a plan whose stream told no end: its video, its failure, or that nobody knows.</summary>
    private async Task<OzorPlanResult> SettleAsync(OzorPlan before, OjinException unknown, IProgress<OzorPlanProgress>? progress, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Bounded(SettlingLimit));
        var started = Stopwatch.GetTimestamp();
        var last = before;
        try
        {
            while (true)
            {
                var state = "cannot be read";
                try
                {
                    last = await GetPlanAsync(before.PlanId, limit.Token).ConfigureAwait(false);
                    if (last.ProjectId is { Length: > 0 } videoId && last.Status is not ("draft" or "failed" or "generating")) return new OzorPlanResult(before.PlanId, videoId);
                    // A plan can be rendered again after a failure: an old one says nothing of this request, also not when
                    // the rendering has begun, as long as the service has written nothing new down.
                    if (last.Status == "failed" && (before.Status != "failed" || last.UpdatedAt != before.UpdatedAt || last.Error != before.Error)) throw Failed(before, last.Error, last);
                    // Neither begun nor about to end: reading it again tells no more.
                    if (last.Status is "draft" or "failed") break;
                    state = $"is {last.Status}";
                }
                catch (OjinException exception) when (exception.Code != ErrorCodes.JobFailed && exception.StatusCode is null or 408 or 429 or >= 500)
                {
                    // What broke the stream may last.
                    transport.Trace($"The plan could not be read: {exception.Message}");
                }
                progress?.Report(new OzorPlanProgress("", $"The stream is gone, and the plan {state}", null));
                var pause = Stopwatch.GetElapsedTime(started) < FirstMinute ? SettlingPause : LaterPause;
                await Task.Delay(pause < transport.Options.MaximumDelay ? pause : transport.Options.MaximumDelay, limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It is still being rendered, as far as the plan tells.
        }
        catch (OjinException exception) when (exception.Code != ErrorCodes.JobFailed)
        {
            transport.Trace($"The plan could not be read: {exception.Message}");
        }
        throw unknown.With(
            message: $"{unknown.Message.TrimEnd('.')}{(ReferenceEquals(last, before) ? "" : $"; the plan says '{Shown(last.Status)}'")}.",
            lastState: last);
    }

    private OjinException Failed(OzorPlan plan, string? why, OzorPlan state) => new(
        ErrorCodes.JobFailed,
        $"Plan {Shown(plan.PlanId)} could not be rendered: {(string.IsNullOrWhiteSpace(why) ? "the service does not say why" : TextForDisplay.Escape(transport.Redact(why), 1000).TrimEnd('.'))}.",
        "No credit is charged for a failure. Edit the plan with Set-OzorPlan where the reason asks for it, and run Invoke-OzorPlan again.")
    {
        Service = OjinService.Ozor,
        LastState = state,
    };

    private static string LookAtPlan(string planId) =>
        $"It was not sent again. Look with Get-OzorPlan {Shown(planId)}: a generated plan has its video as ProjectId, a failed one its reason, and one that is generating needs time. Run Invoke-OzorPlan again only when it is draft or failed.";

    /// <summary>
    /// The events in what came as one: the contract says that each is a line, so lines without an empty one between them
    /// are events of their own. What is none of the contract's is left out.
    /// </summary>
    private static IEnumerable<StreamEvent> Read(string data)
    {
        if (ReadOne(data) is { } whole) return [whole];
        return data.Contains('\n', StringComparison.Ordinal) ? data.Split('\n').Select(ReadOne).OfType<StreamEvent>() : [];
    }

    private static StreamEvent? ReadOne(string data)
    {
        JsonMap? map;
        try
        {
            map = FreeForm.Parse(Encoding.UTF8.GetBytes(data)) as JsonMap;
        }
        catch (JsonException)
        {
            return null;
        }
        if (map is null) return null;
        var step = map.TryGetValue("step", out var word) ? word as string ?? "" : "";
        var detail = map.TryGetValue("detail", out var text) ? text as string ?? "" : "";
        double? percent = map.TryGetValue("pct", out var number) ? number switch { int whole => whole, long whole => whole, double real => real, decimal real => (double)real, _ => null } : null;
        var videoId = step == "done" && map.TryGetValue("projectId", out var id) && id is string { Length: > 0 } known ? known : null;
        // A percentage below 0 alone ends nothing: a rendering that goes on may still be charged.
        return new StreamEvent(new OzorPlanProgress(step, detail, percent is >= 0 ? (int)Math.Min(100, percent.Value) : null), step == "error", videoId);
    }

    /// <summary>An event of the stream.</summary>
    /// <param name="Progress">How far it is.</param>
    /// <param name="Failed">Whether it tells a failure.</param>
    /// <param name="VideoId">The video, where it tells one.</param>
    private sealed record StreamEvent(OzorPlanProgress Progress, bool Failed, string? VideoId);

    /// <summary>How a stream ended.</summary>
    /// <param name="VideoId">The video that it told.</param>
    /// <param name="Failed">Whether it told a failure.</param>
    /// <param name="Why">Why it failed, in the service's words; else how the stream ended.</param>
    /// <param name="Broken">What broke it.</param>
    private sealed record StreamEnd(string? VideoId = null, bool Failed = false, string Why = "", Exception? Broken = null);
}
