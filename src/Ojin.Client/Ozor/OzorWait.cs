using System.Collections.Concurrent;
using System.Globalization;
using Ojin.Http;

namespace Ojin;

/// <summary>
/// Waits for jobs and exports, any number side by side with a bounded number of requests at a time, in the service's
/// cadence. A look that fails because the service or the connection does is no end: the next look is the repetition,
/// and no other is made.
/// </summary>
public sealed class OzorWait : IDisposable
{
    private const int FailuresUntilWarning = 3;
    private const int WrongAnswersUntilEnd = 5;

    private static readonly TimeSpan FirstMinute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookLimit = TimeSpan.FromSeconds(30);

    private readonly OzorClient client;
    private readonly OzorWaitOptions options;
    private readonly SemaphoreSlim requests;
    private readonly ConcurrentDictionary<string, bool> warned = new(StringComparer.Ordinal);

    /// <summary>Creates waits that share their bound on requests.</summary>
    /// <param name="client">Asks the service.</param>
    /// <param name="options">Timeout and cadence; null for the service's own.</param>
    public OzorWait(OzorClient client, OzorWaitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        this.client = client.WithOneTry(LookLimit);
        this.options = options ?? new OzorWaitOptions();
        requests = new SemaphoreSlim(this.options.MaximumRequests);
    }

    /// <inheritdoc/>
    public void Dispose() => requests.Dispose();

