using System.Text.Json.Nodes;

namespace Ojin.Emulator;

/// <summary>How work goes on, and what it costs.</summary>
public sealed partial class OzorState
{
    /// <summary>
    /// Takes one step of a job (queued, processing, completed or failed), an export (the same; first it is its turn, when the
    /// one before is still shown) or a generation (the next event). False when it has ended.
    /// </summary>
    public bool Advance(OzorWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        lock (Gate)
        {
            if (work.Finished)
                return false;
            Step(work);
        }

        Changed();
        return true;
    }

    /// <summary>Takes all steps that are left.</summary>
    public void Complete(OzorWork work)
    {
        while (Advance(work))
        {
        }
    }

    /// <summary>Takes one step of everything that runs, and returns how much that was.</summary>
    public int AdvanceAll()
    {
        lock (Gate)
            return Running().Count(Advance);
    }

    /// <summary>Lets all that runs follow a change of the options at once.</summary>
    public void Wake()
    {
        lock (Gate)
        {
            foreach (var work in Running())
                Wake(work);
        }
    }

    /// <summary>Lets work follow a change of its own times or mode at once.</summary>
    public void Wake(OzorWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        lock (Gate)
        {
            work.Signal.TrySetResult();
            work.Signal = OzorWork.NewSignal();
        }
    }

    /// <summary>Refuses what the balance does not cover, with 402.</summary>
    internal void CheckBalance(OzorOwner owner, int cost)
    {
        lock (Gate)
        {
            var balance = _balances[owner];
            var reserved = Options.CountRunning ? ReservedBy(owner) : 0;
            if (balance - reserved >= cost)
                return;
            var running = reserved == 0 ? "" : $", of which running work will take {reserved}";
            throw new RefusalException(402, "", $"You are out of credits. This operation costs {Credits(cost)} and your balance is {Credits(balance)}{running}. Please add more to continue.");
        }
    }

    internal void Charge(OzorOwner owner, string operation, string objectId, string subject, int credits, long request)
    {
        if (credits == 0)
            return;
        lock (Gate)
        {
            _balances[owner] -= credits;
            _charges.Add(new EmulatedCharge(_charges.Count + 1, owner, operation, objectId, subject, credits, _balances[owner], request));
        }
    }

    internal EmulatedJob StartJob(EmulatedVideo video, string operation, string text, IReadOnlyList<EmulatedAttachment> attachments, long request, bool export = false, string exportQuality = "720p", bool exportIsPublic = false)
    {
        lock (Gate)
        {
            var fails = Options.FailJobs > 0 && Options.FailJobs-- > 0;
            var job = new EmulatedJob
            {
                JobId = "job_" + RandomId(16),
                VideoId = video.VideoId,
                Operation = operation,
                Text = text,
                Attachments = attachments,
                Export = export,
                ExportQuality = exportQuality,
                ExportIsPublic = exportIsPublic,
                QueuedMs = Options.JobQueuedMs,
                ProcessingMs = Options.JobProcessingMs,
                Error = fails ? Options.JobError : null,
                Response = Options.JobResponse ?? (operation == "generate" ? "I've created your video: " : "I've made the change: ") + Shorten(text, 60),
                CreatedAt = DateTimeOffset.UtcNow,
                Request = request,
            };
            _jobs.Add(job.JobId, job);
            Begin(job);
            return job;
        }
    }

