using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Changes the scenes or the voice of a plan before it is rendered (<c>PATCH /api/v1/documents/plans/{planId}</c>). Without
/// -Scene the scenes stay as they are.
/// </summary>
[Cmdlet(VerbsCommon.Set, "OzorPlan", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Set-OzorPlan.md")]
[OutputType(typeof(OzorPlan))]
public sealed class SetOzorPlanCommand : OzorCommand
{
    private string? current;

    /// <summary>The ids of the plans.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] PlanId { get; set; } = [];

    /// <summary>All scenes in their order: those of Get-OzorPlan, edited, left out, added or reordered, or hashtables with their fields.</summary>
    [Parameter]
    [ValidateNotNull]
    public object[]? Scene { get; set; }

    /// <summary>The voice, as Get-OzorVoice lists them; without one the service chooses by the document's language.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(VoiceIdCompleter))]
    public string? VoiceId { get; set; }

    /// <summary>How to speak, in your own words, such as formal, energetic, calm.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SpeakingStyle { get; set; }

    /// <summary>How fast to speak, 0.5 to 2.0; 1.0 is the service's own choice.</summary>
    [Parameter]
    [ValidateRange(OzorPlanEdit.MinimumSpeakingRate, OzorPlanEdit.MaximumSpeakingRate)]
    public double SpeakingRate { get; set; }

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        current = PlanId[0];
        var edit = new OzorPlanEdit
        {
            Scenes = Scene?.Select(SceneOf).ToArray(),
            VoiceId = VoiceId,
            SpeakingStyle = SpeakingStyle,
            SpeakingRate = MyInvocation.BoundParameters.ContainsKey(nameof(SpeakingRate)) ? SpeakingRate : null,
        };
        // Bad input is told before anybody is asked.
        edit.ToWire();
        var client = new OzorClient(CreateTransport(), CurrentSession);
        foreach (var id in PlanId)
        {
            current = id;
            try
            {
                OjinId.Text(id, "plan id");
                if (!await ShouldProcessAsync($"plan {TextForDisplay.Escape(id, 100)}", Action(), cancellationToken).ConfigureAwait(false)) continue;
                await EmitAsync(await client.UpdatePlanAsync(id, edit, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException exception)
            {
                await EmitErrorAsync(exception, id, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private string Action()
    {
        var scenes = Scene is null ? null : Scene.Length == 1 ? "put 1 scene in the place of all" : FormattableString.Invariant($"put {Scene.Length} scenes in the place of all");
        var voice = VoiceId is null && SpeakingStyle is null && !MyInvocation.BoundParameters.ContainsKey(nameof(SpeakingRate)) ? null : "set its voice";
        var text = string.Join(" and ", new[] { scenes, voice }.Where(part => part is not null));
        return char.ToUpperInvariant(text[0]) + text[1..] + ", which costs 0 credits";
    }

    private static OzorScene SceneOf(object? value)
    {
        var inner = value is PSObject wrapped && wrapped.BaseObject is not PSCustomObject ? wrapped.BaseObject : value;
        return inner as OzorScene ?? OzorScene.FromFields(PlainValues.Map(inner, "-Scene"));
    }
}
