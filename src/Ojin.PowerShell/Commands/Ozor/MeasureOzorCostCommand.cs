using System.Collections;
using System.Management.Automation;
using Ojin.Http;
using Ojin.Json;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Computes what a step costs in credits, by the contract's table and without a call.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "OzorCost", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Measure-OzorCost.md")]
[OutputType(typeof(OzorCost))]
public sealed class MeasureOzorCostCommand : AsyncCommand
{
    /// <summary>A prompt or a message as text, a document as a file, a web page as a Uri, a plan, a job, or a video to be exported.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public object? InputObject { get; set; }

    private protected override object? CurrentTarget => InputObject;

    private protected override Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var inner = InputObject is PSObject wrapped && wrapped.BaseObject is not PSCustomObject ? wrapped.BaseObject : InputObject;
        return EmitAsync(
            inner switch
            {
                string prompt => OzorCost.OfPrompt(prompt),
                FileInfo file => OzorCost.OfAnalysis(DocumentFile.FromDisk(file.FullName).FullPath),
                Uri page => OzorCost.OfAnalysis(page.IsAbsoluteUri ? page.GetLeftPart(UriPartial.Path) : page.OriginalString),
                OzorPlan plan => OzorCost.OfPlan(plan),
                OzorVideo video => OzorCost.OfExport(video.VideoId),
                OzorExport export => OzorCost.OfExport(export.VideoId),
                OzorPlanResult result => OzorCost.OfExport(result.VideoId),
                OzorJob job => OzorCost.OfJob(job.JobId, job.Status),
                _ => OfObject(inner),
            },
            cancellationToken);
    }

    // What was kept as JSON comes back as a bare object.
    private static OzorCost OfObject(object? value)
    {
        var map = value is PSObject or IDictionary ? PlainValues.Map(value, "The input") : [];
        if (map.TryGetValue("PlanId", out var plan) && plan is string planId && map.TryGetValue("Scenes", out var list) && list is object?[] scenes)
        {
            return OzorCost.OfPlan(planId, scenes.Count(scene => scene is JsonMap fields && fields.TryGetValue("VoiceoverText", out var text) && !string.IsNullOrWhiteSpace(text as string)));
        }
        if (map.TryGetValue("Prompt", out var prompt) && prompt is string words) return OzorCost.OfPrompt(words);
        // An export may name the job that it waits for.
        var isExport = map.ContainsKey("ExportId") || map.ContainsKey("ExportStatus");
        if (!isExport && map.TryGetValue("JobId", out var job) && job is string jobId) return OzorCost.OfJob(jobId, map.TryGetValue("Status", out var status) ? status as string : null);
        if (map.TryGetValue("VideoId", out var video) && video is string videoId) return OzorCost.OfExport(videoId);
        throw OjinException.Argument($"What a {(value is PSObject ? "bare object" : value?.GetType().Name ?? "null")} costs is not known.", "Pipe a prompt, a document's file, a plan, a job or a video.");
    }
}
