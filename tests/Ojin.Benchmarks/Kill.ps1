#Requires -Version 7.4
<#
.SYNOPSIS
Kills processes that send and save files at random moments, and lets others go on: pwsh ./build.ps1 Kill [-Count 100].

.DESCRIPTION
Each transfer is one command in a new PowerShell, which is killed (SIGKILL) at a random moment and run again until it
ends by itself. Then the file must be whole, and nothing may be left of it: no entry in the journal, no partial file.
Before each run the journal and the record beside the partial file are read, and no part that is in them may move again.
It throws at the first thing that is not so, and ends with what it saw.
#>
[CmdletBinding()]
param(
    # How many processes are killed in the middle of their work.
    [ValidateRange(1, 100000)] [int] $Count = 100,
    # Repeats a run, as far as the machine does.
    [int] $Seed = [Environment]::TickCount,
    [int] $SizeMiB = 60,
    # Uses what is built already.
    [switch] $NoBuild
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
if (-not $NoBuild) {
    & "$root/build.ps1" Build
    & dotnet build "$root/src/Ojin.Emulator" --configuration Release --nologo --verbosity quiet
    if ($LASTEXITCODE -ne 0) { throw 'The emulator does not build.' }
}
Import-Module "$root/tests/Ojin.Module.Tests/TestTools.psm1", "$root/tests/Ojin.Module.Tests/Emulator.psm1" -Force

$partSize = 5MB
$random = [System.Random]::new($Seed)
$folder = Join-Path ([System.IO.Path]::GetTempPath()) "ojin-kill-$([guid]::NewGuid().ToString('N'))"
$saw = [ordered]@{ Seed = $Seed; Kills = 0; Uploads = 0; Downloads = 0; PartsGoneOnWith = 0; KilledBeforeAnyPart = 0; KilledAfterTheLastPart = 0 }

function Assert-That([bool] $Holds, [string] $What) { if (-not $Holds) { throw "$What (seed $Seed, kill $($saw.Kills))" } }

function Start-Transfer([string] $Command, [string[]] $With) {
    # A PowerShell that says when it begins; the module is loaded by then.
    $script = Join-Path $folder "run-$([guid]::NewGuid().ToString('N')).ps1"
    Set-Content -LiteralPath $script -Value "`$ErrorActionPreference = 'Stop'; `$ProgressPreference = 'SilentlyContinue'; Import-Module '$(Get-OjinManifest)'; [Console]::Out.WriteLine('go'); `$done = $Command; [Console]::Out.WriteLine(`"done `$(`$done.PSObject.Properties['AssetId'] ? `$done.AssetId : `$done.FullName)`")"
    $start = [System.Diagnostics.ProcessStartInfo]@{ RedirectStandardInput = $true; RedirectStandardOutput = $true; RedirectStandardError = $true }
    $start.FileName, $rest = @(Get-PwshCommandLine)
    @($rest) + @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', $script) + $With | Where-Object { $null -ne $_ } | ForEach-Object { $start.ArgumentList.Add($_) }
    $variables = Get-EmulatorEnvironment
    foreach ($name in $variables.Keys) { $start.Environment[$name] = $variables[$name] }
    $process = [System.Diagnostics.Process]::Start($start)
    $process.StandardInput.Close()
    $errors = $process.StandardError.ReadToEndAsync()
    $first = $process.StandardOutput.ReadLineAsync()
    if (-not $first.Wait(600000) -or $first.Result -ne 'go') { $process.Kill(); throw "A PowerShell did not begin: $($errors.Result)" }
    [PSCustomObject]@{ Process = $process; Rest = $process.StandardOutput.ReadToEndAsync(); Errors = $errors; Script = $script }
}

function Wait-Moment($Process, [int] $Missing) {
    # A random moment between the beginning and the very end: so many requests to the storage have begun, and a little
    # later. True when the process was quicker.
    $wanted = $random.Next(0, $Missing + 1)
    $pause = [int](600 * $random.NextDouble() * $random.NextDouble())
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    while ($wanted -gt 0 -and -not $Process.HasExited) {
        $begun = @(Invoke-EmulatorControl GET "/requests?service=storage&count=$wanted&timeoutMs=100").Count
        if ($begun -ge $wanted) { break }
        Assert-That ($clock.Elapsed.TotalMinutes -lt 5) 'A transfer does not go on'
    }
    $Process.WaitForExit($pause)
}

function Invoke-UntilDone([string] $Command, [string[]] $With, [scriptblock] $PartsThere, [scriptblock] $PartsMoved, [int] $PartCount, [scriptblock] $IsDone = { $false }) {
    # Kills it a few times, unless it was quicker or enough have been killed; returns what the last one printed.
    $left = $random.Next(1, 7)
    while ($true) {
        $there = @(& $PartsThere)
        $saw.PartsGoneOnWith += $there.Count
        Clear-EmulatorRequest
        $run = Start-Transfer $Command $With
        $spared = $saw.Kills -ge $Count -or $left -eq 0
        $ended = if ($spared) { $run.Process.WaitForExit(300000) } else { Wait-Moment $run.Process ($PartCount - $there.Count) }
        if (-not $ended) {
            Assert-That (-not $spared) 'A transfer that nobody killed did not end'
            $run.Process.Kill()
            $run.Process.WaitForExit()
            $saw.Kills++
            $left--
        }
        Remove-Item -LiteralPath $run.Script
        $again = @(& $PartsMoved | Where-Object { $_ -in $there })
        Assert-That ($again.Count -eq 0) "Parts $($again -join ', ') were there and moved again"
        if (-not $ended) {
            $now = @(& $PartsThere).Count
            if ($now -eq 0) { $saw.KilledBeforeAnyPart++ }
            if ($now -eq $PartCount) { $saw.KilledAfterTheLastPart++ }
            # Killed in the moment between its end and its last word.
            if (& $IsDone) { return }
            continue
        }
        Assert-That ($run.Process.ExitCode -eq 0 -and $run.Rest.Result -match 'done (\S+)') "A transfer failed: $($run.Rest.Result) $($run.Errors.Result)"
        return $Matches[1]
    }
}

function Read-Part([string] $File) {
    # The numbers of the parts in a journal's entry or a download's record; none while it is not there.
    if (-not (Test-Path -LiteralPath $File)) { return }
    (Get-Content -LiteralPath $File -Raw | ConvertFrom-Json -AsHashtable).parts.Keys | ForEach-Object { [int]$_ }
}

function Get-Asset {
    # What the service has under the file's name, the latest last.
    , @((Invoke-RestMethod "$((Get-Emulator).ojin)/assets?name=film.mp4&limit=100" -Headers @{ 'X-API-Key' = (Get-Emulator).ojinKey } -NoProxy).data | Sort-Object { $_.created_at })
}

try {
    $null = New-Item -ItemType Directory -Path $folder, "$folder/down"
    $state = Enter-TestState
    $null = Start-Emulator -LatencyMs 15 -BytesPerSecond 12MB
    $source = (New-TestFile "$folder/film.mp4" ($SizeMiB * 1MB)).FullName
    $hash = (Get-FileHash -LiteralPath $source).Hash
    $parts = [int][Math]::Ceiling($SizeMiB * 1MB / $partSize)
    while ($saw.Kills -lt $Count -or $saw.Downloads -lt 1) {
        # Another file each time, as far as the journal can tell.
        (Get-Item -LiteralPath $source).LastWriteTimeUtc = [datetime]::UtcNow
        $journal = { Get-ChildItem $state -Recurse -File -Force | Where-Object Extension -EQ '.json' | ForEach-Object { Read-Part $_.FullName } }
        $sent = { Get-EmulatorRequest -Service storage -Method PUT | ForEach-Object { if ($_.query -match 'partNumber=(\d+)') { [int]$Matches[1] } } }
        # The asset is there and the journal no longer knows the file: all that was left to do was to say so.
        $ended = { (Get-Asset).Count -gt $saw.Uploads -and -not (Get-ChildItem $state -Recurse -File -Force | Where-Object Extension -EQ '.json') }
        $id = Invoke-UntilDone 'Send-OjinAsset $args[0] -PartSize 5MB -ThrottleLimit 4' $source $journal $sent $parts $ended
        $id ??= (Get-Asset)[-1].asset_id
        $saw.Uploads++
        Assert-That (@(Get-ChildItem $state -Recurse -File -Force | Where-Object Extension -NE '.lock').Count -eq 0) 'The journal is not empty'

        $target = "$folder/down/film.mp4"
        $record = { Read-Part "$target.ojin-partial.state" }
        # A range begins where its part does; the parts of a download count from 0.
        $fetched = { Get-EmulatorRequest -Service storage -Method GET | ForEach-Object { if ("$($_.headers.Range)" -match 'bytes=(\d+)-') { [int][Math]::Floor([long]$Matches[1] / $partSize) } } }
        $null = Invoke-UntilDone 'Save-OjinAsset $args[0] $args[1] -ThrottleLimit 4' $id, $target $record $fetched $parts { Test-Path -LiteralPath $target }
        $saw.Downloads++
        Assert-That ((Get-FileHash -LiteralPath $target).Hash -eq $hash) 'A file did not come back as it was sent'
        Assert-That (@(Get-ChildItem "$folder/down" -Force).Count -eq 1) 'A temporary file has stayed'
        Remove-Item -LiteralPath $target
        Assert-That ((Get-Asset).Count -eq $saw.Uploads) 'A file became more than one asset'
    }
    Assert-That (@(Get-EmulatorViolation).Count -eq 0) 'A request had what it must not have'
    [PSCustomObject]$saw
} finally {
    Stop-Emulator
    Exit-TestState
    Remove-Item -LiteralPath $folder -Recurse -Force -ErrorAction Ignore
}
