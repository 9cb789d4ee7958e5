using System.Management.Automation;
using System.Reflection;
using System.Security;

namespace Ojin.Conventions.Tests;

public sealed class CmdletTests
{
    /// <summary>Verbs whose cmdlets send something that changes, charges or deletes, or write a file.</summary>
    private static readonly HashSet<string> WritingVerbs =
        ["Copy", "Export", "Invoke", "New", "Remove", "Revoke", "Save", "Send", "Set", "Start", "Sync"];

    /// <summary>Verbs whose cmdlets return nothing.</summary>
    private static readonly HashSet<string> SilentVerbs = ["Disconnect", "Remove", "Revoke"];

    private static IEnumerable<CmdletInfo> All => House.Cmdlets;

    [Fact]
    public void There_are_cmdlets_to_look_at() => Assert.True(House.Cmdlets.Count >= 10, $"{House.Cmdlets.Count} cmdlets were found.");

    [Fact]
    public void Verbs_are_approved()
    {
        Type[] holders = [typeof(VerbsCommon), typeof(VerbsCommunications), typeof(VerbsData), typeof(VerbsDiagnostic), typeof(VerbsLifecycle), typeof(VerbsOther), typeof(VerbsSecurity)];
        var approved = holders.SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static)).Select(f => (string)f.GetRawConstantValue()!).ToHashSet(StringComparer.Ordinal);
        House.Expect("Use a verb that Get-Verb lists:", All.Where(c => !approved.Contains(c.Verb)).Select(c => c.Name));
    }

    [Fact]
    public void Nouns_are_singular_pascal_case_and_begin_with_the_service() =>
        House.Expect("A noun is Ojin, Ozor or Aimp and a singular word:", All
            .Where(c => !System.Text.RegularExpressions.Regex.IsMatch(c.Noun, "^(Ojin|Ozor|Aimp)([A-Z][A-Za-z]*)?$")
                || (c.Noun.EndsWith('s') && !c.Noun.EndsWith("ss", StringComparison.Ordinal)))
            .Select(c => c.Name));

    [Fact]
    public void Classes_are_sealed_and_named_after_their_cmdlet_in_a_file_of_that_name()
    {
        var files = House.Sources("src/Ojin.PowerShell/Commands").Select(source => source.Name).ToList();
        House.Expect("A cmdlet is a public sealed class VerbNounCommand in Commands/<service>/VerbNounCommand.cs:", All
            .Where(c => !c.Type.IsSealed || !c.Type.IsPublic || c.Type.Name != $"{c.Verb}{c.Noun}Command"
                || !files.Any(file => file.EndsWith($"/{c.Type.Name}.cs", StringComparison.Ordinal)))
            .Select(c => $"{c.Name}: {c.Type.FullName}"));
    }

    [Fact]
    public void The_manifest_exports_every_cmdlet() =>
        House.Expect("Add to CmdletsToExport in Ojin.psd1:", All.Select(c => c.Name).Where(name => !House.ExportedCmdlets.Contains(name)));

    [Fact]
    public void Whatever_writes_supports_ShouldProcess_and_whatever_reads_does_not() =>
        House.Expect("SupportsShouldProcess belongs to writing verbs, and to them only:", All
            .Where(c => c.SupportsShouldProcess != WritingVerbs.Contains(c.Verb))
            .Select(c => $"{c.Name}: SupportsShouldProcess is {c.SupportsShouldProcess}"));

    [Fact]
    public void Deleting_and_revoking_ask_first() =>
        House.Expect("Remove and Revoke have ConfirmImpact High, and nothing else has:", All
            .Where(c => c.ConfirmImpact == ConfirmImpact.High != c.Verb is "Remove" or "Revoke")
            .Select(c => $"{c.Name}: {c.ConfirmImpact}"));

    [Fact]
    public void Every_cmdlet_says_what_it_returns() =>
        House.Expect("Add [OutputType]:", All.Where(c => c.OutputTypes.Count == 0 && !SilentVerbs.Contains(c.Verb)).Select(c => c.Name));

    [Fact]
    public void What_a_cmdlet_returns_is_public() =>
        House.Expect("An output type is public:", All.SelectMany(c => c.OutputTypes.Where(type => !type.IsPublic).Select(type => $"{c.Name}: {type}")));

    [Fact]
    public void Online_help_leads_to_the_page_of_the_cmdlet() =>
        House.Expect("HelpUri ends with docs/en-US/<cmdlet>.md:", All
            .Where(c => c.HelpUri is null || !c.HelpUri.StartsWith("https://", StringComparison.Ordinal) || !c.HelpUri.EndsWith($"/docs/en-US/{c.Name}.md", StringComparison.Ordinal))
            .Select(c => $"{c.Name}: {c.HelpUri}"));

    [Fact]
    public void Every_cmdlet_that_calls_a_service_takes_a_session()
    {
        bool CallsNothing(CmdletInfo c) => c.Verb is "Connect" or "Disconnect" or "Measure" || c.Noun is "OjinSession" or "OjinUpload";
        House.Expect("-Session is missing:", All.Where(c => !CallsNothing(c) && c.Parameter("Session") is null).Select(c => c.Name));
    }

    [Fact]
    public void Whoever_gives_no_session_is_told_what_one_is() =>
        House.Expect("a session without SessionTransformation:", All
            .SelectMany(c => c.Parameters.Where(p => p.Name is "Session" or "Destination" && p.Type.Name.EndsWith("Session", StringComparison.Ordinal) && !p.Has("SessionTransformation")).Select(p => $"{c.Name} -{p.Name}")));

    [Fact]
    public void Secrets_come_as_secure_strings() =>
        House.Expect("A key or token is a SecureString with [SecretTransformation]:", AllParameters
            .Where(p => p.Parameter.Name.EndsWith("ApiKey", StringComparison.Ordinal) || p.Parameter.Name.EndsWith("Token", StringComparison.Ordinal))
            .Where(p => p.Parameter.Type != typeof(SecureString) || !p.Parameter.Has("SecretTransformation"))
            .Select(p => $"{p.Cmdlet.Name} -{p.Parameter.Name}"));

    [Fact]
    public void Switches_are_switch_parameters() =>
        House.Expect("A yes-or-no parameter is a SwitchParameter:", AllParameters
            .Where(p => p.Parameter.Type == typeof(bool) || p.Parameter.Type == typeof(bool?))
            .Select(p => $"{p.Cmdlet.Name} -{p.Parameter.Name}"));

    [Fact]
    public void Seconds_take_fractions() =>
        House.Expect("A parameter in seconds is a double:", AllParameters
            .Where(p => p.Parameter.Name.EndsWith("Sec", StringComparison.Ordinal) && p.Parameter.Type != typeof(double) && p.Parameter.Type != typeof(double?))
            .Select(p => $"{p.Cmdlet.Name} -{p.Parameter.Name}: {p.Parameter.Type}"));

    [Fact]
    public void Paths_take_wildcards_or_are_literal()
    {
        IEnumerable<string> Findings(CmdletInfo c)
        {
            if (c.Parameter("LiteralPath") is not { } literal) yield break;
            if (!literal.Aliases.Contains("PSPath")) yield return $"{c.Name} -LiteralPath lacks the alias PSPath, by which files come from the pipeline";
            if (!literal.ByPropertyName) yield return $"{c.Name} -LiteralPath does not come by property name";
            if (c.Parameter("Path")?.Has("SupportsWildcards") != true) yield return $"{c.Name} -Path lacks [SupportsWildcards]";
        }

        House.Expect("Files come as -Path, with wildcards, or -LiteralPath, with the alias PSPath:", All.SelectMany(Findings));
    }

    [Fact]
    public void No_parameter_hides_a_common_one()
    {
        HashSet<string> common = ["Verbose", "Debug", "ErrorAction", "WarningAction", "InformationAction", "ProgressAction", "ErrorVariable", "WarningVariable",
            "InformationVariable", "OutVariable", "OutBuffer", "PipelineVariable", "WhatIf", "Confirm", "vb", "db", "ea", "wa", "infa", "proga", "ev", "wv", "iv", "ov", "ob", "pv", "wi", "cf"];
        House.Expect("This name belongs to PowerShell:", AllParameters
            .SelectMany(p => p.Parameter.Aliases.Append(p.Parameter.Name).Where(common.Contains).Select(name => $"{p.Cmdlet.Name} -{name}")));
    }

    private static IEnumerable<(CmdletInfo Cmdlet, CmdletInfo.ParameterInfo Parameter)> AllParameters =>
        from cmdlet in House.Cmdlets
        from parameter in cmdlet.Parameters
        select (cmdlet, parameter);
}
