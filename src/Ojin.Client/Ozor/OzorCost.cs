using System.Globalization;
using Ojin.Http;

namespace Ojin;

/// <summary>
/// What a step costs in credits, by the contract's own table; nobody is asked. There is no balance to hold it against.
/// </summary>
public sealed class OzorCost
{
    private OzorCost(string step, string subject, int credits)
    {
        Step = step;
        Subject = subject;
        Credits = credits;
    }

    /// <summary>The step: <c>Prompt</c> (a message too), <c>Job</c>, <c>Analysis</c>, <c>Plan</c> or <c>Export</c>.</summary>
    public string Step { get; }

    /// <summary>What it is done with: the prompt, the document, the id of the job, the plan or the video.</summary>
    public string Subject { get; }

    /// <summary>The cost in credits.</summary>
    public int Credits { get; }

    /// <summary>A video from a prompt, or a change by a message: 1 credit when the job succeeds.</summary>
    /// <exception cref="OjinException">The text is empty or longer than the service takes.</exception>
    public static OzorCost OfPrompt(string prompt)
    {
        OzorVideoOrder.CheckText(prompt, "prompt");
        return new OzorCost("Prompt", prompt, 1);
    }

    /// <summary>What a prompt or a message has started: 1 credit when the job succeeds, nothing when it failed.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="status">Its state, word for word; null where it is not known.</param>
    public static OzorCost OfJob(string jobId, string? status) => new("Job", jobId, status == "failed" ? 0 : 1);

    /// <summary>The analysis of a document or a web page: 1 credit at once.</summary>
    public static OzorCost OfAnalysis(string document) => new("Analysis", document, 1);

    /// <summary>The rendering of a plan as its scenes stand: half a credit for each scene with a voice, rounded down, when it succeeds.</summary>
    public static OzorCost OfPlan(OzorPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return OfPlan(plan.PlanId, plan.VoicedScenes);
    }

    /// <summary>The rendering of a plan with so many voiced scenes.</summary>
    public static OzorCost OfPlan(string planId, int voicedScenes) => new("Plan", planId, voicedScenes / 2);

    /// <summary>An export: nothing.</summary>
    public static OzorCost OfExport(string videoId) => new("Export", videoId, 0);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Credits}");
}
