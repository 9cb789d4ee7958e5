# The help pages of docs/en-US: read, filled in from the built module, and made into texts for the terminal. The words on
# a page are written by hand; its front matter, syntax and the yaml of its parameters are the module's.

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$script:Sections = 'SYNOPSIS', 'SYNTAX', 'ALIASES', 'DESCRIPTION', 'EXAMPLES', 'PARAMETERS', 'INPUTS', 'OUTPUTS', 'NOTES', 'RELATED LINKS'
$script:Common = 'Verbose', 'Debug', 'ErrorAction', 'WarningAction', 'InformationAction', 'ProgressAction', 'ErrorVariable', 'WarningVariable',
'InformationVariable', 'OutVariable', 'OutBuffer', 'PipelineVariable'
$script:Wildcards = [System.Management.Automation.SupportsWildcardsAttribute]
$script:CommonText = @'
This cmdlet supports the common parameters: -Debug, -ErrorAction, -ErrorVariable, -InformationAction, -InformationVariable,
-OutBuffer, -OutVariable, -PipelineVariable, -ProgressAction, -Verbose, -WarningAction, and -WarningVariable. For more
information, see [about_CommonParameters](https://go.microsoft.com/fwlink/?LinkID=113216).
'@

# What a parameter that many cmdlets share says, where the page does not say something of its own.
$script:Shared = @{
    WhatIf            = 'Tells what would be done, and sends nothing that writes, charges or deletes.'
    Confirm           = 'Asks before each thing that would be done.'
    First             = 'How many objects to return at most. So many pages are read as that needs: `-First 5` is one request.'
    Skip              = 'How many objects of the list to leave out at its beginning.'
    IncludeTotalCount = 'Emits, before the objects, how many there are in the whole list, as the service counts them.'
    Session           = 'The session to use, as `{0} -PassThru` returns it. Without it the kept session is used, else the environment variables; see about_Ojin_Sessions.'
}

function Split-Heading {
    # The parts of a text below headings of one level, by heading, in their order. A # inside a code block is no heading.
    param([AllowEmptyString()] [string] $Text, [int] $Level)
    $parts = [ordered]@{}
    $name = $null
    $lines = [System.Collections.Generic.List[string]]::new()
    $inCode = $false
    foreach ($line in $Text -split '\r?\n') {
        if ($line -match '^```') { $inCode = -not $inCode }
        if (-not $inCode -and $line -match "^#{$Level} (?<name>.+?)\s*$") {
            if ($null -ne $name) { $parts[$name] = ($lines -join "`n").Trim() }
            $name = $Matches.name
            $lines.Clear()
        } else {
            $lines.Add($line)
        }
    }
    if ($null -ne $name) { $parts[$name] = ($lines -join "`n").Trim() }
    $parts
}

function Get-FencedCode {
    # The code of a text's blocks of one language.
    param([string] $Text, [string] $Language)
    [regex]::Matches($Text, "(?ms)^``````$Language[ \t]*\n(?<code>.*?)^``````[ \t]*`$") | ForEach-Object { $_.Groups['code'].Value.TrimEnd() }
}

function Read-HelpPage {
    <#
    .SYNOPSIS
    The words of a page: Name, Date, Synopsis, Description, Examples (Title, Text, Code), Parameters (words and default by
    name), Inputs and Outputs (words by type), Notes, Links.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Path)

    $text = (Get-Content -LiteralPath $Path -Raw) -replace '\r\n', "`n"
    $date = if ($text -match '(?m)^ms\.date: *(?<date>\S+)') { $Matches.date }
    $title = Split-Heading $text 1
    if ($title.Count -ne 1) { throw "$Path has $($title.Count) headings of the first level; a page has one." }
    $sections = Split-Heading @($title.Values)[0] 2
    foreach ($name in $sections.Keys) { if ($name -notin $script:Sections) { throw "$Path has a section '$name', which a page does not have." } }
    $of = { param($Name) $sections.Contains($Name) ? $sections[$Name] : '' }
    $parameters = [ordered]@{}
    foreach ($entry in (Split-Heading (& $of 'PARAMETERS') 3).GetEnumerator()) {
        if ($entry.Key -eq 'CommonParameters') { continue }
        $yaml = @(Get-FencedCode $entry.Value 'yaml') -join ''
        $parameters[$entry.Key.TrimStart('-')] = [PSCustomObject]@{
            Words   = ([regex]::Replace($entry.Value, '(?ms)^```yaml.*?^```[ \t]*$', '')).Trim()
            Default = $yaml -match "(?m)^DefaultValue: *(?<value>.*?)\s*$" ? $Matches.value.Trim("'") : ''
            Yaml    = $yaml
        }
    }
    [PSCustomObject]@{
        Name        = @($title.Keys)[0]
        Path        = $Path
        Date        = $date
        Synopsis    = & $of 'SYNOPSIS'
        Syntax      = & $of 'SYNTAX'
        Description = & $of 'DESCRIPTION'
        Examples    = @(foreach ($entry in (Split-Heading (& $of 'EXAMPLES') 3).GetEnumerator()) {
                [PSCustomObject]@{ Title = $entry.Key; Text = $entry.Value; Code = @(Get-FencedCode $entry.Value 'powershell') }
            })
        Parameters  = $parameters
        Inputs      = Split-Heading (& $of 'INPUTS') 3
        Outputs     = Split-Heading (& $of 'OUTPUTS') 3
        Notes       = & $of 'NOTES'
        Links       = & $of 'RELATED LINKS'
    }
}

