using System.Globalization;
using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Renders plans into videos (<c>POST /api/v1/documents/plans/{planId}/generate</c>). It costs half a credit for each
/// scene with a voice, rounded down, when it succeeds, and is sent once. Several plans are rendered side by side.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "OzorPlan", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Invoke-OzorPlan.md")]
[OutputType(typeof(OzorPlanResult))]
public sealed class InvokeOzorPlanCommand : OzorCommand
{
    private const int MostAtOnce = 4;

    private readonly SemaphoreSlim slots = new(MostAtOnce);
    private string? current;
    private int lastActivity;

    /// <summary>The ids of the plans.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] PlanId { get; set; } = [];

    /// <summary>The plan itself, from the pipeline: -WhatIf knows its cost without a call.</summary>
    [Parameter(ValueFromPipeline = true)]
    public OzorPlan? InputObject { get; set; }

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var client = new OzorClient(CreateTransport(), CurrentSession);
        foreach (var id in PlanId)
        {
            current = id;
            try
            {
                OjinId.Text(id, "plan id");
                if (IsWhatIf)
                {
                    ShouldProcess(Target(id), InputObject?.PlanId == id ? Action(InputObject) : "Render, which costs half a credit for each scene with a voice, rounded down");
                    continue;
                }
                if (InputObject?.PlanId == id) client.CheckCreditLimit(InputObject);
                // Edited or rendered meanwhile, a piped plan may be another one by now.
                var plan = await client.GetPlanAsync(id, cancellationToken).ConfigureAwait(false);
                if (InputObject?.PlanId == id && InputObject.HasUnsentEdits(plan)) Warn($"The scenes of {Target(id)} were edited here, and the service does not have the edits: it renders the plan that it has. Set-OzorPlan -Scene sends them.");
                if (!await ShouldProcessAsync(Target(id), Action(plan), cancellationToken).ConfigureAwait(false)) continue;
                await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
                await StartInBackgroundAsync(id, token => RenderAsync(client, plan, token), cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException exception)
            {
                await EmitErrorAsync(exception, id, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) slots.Dispose();
    }

    private static string Target(string id) => $"plan {TextForDisplay.Escape(id, 100)}";

    private static string Action(OzorPlan plan) => string.Create(CultureInfo.InvariantCulture, $"Render, which costs {plan.RenderingCost} {(plan.RenderingCost == 1 ? "credit" : "credits")} when it succeeds");

    private async Task RenderAsync(OzorClient client, OzorPlan plan, CancellationToken cancellationToken)
    {
        OzorPlanResult result;
        var bar = new Bar(this, Interlocked.Increment(ref lastActivity), "Rendering " + Target(plan.PlanId));
        try
        {
            result = await client.GeneratePlanAsync(plan, bar, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            slots.Release();
            bar.End();
        }
        await EmitAsync(result, cancellationToken).ConfigureAwait(false);
    }

    private sealed class Bar(InvokeOzorPlanCommand owner, int id, string activity) : IProgress<OzorPlanProgress>
    {
        public void Report(OzorPlanProgress value)
        {
            if (!owner.ShowsProgress) return;
            var detail = value.Detail.Length > 0 ? value.Detail : value.Step.Length > 0 ? value.Step : "rendering";
            owner.Show(new ProgressRecord(id, activity, TextForDisplay.Escape(detail, 100)) { PercentComplete = value.Percent ?? -1 });
        }

        public void End() => owner.Show(new ProgressRecord(id, activity, "done") { RecordType = ProgressRecordType.Completed });
    }
}
