using System.Globalization;
using Ojin.Http;
using Ojin.Json;

namespace Ojin;

/// <content>Documents, their plans, and the voices that speak them.</content>
public sealed partial class OzorClient
{
    private const string DocumentsPath = "api/v1/documents";

    // From the last byte of the document on, this is how long the analysis itself may take.
    private static readonly TimeSpan AnalysisLimit = TimeSpan.FromMinutes(10);

    /// <summary>Lists the voices (<c>GET /api/v1/documents/voices</c>).</summary>
    /// <exception cref="OjinException">Any failure.</exception>
    public async Task<IReadOnlyList<OzorVoice>> ListVoicesAsync(CancellationToken cancellationToken) =>
        (await ReadAsync(session.Address.Build(DocumentsPath + "/voices"), OzorDocumentsJson.Default.OzorVoiceList, cancellationToken).ConfigureAwait(false)).Voices;

    /// <summary>
    /// Analyzes a document or a web page (<c>POST /api/v1/documents/analyze</c>). It costs 1 credit at once and is sent
    /// once, whatever happens on the way.
    /// </summary>
    /// <param name="analysis">What, and how.</param>
    /// <param name="cancellationToken">Ends the call; whether the credit is gone is not known then.</param>
    /// <exception cref="OjinException">
    /// The input cannot be used or the credit limit would be passed (nothing was sent), 402 where there are no credits,
    /// 500 where the page or the analysis failed, or any failure.
    /// </exception>
    public Task<OzorPlan> AnalyzeAsync(OzorAnalysis analysis, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        analysis.Check();
        var watch = new StallWatch(Bounded(AnalysisLimit));
        var request = new ServiceRequest
        {
            Service = OjinService.Ozor,
            Method = HttpMethod.Post,
            Address = session.Address.Build(DocumentsPath + "/analyze"),
            Retry = RetryRule.Once,
            Credential = session.RequireKey(),
            Content = () => analysis.CreateForm(watch),
            Watch = watch,
            HowToLook = "The analysis may have happened and its credit may be spent; the service has no list of plans to look in. It was not sent again.",
        };
        return ChargeAsync(1, "An analysis", async () =>
        {
            var answer = await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
            try
            {
                return PlanOf(request, answer);
            }
            catch (OjinException unreadable) when (PlanIdIn(answer) is { } planId)
            {
                // It is paid for, and nothing lists plans.
                throw unreadable.With(recommendedAction: $"It was not sent again: the plan is there, its credit is spent, and its id is {Shown(planId)}. Invoke-OjinRequest Ozor GET api/v1/documents/plans/{Shown(planId)} shows it as it is.");
            }
        });
    }

