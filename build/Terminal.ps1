<#
.SYNOPSIS
Draws the text of a terminal, with its colors, as an SVG.

.DESCRIPTION
Takes what `tmux capture-pane -p -e` prints: text with ANSI sequences for bold and the sixteen colors.

.EXAMPLE
tmux capture-pane -p -e -t tour > tour.ansi; ./build/Terminal.ps1 tour.ansi docs/tour.svg -Title 'A tour'
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)] [string] $Path,
    [Parameter(Mandatory, Position = 1)] [string] $Destination,
    [string] $Title = 'A terminal'
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$colors = '#8b949e', '#ff7b72', '#3fb950', '#d29922', '#58a6ff', '#bc8cff', '#39c5cf', '#c9d1d9'
$lines = @((Get-Content -LiteralPath $Path -Raw).TrimEnd() -split '\r?\n')
$width = ($lines | ForEach-Object { ($_ -replace '\x1b\[[0-9;]*m').Length } | Measure-Object -Maximum).Maximum
$column, $row = 8.43, 19

$color = $null
$bold = $false
$drawn = for ($i = 0; $i -lt $lines.Count; $i++) {
    $at = 0
    $spans = foreach ($part in [regex]::Matches($lines[$i], '\x1b\[(?<code>[0-9;]*)m|(?<text>[^\x1b]+)')) {
        if ($part.Groups['text'].Success) {
            $text = $part.Groups['text'].Value
            $style = ($color ? (' fill="{0}"' -f $color) : '') + ($bold ? ' font-weight="bold"' : '')
            $x = (16 + $at * $column).ToString('0.##', [cultureinfo]::InvariantCulture)
            if ($text.Trim()) { '<tspan x="{0}"{1}>{2}</tspan>' -f $x, $style, [System.Security.SecurityElement]::Escape($text) }
            $at += $text.Length
            continue
        }
        foreach ($code in $part.Groups['code'].Value -split ';') {
            $number = [int]($code ? $code : '0')
            if ($number -in 0, 39) { $color = $null }
            if ($number -eq 0) { $bold = $false }
            if ($number -eq 1) { $bold = $true }
            if ($number -in 30..37) { $color = $colors[$number - 30] }
            if ($number -in 90..97) { $color = $colors[$number - 90] }
        }
    }
    if ($spans) { '  <text y="{0}" xml:space="preserve">{1}</text>' -f (52 + $i * $row), ($spans -join '') }
}

$w = [int](32 + $width * $column)
$h = 52 + $lines.Count * $row
@"
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $w $h" width="$w" height="$h" font-family="ui-monospace, 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#c9d1d9" role="img" aria-label="$Title">
  <title>$Title</title>
  <rect width="$w" height="$h" rx="8" fill="#0d1117"/>
  <circle cx="20" cy="18" r="5" fill="#ff7b72"/><circle cx="38" cy="18" r="5" fill="#d29922"/><circle cx="56" cy="18" r="5" fill="#3fb950"/>
$($drawn -join "`n")
</svg>
"@ | Set-Content -LiteralPath $Destination
