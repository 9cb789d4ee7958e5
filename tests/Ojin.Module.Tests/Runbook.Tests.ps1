# What docs/runbooks.md says of the module, in new processes without a terminal and without input.

BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/Emulator.psm1" -Force
    $null = Enter-TestState
    $emulator = Start-Emulator
    $environment = Get-EmulatorEnvironment

    function Invoke-Script([string] $Text, [string[]] $ArgumentList = @()) {
        # A script file as a scheduler starts it: its exit code is what counts.
        $file = Join-Path $TestDrive "$([guid]::NewGuid().ToString('N')).ps1"
        Set-Content -LiteralPath $file -Value "`$PSStyle.OutputRendering = 'PlainText'`nImport-Module '$(Get-OjinManifest)'`n$Text"
        $start = [System.Diagnostics.ProcessStartInfo]@{ RedirectStandardInput = $true; RedirectStandardOutput = $true; RedirectStandardError = $true; WorkingDirectory = "$TestDrive" }
        $start.FileName, $rest = @(Get-PwshCommandLine)
        @($rest) + @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', $file) + $ArgumentList | Where-Object { $null -ne $_ } | ForEach-Object { $start.ArgumentList.Add($_) }
        foreach ($name in $environment.Keys) { $start.Environment[$name] = $environment[$name] }
        $process = [System.Diagnostics.Process]::Start($start)
        $process.StandardInput.Close()
        [PSCustomObject]@{ Process = $process; Output = $process.StandardOutput.ReadToEndAsync(); Errors = $process.StandardError.ReadToEndAsync(); File = $file } | Wait-FreshPwsh
    }
}

AfterAll { Stop-Emulator; Exit-TestState }

Describe 'Without anybody at the prompt' {
    BeforeEach { Reset-Emulator }

    It 'is an error, and waits for nobody, when a mandatory parameter is missing: <Command>' -ForEach @(
        @{ Command = 'New-OjinModelConfig' }
        @{ Command = 'Remove-OjinAsset' }
        @{ Command = 'Send-OjinAsset' }
        @{ Command = 'Start-OzorVideo' }
        @{ Command = 'Invoke-AimpModel' }
    ) {
        $run = Invoke-Script "`$ErrorActionPreference = 'Stop'`n$Command"
        $run.ExitCode | Should -Be 1
        $run.Errors -replace '[\s|]+', ' ' -replace '\x1b\[[\d;]*m' | Should -Match 'missing mandatory +parameters'
        Get-EmulatorRequest | Should -BeNullOrEmpty
    }

    It 'is an error to be asked, and nothing is deleted: <Command>' -ForEach @(
        @{ Command = 'Remove-OjinAsset 00000000-0000-4000-8000-000000000001' }
        @{ Command = 'Remove-OjinModelConfig 00000000-0000-4000-9000-000000000001' }
        @{ Command = 'Revoke-OzorApiKey keyemulator0' }
    ) {
        $run = Invoke-Script "`$ErrorActionPreference = 'Stop'`n$Command"
        $run.ExitCode | Should -Be 1
        $run.Errors | Should -Match 'NonInteractive'
        Get-EmulatorRequest -Method DELETE | Should -BeNullOrEmpty
    }

    It 'deletes when the question is answered beforehand' {
        (Invoke-Script 'Remove-OjinAsset 00000000-0000-4000-8000-000000000001 -Confirm:$false').ExitCode | Should -Be 0
        @(Get-EmulatorRequest -Method DELETE).Count | Should -Be 1
    }
}

