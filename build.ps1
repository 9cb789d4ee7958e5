#!/usr/bin/env pwsh
#Requires -Version 7.4
<#
.SYNOPSIS
Builds, tests and packages the module: the only build script.

.DESCRIPTION
Build    compiles and lays out the ready module in out/Ojin.
Test     builds, runs the xunit and the Pester suites, and closes with one line: N passed, N failed, N skipped.
Demo     builds, starts the emulator and runs demo/Demo.ps1 against it.
Try      builds, starts the emulator and opens a PowerShell with the module, connected to it; it ends with exit.
Analyze  runs PSScriptAnalyzer over every script, module and manifest.
Package  makes out/packages/Ojin.<version>.nupkg, ready for the Gallery.
Help     makes the help files from docs/en-US.
Bench    runs the benchmarks.
Kill     interrupts transfers at random moments and checks that they go on.
Clean    removes what the build made.

.EXAMPLE
pwsh ./build.ps1 Build; Import-Module ./out/Ojin/Ojin.psd1

.EXAMPLE
pwsh ./build.ps1 Test -Suite Pester -Path tests/Ojin.Module.Tests/Loader.Tests.ps1
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Demo', 'Try', 'Analyze', 'Clean', 'Package', 'Help', 'Bench', 'Kill')]
    [string] $Task = 'Build',

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release',

    # Test: the suites to run; all unless given.
    [ValidateSet('Client', 'Conventions', 'Pester')]
    [string[]] $Suite = @('Client', 'Conventions', 'Pester'),

    # Test: the Pester files to run; all unless given.
    [string[]] $Path,

    # Test: what `dotnet test --filter` takes.
    [string] $Filter,

    # Test, Demo, Try, Analyze, Package: uses what is built already.
    [switch] $NoBuild,

    # What the Demo, Bench and Kill scripts take.
    [Parameter(ValueFromRemainingArguments)]
    [object[]] $ArgumentList = @()
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
if ([Console]::IsOutputRedirected) { $PSStyle.OutputRendering = 'PlainText' }

$root = $PSScriptRoot
$out = Join-Path $root 'out'
$moduleFolder = Join-Path $out 'Ojin'
$results = Join-Path $out 'test-results'
$aheadOfTime = Join-Path $out 'ahead-of-time'
$onCi = $env:CI -eq 'true'

foreach ($setting in 'DOTNET_CLI_TELEMETRY_OPTOUT', 'DOTNET_NOLOGO', 'POWERSHELL_TELEMETRY_OPTOUT') { Set-Item "env:$setting" 1 }
$env:POWERSHELL_UPDATECHECK = 'Off'
if ($onCi) {
    # Compilers and build nodes that stay behind hold the log of a build server open.
    $env:MSBUILDDISABLENODEREUSE = '1'
    $env:UseSharedCompilation = 'false'
}

function Say([string] $Text) { Write-Information $Text -InformationAction Continue }

function Invoke-DotNet {
    # Runs dotnet, shows what it said only when it failed, and throws then.
    $said = & dotnet @args 2>&1 | ForEach-Object { "$_" }
    if ($LASTEXITCODE -ne 0) {
        Say ($said -join "`n")
        throw "dotnet $($args[0..1] -join ' ') failed with code $LASTEXITCODE."
    }
}

function Get-PwshCommandLine {
    # The PowerShell that runs this script: an executable, or the dotnet tool's library.
    $process = (Get-Process -Id $PID).Path
    if ([System.IO.Path]::GetFileNameWithoutExtension($process) -eq 'dotnet') { return @($process, (Join-Path $PSHOME 'pwsh.dll')) }
    return @($process)
}

function Start-Child {
    # Starts a program with no input and with its output kept; Wait-Child waits for it.
    param([string] $Name, [string[]] $CommandLine, [hashtable] $Environment = @{})
    $start = [System.Diagnostics.ProcessStartInfo]@{
        FileName               = $CommandLine[0]
        WorkingDirectory       = $root
        RedirectStandardInput  = $true
        RedirectStandardOutput = $true
        RedirectStandardError  = $true
        UseShellExecute        = $false
    }
    foreach ($argument in $CommandLine | Select-Object -Skip 1) { $start.ArgumentList.Add($argument) }
    foreach ($key in $Environment.Keys) { $start.Environment[$key] = $Environment[$key] }
    $process = [System.Diagnostics.Process]::Start($start)
    $process.StandardInput.Close()
    [PSCustomObject]@{
        Name    = $Name
        Process = $process
        Output  = $process.StandardOutput.ReadToEndAsync()
        Errors  = $process.StandardError.ReadToEndAsync()
        Clock   = [System.Diagnostics.Stopwatch]::StartNew()
    }
}

