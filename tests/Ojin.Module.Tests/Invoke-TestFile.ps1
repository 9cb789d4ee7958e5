<#
.SYNOPSIS
Runs one Pester file in this process and writes what it did to a JSON file; build.ps1 starts one process a file.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Path,
    [Parameter(Mandatory)] [string] $Record,
    [string] $Pester = 'Pester',
    [string] $Configuration = 'Release'
)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$PSStyle.OutputRendering = 'PlainText'
$env:OJIN_TEST_CONFIGURATION = $Configuration
# Whatever the machine has of these must not reach a test.
Get-ChildItem env: | Where-Object Name -Match '^(OJIN_(API_KEY|BASE_URI|AGENTS_URI)|OZOR_.*|AIMP_.*)$' | ForEach-Object { Remove-Item "env:$($_.Name)" }
Import-Module $Pester

$settings = New-PesterConfiguration
$settings.Run.Path = $Path
$settings.Run.PassThru = $true
$settings.Output.Verbosity = 'None'
$settings.TestRegistry.Enabled = $false
# The tests find this script's variables above their own, and are to run as a prompt does.
$ErrorActionPreference = 'Continue'
$run = Invoke-Pester -Configuration $settings
$ErrorActionPreference = 'Stop'

# Pester's own frames say nothing about the test.
function Get-Where($Records) { ($Records | ForEach-Object { $_.ScriptStackTrace -split '\r?\n' } | Where-Object { $_ -notmatch '[\\/]Pester[\\/.]|Invoke-TestFile\.ps1' }) -join "`n" }

$failures = @(
    foreach ($test in $run.Failed) {
        [ordered]@{ Name = $test.ExpandedPath; Message = ($test.ErrorRecord | ForEach-Object { $_.Exception.Message }) -join "`n"; Where = Get-Where $test.ErrorRecord }
    }
    # A block whose setup or teardown failed, and a file that did not load.
    foreach ($broken in @($run.FailedBlocks) + @($run.FailedContainers)) {
        $records = @($broken.ErrorRecord | Where-Object { $_ })
        if ($records) {
            [ordered]@{ Name = $broken -is [Pester.Block] ? $broken.ExpandedPath : "$($broken.Item)"; Message = ($records.Exception.Message) -join "`n"; Where = Get-Where $records }
        }
    }
)
$failed = [Math]::Max([int]$run.FailedCount, [Math]::Min(1, $failures.Count))
if ($run.Result -eq 'Failed') { $failed = [Math]::Max(1, $failed) }
[ordered]@{ Passed = [int]$run.PassedCount; Failed = $failed; Skipped = [int]$run.SkippedCount + [int]$run.InconclusiveCount + [int]$run.NotRunCount; Failures = $failures } |
    ConvertTo-Json -Depth 5 | Set-Content -LiteralPath $Record
exit 0
