using System.Management.Automation;
using Ojin.PowerShell.Completion;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Starts to make an idle video of an image (generateIdleVideo). No operation tells the job's state; the finished
/// video appears among the assets.
/// </summary>
[Cmdlet(VerbsLifecycle.Start, "OjinIdleVideo", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/Start-OjinIdleVideo.md")]
[OutputType(typeof(IdleVideoJob))]
public sealed class StartOjinIdleVideoCommand : OjinCommand
{
    /// <summary>The id of the image, a UUID.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("AssetId")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AssetIdCompleter))]
    public string SourceAssetId { get; set; } = "";

    /// <summary>The motion; without it the service chooses.</summary>
    [Parameter]
    [ValidateSet("v1", "v2", "v3", IgnoreCase = false)]
    public string? ReferenceTemplate { get; set; }

    private protected override object? CurrentTarget => SourceAssetId;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        var id = OjinId.Uuid(SourceAssetId, "asset id");
        if (!ShouldProcess($"asset {id}", $"Make an idle video of it{(ReferenceTemplate is null ? "" : $" with template {ReferenceTemplate}")}")) return;
        var job = await new OjinClient(CreateTransport(), CurrentSession).GenerateIdleVideoAsync(id, ReferenceTemplate, cancellationToken).ConfigureAwait(false);
        await EmitAsync(job, cancellationToken).ConfigureAwait(false);
    }
}
