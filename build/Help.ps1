<#
.SYNOPSIS
Makes the help of the built module from docs/en-US.

.DESCRIPTION
1. Fills in the mechanical parts of every cmdlet's page (front matter, syntax, the yaml of the parameters) from the built
   module. The words are left as they are; what a page does not describe is an error that says where to write it.
2. Makes docs/en-US/Ojin.PowerShell.dll-Help.xml from the pages with Microsoft.PowerShell.PlatyPS, and brings it into the
   form that Get-Help shows best: PlatyPS leaves an example's code inside its text, with the fences around it.
3. Makes docs/en-US/about_*.help.txt from the about pages.

What it makes is checked in. Help.Tests.ps1 says when it is stale.
#>
[CmdletBinding()]
param(
    # The folder of the pages.
    [string] $Folder = (Join-Path $PSScriptRoot '../docs/en-US'),

    # The built module.
    [string] $Manifest = (Join-Path $PSScriptRoot '../out/Ojin/Ojin.psd1')
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Import-Module (Join-Path $PSScriptRoot 'HelpPages.psm1') -Force
$Folder = (Resolve-Path -LiteralPath $Folder).ProviderPath
if (-not (Test-Path -LiteralPath $Manifest)) { throw 'The module is not built: run pwsh ./build.ps1 Build.' }

function Import-PlatyPS {
    if (-not (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS)) {
        Write-Information 'Microsoft.PowerShell.PlatyPS is not installed; getting it from the PowerShell Gallery.' -InformationAction Continue
        Install-PSResource -Name Microsoft.PowerShell.PlatyPS -Version '[1.0,2.0)' -Repository PSGallery -TrustRepository -Scope CurrentUser -Quiet
    }
    Import-Module Microsoft.PowerShell.PlatyPS
}

function Add-Paragraph([System.Xml.XmlElement] $Element, [string] $Name, [string] $Markdown) {
    # Replaces what is in a child element by one paragraph a block of the text.
    $space = @{ maml = 'http://schemas.microsoft.com/maml/2004/10'; dev = 'http://schemas.microsoft.com/maml/dev/2004/10' }
    $prefix = $Name.Split(':')[0]
    $child = ($Element.ChildNodes | Where-Object Name -EQ $Name | Select-Object -First 1) ?? $Element.AppendChild($Element.OwnerDocument.CreateElement($prefix, $Name.Split(':')[1], $space[$prefix]))
    $null = $child.RemoveAll()
    foreach ($block in Split-Block $Markdown) {
        $text = $block.Kind -in 'code', 'table' ? (ConvertTo-TerminalText "``````$("`n")$($block.Text)$("`n")``````") : (ConvertTo-PlainLine $block.Text)
        $paragraph = $child.AppendChild($Element.OwnerDocument.CreateElement('maml', 'para', $space.maml))
        $paragraph.InnerText = $text
    }
}

# The module's types are looked at in this process, which is the build's own.
Import-Module $Manifest
$commands = @(Get-Command -Module Ojin -CommandType Cmdlet)
$pages = foreach ($command in $commands) {
    $path = Join-Path $Folder "$($command.Name).md"
    if (-not (Test-Path -LiteralPath $path)) { throw "$($command.Name) has no page: write docs/en-US/$($command.Name).md with the sections SYNOPSIS, DESCRIPTION, EXAMPLES, PARAMETERS, INPUTS, OUTPUTS and RELATED LINKS, and run this again." }
    $page = Read-HelpPage $path
    $text = ConvertTo-PageText -Page $page -Command $command
    if ($text -cne ((Get-Content -LiteralPath $path -Raw) -replace '\r\n', "`n")) { [System.IO.File]::WriteAllText($path, $text) }
    Read-HelpPage $path
}

foreach ($about in Get-ChildItem -LiteralPath $Folder -Filter 'about_*.md') {
    [System.IO.File]::WriteAllText([System.IO.Path]::ChangeExtension($about.FullName, '.help.txt'), (ConvertTo-AboutText $about.FullName))
}

Import-PlatyPS
$made = Join-Path ([System.IO.Path]::GetTempPath()) "ojin-help-$([guid]::NewGuid().ToString('N'))"
try {
    $null = $pages.Path | Import-MarkdownCommandHelp | Export-MamlCommandHelp -OutputFolder $made
    $xml = [xml]::new()
    $xml.Load((Get-ChildItem -LiteralPath $made -Recurse -Filter '*-Help.xml').FullName)
} finally {
    Remove-Item -LiteralPath $made -Recurse -Force -ErrorAction Ignore
}

foreach ($entry in $xml.SelectNodes("//*[local-name()='command']")) {
    $name = $entry.details.name
    $page = $pages | Where-Object Name -EQ $name
    Add-Paragraph $entry.details 'maml:description' $page.Synopsis
    Add-Paragraph $entry 'maml:description' $page.Description
    $examples = @($entry.SelectNodes("*[local-name()='examples']/*[local-name()='example']"))
    if ($examples.Count -ne $page.Examples.Count) { throw "PlatyPS read $($examples.Count) of the $($page.Examples.Count) examples of $name." }
    for ($i = 0; $i -lt $examples.Count; $i++) {
        $example = $examples[$i]
        $source = $page.Examples[$i]
        foreach ($child in @($example.ChildNodes | Where-Object LocalName -NE 'title')) { $null = $example.RemoveChild($child) }
        $example.ChildNodes[0].InnerText = "---- $($source.Title) ----"
        $code = $example.AppendChild($xml.CreateElement('dev', 'code', 'http://schemas.microsoft.com/maml/dev/2004/10'))
        $code.InnerText = $source.Code -join "`n`n"
        $words = [regex]::Replace($source.Text, '(?ms)^```powershell.*?^```[ \t]*$', '')
        Add-Paragraph $example 'dev:remarks' $words
        # Get-Help leaves no line free before the next example.
        if ($words.Trim()) { $null = $example.LastChild.AppendChild($xml.CreateElement('maml', 'para', 'http://schemas.microsoft.com/maml/2004/10')) }
    }
    foreach ($parameter in $entry.SelectNodes("*[local-name()='parameters']/*[local-name()='parameter']")) {
        $known = $page.Parameters[$parameter.name]
        Add-Paragraph $parameter 'maml:description' $known.Words
        if ($known.Default) {
            $default = ($parameter.ChildNodes | Where-Object LocalName -EQ 'defaultValue' | Select-Object -First 1) ?? $parameter.AppendChild($xml.CreateElement('dev', 'defaultValue', 'http://schemas.microsoft.com/maml/dev/2004/10'))
            $default.InnerText = $known.Default
        }
    }
    foreach ($kind in @{ element = 'inputType'; page = 'Inputs' }, @{ element = 'returnValue'; page = 'Outputs' }) {
        foreach ($value in @($entry.SelectNodes(".//*[local-name()='$($kind.element)']"))) { Add-Paragraph $value 'maml:description' $page.($kind.page)[$value.type.name] }
    }
    # A link to another page has its name; only the online version has an address.
    foreach ($link in $entry.SelectNodes(".//*[local-name()='navigationLink']/*[local-name()='uri']")) { if ($link.InnerText -notmatch '^https?:') { $link.InnerText = '' } }
}

$stamp = $xml.CreateComment(" Made by build.ps1 Help from the pages beside this file. Stamp: $(Get-HelpStamp $Folder) ")
$null = $xml.InsertBefore($stamp, $xml.DocumentElement)
$settings = [System.Xml.XmlWriterSettings]@{ Indent = $true; NewLineChars = "`n"; Encoding = [System.Text.UTF8Encoding]::new($false) }
$writer = [System.Xml.XmlWriter]::Create((Join-Path $Folder 'Ojin.PowerShell.dll-Help.xml'), $settings)
try { $xml.Save($writer) } finally { $writer.Dispose() }
Write-Information "$($pages.Count) pages and $(@(Get-ChildItem -LiteralPath $Folder -Filter 'about_*.md').Count) about topics. Build the module again to have them in it." -InformationAction Continue