    /// <summary>A render of the content as it is now: an identical complete one, or a new one.</summary>
    internal EmulatedExport StartExport(EmulatedVideo video, string quality, bool isPublic, long request)
    {
        lock (Gate)
        {
            var same = _exports.Values.LastOrDefault(export => export.VideoId == video.VideoId
                && export.Revision == video.Revision && export.Quality == quality && export.IsPublic == isPublic && export.Status == "complete");
            if (same is not null)
            {
                video.ShownExportId = same.ExportId;
                return same;
            }

            var fails = Options.FailExports > 0 && Options.FailExports-- > 0;
            var export = new EmulatedExport
            {
                ExportId = "exp_" + RandomId(12),
                VideoId = video.VideoId,
                Revision = video.Revision,
                Quality = quality,
                IsPublic = isPublic,
                ShareCode = isPublic ? RandomId(7) : null,
                Bucket = isPublic ? PublicBucket : Bucket,
                Shown = Options.FormerExportMs == 0 || video.ShownExportId is null,
                FormerMs = Options.FormerExportMs,
                QueuedMs = Options.ExportQueuedMs,
                ProcessingMs = Options.ExportProcessingMs,
                Error = fails ? Options.ExportError : null,
                Request = request,
            };
            _exports.Add(export.ExportId, export);
            if (export.Shown)
                video.ShownExportId = export.ExportId;
            Begin(export);
            return export;
        }
    }

    internal EmulatedGeneration StartGeneration(EmulatedPlan plan, long request)
    {
        lock (Gate)
        {
            var fails = Options.FailGenerations > 0 && Options.FailGenerations-- > 0;
            var projectId = RandomId(20);
            var error = fails ? Options.GenerationError : null;
            var generation = new EmulatedGeneration
            {
                PlanId = plan.PlanId,
                ProjectId = projectId,
                Credits = plan.CreditsCost,
                Error = error,
                LeaveGenerating = Options.LeaveGenerating,
                EventMs = Options.EventMs,
                Events = PlanEvents.Make(plan, projectId, error, Options),
                Request = request,
            };
            plan.Status = "generating";
            plan.Error = null;
            plan.UpdatedAt = DateTimeOffset.UtcNow;
            _generations.Add(generation);
            Begin(generation);
            return generation;
        }
    }

    /// <summary>The client of a stream has gone.</summary>
    internal void Abandon(EmulatedGeneration generation)
    {
        lock (Gate)
        {
            if (generation.Finished || !Options.StopWhenClientGone)
                return;
            generation.Error = "The client went away.";
            Settle(generation);
            generation.Finished = true;
            Wake(generation);
        }

        Changed();
    }

    internal bool TakeExportRequestFailure()
    {
        lock (Gate)
            return Options.FailExportRequests > 0 && Options.FailExportRequests-- > 0;
    }

    internal bool TakeAnalysisFailure()
    {
        lock (Gate)
            return Options.FailAnalyses > 0 && Options.FailAnalyses-- > 0;
    }

    /// <summary>A text of at most so many characters, and three dots for what is left out.</summary>
    internal static string Shorten(string text, int characters)
    {
        var runes = text.EnumerateRunes().ToArray();
        return runes.Length <= characters ? text : string.Concat(runes.Take(characters).Select(rune => rune.ToString())) + "...";
    }

    private static string Credits(int count) => count == 1 ? "1 credit" : $"{count} credits";

    private static void AddTurn(EmulatedVideo video, string text, string tool, JsonObject args) => video.Trace.Add(new JsonObject
    {
        ["messageId"] = $"msg_{video.Trace.Count + 1}",
        ["createdAt"] = OzorService.Iso(DateTimeOffset.UtcNow),
        ["textPreview"] = Shorten(text, 32),
        ["toolCalls"] = new JsonArray(new JsonObject { ["name"] = tool, ["args"] = args }),
    });

    private OzorWork[] Running() =>
        [.. _jobs.Values.Where(job => !job.Finished), .. _exports.Values.Where(export => !export.Finished), .. _generations.Where(generation => !generation.Finished)];

    private int ReservedBy(OzorOwner owner) =>
        _jobs.Values.Count(job => !job.Finished && _videos[job.VideoId].Owner == owner)
        + _generations.Where(generation => !generation.Finished && _plans[generation.PlanId].Owner == owner).Sum(generation => generation.Credits);

    private void Begin(OzorWork work)
    {
        _ = DriveAsync(work, _epoch);
        Changed();
    }

