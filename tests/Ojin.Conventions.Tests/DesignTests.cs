namespace Ojin.Conventions.Tests;

/// <summary>The design's table of cmdlets: names and parameters are the promise to users.</summary>
public sealed class DesignTests
{
    // A star marks input from the pipeline, by property name or by value. The first parameter is positional.
    private const string Promised = """
        Connect-Ojin: ApiKey BaseUri AgentsUri PassThru
        Connect-Ozor: ApiKey FirebaseToken BaseUri CreditLimit PassThru
        Connect-Aimp: ApiKey GatewayUri PassThru
        Disconnect-Ojin:
        Disconnect-Ozor:
        Disconnect-Aimp:
        Get-OjinSession: Service
        Test-OjinSession: Service
        Get-OjinModelVariant: ModelVariantId* ModelId Status Tag Anonymous
        Get-OjinModelConfig: ModelConfigId* Public ModelVariantId* Source Title
        New-OjinModelConfig: Title* ModelVariantId* Configuration*
        Set-OjinModelConfig: ModelConfigId* Title Configuration Merge
        Remove-OjinModelConfig: ModelConfigId* ReferencedBy
        Test-OjinModelConfig: ModelVariantId* Configuration*
        Get-OjinAsset: AssetId* Public IncludeUrl Source Category Name
        Send-OjinAsset: Path LiteralPath* Category Name ContentType PartSize ThrottleLimit NoResume
        Save-OjinAsset: AssetId* Path Public Force ThrottleLimit
        Remove-OjinAsset: AssetId*
        Get-OjinUpload: Path*
        Remove-OjinUpload: Path*
        Start-OjinIdleVideo: SourceAssetId* ReferenceTemplate
        Start-OjinAgentSession: AgentId* ClientUserRef Origin Region
        Start-OzorVideo: Prompt* Aspect Export ExportQuality ExportPublic Image Video
        Get-OzorVideo: VideoId*
        Send-OzorMessage: VideoId* Message Image Video
        Get-OzorJob: VideoId* JobId*
        Wait-OzorJob: VideoId* JobId* TimeoutSec PollIntervalSec
        Start-OzorExport: VideoId* Quality Public
        Wait-OzorExport: VideoId* ExportId* JobId* TimeoutSec PollIntervalSec
        Save-OzorVideo: VideoId* Path Force ThrottleLimit
        Get-OzorToolTrace: VideoId* ConversationId
        Get-OzorVoice:
        New-OzorPlan: Path LiteralPath* Uri TargetDurationSec Prompt Aspect
        Get-OzorPlan: PlanId*
        Set-OzorPlan: PlanId* Scene VoiceId SpeakingStyle SpeakingRate
        Invoke-OzorPlan: PlanId*
        Measure-OzorCost:
        New-OzorApiKey: Name
        Get-OzorApiKey:
        Revoke-OzorApiKey: KeyId*
        Get-AimpModel: Slug*
        Invoke-AimpModel: Model* InputObject* Mode Scope Parameter Option
        Send-AimpMedia: Path LiteralPath* ContentType MediaType ThrottleLimit
        Get-AimpWallet:
        Get-AimpUsage:
        Invoke-OjinRequest: Service Method Path Query Body OutFile
        Export-OjinModelConfig:
        Sync-OjinModelConfig: Path Prune
        Copy-OjinModelConfig: ModelConfigId*
        """;

    /// <summary>Names that the design gives to parameters that another name has, by cmdlet.</summary>
    private static readonly string[] Aliases = ["Start-OjinIdleVideo AssetId", "Invoke-AimpModel Slug"];

    private static Dictionary<string, string[]> Table => Promised
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(line => line.Split(':'))
        .ToDictionary(parts => parts[0], parts => parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);

    private static IEnumerable<(CmdletInfo Cmdlet, string[] Parameters)> Present => House.Cmdlets.Where(c => Table.ContainsKey(c.Name)).Select(c => (c, Table[c.Name]));

    [Fact]
    public void Every_cmdlet_is_in_the_design() =>
        House.Expect("Not in the design's table:", House.Cmdlets.Select(c => c.Name).Where(name => !Table.ContainsKey(name)));

    [Fact]
    public void Parameters_have_the_names_of_the_design() =>
        House.Expect("Missing parameters:", Present.SelectMany(row => row.Parameters
            .Where(name => row.Cmdlet.Parameter(name.TrimEnd('*')) is null)
            .Select(name => $"{row.Cmdlet.Name} -{name}")));

    [Fact]
    public void Aliases_are_those_of_the_design() =>
        House.Expect("Missing aliases:", Aliases.Select(line => line.Split(' '))
            .Where(parts => House.Cmdlets.FirstOrDefault(c => c.Name == parts[0]) is { } cmdlet && cmdlet.Parameter(parts[1]) is null)
            .Select(parts => $"{parts[0]} -{parts[1]}"));

    [Fact]
    public void What_one_cmdlet_returns_another_takes() =>
        House.Expect("Not from the pipeline:", Present.SelectMany(row => row.Parameters
            .Where(name => name.EndsWith('*') && row.Cmdlet.Parameter(name.TrimEnd('*')) is { ByPropertyName: false, ByValue: false })
            .Select(name => $"{row.Cmdlet.Name} -{name}")));

    [Fact]
    public void The_first_parameter_is_positional() =>
        House.Expect("Position 0 is missing:", Present
            .Where(row => row.Parameters.Length > 0 && row.Cmdlet.Parameter(row.Parameters[0].TrimEnd('*')) is { } first && !first.Positions.Contains(0))
            .Select(row => $"{row.Cmdlet.Name} -{row.Parameters[0]}"));

    [Fact]
    public void Lists_page() =>
        House.Expect("SupportsPaging is missing:", House.Cmdlets
            .Where(c => c.Name is "Get-OjinModelVariant" or "Get-OjinModelConfig" or "Get-OjinAsset" && !c.SupportsPaging)
            .Select(c => c.Name));
}