    /// <summary>Waits until a job is completed.</summary>
    /// <param name="videoId">The video.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="progress">Is told each state; may be null.</param>
    /// <param name="cancellationToken">Ends the wait; the job goes on.</param>
    /// <returns>The job, <c>completed</c>.</returns>
    /// <exception cref="OjinException">
    /// It failed (<see cref="ErrorCodes.JobFailed"/>), the time is over (<see cref="ErrorCodes.WaitTimeout"/>), or the
    /// service refused; <see cref="OjinException.LastState"/> is the job as it was last seen, and can be waited for again.
    /// </exception>
    public async Task<OzorJob> ForJobAsync(string videoId, string jobId, IProgress<OzorWaitProgress>? progress, CancellationToken cancellationToken)
    {
        var watch = new Watch(this, $"Job {Shown(jobId)} of video {Shown(videoId)}", new OzorJob { VideoId = videoId, JobId = jobId }, progress);
        return await watch.RunAsync(
            async token =>
            {
                var job = await LookAsync(inner => client.GetJobAsync(videoId, jobId, inner), token).ConfigureAwait(false);
                watch.Saw(job, job.Status);
                if (job.Status == JobState.Completed) return job;
                if (job.Status == JobState.Failed) throw Failed(watch.What, job.Error, "No credit was charged. Change the prompt or the message, and start it again.", job);
                WarnOfUnknown(watch.What, job.Status, JobState.Waiting);
                return null;
            },
            "The agent may still be at work: wait for the same job again with a longer -TimeoutSec, such as with $Error[0].TargetObject | Wait-OzorJob.",
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Waits until an export is complete. With its id the video is looked at until it shows that export, whatever it
    /// shows before; without one, whatever export appears is waited for. With the id of the agent's job the job is looked
    /// at too, because no export appears after one that failed. An export that is complete already is not asked for.
    /// </summary>
    /// <param name="export">What to wait for: the video, and where they are known the export and the job.</param>
    /// <param name="progress">Is told each state; may be null.</param>
    /// <param name="cancellationToken">Ends the wait; the export goes on.</param>
    /// <returns>The video, which shows the export.</returns>
    /// <exception cref="OjinException">
    /// The export or the job failed (<see cref="ErrorCodes.JobFailed"/>), the time is over
    /// (<see cref="ErrorCodes.WaitTimeout"/>), or the service refused; <see cref="OjinException.LastState"/> is an
    /// <see cref="OzorExport"/> as it was last seen, and can be waited for again.
    /// </exception>
    public async Task<OzorVideo> ForExportAsync(OzorExport export, IProgress<OzorWaitProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(export);
        if (export.ExportStatus == ExportState.Complete && export.DownloadUrl is not null) return Finished(export);
        var wanted = string.IsNullOrWhiteSpace(export.ExportId) ? null : export.ExportId;
        var jobId = string.IsNullOrWhiteSpace(export.JobId) ? null : export.JobId;
        var what = wanted is null ? $"The export of video {Shown(export.VideoId)}" : $"Export {Shown(wanted)} of video {Shown(export.VideoId)}";
        var watch = new Watch(this, what, new OzorExport { VideoId = export.VideoId, ExportId = wanted, JobId = jobId }, progress);
        var jobRuns = jobId is not null;
        string? note = null;
        return await watch.RunAsync(
            async token =>
            {
                // An export with an id has been started, so it is what counts; without one the agent comes first.
                if (wanted is not null && await LookAtVideoAsync(token).ConfigureAwait(false) is { } ready) return ready;
                if (jobRuns && !await LookAtJobAsync(token).ConfigureAwait(false)) return null;
                return wanted is null ? await LookAtVideoAsync(token).ConfigureAwait(false) : null;
            },
            "It may still be on its way: wait for the same export again with a longer -TimeoutSec, such as with $Error[0].TargetObject | Wait-OzorExport.",
            cancellationToken,
            () => note).ConfigureAwait(false);

        async Task<OzorVideo?> LookAtVideoAsync(CancellationToken token)
        {
            var video = await LookAsync(inner => client.GetVideoAsync(export.VideoId, inner), token).ConfigureAwait(false);
            var shown = wanted is null || video.ExportId == wanted;
            var state = new OzorExport
            {
                VideoId = export.VideoId,
                ExportId = wanted ?? video.ExportId,
                JobId = jobId,
                ExportStatus = shown ? video.ExportStatus : null,
                ShareCode = shown ? video.ShareCode : null,
                ExportError = shown ? video.ExportError : null,
            };
            note = video.ExportStatus is null ? "No export has appeared; where none was asked for, Start-OzorExport starts one"
                : shown ? null
                : $"The video shows another export, {Shown(video.ExportId ?? "without an id")} ({Shown(video.ExportStatus)})";
            watch.Saw(state, state.ExportStatus ?? (video.ExportStatus is null ? "no export yet" : "behind another export"));
            switch (state.ExportStatus)
            {
                case ExportState.Complete:
                    return video;
                case ExportState.Failed:
                    throw Failed(what, video.ExportError, $"Nothing was charged for the export. Start it again with Start-OzorExport {Shown(export.VideoId)}.", state);
                case { } status:
                    WarnOfUnknown(what, status, ExportState.Waiting);
                    break;
            }
            return null;
        }

        // Whether there is a reason to look at the video: the agent has finished, or nobody knows.
        async Task<bool> LookAtJobAsync(CancellationToken token)
        {
            OzorJob job;
            try
            {
                job = await LookAsync(inner => client.GetJobAsync(export.VideoId, jobId!, inner), token).ConfigureAwait(false);
            }
            catch (OjinException gone) when (gone.StatusCode == 404)
            {
                jobRuns = false;
                return true;
            }
            if (job.Status == JobState.Completed)
            {
                jobRuns = false;
                return true;
            }
            if (job.Status == JobState.Failed)
            {
                throw Failed(
                    $"Job {Shown(jobId!)} of video {Shown(export.VideoId)}, which the export waits for,",
                    job.Error,
                    "No credit was charged, and no export follows. Change the prompt or the message, and start it again.",
                    new OzorExport { VideoId = export.VideoId, ExportId = wanted, JobId = jobId });
            }
            if (wanted is null)
            {
                note = $"The agent's job is {Shown(job.Status)}";
                watch.Saw(new OzorExport { VideoId = export.VideoId, JobId = jobId }, $"agent {job.Status}");
            }
            return !JobState.Waiting.Contains(job.Status);
        }
    }

    private static string Shown(string text) => TextForDisplay.Escape(text, 100);

    private static OzorVideo Finished(OzorExport export) => new()
    {
        VideoId = export.VideoId,
        ExportId = export.ExportId,
        ExportStatus = export.ExportStatus,
        DownloadUrl = export.DownloadUrl,
        ShareUrl = export.ShareUrl,
        ShareCode = export.ShareCode,
        ThumbnailUrl = export.ThumbnailUrl,
    };

    private OjinException Failed(string what, string? reason, string todo, object state) => new(
        ErrorCodes.JobFailed,
        string.IsNullOrWhiteSpace(reason) ? $"{what} failed, and the service gives no reason." : $"{what} failed: {TextForDisplay.Escape(client.Redact(reason), 1000)}",
        todo)
    { Service = OjinService.Ozor, LastState = state };

    private async Task<T> LookAsync<T>(Func<CancellationToken, Task<T>> look, CancellationToken cancellationToken)
    {
        await requests.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await look(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            requests.Release();
        }
    }

    private void WarnOfUnknown(string what, string status, IReadOnlyList<string> known)
    {
        if (known.Contains(status) || !warned.TryAdd("status " + status, true)) return;
        options.OnWarning?.Invoke($"{what} has the status '{Shown(status)}', which the contract does not name; the wait goes on.");
    }

    private static class JobState
    {
        public const string Completed = "completed";
        public const string Failed = "failed";

        // What generate calls pending is queued everywhere else.
        public static IReadOnlyList<string> Waiting { get; } = ["queued", "pending", "processing"];
    }

    private static class ExportState
    {
        public const string Complete = "complete";
        public const string Failed = "failed";

        public static IReadOnlyList<string> Waiting { get; } = ["queued", "processing"];
    }

    /// <summary>One object that is waited for.</summary>
    private sealed class Watch(OzorWait owner, string what, object state, IProgress<OzorWaitProgress>? progress)
    {
        private readonly TimeProvider clock = owner.options.Clock;
        private readonly long started = owner.options.Clock.GetTimestamp();
        private object state = state;
        private string status = "";
        private int failures;
        private int wrongAnswers;

        public string What { get; } = what;

        public void Saw(object seen, string word)
        {
            state = seen;
            status = word;
        }

        /// <summary>Looks until there is a result, a failure, or no time left.</summary>
        public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T?>> look, string onTimeout, CancellationToken cancellationToken, Func<string?>? note = null)
            where T : class
        {
            using var over = new CancellationTokenSource(owner.options.Timeout, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, over.Token);
            OjinException? last = null;
            try
            {
                while (true)
                {
                    TimeSpan? asked = null;
                    try
                    {
                        if (await look(either.Token).ConfigureAwait(false) is { } result) return result;
                        last = null;
                        failures = wrongAnswers = 0;
                    }
                    catch (OjinException problem) when (GoesOn(problem))
                    {
                        last = problem;
                        asked = problem.RetryAfter;
                        status = $"no answer ({problem.Code})";
                    }
                    catch (OjinException problem) when (problem.LastState is null)
                    {
                        throw problem.With(lastState: state);
                    }
                    progress?.Report(new OzorWaitProgress(status, clock.GetElapsedTime(started)));
                    await Task.Delay(Pause(asked), clock, either.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw TimedOut(last, note?.Invoke(), onTimeout);
            }
        }

        private TimeSpan Pause(TimeSpan? asked)
        {
            var pause = owner.options.PollInterval ?? (clock.GetElapsedTime(started) < FirstMinute ? Between(2, 3) : Between(5, 10));
            return asked > pause ? asked.Value : pause;
        }

#pragma warning disable CA5394 // It spreads requests over time and protects nothing.
        private static TimeSpan Between(double least, double most) => TimeSpan.FromSeconds(least + (Random.Shared.NextDouble() * (most - least)));
#pragma warning restore CA5394

        private bool GoesOn(OjinException problem)
        {
            var wrong = problem.Code is ErrorCodes.InvalidAnswer or ErrorCodes.AnswerTooLarge;
            if (wrong && ++wrongAnswers >= WrongAnswersUntilEnd) return false;
            if (!wrong && problem.Code is not (ErrorCodes.ConnectionLost or ErrorCodes.ConnectionFailed or ErrorCodes.AnswerTimeout) && problem.StatusCode is not (408 or 429 or >= 500)) return false;
            if (++failures >= FailuresUntilWarning && owner.warned.TryAdd("failures", true))
            {
                owner.options.OnWarning?.Invoke($"{What} could not be looked at {failures} times in a row; the wait goes on. {problem.Message}");
            }
            return true;
        }

        private OjinException TimedOut(OjinException? last, string? note, string todo)
        {
            var seconds = owner.options.Timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            var seen = last is not null ? $" The last look failed: {last.Message}"
                : note is not null ? $" {note}."
                : status.Length > 0 ? $" Its last status is '{TextForDisplay.Escape(status, 100)}'."
                : " It was not seen once.";
            return new OjinException(ErrorCodes.WaitTimeout, $"{What} did not end within {seconds} s.{seen}", todo, last)
            {
                Service = OjinService.Ozor,
                LastState = state,
            };
        }
    }
}
