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

    // How long, and how often, a plan is read after a stream that told no end.
    private static readonly TimeSpan SettlingLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SettlingPause = TimeSpan.FromSeconds(2.5);

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
            return await SettleAsync(plan, begun: false, lost, cancellationToken).ConfigureAwait(false);
        }
        var (videoId, begun, broken) = await FollowAsync(plan, answer, progress, cancellationToken).ConfigureAwait(false);
        if (videoId is not null) return new OzorPlanResult(plan.PlanId, videoId);
        var end = new OjinException(ErrorCodes.OutcomeUnknown, $"{request.Method} {request.Path}: the stream {(broken is null ? "ended" : "broke")} without a result. Whether the plan was rendered is not known.", LookAtPlan(plan.PlanId), broken)
        {
            Service = OjinService.Ozor,
            StatusCode = answer.StatusCode,
            Method = request.Method.Method,
            Path = request.Path,
            Attempts = answer.Attempts,
            OutcomeUnknown = true,
        };
        transport.Trace($"{request.Method} {request.Path}: the stream {(broken is null ? "ended" : "broke")} without a result, reading the plan");
        return await SettleAsync(plan, begun, end, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads the events until one tells the video; gives what broke the stream, if anything did.</summary>
    /// <exception cref="OjinException">An event tells a failure.</exception>
    private async Task<(string? VideoId, bool Begun, Exception? Broken)> FollowAsync(OzorPlan plan, OpenAnswer answer, IProgress<OzorPlanProgress>? progress, CancellationToken cancellationToken)
    {
        var begun = false;
        var watch = new StallWatch(StreamSilence);
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
                        if (Read(item.Data) is not { } said) continue;
                        begun = true;
                        if (said.Failed) throw Failed(plan, said.Progress.Detail, plan);
                        progress?.Report(said.Progress);
                        // More than one event may say done, and not each has the video.
                        if (said.VideoId is not null) return (said.VideoId, begun, null);
                    }
                }
            }
            return (null, begun, null);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or InvalidDataException or ObjectDisposedException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (null, begun, exception is IOException or HttpRequestException ? exception : null);
        }
        finally
        {
            watch.Stop();
        }
    }

    /// <summary>Says what became of a plan whose stream told no end: its video, its failure, or that nobody knows.</summary>
    private async Task<OzorPlanResult> SettleAsync(OzorPlan before, bool begun, OjinException unknown, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(SettlingLimit);
        var last = before;
        try
        {
            while (true)
            {
                last = await GetPlanAsync(before.PlanId, limit.Token).ConfigureAwait(false);
                if (last.ProjectId is { Length: > 0 } videoId && last.Status is not ("draft" or "failed" or "generating")) return new OzorPlanResult(before.PlanId, videoId);
                // A plan can be rendered again after a failure: an old one says nothing of this request.
                if (last.Status == "failed" && (begun || before.Status != "failed" || last.UpdatedAt != before.UpdatedAt)) throw Failed(before, last.Error, last);
                // Neither begun nor about to end: reading it again tells no more.
                if (last.Status is "draft" or "failed") break;
                await Task.Delay(SettlingPause, limit.Token).ConfigureAwait(false);
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
        $"Look with Get-OzorPlan {Shown(planId)}: a generated plan has its video as ProjectId, a failed one its reason, and one that is generating needs time. Run Invoke-OzorPlan again only when it is draft or failed.";

    /// <summary>An event; null where it is none of the contract's.</summary>
    private static (OzorPlanProgress Progress, bool Failed, string? VideoId)? Read(string data)
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
        var videoId = map.TryGetValue("projectId", out var id) && id is string { Length: > 0 } known ? known : null;
        return (new OzorPlanProgress(step, detail, percent is >= 0 ? (int)Math.Min(100, percent.Value) : null), step == "error" || percent < 0, step == "done" ? videoId : null);
    }
}