function Get-PageParameter {
    <#
    .SYNOPSIS
    The parameters of a command that its page has: all but the common ones and those that are not shown.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] $Command)

    $Command.Parameters.Values | Where-Object { $_.Name -notin $script:Common } |
        Where-Object { -not ($_.Attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] -and $_.DontShow }) } | Sort-Object Name
}

function Format-Wrapped([string] $Text, [int] $Width = 100) {
    $lines = [System.Collections.Generic.List[string]]::new()
    $line = ''
    # A bracketed parameter with its value is one word.
    foreach ($word in [regex]::Matches($Text, '\[\[?-[^\[\]]+\](?: <[^>]+>\])?(?:\s?<[^>]+>\])?|\[<CommonParameters>\]|-\w+ <[^>]+>|\S+').Value) {
        if ($line -and $line.Length + 1 + $word.Length -gt $Width) {
            $lines.Add($line)
            $line = " $word"
        } else {
            $line = $line ? "$line $word" : $word
        }
    }
    if ($line) { $lines.Add($line) }
    $lines -join "`n"
}

function Get-ParameterYaml($Command, $Parameter, [string] $Default) {
    $sets = foreach ($set in $Parameter.ParameterSets.GetEnumerator() | Sort-Object Key) {
        $metadata = $set.Value
        "- Name: $($set.Key -eq '__AllParameterSets' ? '(All)' : $set.Key)"
        "  Position: $($metadata.Position -lt 0 ? 'Named' : $metadata.Position)"
        "  IsRequired: $("$($metadata.IsMandatory)".ToLowerInvariant())"
        "  ValueFromPipeline: $("$($metadata.ValueFromPipeline)".ToLowerInvariant())"
        "  ValueFromPipelineByPropertyName: $("$($metadata.ValueFromPipelineByPropertyName)".ToLowerInvariant())"
        "  ValueFromRemainingArguments: $("$($metadata.ValueFromRemainingArguments)".ToLowerInvariant())"
    }
    $accepted = $Parameter.Attributes | Where-Object { $_ -is [System.Management.Automation.ValidateSetAttribute] } | ForEach-Object { $_.ValidValues }
    if (-not $accepted) {
        $type = [System.Nullable]::GetUnderlyingType($Parameter.ParameterType) ?? $Parameter.ParameterType
        if ($type.IsEnum) { $accepted = [enum]::GetNames($type) }
    }
    $list = { param($Name, $Values) if ($Values) { "${Name}:"; $Values | ForEach-Object { "- $_" } } else { "${Name}: []" } }
    @(
        "Type: $($Parameter.ParameterType.ToString())"
        "DefaultValue: '$($Default.Replace("'", "''"))'"
        "SupportsWildcards: $("$([bool]($Parameter.Attributes | Where-Object { $_ -is $script:Wildcards }))".ToLowerInvariant())"
        & $list 'Aliases' ($Parameter.Aliases | Sort-Object)
        'ParameterSets:'
        $sets
        'DontShow: false'
        & $list 'AcceptedValues' $accepted
        "HelpMessage: ''"
    ) -join "`n"
}

