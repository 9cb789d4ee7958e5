using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>Reads plans (<c>GET /api/v1/documents/plans/{planId}</c>). The URLs of their pictures are fresh each time.</summary>
[Cmdlet(VerbsCommon.Get, "OzorPlan", HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Get-OzorPlan.md")]
[OutputType(typeof(OzorPlan))]
public sealed class GetOzorPlanCommand : OzorCommand
{
    private string? current;

    /// <summary>The ids of the plans, as New-OzorPlan returned them; the service has no list.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] PlanId { get; set; } = [];

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var client = new OzorClient(CreateTransport(), CurrentSession);
        foreach (var id in PlanId)
        {
            current = id;
            try
            {
                await EmitAsync(await client.GetPlanAsync(id, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException exception)
            {
                await EmitErrorAsync(exception, id, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