    /// <summary>Reads a plan, with fresh URLs of its pictures (<c>GET /api/v1/documents/plans/{planId}</c>).</summary>
    /// <exception cref="OjinException">404 where there is none, 403 where it is somebody else's, or any failure.</exception>
    public async Task<OzorPlan> GetPlanAsync(string planId, CancellationToken cancellationToken)
    {
        var request = new ServiceRequest
        {
            Service = OjinService.Ozor,
            Method = HttpMethod.Get,
            Address = PlanAddress(planId),
            Retry = RetryRule.Safe,
            Credential = session.RequireKey(),
        };
        return PlanOf(request, await transport.SendAsync(request, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// Edits a plan (<c>PATCH /api/v1/documents/plans/{planId}</c>), which works while its state is <c>draft</c> or
    /// <c>failed</c>. It is sent once, because a repetition could undo somebody else's change. The voice's settings are
    /// in no answer.
    /// </summary>
    /// <param name="planId">The plan.</param>
    /// <param name="edit">What is to be changed.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="OjinException">The edit cannot be used, 400 where the plan is being or has been rendered, 404, 403, or any failure.</exception>
    public async Task<OzorPlan> UpdatePlanAsync(string planId, OzorPlanEdit edit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(edit);
        var body = edit.ToWire();
        var request = new ServiceRequest
        {
            Service = OjinService.Ozor,
            Method = HttpMethod.Patch,
            Address = PlanAddress(planId),
            Retry = RetryRule.Once,
            Credential = session.RequireKey(),
            Content = JsonBody.Of(body.ToJson()),
            HowToLook = $"Nothing is charged for an edit. Look at the plan with Get-OzorPlan {Shown(planId)} before you edit it again.",
        };
        return PlanOf(request, await transport.SendAsync(request, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>Refuses a rendering that would go over the credit limit, before anything is asked for it.</summary>
    /// <exception cref="OjinException">It would, as the plan stands here.</exception>
    internal void CheckCreditLimit(OzorPlan plan) => session.Credits.Check(plan.RenderingCost, $"Rendering plan {Shown(plan.PlanId)}");

    private Uri PlanAddress(string planId, string below = "") => session.Address.Build(DocumentsPath + "/plans/" + Segment(planId, "plan id") + below);

    private static string? PlanIdIn(ServiceAnswer answer)
    {
        try
        {
            var map = answer.ReadFreeForm() as JsonMap;
            if (map?.TryGetValue("plan", out var inner) == true && inner is JsonMap plan) map = plan;
            return map?.TryGetValue("planId", out var id) == true && id is string { Length: > 0 } known ? known : null;
        }
        catch (OjinException)
        {
            return null;
        }
    }

    // "Same shape as analyze": within "plan", or the plan itself.
    private static OzorPlan PlanOf(ServiceRequest request, ServiceAnswer answer)
    {
        var wrapped = answer.ReadFreeForm() is JsonMap map && map.TryGetValue("plan", out var inner) && inner is JsonMap;
        return wrapped ? answer.Read(OzorDocumentsJson.Default.OzorPlanEnvelope).Plan! : answer.Read(OzorDocumentsJson.Default.OzorPlan);
    }
}

/// <summary>What is to be changed in a plan; null leaves a thing as it is.</summary>
public sealed class OzorPlanEdit
{
    /// <summary>The slowest speech.</summary>
    public const double MinimumSpeakingRate = 0.5;

    /// <summary>The fastest speech.</summary>
    public const double MaximumSpeakingRate = 2.0;

    /// <summary>All scenes in their order, which take the place of those that are there.</summary>
    public IReadOnlyList<OzorScene>? Scenes { get; init; }

    /// <summary>The voice's id.</summary>
    public string? VoiceId { get; init; }

    /// <summary>How it is to speak, in free words such as formal, energetic, calm.</summary>
    public string? SpeakingStyle { get; init; }

    /// <summary>How fast it is to speak, 0.5 to 2.0; 1.0 is the service's own choice.</summary>
    public double? SpeakingRate { get; init; }

    /// <summary>The edit as the service takes it.</summary>
    /// <exception cref="OjinException">Nothing is to be changed, or a value that the contract forbids.</exception>
    public JsonMap ToWire()
    {
        if (SpeakingRate is { } rate && !(rate is >= MinimumSpeakingRate and <= MaximumSpeakingRate))
        {
            throw OjinException.Argument(string.Create(CultureInfo.InvariantCulture, $"A speaking rate of {rate} cannot be used."), "Give -SpeakingRate from 0.5 to 2.0. Nothing was sent.");
        }
        if (Scenes is { Count: 0 }) throw OjinException.Argument("A plan without scenes is no plan.", "Give at least one scene. Nothing was sent.");
        var body = new JsonMap();
        if (Scenes is not null) body["scenes"] = Scenes.Select(object? (scene, index) => scene.ToWire(index + 1)).ToArray();
        var voice = new JsonMap();
        if (VoiceId is not null) voice["voiceId"] = VoiceId;
        if (SpeakingStyle is not null) voice["speakingStyle"] = SpeakingStyle;
        if (SpeakingRate is not null) voice["speakingRate"] = SpeakingRate;
        if (voice.Count > 0) body["voiceSettings"] = voice;
        return body.Count > 0 ? body : throw OjinException.Argument("Nothing is to be changed.", "Give -Scene, -VoiceId, -SpeakingStyle or -SpeakingRate. Nothing was sent.");
    }
}