Describe 'Exit codes' {
    BeforeEach { Reset-Emulator }

    It 'are <Code> for a script that <Name>' -ForEach @(
        @{ Code = 0; Name = 'comes to its end'; Text = 'Get-OjinAsset -First 1' }
        @{ Code = 1; Name = 'stops at an error'; Text = '$ErrorActionPreference = "Stop"; Get-OjinAsset 00000000-0000-4000-8000-0000000000ff; "not reached"' }
        @{ Code = 0; Name = 'goes on after the error of an item'; Text = '"00000000-0000-4000-8000-0000000000ff", "00000000-0000-4000-8000-000000000001" | Get-OjinAsset | ForEach-Object AssetId' }
        @{ Code = 3; Name = 'counts its errors'; Text = '"00000000-0000-4000-8000-0000000000ff" | Get-OjinAsset -ErrorVariable failed; if ($failed) { exit 3 }' }
        @{ Code = 1; Name = 'finds its key not good'; Text = 'Connect-Ojin -ApiKey wrong; if (-not (Test-OjinSession Ojin).KeyIsValid) { throw "The Ojin key is not good." }' }
    ) {
        $run = Invoke-Script $Text
        $run.ExitCode | Should -Be $Code
        $run.Output | Should -Not -Match 'not reached'
        if ($Name -like 'goes on*') { $run.Output | Should -Match '00000000-0000-4000-8000-000000000001' }
    }

    It 'say what happened and what to do on the error stream' {
        $run = Invoke-Script '$ErrorActionPreference = "Stop"; Get-OjinAsset 00000000-0000-4000-8000-0000000000ff'
        $run.Errors -replace '[\s|]+', ' ' | Should -Match '404 RESOURCE_NOT_FOUND'
        $run.Errors -replace '[\s|]+', ' ' | Should -Match 'Recommendation: Check that it is the id of an asset'
    }
}

Describe 'Logs' {
    BeforeEach { Reset-Emulator }

    It 'have a line a request with -Verbose, and no secret with -Debug and in a transcript' {
        $transcript = Join-Path $TestDrive 'transcript.txt'
        $run = Invoke-Script @'
$null = Start-Transcript -Path $args[0]
$DebugPreference = 'Continue'
Connect-Ojin
Get-OjinAsset 00000000-0000-4000-8000-000000000001 -IncludeUrl -Verbose -Debug
New-OjinModelConfig 'Logged' ojin/oris-1.0/standard @{ voice = 'amber' } -Verbose -Debug
$null = Stop-Transcript
'@ $transcript
        $run.ExitCode | Should -Be 0
        $text = Get-Content -LiteralPath $transcript -Raw
        foreach ($one in $text, "$($run.Output)$($run.Errors)") {
            @([regex]::Matches($one, '(?m)^VERBOSE: GET /v1/assets/\S+ .*200')).Count | Should -Be 1
            @([regex]::Matches($one, '(?m)^VERBOSE: POST /v1/model-configs .*20[01]')).Count | Should -Be 1
            $one | Should -Match '(?m)^DEBUG: .*"?title"?'
            $one | Should -Not -Match ([regex]::Escape($emulator.ojinKey))
            $one | Should -Not -Match 'X-Amz-Signature=[0-9a-fA-F]'
        }
    }

    It 'have the tries of a request in them' {
        Add-EmulatorFault status -Service ojin -Method GET -Status 503 -Headers @{ 'Retry-After' = '0' }
        $run = Invoke-Script 'Get-OjinAsset 00000000-0000-4000-8000-000000000001 -Verbose'
        $run.ExitCode | Should -Be 0
        $lines = @($run.Output -split '\r?\n' | Where-Object { $_ -match '^VERBOSE: GET /v1/assets/' })
        $lines[0] | Should -Match '503'
        $lines[-1] | Should -Match '200'
    }
}