function Complete-Child($Child, [switch] $TimedOut) {
    # Ends what is left of a child and gives its exit code and output.
    if ($TimedOut) { $Child.Process.Kill($true) }
    $Child.Process.WaitForExit()
    # A grandchild that outlives its parent may hold the pipes open; its output is not worth waiting for.
    $null = [System.Threading.Tasks.Task]::WaitAll(@($Child.Output, $Child.Errors), 10000)
    $text = foreach ($task in $Child.Output, $Child.Errors) { if ($task.IsCompletedSuccessfully) { $task.Result } }
    [PSCustomObject]@{ ExitCode = $Child.Process.ExitCode; Text = "$($text -join '')".TrimEnd(); TimedOut = [bool]$TimedOut }
}

function Copy-Changed([string] $Source, [string] $Target) {
    # A file that a running PowerShell has mapped must not change under it, so the target is replaced, never overwritten.
    if (Test-Path -LiteralPath $Target) {
        if ((Get-FileHash -LiteralPath $Target).Hash -eq (Get-FileHash -LiteralPath $Source).Hash) { return }
        Remove-Item -LiteralPath $Target -Force
    }
    $null = New-Item -ItemType Directory -Force -Path (Split-Path $Target)
    Copy-Item -LiteralPath $Source -Destination $Target
}

function Get-ModuleFile {
    # Every file of the ready module: where it comes from, by where it goes.
    $files = [ordered]@{ 'Ojin.psd1' = "$root/Ojin.psd1"; 'LICENSE' = "$root/LICENSE" }
    $built = "$root/src/Ojin.PowerShell/bin/$Configuration/net8.0"
    $files['Ojin.PowerShell.dll'] = "$built/Ojin.PowerShell.dll"
    $files['Ojin.Loader.dll'] = "$root/src/Ojin.Loader/bin/$Configuration/net8.0/Ojin.Loader.dll"
    foreach ($file in Get-ChildItem "$root/src/Ojin.PowerShell/*.ps1xml") { $files[$file.Name] = $file.FullName }
    # The client and what it needs: private to the module.
    foreach ($file in Get-ChildItem "$root/src/Ojin.Client/bin/$Configuration/net8.0" -Filter '*.dll') { $files["lib/$($file.Name)"] = $file.FullName }
    foreach ($folder in Get-ChildItem $aheadOfTime -Directory -ErrorAction Ignore) { $files["lib/$($folder.Name)/Ojin.Client.dll"] = "$folder/Ojin.Client.dll" }
    foreach ($file in Get-ChildItem "$root/docs/en-US/*" -Include '*.xml', '*.help.txt' -ErrorAction Ignore) { $files["en-US/$($file.Name)"] = $file.FullName }
    $files
}

