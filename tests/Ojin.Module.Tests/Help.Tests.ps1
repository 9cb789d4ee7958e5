# The help of the built module, as Get-Help shows it, and the pages that it is made from.

BeforeDiscovery {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    Import-OjinModule
    $cmdlets = (Get-Command -Module Ojin -CommandType Cmdlet).Name | ForEach-Object { @{ Name = $_ } }
    $topics = Get-ChildItem "$PSScriptRoot/../../docs/en-US/about_*.md" | ForEach-Object { @{ Name = $_.BaseName } }
    $hasPlatyPS = [bool](Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS)
}

BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/../../build/HelpPages.psm1" -Force
    Import-OjinModule
    $folder = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../docs/en-US")
    $maml = [xml]::new()
    $maml.Load("$folder/Ojin.PowerShell.dll-Help.xml")

    # The text of an element's paragraphs, on one line.
    function Get-ParagraphText($Element) { (@($Element.SelectNodes(".//*[local-name()='para']")) | ForEach-Object { $_.InnerText }) -join ' ' -replace '\s+', ' ' }
}

Describe 'What is made from the pages' {
    It 'was made from the pages as they are (run build.ps1 Help, and check in what it makes)' {
        $stamp = $maml.ChildNodes | Where-Object NodeType -EQ Comment | ForEach-Object { if ($_.InnerText -match 'Stamp: (?<stamp>[0-9a-f]{64})') { $Matches.stamp } }
        $stamp | Should -Be (Get-HelpStamp $folder)
    }

    It 'agrees with the pages on cmdlets, parameters and examples' {
        $pages = (Get-Command -Module Ojin -CommandType Cmdlet).Name | ForEach-Object { Read-HelpPage "$folder/$_.md" }
        $maml.helpItems.command.details.name | Sort-Object | Should -Be ($pages.Name | Sort-Object)
        foreach ($page in $pages) {
            $entry = $maml.helpItems.command | Where-Object { $_.details.name -eq $page.Name }
            @($entry.SelectNodes("*[local-name()='parameters']/*").name) | Should -Be @($page.Parameters.Keys) -Because $page.Name
            @($entry.SelectNodes("*[local-name()='examples']/*/*[local-name()='code']") | ForEach-Object { $_.InnerText -replace '\r' }) | Should -Be @($page.Examples | ForEach-Object { $_.Code -join "`n`n" }) -Because $page.Name
        }
    }

    It 'has the mechanical parts of every page as the module is' {
        foreach ($command in Get-Command -Module Ojin -CommandType Cmdlet) {
            $text = (Get-Content -LiteralPath "$folder/$($command.Name).md" -Raw) -replace '\r'
            ConvertTo-PageText -Page (Read-HelpPage "$folder/$($command.Name).md") -Command $command | Should -BeExactly $text -Because "$($command.Name) (run build.ps1 Help)"
        }
    }

    It 'has each about text as its page is' {
        foreach ($page in Get-ChildItem "$folder/about_*.md") {
            (Get-Content -LiteralPath "$folder/$($page.BaseName).help.txt" -Raw) -replace '\r' | Should -BeExactly (ConvertTo-AboutText $page.FullName) -Because $page.BaseName
        }
    }

    It 'is in the built module as it is checked in' {
        $built = Join-Path (Split-Path (Get-OjinManifest)) 'en-US'
        $names = Get-ChildItem "$folder/*" -Include '*.xml', '*.help.txt' | ForEach-Object Name
        Get-ChildItem $built | ForEach-Object Name | Sort-Object | Should -Be ($names | Sort-Object)
        foreach ($name in $names) { (Get-FileHash "$built/$name").Hash | Should -Be (Get-FileHash "$folder/$name").Hash -Because $name }
    }

    It 'is read by PlatyPS without a complaint' -Skip:(-not $hasPlatyPS) {
        $run = Invoke-InFreshPwsh -ArgumentList $folder {
            param($Folder)
            Import-Module Microsoft.PowerShell.PlatyPS
            foreach ($page in Get-ChildItem "$Folder/*-Oj*.md", "$Folder/*-Oz*.md", "$Folder/*-Aimp*.md" | Where-Object { Get-Command -Module Ojin -Name $_.BaseName -ErrorAction Ignore }) {
                if (-not (Test-MarkdownCommandHelp -Path $page.FullName)) { "$($page.Name) does not have the schema" }
                (Import-MarkdownCommandHelp -Path $page.FullName).Diagnostics.Messages | Where-Object Severity -EQ Error | ForEach-Object { "$($page.Name): $($_.Message) $($_.Identifier)" }
            }
        }
        "$($run.Output)$($run.Errors)" | Should -BeNullOrEmpty
    }
}

