#Requires -Version 7.4
<#
.SYNOPSIS
Kills processes that send and save files in every phase of it, and lets others go on: pwsh ./build.ps1 Kill [-Count 100].

.DESCRIPTION
Each transfer is one command in a new PowerShell, which is killed (SIGKILL) and run again until it ends. Then the file
must be whole, and nothing may be left of it: no entry in the journal and no lock of one, no partial file. Before each run
the journal and the record beside the partial file are read, and no part that is in them may move again.

Some are killed at a random moment, the others in a phase that is aimed at with what the emulator has seen: before the
first part of the run has moved, in the middle of the parts, when the last part is there and the transfer has not ended
(the service joins the parts, a file takes its name), and when it has ended and the process has not. Where a kill did fall
is seen afterwards. It throws at the first thing that is not as it should be, and ends with what it saw.
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
$saw = [ordered]@{ Seed = $Seed; Kills = 0; Uploads = 0; Downloads = 0; PartsGoneOnWith = 0 }
$phases = 'BeforeTheFirstPart', 'InTheParts', 'AfterTheLastPart', 'AfterTheEnd'
foreach ($phase in $phases) { $saw[$phase] = 0 }
$aims = [System.Collections.Generic.Queue[string]]::new()

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
    [PSCustomObject]@{ Process = $process; Done = $process.StandardOutput.ReadLineAsync(); Errors = $errors; Script = $script }
}

function Get-Aim {
    # The phases in turn, in an order that is drawn anew each time; so does a moment that is not aimed at all.
    if ($aims.Count -eq 0) {
        [string[]] $next = @($phases) + 'AnyMoment'
        $random.Shuffle[string]($next)
        $next | ForEach-Object { $aims.Enqueue($_) }
    }
    @{ At = $aims.Dequeue(); Share = $random.NextDouble(); Pause = $random.NextDouble() }
}

function Wait-StorageRequest($Process, [int] $Count, [switch] $Finished) {
    # Until the storage has so many requests, or the process has ended.
    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    while ($Count -gt 0 -and -not $Process.HasExited) {
        if (@(Invoke-EmulatorControl GET "/requests?service=storage&count=$Count&timeoutMs=100$($Finished ? '&finished=true' : '')").Count -ge $Count) { return }
        Assert-That ($clock.Elapsed.TotalMinutes -lt 5) 'A transfer does not go on'
    }
}

function Wait-Moment($Run, [hashtable] $Aim, [int] $Missing) {
    # Waits for the moment to kill it; true when the process was quicker.
    $longest = switch ($Aim.At) {
        'BeforeTheFirstPart' { Wait-StorageRequest $Run.Process ([int]($Aim.Share -lt 0.5)); 60 }
        'InTheParts' { Wait-StorageRequest $Run.Process ([Math]::Max(1, [int][Math]::Floor($Aim.Share * $Missing))) -Finished; 100 }
        'AfterTheLastPart' { Wait-StorageRequest $Run.Process $Missing -Finished; 40 }
        'AfterTheEnd' { Assert-That $Run.Done.Wait(300000) 'A transfer does not end'; 30 }
        'AnyMoment' { 2500 }
    }
    $Run.Process.WaitForExit([int]($Aim.Pause * $longest))
}

function Invoke-UntilDone([string] $Command, [string[]] $With, [scriptblock] $PartsThere, [scriptblock] $PartsMoved, [int] $PartCount, [scriptblock] $IsDone) {
    # Kills it a few times, unless it was quicker or enough have been killed; returns what the last one printed.
    $left = $random.Next(1, 7)
    while ($true) {
        $there = @(& $PartsThere)
        $saw.PartsGoneOnWith += $there.Count
        $null = Clear-EmulatorRequest
        $run = Start-Transfer $Command $With
        $spared = $saw.Kills -ge $Count -or $left -eq 0
        $ended = if ($spared) { $run.Process.WaitForExit(300000) } else { Wait-Moment $run (Get-Aim) ($PartCount - $there.Count) }
        if (-not $ended) {
            Assert-That (-not $spared) 'A transfer that nobody killed did not end'
            $run.Process.Kill()
            $run.Process.WaitForExit()
            # It may have ended in that very moment.
            $ended = $run.Process.ExitCode -eq 0
        }
        Remove-Item -LiteralPath $run.Script
        $again = @(& $PartsMoved | Where-Object { $_ -in $there })
        Assert-That ($again.Count -eq 0) "Parts $($again -join ', ') were there and moved again"
        if ($ended) {
            Assert-That ($run.Process.ExitCode -eq 0 -and $run.Done.Result -match 'done (\S+)') "A transfer failed: $($run.Done.Result) $($run.Errors.Result)"
            return $Matches[1]
        }
        $saw.Kills++
        $left--
        $whole = @(& $PartsMoved -Whole).Count
        $atTheEnd = & $IsDone
        $saw[$atTheEnd ? 'AfterTheEnd' : $there.Count + $whole -ge $PartCount ? 'AfterTheLastPart' : $whole -eq 0 ? 'BeforeTheFirstPart' : 'InTheParts']++
        if ($atTheEnd) { return }
    }
}