function Get-ManifestText([string[]] $FileName) {
    # The manifest of the ready module: the one in the root with the list of files and the changelog's latest section.
    $text = Get-Content -LiteralPath "$root/Ojin.psd1" -Raw
    $list = ($FileName | Sort-Object | ForEach-Object { "`n        '$_'" }) -join ''
    $text = $text -replace "(?m)^(\s*)PrivateData(\s*)=", "`$1FileList               = @($($list.Replace('$', '$$'))`n    )`n`$1PrivateData`$2="
    $version = (Import-PowerShellDataFile -LiteralPath "$root/Ojin.psd1").ModuleVersion
    $section = [regex]::Match((Get-Content -LiteralPath "$root/CHANGELOG.md" -Raw), "(?ms)^## \[$([regex]::Escape($version))\][^\n]*\n(?<text>.*?)(?=^## |\z)").Groups['text'].Value.Trim()
    if (-not $section) { throw "CHANGELOG.md has no section for version $version." }
    $text.Replace("'See CHANGELOG.md'", "'$($section.Replace("'", "''"))'")
}

function Invoke-Build {
    Invoke-DotNet build "$root/src/Ojin.PowerShell" --configuration $Configuration --nologo --verbosity quiet
    Update-ModuleFolder
}

function Update-AheadOfTime {
    # The client for each platform whose runtime then needs not compile it in every new process. The module works without.
    try {
        Invoke-DotNet build "$root/build/AheadOfTime" --target:PublishAll "-property:PublishFolder=$aheadOfTime/" --configuration $Configuration --nologo --verbosity quiet
    } catch {
        if (Test-Path -LiteralPath $aheadOfTime) { Remove-Item -LiteralPath $aheadOfTime -Recurse -Force }
        Say 'The client is not compiled ahead of time: the compiler, a NuGet package, is not to be had. Commands start more slowly.'
    }
}

function Update-ModuleFolder {
    Update-AheadOfTime
    $files = Get-ModuleFile
    $manifest = Join-Path $out 'Ojin.psd1'
    $null = New-Item -ItemType Directory -Force -Path $out
    Set-Content -LiteralPath $manifest -NoNewline -Value (Get-ManifestText @($files.Keys))
    $files['Ojin.psd1'] = $manifest
    foreach ($name in $files.Keys) { Copy-Changed $files[$name] (Join-Path $moduleFolder $name) }
    Remove-Item -LiteralPath $manifest
    foreach ($file in Get-ChildItem $moduleFolder -Recurse -File) {
        $name = [System.IO.Path]::GetRelativePath($moduleFolder, $file.FullName).Replace('\', '/')
        if (-not $files.Contains($name)) { Remove-Item -LiteralPath $file.FullName -Force }
    }
    Say "The module is in $([System.IO.Path]::GetRelativePath($PWD.Path, $moduleFolder)): Import-Module $(Join-Path $moduleFolder 'Ojin.psd1')"
}

function Read-Trx([string] $File) {
    # What an xunit suite did, from its results file.
    $run = ([xml](Get-Content -LiteralPath $File -Raw)).TestRun
    $counters = $run.ResultSummary.Counters
    $failures = foreach ($result in $run.SelectNodes("//*[local-name()='UnitTestResult'][@outcome='Failed' or @outcome='Error' or @outcome='Timeout' or @outcome='Aborted']")) {
        $message = $result.SelectSingleNode(".//*[local-name()='ErrorInfo']/*[local-name()='Message']")
        $stack = $result.SelectSingleNode(".//*[local-name()='ErrorInfo']/*[local-name()='StackTrace']")
        [PSCustomObject]@{ Name = $result.testName; Message = $message ? $message.InnerText : $result.outcome; Where = $stack ? $stack.InnerText : '' }
    }
    $total = [int]$counters.total
    $passed = [int]$counters.passed
    $failed = [Math]::Max([int]$counters.failed + [int]$counters.error + [int]$counters.timeout + [int]$counters.aborted, @($failures).Count)
    [PSCustomObject]@{ Passed = $passed; Failed = $failed; Skipped = $total - $passed - $failed; Failures = @($failures) }
}

function Find-Pester {
    # Pester 5.5 or later: the installed one, else the Gallery's, else the NuGet package; nothing when there is none to be had.
    $find = { Get-Module -ListAvailable -Name Pester | Where-Object Version -GE '5.5.0' | Sort-Object Version -Descending | Select-Object -First 1 }
    $found = & $find
    if ($found) { return $found }
    Say 'Pester 5.5 or later is not installed; getting it from the PowerShell Gallery.'
    try {
        if (Get-Command Install-PSResource -ErrorAction Ignore) {
            Install-PSResource -Name Pester -Version '[5.5.0,)' -Repository PSGallery -TrustRepository -Scope CurrentUser -Quiet -AcceptLicense
        } else {
            Install-Module -Name Pester -MinimumVersion 5.5.0 -Repository PSGallery -Scope CurrentUser -Force -SkipPublisherCheck -AcceptLicense
        }
        return & $find
    } catch {
        Say 'The PowerShell Gallery does not answer; restoring the NuGet package for this run.'
    }
    try {
        Invoke-DotNet restore "$root/tests/Ojin.Module.Tests/Pester.csproj" --packages "$out/tools" --nologo --verbosity quiet
        Get-Module -ListAvailable -Name (Get-Item "$out/tools/pester/*/tools/Pester.psd1").FullName | Sort-Object Version -Descending | Select-Object -First 1
    } catch {
        Say "It could not be restored: $($_.Exception.Message)"
    }
}

function Invoke-XunitSuite([string] $Name) {
    Say "== $Name"
    $trx = Join-Path $results "$Name.trx"
    $line = 'dotnet', 'test', "tests/$Name", '--configuration', $Configuration, '--no-build', '--nologo', '--results-directory', $results, '--logger', "trx;LogFileName=$Name.trx"
    if ($Filter) { $line += '--filter', $Filter }
    $child = Start-Child $Name $line
    $ended = $child.Process.WaitForExit(40 * 60 * 1000)
    $child = Complete-Child $child -TimedOut:(-not $ended)
    $result = if (Test-Path -LiteralPath $trx) { Read-Trx $trx } else { [PSCustomObject]@{ Passed = 0; Failed = 0; Skipped = 0; Failures = @() } }
    if ($child.TimedOut -or ($result.Failed -eq 0 -and $child.ExitCode -ne 0)) {
        $why = $child.TimedOut ? 'it did not end within 40 minutes' : "it ended with code $($child.ExitCode)"
        $result.Failed++
        $result.Failures += [PSCustomObject]@{ Name = $Name; Message = "$why`n$($child.Text)"; Where = '' }
    }
    Write-SuiteResult $Name $result
    $result
}

function Write-SuiteResult([string] $Name, $Result, $Duration) {
    foreach ($failure in $Result.Failures) { Say "FAILED $($failure.Name)`n$($failure.Message -replace '(?m)^', '    ')`n$($failure.Where -replace '(?m)^', '    ')" }
    # Not in the form of the closing line, which comes once.
    Say "   ${Name}: passed $($Result.Passed), failed $($Result.Failed), skipped $($Result.Skipped)$($Duration ? " ($([int]$Duration.TotalSeconds) s)" : '')"
}

function Invoke-PesterSuite {
    $pester = Find-Pester
    if (-not $pester) {
        Say 'The Pester suite did not run: Pester 5.5 or later is neither installed nor to be had from the PowerShell Gallery. Install it and run this again.'
        return
    }
    $files = @($Path ? (Get-Item -Path $Path) : (Get-ChildItem "$root/tests/Ojin.Module.Tests" -Filter '*.Tests.ps1' -Recurse))
    Say "== Ojin.Module.Tests (Pester $($pester.Version), PowerShell $($PSVersionTable.PSVersion), $($files.Count) files)"
    $waiting = [System.Collections.Generic.Queue[object]]::new()
    # Large files first, so that the last one to end is a short one.
    $files | Sort-Object Length -Descending | ForEach-Object { $waiting.Enqueue($_) }
    $running = [System.Collections.Generic.List[object]]::new()
    try {
        while ($waiting.Count -gt 0 -or $running.Count -gt 0) {
            while ($waiting.Count -gt 0 -and $running.Count -lt 2) {
                $file = $waiting.Dequeue()
                $record = Join-Path $results "$($file.BaseName).json"
                $line = @(Get-PwshCommandLine) + @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', "$root/tests/Ojin.Module.Tests/Invoke-TestFile.ps1",
                    '-Path', $file.FullName, '-Record', $record, '-Pester', $pester.Path, '-Configuration', $Configuration)
                $child = Start-Child $file.BaseName $line @{ OJIN_TEST_CONFIGURATION = $Configuration }
                $running.Add(($child | Add-Member -PassThru -NotePropertyMembers @{ Record = $record }))
            }
            $ended = $running | Where-Object { $_.Process.HasExited -or $_.Clock.Elapsed.TotalMinutes -gt 30 } | Select-Object -First 1
            if (-not $ended) {
                # Waits for whichever of the two ends first, in short turns.
                $null = $running[0].Process.WaitForExit(100)
                continue
            }
            $null = $running.Remove($ended)
            $child = Complete-Child $ended -TimedOut:(-not $ended.Process.HasExited)
            if (Test-Path -LiteralPath $ended.Record) {
                $result = Get-Content -LiteralPath $ended.Record -Raw | ConvertFrom-Json
                if ($child.Text -and $result.Failed) { Say $child.Text }
            } else {
                $why = $child.TimedOut ? 'it did not end within 30 minutes' : "it ended with code $($child.ExitCode) and left no results"
                $result = [PSCustomObject]@{ Passed = 0; Failed = 1; Skipped = 0; Failures = @([PSCustomObject]@{ Name = $ended.Name; Message = "$why`n$($child.Text)"; Where = '' }) }
            }
            Write-SuiteResult $ended.Name $result $ended.Clock.Elapsed
            $result
        }
    } finally {
        foreach ($child in $running) { if (-not $child.Process.HasExited) { $child.Process.Kill($true) } }
    }
}

function Invoke-Test {
    if (-not $NoBuild) {
        Invoke-DotNet build "$root/Ojin.sln" --configuration $Configuration --nologo --verbosity quiet
        Update-ModuleFolder
    }
    if (Test-Path -LiteralPath $results) { Remove-Item -LiteralPath $results -Recurse -Force }
    $null = New-Item -ItemType Directory -Path $results
    $all = @(
        if ('Client' -in $Suite) { Invoke-XunitSuite 'Ojin.Client.Tests' }
        if ('Conventions' -in $Suite) { Invoke-XunitSuite 'Ojin.Conventions.Tests' }
        if ('Pester' -in $Suite) { Invoke-PesterSuite }
    )
    $sum = $all | Measure-Object -Sum -Property Passed, Failed, Skipped
    $passed, $failed, $skipped = $sum ? [int[]]$sum.Sum : 0, 0, 0
    Say "$passed passed, $failed failed, $skipped skipped"
    if ($failed -gt 0 -or $passed -eq 0) { exit 1 }
}

function Invoke-Analyze {
    if (-not (Get-Module -ListAvailable PSScriptAnalyzer)) {
        Say 'PSScriptAnalyzer is not installed; getting it from the PowerShell Gallery.'
        Install-PSResource -Name PSScriptAnalyzer -Repository PSGallery -TrustRepository -Scope CurrentUser -Quiet
    }
    # The manifest is looked at in the ready module: where it is kept, the files that it names are not beside it.
    if (-not $NoBuild) { Invoke-Build }
    $files = @(
        Get-ChildItem $root -Recurse -File -Include '*.ps1', '*.psm1', '*.psd1' | Where-Object FullName -NotMatch '[\\/](bin|obj|out)[\\/]' | Where-Object FullName -NE "$root/Ojin.psd1"
        Get-Item "$moduleFolder/Ojin.psd1"
    )
    $found = @(
        foreach ($file in $files) { Invoke-ScriptAnalyzer -Path $file.FullName -Settings "$root/PSScriptAnalyzerSettings.psd1" }
        # What the Gallery looks at when a module is published.
        Invoke-ScriptAnalyzer -Path $moduleFolder -Recurse -Settings PSGallery
    )
    foreach ($one in $found) { Say "$($one.ScriptPath):$($one.Line): $($one.Severity) $($one.RuleName): $($one.Message)" }
    Say "$($files.Count) files, $($found.Count) findings"
    if ($found.Count -gt 0) { exit 1 }
}

function Start-EmulatorProgram {
    # The emulator as a program; it ends when its input is closed.
    $start = [System.Diagnostics.ProcessStartInfo]@{ FileName = 'dotnet'; RedirectStandardInput = $true; RedirectStandardOutput = $true }
    $start.ArgumentList.Add("$root/src/Ojin.Emulator/bin/$Configuration/net10.0/Ojin.Emulator.dll")
    $process = [System.Diagnostics.Process]::Start($start)
    $line = $process.StandardOutput.ReadLine()
    if (-not $line) { throw "The emulator did not start; it ended with code $($process.ExitCode)." }
    $line | ConvertFrom-Json | Add-Member -PassThru -NotePropertyMembers @{ Process = $process }
}

function Invoke-AtEmulator([string] $What) {
    # A PowerShell of its own, whose sessions are the emulator's: what it loads and sets is gone with it.
    if (-not $NoBuild) {
        Invoke-Build
        Invoke-DotNet build "$root/src/Ojin.Emulator" --configuration $Configuration --nologo --verbosity quiet
    }
    $emulator = Start-EmulatorProgram
    try {
        $import = "Import-Module '$moduleFolder/Ojin.psd1'"
        $line = @(Get-PwshCommandLine) + @('-NoLogo', '-NoProfile') + @(
            if ($What -eq 'Demo') { '-NonInteractive', '-Command', "$import; & '$root/demo/Demo.ps1' @args" }
            else { '-NoExit', '-Command', "$import; Test-OjinSession" }
        )
        $kept = @{}
        $settings = @{
            OJIN_API_KEY = $emulator.ojinKey; OJIN_BASE_URI = $emulator.ojin; OJIN_AGENTS_URI = $emulator.agents
            OZOR_API_KEY = $emulator.ozorKey; OZOR_FIREBASE_TOKEN = $emulator.firebaseToken; OZOR_BASE_URI = $emulator.ozor
            AIMP_API_KEY = $emulator.aimpKey; AIMP_GATEWAY_URL = $emulator.aimp
        }
        foreach ($name in $settings.Keys) { $kept[$name] = [Environment]::GetEnvironmentVariable($name); [Environment]::SetEnvironmentVariable($name, $settings[$name]) }
        $program, $rest = $line
        # A prompt has the terminal itself.
        if ($What -eq 'Demo') { & $program @rest @ArgumentList | Out-Host } else { & $program @rest }
        $code = $LASTEXITCODE
        foreach ($name in $kept.Keys) { [Environment]::SetEnvironmentVariable($name, $kept[$name]) }
    } finally {
        $emulator.Process.StandardInput.Close()
        if (-not $emulator.Process.WaitForExit(10000)) { $emulator.Process.Kill($true) }
    }
    exit $code
}

function Invoke-Package {
    # A package that the Gallery takes, of the ready module as it is.
    if (-not (Get-Command Compress-PSResource -ErrorAction Ignore)) { throw 'Package needs Microsoft.PowerShell.PSResourceGet 1.1 or later: Install-PSResource Microsoft.PowerShell.PSResourceGet.' }
    if (-not $NoBuild) { Invoke-Build }
    if (-not (Test-Path -LiteralPath "$moduleFolder/lib/win-x64/Ojin.Client.dll")) { throw 'The package must have the client compiled ahead of time, and the module folder has not.' }
    $packages = Join-Path $out 'packages'
    $null = New-Item -ItemType Directory -Force -Path $packages
    Get-ChildItem $packages -Filter '*.nupkg' | Remove-Item -Force
    Compress-PSResource -Path $moduleFolder -DestinationPath $packages
    $package = Get-ChildItem $packages -Filter '*.nupkg' | Select-Object -First 1
    if (-not $package) { throw 'No package was made.' }
    if ($package.Length -ge 3MB) { throw "The package has $($package.Length) bytes; less than 3 MB are promised." }
    Say "The package is $([System.IO.Path]::GetRelativePath($PWD.Path, $package.FullName)) ($('{0:n0}' -f ($package.Length / 1KB)) KB). Publish-PSResource -NupkgPath publishes it."
}

function Invoke-Clean {
    foreach ($folder in @($out) + @(Get-ChildItem "$root/src", "$root/tests", "$root/build" -Directory | ForEach-Object { "$($_.FullName)/bin"; "$($_.FullName)/obj" })) {
        if (Test-Path -LiteralPath $folder) { Remove-Item -LiteralPath $folder -Recurse -Force }
    }
}

function Invoke-Script([string] $Name, [string] $Script) {
    # A task that a script of its own does, once there is one.
    if (-not (Test-Path -LiteralPath $Script)) { throw "$Name is not there yet ($([System.IO.Path]::GetRelativePath($root, $Script)))." }
    # In a list that is splatted a parameter's name would be a value like any other.
    $known = (Get-Command $Script).Parameters
    $named = @{}
    $values = [System.Collections.Generic.Queue[object]]::new($ArgumentList)
    $others = @(while ($values.Count -gt 0) {
            $value = $values.Dequeue()
            if ("$value" -notmatch '^-(?<name>\w+)$' -or -not $known.ContainsKey($Matches.name)) { $value; continue }
            $named[$Matches.name] = $known[$Matches.name].SwitchParameter ? $true : $values.Dequeue()
        })
    if ($NoBuild -and $known.ContainsKey('NoBuild')) { $named.NoBuild = $true }
    & $Script @named @others
}

Push-Location $root
try {
    switch ($Task) {
        'Build' { Invoke-Build }
        'Test' { Invoke-Test }
        'Demo' { Invoke-AtEmulator Demo }
        'Try' { Invoke-AtEmulator Try }
        'Analyze' { Invoke-Analyze }
        'Clean' { Invoke-Clean }
        'Package' { Invoke-Package }
        'Help' { Invoke-Script Help "$root/build/Help.ps1" }
        'Bench' { Invoke-Script Bench "$root/tests/Ojin.Benchmarks/Bench.ps1" }
        'Kill' { Invoke-Script Kill "$root/tests/Ojin.Benchmarks/Kill.ps1" }
    }
} finally {
    Pop-Location
}