    /// <summary>Takes the steps of one piece of work when their times have come, unless it is advanced by hand.</summary>
    private async Task DriveAsync(OzorWork work, long epoch)
    {
        var stopping = _host.Stopping;
        while (true)
        {
            Task signal;
            int steps;
            TimeSpan pause;
            lock (Gate)
            {
                if (work.Finished || epoch != _epoch || stopping.IsCancellationRequested)
                    return;
                signal = work.Signal.Task;
                steps = work.Steps;
                pause = work.Manual ?? Options.Manual ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Max(1, work.NextMs));
            }

            await signal.WaitAsync(pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
            lock (Gate)
            {
                if (signal.IsCompleted || work.Finished || work.Steps != steps || (work.Manual ?? Options.Manual) || epoch != _epoch || stopping.IsCancellationRequested)
                    continue;
                try
                {
                    Step(work);
                }
                catch (Exception problem)
                {
                    // Nobody awaits this: a mistake must be seen and must not look like work that takes its time.
                    work.Finished = true;
                    if (_host.Requests.All.FirstOrDefault(request => request.Sequence == work.Request) is { } request)
                        _host.Requests.AddViolation(request, "EMULATOR_BUG", problem.ToString());
                }
            }

            Changed();
        }
    }

    private void Step(OzorWork work)
    {
        work.Steps++;
        switch (work)
        {
            case EmulatedJob job:
                Step(job);
                break;
            case EmulatedExport export:
                Step(export);
                break;
            case EmulatedGeneration generation:
                Step(generation);
                break;
            default:
                throw new InvalidOperationException($"{work.GetType()} has no steps.");
        }

        Wake(work);
    }

    private void Step(EmulatedJob job)
    {
        if (job.Status == "queued")
        {
            job.Status = "processing";
            return;
        }

        job.Finished = true;
        job.Status = job.Error is null ? "completed" : "failed";
        if (job.Error is not null)
            return;
        var video = _videos[job.VideoId];
        video.Revision++;
        AddTurn(video, job.Response, job.Operation == "generate" ? "create_scene" : "edit_scene", new JsonObject { ["order"] = 1 });
        Charge(video.Owner, job.Operation, job.JobId, job.Text, 1, job.Request);
        if (job.Export)
            StartExport(video, job.ExportQuality, job.ExportIsPublic, job.Request);
    }

    private void Step(EmulatedExport export)
    {
        var video = _videos[export.VideoId];
        if (!export.Shown)
        {
            export.Shown = true;
            video.ShownExportId = export.ExportId;
            return;
        }

        if (export.Status == "queued")
        {
            export.Status = "processing";
            return;
        }

        if (export.Error is null)
        {
            var file = SampleMedia.Mp4(video.Aspect, $"{export.ExportId} {export.Quality} revision {export.Revision}", Options.VideoBytes);
            Storage.AddObject(export.Bucket, export.VideoKey, file, "video/mp4");
            Storage.AddObject(export.Bucket, export.ThumbnailKey, SampleMedia.Jpeg, "image/jpeg");
            video.Rendered = true;
        }

        export.Finished = true;
        export.Status = export.Error is null ? "complete" : "failed";
    }

    private void Step(EmulatedGeneration generation)
    {
        // The outcome is there before the event that tells of it, so that whoever has the event can use it.
        if (generation.Steps >= generation.Events.Count)
        {
            if (!generation.LeaveGenerating)
                Settle(generation);
            generation.Finished = true;
        }
    }

    private void Settle(EmulatedGeneration generation)
    {
        var plan = _plans[generation.PlanId];
        plan.UpdatedAt = DateTimeOffset.UtcNow;
        if (generation.Error is not null)
        {
            plan.Status = "failed";
            plan.Error = generation.Error;
            return;
        }

        var title = Path.GetFileNameWithoutExtension(plan.FileName) ?? plan.SourceUrl ?? plan.PlanId;
        AddVideo(title, plan.Owner, plan.AspectRatio, id: generation.ProjectId, planId: plan.PlanId).Revision = 1;
        plan.Status = "generated";
        plan.ProjectId = generation.ProjectId;
        Charge(plan.Owner, "plan", plan.PlanId, plan.FileName ?? plan.SourceUrl ?? "", generation.Credits, generation.Request);
    }
}