Describe 'Get-Help <Name>' -ForEach $cmdlets {
    BeforeAll {
        $help = Get-Help $Name -Full
        $command = Get-Command $Name
        $expected = @(Get-PageParameter $command)
    }

    It 'has a synopsis and a description of its own' {
        $help.Synopsis | Should -Match '^\S.{15,}\.$'
        $help.Synopsis.Length | Should -BeLessThan 120
        $help.Synopsis | Should -Not -Match ([regex]::Escape("$Name ["))
        ($help.description | Out-String).Trim().Length | Should -BeGreaterThan 60
    }

    It 'describes every parameter, in a sentence' {
        if (-not $expected) { return }
        $described = @(Get-Help $Name -Parameter *)
        foreach ($parameter in $expected) {
            $one = $described | Where-Object Name -EQ $parameter.Name
            ($one.description.Text -join ' ') | Should -Match '^[A-Z0-9].*\.$' -Because "-$($parameter.Name)"
        }
        @($help.parameters.parameter.name) | Should -Be @($expected.Name)
    }

    It 'shows each parameter set in the syntax' {
        @($help.syntax.syntaxItem).Count | Should -Be $command.ParameterSets.Count
    }

    It 'has at least two examples that use it' {
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
        foreach ($example in $help.examples.example) {
            $example.code | Should -Not -BeNullOrEmpty
            $example.code | Should -Not -Match '```'
        }
        ($help.examples.example.code -join "`n") | Should -Match ([regex]::Escape($Name))
        $text = Get-Help $Name -Examples | Out-String -Width 200
        $text | Should -Match 'Example 1: .*[\s\S]*Example 2: '
    }

    It 'says what goes in and what comes out' {
        foreach ($side in $help.inputTypes.inputType, $help.returnValues.returnValue) {
            foreach ($one in @($side)) { $one.type.name | Should -Not -BeNullOrEmpty; ($one.description.Text -join '') | Should -Match '\S' }
        }
        $said = @($help.returnValues.returnValue.type.name)
        foreach ($type in $command.OutputType.Name | Where-Object { $_ }) { $said | Should -Contain $type }
    }

    It 'leads to related cmdlets and online to its page' {
        $links = @($help.relatedLinks.navigationLink)
        $online = "https://github.com/ojin-powershell/ojin-powershell/blob/main/docs/en-US/$Name.md"
        $links[0].uri | Should -Be $online
        $command.HelpUri | Should -Be $online
        $links.Count | Should -BeGreaterOrEqual 2
        foreach ($link in $links | Select-Object -Skip 1) {
            if ($link.linkText -like 'about_*') { Get-Help $link.linkText | Should -Not -BeNullOrEmpty } else { (Get-Command -Module Ojin).Name + $exported | Should -Contain $link.linkText }
        }
    } -ForEach @{ exported = (Import-PowerShellDataFile (Get-OjinManifest)).CmdletsToExport }

    It 'has no leftovers of a template, and no Markdown' {
        $text = $help | Out-String -Width 200
        $text | Should -Not -Match '\{\{|\}\}'
        $text | Should -Not -Match '```|\]\('
    }
}

Describe 'Get-Help <Name>' -ForEach $topics {
    It 'finds the topic in the built module' {
        $text = Get-Help $Name | Out-String -Width 200
        $text | Should -Match "TOPIC\s+$Name"
        $text | Should -Match 'SHORT DESCRIPTION'
        $text | Should -Not -Match '```|\{\{'
    }

    It 'fits a terminal of 80 columns' {
        $text = Get-Content -LiteralPath (Join-Path (Split-Path (Get-OjinManifest)) "en-US/$Name.help.txt")
        $text | Where-Object Length -GT 80 | Should -BeNullOrEmpty
    }
}

Describe 'Help at the prompt' {
    It 'lists every topic' {
        (Get-Help about_Ojin*).Name | Sort-Object | Should -Be 'about_Ojin', 'about_Ojin_Errors', 'about_Ojin_Runbooks', 'about_Ojin_Sessions', 'about_Ojin_Transfers'
    }
}