function Read-Part([string] $File) {
    # The numbers of the parts in a journal's entry or a download's record; none while it is not there.
    if (-not (Test-Path -LiteralPath $File)) { return }
    (Get-Content -LiteralPath $File -Raw | ConvertFrom-Json -AsHashtable).parts.Keys | ForEach-Object { [int]$_ }
}

function Get-StorageRequest([string] $Method, [switch] $Whole) {
    # What came to the storage in this run; with -Whole, only what came to its end.
    Get-EmulatorRequest -Service storage -Method $Method | Where-Object { -not $Whole -or ($_.finished -and -not $_.aborted -and $_.status -in 200, 206) }
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
    $journal = { Get-ChildItem $state -Recurse -File -Force }
    # What a kill after the end left in the journal goes with the next upload, so there is one more then.
    while ($saw.Kills -lt $Count -or $saw.Downloads -lt 1 -or @(& $journal).Count -gt 0) {
        # Another file each time, as far as the journal can tell.
        (Get-Item -LiteralPath $source).LastWriteTimeUtc = [datetime]::UtcNow
        $entries = { & $journal | Where-Object Extension -EQ '.json' }
        $known = { & $entries | ForEach-Object { Read-Part $_.FullName } }
        $sent = { param([switch] $Whole) Get-StorageRequest PUT -Whole:$Whole | ForEach-Object { if ($_.query -match 'partNumber=(\d+)') { [int]$Matches[1] } } }
        # The asset is there and the journal no longer knows the file: all that was left to do was to say so.
        $ended = { (Get-Asset).Count -gt $saw.Uploads -and -not (& $entries) }
        $id = Invoke-UntilDone 'Send-OjinAsset $args[0] -PartSize 5MB -ThrottleLimit 4' $source $known $sent $parts $ended
        $left = @(& $journal)
        Assert-That ($left.Count -eq 0 -or (-not $id -and -not ($left | Where-Object Extension -NE '.lock'))) "The journal is not empty: $($left | ForEach-Object Name)"
        $id ??= (Get-Asset)[-1].asset_id
        $saw.Uploads++

        $target = "$folder/down/film.mp4"
        $record = { Read-Part "$target.ojin-partial.state" }
        # A range begins where its part does; the parts of a download count from 0.
        $fetched = { param([switch] $Whole) Get-StorageRequest GET -Whole:$Whole | ForEach-Object { if ("$($_.headers.Range)" -match 'bytes=(\d+)-') { [int][Math]::Floor([long]$Matches[1] / $partSize) } } }
        $null = Invoke-UntilDone 'Save-OjinAsset $args[0] $args[1] -ThrottleLimit 4' $id, $target $record $fetched $parts { Test-Path -LiteralPath $target }
        $saw.Downloads++
        Assert-That ((Get-FileHash -LiteralPath $target).Hash -eq $hash) 'A file did not come back as it was sent'
        Assert-That (@(Get-ChildItem "$folder/down" -Force).Count -eq 1) 'A temporary file has stayed'
        Remove-Item -LiteralPath $target
        Assert-That ((Get-Asset).Count -eq $saw.Uploads) 'A file became more than one asset'
    }
    Assert-That (@(Get-EmulatorViolation).Count -eq 0) 'A request had what it must not have'
    foreach ($phase in $phases) { Assert-That ($Count -lt 100 -or $saw[$phase] -gt 0) "No kill fell in the phase $phase" }
    [PSCustomObject]$saw
} finally {
    Stop-Emulator
    Exit-TestState
    Remove-Item -LiteralPath $folder -Recurse -Force -ErrorAction Ignore
}