Describe 'A job that is ended half way' {
    BeforeEach { Reset-Emulator }

    It 'goes on with an upload where it stopped, in a new process' {
        $file = New-TestFile "$TestDrive/outbox/large.mp4" 40MB
        $state = Join-Path $TestDrive 'state'
        $null = New-Item -ItemType Directory -Force -Path $state
        $kept = @{} + $environment + @{ XDG_STATE_HOME = $state; LOCALAPPDATA = $state }
        # The fourth part stands still, so that the process is killed while three parts are there.
        Add-EmulatorFault stallRequest -Service storage -Method PUT -PathRegex 'partNumber=4&' -Always
        $fresh = Start-FreshPwsh { param($File) Send-OjinAsset -LiteralPath $File -Category video } -ArgumentList $file.FullName -Environment $kept
        $null = Get-EmulatorRequest -Service ojin -Method POST -Path 'initiate' -Count 1
        # The journal has a part a moment after the storage has answered; another process watches it.
        $watch = Start-FreshPwsh -Environment $kept { $clock = [System.Diagnostics.Stopwatch]::StartNew(); do { $there = (Get-OjinUpload).PartsSent } until ($there -eq 4 -or $clock.Elapsed.TotalSeconds -gt 120); $there }
        ($watch | Wait-FreshPwsh).Output | Should -Be '4'
        $fresh.Process.Kill($true)
        $null = $fresh | Wait-FreshPwsh
        Clear-EmulatorFault
        $before = @(Get-EmulatorRequest -Service storage -Method PUT | Where-Object status -EQ 200).Count

        $again = Invoke-InFreshPwsh { param($File) (Send-OjinAsset -LiteralPath $File -Category video).SizeBytes } -ArgumentList $file.FullName -Environment $kept
        $again.Errors | Should -BeNullOrEmpty
        $again.Output | Should -Be "$(40MB)"
        $all = @(Get-EmulatorRequest -Service storage -Method PUT | Where-Object status -EQ 200).Count
        $before | Should -Be 4
        $all | Should -Be 5
        @(Get-EmulatorRequest -Service ojin -Method POST -Path 'initiate').Count | Should -Be 1
    }

    It 'waits for a job again from what was kept as JSON' {
        $kept = Join-Path $TestDrive 'job.json'
        $first = Invoke-InFreshPwsh { param($Kept) Start-OzorVideo 'A desk lamp' | ConvertTo-Json | Set-Content $Kept } -ArgumentList $kept -Environment $environment
        $first.Errors | Should -BeNullOrEmpty
        $second = Invoke-InFreshPwsh { param($Kept) (Get-Content $Kept -Raw | ConvertFrom-Json | Wait-OzorJob).Status } -ArgumentList $kept -Environment $environment
        $second.Errors | Should -BeNullOrEmpty
        $second.Output | Should -Be 'completed'
    }
}

Describe 'Many at once' {
    BeforeEach { Reset-Emulator }

    It 'has the kept session in ForEach-Object -Parallel and in thread jobs' {
        $run = Invoke-InFreshPwsh -Environment @{ OJIN_BASE_URI = $emulator.ojin } -ArgumentList $emulator.ojinKey, (Get-OjinManifest) {
            param($Key, $Manifest)
            Connect-Ojin -ApiKey $Key
            1..4 | ForEach-Object -Parallel { Import-Module $using:Manifest; (Get-OjinAsset -First 1).AssetId } -ThrottleLimit 4
            Start-ThreadJob { Import-Module $using:Manifest; (Get-OjinAsset -First 1).AssetId } | Receive-Job -Wait
        }
        $run.Errors | Should -BeNullOrEmpty
        @($run.Output -split '\r?\n').Count | Should -Be 5
    }

    It 'has no key in a session that was serialized, and says so' {
        $run = Invoke-InFreshPwsh -Environment $environment -ArgumentList (Get-OjinManifest) {
            param($Manifest)
            $session = Connect-Ojin -PassThru
            $text = [System.Management.Automation.PSSerializer]::Serialize($session)
            $text -match 'ojin-test-key'
            $back = [System.Management.Automation.PSSerializer]::Deserialize($text)
            try { Get-OjinAsset -Session $back -First 1 } catch { 'refused' }
        }
        $run.Output -split '\r?\n' | Should -Be 'False', 'refused'
    }
}
