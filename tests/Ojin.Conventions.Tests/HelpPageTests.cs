using System.Text.RegularExpressions;

namespace Ojin.Conventions.Tests;

/// <summary>The pages in docs/en-US against the cmdlets, without a PowerShell; Help.Tests.ps1 looks at the help that is made of them.</summary>
public sealed partial class HelpPageTests
{
    private static readonly string Folder = Path.Combine(House.Root, "docs", "en-US");

    [Fact]
    public void Every_exported_cmdlet_has_a_page_and_every_page_a_cmdlet()
    {
        var pages = Directory.EnumerateFiles(Folder, "*-*.md").Select(file => Path.GetFileNameWithoutExtension(file)!).ToHashSet(StringComparer.Ordinal);
        House.Expect(
            "Write docs/en-US/<cmdlet>.md, or take the page away:",
            House.ExportedCmdlets.Except(pages).Select(name => $"{name} has no page").Concat(pages.Except(House.ExportedCmdlets).Select(name => $"{name}.md has no cmdlet")));
    }

    [Fact]
    public void Every_parameter_is_in_its_page_and_no_other() =>
        House.Expect(
            "Add '### -Name' and what it means to the page, or take it out, and run build.ps1 Help:",
            from cmdlet in House.Cmdlets
            let described = Described(cmdlet.Name)
            let shown = cmdlet.Parameters.Where(parameter => !parameter.Hidden).Select(parameter => parameter.Name).ToHashSet(StringComparer.Ordinal)
            let own = described.Where(name => name is not ("WhatIf" or "Confirm" or "First" or "Skip" or "IncludeTotalCount") || shown.Contains(name))
            from finding in shown.Except(described).Select(name => $"{cmdlet}: -{name} is not described")
                .Concat(own.Except(shown).Select(name => $"{cmdlet}: -{name} is described and not there"))
            select finding);

    [Fact]
    public void Pages_have_no_leftovers_of_a_template() =>
        House.Expect(
            "Write what is meant:",
            from file in Directory.EnumerateFiles(Folder, "*.md")
            from line in File.ReadLines(file)
            where line.Contains("{{", StringComparison.Ordinal) || line.Contains("}}", StringComparison.Ordinal)
            select $"{Path.GetFileName(file)}: {line.Trim()}");

    [Fact]
    public void Links_of_the_documents_lead_somewhere() =>
        House.Expect(
            "A link to a file that is not there:",
            from file in Directory.EnumerateFiles(House.Root, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(House.Root, "docs"), "*.md", SearchOption.AllDirectories))
            from match in Link().Matches(File.ReadAllText(file))
            let target = match.Groups["target"].Value.Split('#')[0]
            where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)
            where !Path.Exists(Path.Combine(Path.GetDirectoryName(file)!, target))
            select $"{Path.GetRelativePath(House.Root, file)}: {target}");

    private static HashSet<string> Described(string cmdlet)
    {
        var page = Path.Combine(Folder, cmdlet + ".md");
        return File.Exists(page) ? ParameterHeading().Matches(File.ReadAllText(page)).Select(match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal) : [];
    }

    [GeneratedRegex(@"^### -(?<name>\w+)\r?$", RegexOptions.Multiline)]
    private static partial Regex ParameterHeading();

    [GeneratedRegex(@"(?<!`)\[[^\]\n]+\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();
}