function ConvertTo-PageText {
    <#
    .SYNOPSIS
    The whole text of a page: the words that were read, and what the command says of itself.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] $Page, [Parameter(Mandatory)] $Command)

    $blocks = [System.Collections.Generic.List[string]]::new()
    $blocks.Add(@(
            '---'
            'document type: cmdlet'
            'external help file: Ojin.PowerShell.dll-Help.xml'
            "HelpUri: $($Command.HelpUri)"
            'Locale: en-US'
            'Module Name: Ojin'
            "ms.date: $($Page.Date ?? (Get-Date -Format 'MM/dd/yyyy'))"
            'PlatyPS schema version: 2024-05-01'
            "title: $($Command.Name)"
            '---'
        ) -join "`n")
    $blocks.Add("# $($Command.Name)")
    $blocks.Add('## SYNOPSIS'); $blocks.Add($Page.Synopsis)
    $blocks.Add('## SYNTAX')
    $sets = @($Command.ParameterSets)
    foreach ($set in $sets) {
        $blocks.Add("### $($set.Name)$($set.IsDefault -and $sets.Count -gt 1 ? ' (Default)' : '')")
        $blocks.Add("``````$("`n")$(Format-Wrapped "$($Command.Name) $set")$("`n")``````")
    }
    $blocks.Add('## ALIASES'); $blocks.Add('None.')
    $blocks.Add('## DESCRIPTION'); $blocks.Add($Page.Description)
    $blocks.Add('## EXAMPLES')
    foreach ($example in $Page.Examples) { $blocks.Add("### $($example.Title)"); $blocks.Add($example.Text) }
    $blocks.Add('## PARAMETERS')
    foreach ($parameter in Get-PageParameter $Command) {
        $known = $Page.Parameters[$parameter.Name]
        $connect = $parameter.ParameterType.Name -replace '^(\w+)Session(\[\])?$', 'Connect-$1'
        $words = $known -and $known.Words ? $known.Words : ($script:Shared[$parameter.Name] -f $connect)
        if (-not $words) { throw "The page of $($Command.Name) does not describe -$($parameter.Name). Add '### -$($parameter.Name)' and a sentence or two to $($Page.Path), and run this again." }
        $blocks.Add("### -$($parameter.Name)"); $blocks.Add($words)
        $blocks.Add("``````yaml$("`n")$(Get-ParameterYaml $Command $parameter ($known ? $known.Default : ''))$("`n")``````")
    }
    $left = $Page.Parameters.Keys | Where-Object { $_ -notin (Get-PageParameter $Command).Name }
    if ($left) { throw "The page of $($Command.Name) describes -$($left -join ', -'), which the cmdlet does not have: take it out of $($Page.Path)." }
    $blocks.Add('### CommonParameters'); $blocks.Add(($script:CommonText.Trim() -replace '\r\n', "`n"))
    foreach ($side in 'Inputs', 'Outputs') {
        $blocks.Add("## $($side.ToUpperInvariant())")
        foreach ($entry in $Page.$side.GetEnumerator()) { $blocks.Add("### $($entry.Key)"); $blocks.Add($entry.Value) }
    }
    $blocks.Add('## NOTES'); $blocks.Add($Page.Notes)
    $blocks.Add('## RELATED LINKS'); $blocks.Add($Page.Links)
    (($blocks | Where-Object { $_ }) -join "`n`n") + "`n"
}

function Get-HelpStamp {
    <#
    .SYNOPSIS
    One number for the words and the mechanical parts of all pages, the same whatever the line ends are: the MAML and the
    about texts carry the stamp of the pages that they were made from.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory, Position = 0)] [string] $Folder)

    $all = foreach ($file in Get-ChildItem -LiteralPath $Folder -Filter '*.md' | Sort-Object { $_.Name } -CaseSensitive -Culture '') {
        "$($file.Name)`n$((Get-Content -LiteralPath $file.FullName -Raw) -replace '\r\n', "`n")"
    }
    $hash = [System.Security.Cryptography.SHA256]::HashData([System.Text.Encoding]::UTF8.GetBytes($all -join "`n"))
    [System.Convert]::ToHexString($hash).ToLowerInvariant()
}

function ConvertTo-PlainLine([string] $Text) {
    # Markdown as it reads without a renderer.
    $Text = [regex]::Replace($Text, '\[(?<text>[^\]]+)\]\((?<uri>[^)\s]+)\)', { param($m) $uri = $m.Groups['uri'].Value; $uri -match '^https?:' ? "$($m.Groups['text'].Value) ($uri)" : $m.Groups['text'].Value })
    ($Text -replace '(?<!\\)\*\*(.+?)\*\*', '$1') -replace '`([^`]+)`', '$1' -replace '\\([<>*_`\[\]|])', '$1'
}

function Format-Paragraph([string] $Text, [int] $Width, [string] $First, [string] $Next) {
    $lines = [System.Collections.Generic.List[string]]::new()
    $line = $First
    $empty = $true
    foreach ($word in $Text -split '\s+' | Where-Object { $_ }) {
        if (-not $empty -and $line.Length + 1 + $word.Length -gt $Width) {
            $lines.Add($line)
            $line = $Next + $word
        } else {
            $line += $empty ? $word : " $word"
        }
        $empty = $false
    }
    $lines.Add($line.TrimEnd())
    $lines
}

