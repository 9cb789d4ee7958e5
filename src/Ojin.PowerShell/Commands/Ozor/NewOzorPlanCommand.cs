using System.Management.Automation;
using Ojin.Http;
using Ojin.PowerShell.Pipeline;

namespace Ojin.PowerShell.Commands;

/// <summary>
/// Makes the plan of a film from a document or a web page (<c>POST /api/v1/documents/analyze</c>). It costs 1 credit at
/// once, and is sent once. Several documents are analyzed side by side, and each plan comes out when it is ready.
/// </summary>
[Cmdlet(VerbsCommon.New, "OzorPlan", DefaultParameterSetName = "Path", SupportsShouldProcess = true, HelpUri = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/New-OzorPlan.md")]
[OutputType(typeof(OzorPlan))]
public sealed class NewOzorPlanCommand : OzorCommand
{
    private const int MostAtOnce = 4;

    private readonly SemaphoreSlim slots = new(MostAtOnce);
    private string? current;
    private int lastActivity;

    /// <summary>The documents (PDF, PPTX, DOCX, at most 50 MB each); wildcards work, and leave folders out.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "Path", ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] Path { get; set; } = [];

    /// <summary>The documents, with their names as they are; files from Get-ChildItem come this way.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [Alias("PSPath", "FullName", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>A web page, http or https, whose readable text is analyzed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Uri")]
    [ValidateNotNullOrEmpty]
    public string Uri { get; set; } = "";

    /// <summary>How long the film is to be, in seconds, rounded to whole ones; without it the service chooses 30. It decides how many scenes there are.</summary>
    [Parameter]
    [ValidateRange(0.5, 1_000_000.0)]
    public double TargetDurationSec { get; set; }

    /// <summary>Guidance for the analysis: tone, focus, audience, language.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Prompt { get; set; }

    /// <summary>Landscape (16:9) or portrait (9:16); without it the service chooses 16:9.</summary>
    [Parameter]
    [ValidateSet("16:9", "9:16")]
    public string? Aspect { get; set; }

    private protected override object? CurrentTarget => current;

    private protected override async Task ProcessRecordAsync(CancellationToken cancellationToken)
    {
        if (ParameterSetName == "Uri")
        {
            current = Uri;
            await BeginAsync(Uri, $"web page {TextForDisplay.Escape(Uri.Split('?')[0], 200)}", Analysis(null, Uri), cancellationToken).ConfigureAwait(false);
            return;
        }
        var literal = ParameterSetName == "LiteralPath";
        // Resolved to the end here, on the pipeline thread.
        foreach (var given in FilePaths.Resolve(this, literal ? LiteralPath : Path, literal).ToArray())
        {
            current = given.Given;
            try
            {
                if (given.Error is not null && IsAddress(given.Given)) throw OjinException.Argument("A web page is given as a path.", "Give its address with -Uri. Nothing was sent.");
                var file = DocumentFile.FromDisk(given.FullPath ?? throw given.Error!);
                await BeginAsync(given.Given, $"document {TextForDisplay.Escape(file.FullPath, 300)}", Analysis(file, null), cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException exception)
            {
                await EmitErrorAsync(exception, given.Given, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) slots.Dispose();
    }

    private static bool IsAddress(string given) => given.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || given.StartsWith("http://", StringComparison.OrdinalIgnoreCase);

    private OzorAnalysis Analysis(DocumentFile? file, string? url) => new()
    {
        File = file,
        Url = url,
        TargetDurationSec = MyInvocation.BoundParameters.ContainsKey(nameof(TargetDurationSec)) ? (int)Math.Round(TargetDurationSec, MidpointRounding.AwayFromZero) : null,
        Prompt = Prompt,
        Aspect = Aspect,
    };

    private async Task BeginAsync(string target, string what, OzorAnalysis analysis, CancellationToken cancellationToken)
    {
        analysis.Check();
        if (!await ShouldProcessAsync(what, "Analyze, which costs 1 credit at once", cancellationToken).ConfigureAwait(false)) return;
        CurrentSession.RequireKey();
        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        await OnPipelineThreadAsync(
            () =>
            {
                var bar = new ProgressRecord(++lastActivity, "Analyzing", what);
                Show(bar);
                StartInBackground(target, token => AnalyzeAsync(analysis, bar, token));
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async Task AnalyzeAsync(OzorAnalysis analysis, ProgressRecord bar, CancellationToken cancellationToken)
    {
        OzorPlan plan;
        try
        {
            plan = await new OzorClient(CreateTransport(), CurrentSession).AnalyzeAsync(analysis, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            slots.Release();
            Show(new ProgressRecord(bar.ActivityId, bar.Activity, bar.StatusDescription) { RecordType = ProgressRecordType.Completed });
        }
        await EmitAsync(plan, cancellationToken).ConfigureAwait(false);
    }
}