function Split-Block {
    <#
    .SYNOPSIS
    The blocks of a Markdown text: Kind (text, item, code, table, heading), Text (unwrapped; of code and tables the lines),
    Level of a heading and Language of code.
    #>
    [CmdletBinding()]
    param([AllowEmptyString()] [string] $Text)

    $lines = $Text -replace '\r\n', "`n" -split "`n"
    $kept = [System.Collections.Generic.List[string]]::new()
    $kind = $null
    $language = ''
    $flush = { if ($kind) { [PSCustomObject]@{ Kind = $kind; Text = ($kind -in 'code', 'table') ? ($kept -join "`n") : (($kept | ForEach-Object { $_.Trim() }) -join ' '); Level = 0; Language = ($kind -eq 'code') ? $language : '' } }; $kept.Clear() }
    foreach ($line in $lines) {
        if ($kind -eq 'code') {
            if ($line -match '^```') { & $flush; $kind = $null } else { $kept.Add($line) }
        } elseif ($line -match '^```(?<language>\w*)') {
            $next = $Matches.language
            & $flush; $kind = 'code'; $language = $next
        } elseif ($line -match '^(?<level>#+) (?<text>.+)$') {
            $level = $Matches.level.Length; $heading = $Matches.text
            & $flush; $kind = $null
            [PSCustomObject]@{ Kind = 'heading'; Text = $heading; Level = $level; Language = '' }
        } elseif ($line -match '^\s*$') {
            & $flush; $kind = $null
        } elseif ($line -match '^\s*(?:[-*]|\d+\.) (?<text>.+)$') {
            & $flush; $kind = 'item'; $kept.Add($line.Trim())
        } elseif ($line -match '^\|') {
            if ($kind -ne 'table') { & $flush; $kind = 'table' }
            $kept.Add($line)
        } else {
            if (-not $kind) { $kind = 'text' }
            $kept.Add($line)
        }
    }
    & $flush
}

function ConvertTo-TerminalText {
    <#
    .SYNOPSIS
    A Markdown text as plain text for a terminal of 80 columns.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory, Position = 0)] [AllowEmptyString()] [string] $Text, [int] $Width = 76, [string] $Indent = '')

    $out = [System.Collections.Generic.List[string]]::new()
    $before = ''
    foreach ($block in Split-Block $Text) {
        if ($out.Count -and -not ($block.Kind -eq 'item' -and $before -eq 'item')) { $out.Add('') }
        $before = $block.Kind
        switch ($block.Kind) {
            'heading' { $out.Add($Indent + $block.Text.ToUpperInvariant()) }
            'text' { Format-Paragraph (ConvertTo-PlainLine $block.Text) $Width $Indent $Indent | ForEach-Object { $out.Add($_) } }
            'item' {
                $null = $block.Text -match '^(?<mark>\S+) (?<rest>.*)$'
                $mark = $Matches.mark
                Format-Paragraph (ConvertTo-PlainLine $Matches.rest) $Width "$Indent$mark " ($Indent + ' ' * ($mark.Length + 1)) | ForEach-Object { $out.Add($_) }
            }
            'code' { foreach ($line in $block.Text -split "`n") { $out.Add(($Indent + '    ' + $line).TrimEnd()) } }
            'table' {
                $rows = @(foreach ($line in $block.Text -split "`n") {
                        if ($line -notmatch '^\|[\s:|-]+\|\s*$') { , @($line.Trim().Trim('|') -split '(?<!\\)\|' | ForEach-Object { ConvertTo-PlainLine $_.Trim() }) }
                    })
                $first = ($rows | ForEach-Object { $_[0].Length } | Measure-Object -Maximum).Maximum
                foreach ($row in $rows | Select-Object -Skip 1) {
                    $rest = ($row | Select-Object -Skip 1) -join ' | '
                    if ($first -le 30) {
                        Format-Paragraph $rest $Width ($Indent + $row[0].PadRight($first + 2)) ($Indent + ' ' * ($first + 2)) | ForEach-Object { $out.Add($_) }
                    } else {
                        $out.Add($Indent + $row[0])
                        Format-Paragraph $rest $Width "$Indent    " "$Indent    " | ForEach-Object { $out.Add($_) }
                    }
                }
            }
        }
    }
    $out -join "`n"
}

function ConvertTo-AboutText {
    <#
    .SYNOPSIS
    An about page as the text that Get-Help shows.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory, Position = 0)] [string] $Path)

    $text = (Get-Content -LiteralPath $Path -Raw) -replace '\r\n', "`n"
    $title = Split-Heading $text 1
    $name = @($title.Keys)[0]
    $lines = [System.Collections.Generic.List[string]]@('TOPIC', "    $name", '')
    foreach ($section in (Split-Heading @($title.Values)[0] 2).GetEnumerator()) {
        $lines.Add($section.Key.ToUpperInvariant())
        $lines.Add((ConvertTo-TerminalText $section.Value -Indent '    '))
        $lines.Add('')
    }
    ($lines -join "`n").TrimEnd() + "`n"
}

Export-ModuleMember -Function Read-HelpPage, Get-PageParameter, ConvertTo-PageText, Get-HelpStamp, Split-Block, ConvertTo-TerminalText, ConvertTo-AboutText, ConvertTo-PlainLine
