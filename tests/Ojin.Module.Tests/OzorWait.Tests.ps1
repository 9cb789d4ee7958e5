BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/Emulator.psm1" -Force
    Import-OjinModule
    $null = Enter-TestState
    $emulator = Start-Emulator

    # A script beside this one, in a runspace of its own: Shell and Running. Stop-Beside stops it as Ctrl+C does.
    function Start-Beside([string] $Script, [hashtable] $Variables = @{}) {
        $shell = [powershell]::Create()
        foreach ($name in $Variables.Keys) { $shell.Runspace.SessionStateProxy.SetVariable($name, $Variables[$name]) }
        $null = $shell.AddScript("Import-Module '$(Get-OjinManifest)'; $Script")
        [pscustomobject]@{ Shell = $shell; Running = $shell.BeginInvoke() }
    }
    function Stop-Beside($Beside) {
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $Beside.Shell.Stop()
        $clock.Elapsed.TotalSeconds
    }
}

AfterAll {
    Disconnect-FromEmulator
    Stop-Emulator
    Exit-TestState
}

Describe 'Wait-OzorJob' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'waits until the agent has finished' {
        $job = Start-OzorVideo P | Wait-OzorJob -PollIntervalSec 0.1
        $job.PSTypeNames[0], $job.Status | Should -Be 'Ojin.OzorJob', 'completed'
        $job.Response | Should -Not -BeNullOrEmpty
        (Wait-OzorJob $job.VideoId $job.JobId).Status | Should -Be 'completed'
    }

    It 'emits results as they finish, whatever the order' {
        Set-EmulatorState ozor/options @{ manual = $true }
        $slow = Start-OzorVideo slow
        $fast = Start-OzorVideo fast
        Set-EmulatorState "ozor/jobs/$($fast.JobId)/advance" -Method POST | Out-Null
        Set-EmulatorState "ozor/jobs/$($fast.JobId)/advance" -Method POST | Out-Null
        $order = $slow, $fast | Wait-OzorJob -PollIntervalSec 0.1 | ForEach-Object {
            if ($_.JobId -eq $fast.JobId) { Set-EmulatorState ozor/advance @{ toEnd = $true } -Method POST | Out-Null }
            $_.JobId
        }
        $order | Should -Be $fast.JobId, $slow.JobId
    }

    It 'ends a job that fails with its reason, and the others go on' {
        Set-EmulatorState ozor/options @{ failJobs = 1; jobError = "Agent encountered an error: $([char]27)[2J" }
        $run = Invoke-Captured { 'bad', 'good' | Start-OzorVideo | Wait-OzorJob -PollIntervalSec 0.1 }
        $run.Output.Status | Should -Be 'completed'
        $problem = $run.Errors[0]
        $problem.FullyQualifiedErrorId, $problem.CategoryInfo.Category | Should -Be 'JOB_FAILED,Ojin.PowerShell.Commands.WaitOzorJobCommand', 'OperationStopped'
        "$problem" | Should -Match 'Agent encountered an error: \\u001B\[2J'
        $problem.TargetObject.Status, $problem.TargetObject.PSTypeNames[0] | Should -Be 'failed', 'Ojin.OzorJob'
        $problem.ErrorDetails.RecommendedAction | Should -Match 'No credit was charged'
    }

    It 'ends when time is over, and can be taken up again in a new process' {
        Set-EmulatorState ozor/options @{ manual = $true }
        $run = Invoke-Captured { 'One', 'Two' | Start-OzorVideo | Wait-OzorJob -TimeoutSec 0.5 -PollIntervalSec 0.1 }
        $run.Errors.FullyQualifiedErrorId | Should -Be 'WAIT_TIMEOUT,Ojin.PowerShell.Commands.WaitOzorJobCommand', 'WAIT_TIMEOUT,Ojin.PowerShell.Commands.WaitOzorJobCommand'
        $run.Errors.CategoryInfo.Category | Should -Be 'OperationTimeout', 'OperationTimeout'
        $run.Errors.TargetObject.Status | Should -Be 'queued', 'queued'
        "$($run.Errors[0])" | Should -Match '0\.5 s.*queued'
        $json = ConvertTo-Json $run.Errors.TargetObject
        $fresh = Start-FreshPwsh { $args[0] | ConvertFrom-Json | Wait-OzorJob -PollIntervalSec 0.1 | ForEach-Object Status } -ArgumentList $json -Environment (Get-EmulatorEnvironment)
        $null = Get-EmulatorRequest -Method GET -Path /jobs/ -Count (@(Get-EmulatorRequest -Method GET).Count + 2)
        Set-EmulatorState ozor/advance @{ toEnd = $true } -Method POST
        $done = $fresh | Wait-FreshPwsh
        $done.Errors | Should -BeNullOrEmpty
        $done.Output -split '\r?\n' | Should -Be 'completed', 'completed'
    }

    It 'goes on over a word that the contract does not name, with one warning' {
        Set-EmulatorState ozor/options @{ manual = $true; jobWords = @{ queued = 'dreaming' } }
        $job = Start-OzorVideo P
        $beside = Start-Beside '$job | Wait-OzorJob -PollIntervalSec 0.1' @{ job = $job }
        $null = Get-EmulatorRequest -Method GET -Count 4
        Set-EmulatorState ozor/advance @{ toEnd = $true } -Method POST
        $beside.Shell.EndInvoke($beside.Running).Status | Should -Be 'completed'
        $beside.Shell.Streams.Warning.Count | Should -Be 1
        $beside.Shell.Streams.Warning[0].Message | Should -Match "'dreaming'.*goes on"
        $beside.Shell.Dispose()
    }

    It 'lives through failures of the service and cut connections' {
        $job = Start-OzorVideo P
        Add-EmulatorFault status -Service ozor -Method GET -Status 503 -Times 2
        Add-EmulatorFault cutAfterHandler -Service ozor -Method GET -Times 2
        Add-EmulatorFault replaceBody -Service ozor -Method GET -Body '<html>' -Times 2
        $run = Invoke-Captured { $job | Wait-OzorJob -PollIntervalSec 0.1 -Verbose }
        $run.Output.Status | Should -Be 'completed'
        $run.Errors | Should -BeNullOrEmpty
        $run.Verbose.Count | Should -BeGreaterThan 3
    }

    It 'tells a job that is not there, and a key that is not good, at once' {
        $run = Invoke-Captured { Wait-OzorJob videoready job_none, job_nope; 'the rest' }
        $run.Errors.CategoryInfo.Category | Should -Be 'ObjectNotFound', 'ObjectNotFound'
        $run.Output | Should -Be 'the rest'
        Connect-Ozor sk_live_00000000000000000000000000000000 -BaseUri $emulator.ozor
        (Invoke-Captured { Wait-OzorJob videoready job_none }).Errors[0].CategoryInfo.Category | Should -Be 'AuthenticationError'
        Disconnect-FromEmulator
        (Invoke-Captured { Wait-OzorJob videoready job_none }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'NOT_CONNECTED,*'
    }

    It 'tells times that cannot be meant before any call' {
        foreach ($with in @{ TimeoutSec = 0 }, @{ TimeoutSec = -1 }, @{ PollIntervalSec = 0 }, @{ PollIntervalSec = 0.01 }) {
            { Wait-OzorJob videoready job_1 @with } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
            { Wait-OzorExport videoready @with } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        }
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'stops within a second, in a pause and in a request' -ForEach @(@{ Where = 'pause' }, @{ Where = 'request' }) {
        Set-EmulatorState ozor/options @{ manual = $true }
        $jobs = 'One', 'Two' | Start-OzorVideo
        if ($Where -eq 'request') { Add-EmulatorFault delay -Service ozor -Method GET -Always -DelayMs 600000 }
        $beside = Start-Beside '$jobs | Wait-OzorJob -PollIntervalSec 600' @{ jobs = $jobs }
        try {
            $null = Get-EmulatorRequest -Method GET -Path /jobs/ -Count 2 -Finished:($Where -eq 'pause')
            Stop-Beside $beside | Should -BeLessThan 1
            $beside.Shell.InvocationStateInfo.State | Should -Be 'Stopped'
        } finally { $beside.Shell.Dispose() }
        # The job itself goes on.
        Clear-EmulatorFault
        ($jobs[0] | Get-OzorJob).Status | Should -Be 'queued'
    }

    It 'stops when nobody wants more' {
        $jobs = 1..5 | ForEach-Object { Start-OzorVideo "P$_" }
        Set-EmulatorState ozor/advance @{ toEnd = $true } -Method POST
        @($jobs | Wait-OzorJob -PollIntervalSec 600 | Select-Object -First 2).Count | Should -Be 2
    }

    It 'shows a progress bar for each, and takes it away' {
        Set-EmulatorState ozor/options @{ manual = $true }
        $jobs = 'One', 'Two' | Start-OzorVideo
        $beside = Start-Beside '$ProgressPreference = "Continue"; $jobs | Wait-OzorJob -PollIntervalSec 0.1' @{ jobs = $jobs }
        $null = Get-EmulatorRequest -Method GET -Path /jobs/ -Count 4
        Set-EmulatorState ozor/advance @{ toEnd = $true } -Method POST
        $null = $beside.Shell.EndInvoke($beside.Running)
        $bars = $beside.Shell.Streams.Progress | Where-Object Activity -Like 'Job *'
        @($bars.Activity | Sort-Object -Unique).Count | Should -Be 2
        @($bars.ActivityId | Sort-Object -Unique).Count | Should -Be 2
        @($bars | Where-Object RecordType -EQ Completed).Count | Should -Be 2
        $bars[0].StatusDescription | Should -Match '^queued, \d+ s$'
        $beside.Shell.Dispose()
    }

    It 'waits for 100 jobs with one command, and asks no more often than the cadence allows' {
        Set-EmulatorState ozor/options @{ manual = $true }
        Set-EmulatorState ozor/balance @{ credits = 1000 }
        $jobs = 1..100 | ForEach-Object { "P$_" } | Start-OzorVideo
        $beside = Start-Beside '$jobs | Wait-OzorJob' @{ jobs = $jobs }
        $null = Get-EmulatorRequest -Method GET -Path /jobs/ -Count 300
        Set-EmulatorState ozor/advance @{ toEnd = $true } -Method POST
        $done = $beside.Shell.EndInvoke($beside.Running)
        $beside.Shell.Streams.Error | Should -BeNullOrEmpty
        $beside.Shell.Dispose()
        @($done.JobId | Sort-Object) | Should -Be @($jobs.JobId | Sort-Object)
        $requests = @(Get-EmulatorRequest -Method GET -Path /jobs/)
        # Whatever the machine does, two looks at one job are never less than two seconds apart.
        $looks = $requests | Group-Object path
        $looks.Count | Should -Be 100
        foreach ($look in $looks) {
            $times = @($look.Group.time | ForEach-Object { [datetimeoffset]$_ })
            for ($i = 1; $i -lt $times.Count; $i++) { ($times[$i] - $times[$i - 1]).TotalSeconds | Should -BeGreaterThan 1.9 }
        }
        $span = ([datetimeoffset]$requests[-1].time - [datetimeoffset]$requests[0].time).TotalSeconds
        $requests.Count | Should -BeLessOrEqual (100 * (1 + [Math]::Floor($span / 1.95)))
    }
}

Describe 'Wait-OzorExport' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'makes a film of a prompt in one line' {
        $video = Start-OzorVideo 'A lamp' | Wait-OzorJob -PollIntervalSec 0.1 | Start-OzorExport -Quality 720p -Public | Wait-OzorExport -PollIntervalSec 0.1
        $video.PSTypeNames[0], $video.ExportStatus, $video.Title | Should -Be 'Ojin.OzorVideo', 'complete', 'A lamp'
        $video.DownloadUrl, $video.ShareUrl, $video.ShareCode | Should -Not -BeNullOrEmpty
        @(Get-EmulatorState ozor/charges).Count | Should -Be 1
    }

    It 'waits for the export that a prompt asked for' {
        $films = 'One', 'Two', 'Three' | Start-OzorVideo -Export -ExportPublic | Wait-OzorExport -PollIntervalSec 0.1
        $films.Title | Sort-Object | Should -Be 'One', 'Three', 'Two'
        $films.ExportStatus | Should -Be 'complete', 'complete', 'complete'
    }

    It 'ends when the agent fails: no export ever appears' {
        Set-EmulatorState ozor/options @{ failJobs = 1 }
        $run = Invoke-Captured { Start-OzorVideo bad -Export | Wait-OzorExport -PollIntervalSec 0.1 }
        $run.Errors[0].FullyQualifiedErrorId, $run.Errors[0].CategoryInfo.Category | Should -Be 'JOB_FAILED,Ojin.PowerShell.Commands.WaitOzorExportCommand', 'OperationStopped'
        "$($run.Errors[0])" | Should -Match 'the model gave no answer'
    }

    It 'ends an export that fails with its reason, and the others go on' {
        Set-EmulatorState ozor/options @{ failExports = 1 }
        $run = Invoke-Captured { 'videoready', 'videoplan' | Start-OzorExport | Wait-OzorExport -PollIntervalSec 0.1 }
        $run.Output.VideoId | Should -Be 'videoplan'
        "$($run.Errors[0])" | Should -Match 'ran out of memory'
        $run.Errors[0].TargetObject.VideoId, $run.Errors[0].TargetObject.ExportStatus | Should -Be 'videoready', 'failed'
    }

    It 'waits for its own export while the video shows another' {
        $first = Start-OzorExport videoready -Quality 720p | Wait-OzorExport -PollIntervalSec 0.1
        Set-EmulatorState ozor/options @{ manual = $true; formerExportMs = 1 }
        $second = Start-OzorExport videoready -Quality 4k
        (Get-OzorVideo videoready).ExportId | Should -Be $first.ExportId
        Clear-EmulatorRequest
        $beside = Start-Beside '$second | Wait-OzorExport -PollIntervalSec 0.1' @{ second = $second }
        $null = Get-EmulatorRequest -Method GET -Count 3
        Set-EmulatorState ozor/advance @{ toEnd = $true } -Method POST
        $video = $beside.Shell.EndInvoke($beside.Running)
        $beside.Shell.Dispose()
        $video.ExportId, $video.ExportStatus | Should -Be $second.ExportId, 'complete'
    }

    It 'lets an export from the cache pass at once' {
        $first = Start-OzorExport videoready | Wait-OzorExport -PollIntervalSec 0.1
        $cached = Start-OzorExport videoready
        $cached.ExportStatus | Should -Be 'complete'
        Clear-EmulatorRequest
        $video = $cached | Wait-OzorExport
        $video.ExportId, $video.VideoId, $video.ExportStatus | Should -Be $first.ExportId, 'videoready', 'complete'
        $video.DownloadUrl | Should -Not -BeNullOrEmpty
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'takes videos and ids' {
        $export = Start-OzorExport videoready
        (Wait-OzorExport videoready $export.ExportId -PollIntervalSec 0.1).ExportStatus | Should -Be 'complete'
        ('videoready' | Wait-OzorExport).ExportId | Should -Be $export.ExportId
        (Get-OzorVideo videoready | Wait-OzorExport).ExportId | Should -Be $export.ExportId
    }

    It 'ends when time is over, and can be taken up again in a new process' {
        Set-EmulatorState ozor/options @{ manual = $true }
        $run = Invoke-Captured {
            Start-OzorVideo 'One' -Export | Wait-OzorExport -TimeoutSec 0.5 -PollIntervalSec 0.1
            Start-OzorExport videoready | Wait-OzorExport -TimeoutSec 0.5 -PollIntervalSec 0.1
        }
        $run.Errors.CategoryInfo.Category | Should -Be 'OperationTimeout', 'OperationTimeout'
        $run.Errors.TargetObject | ForEach-Object { $_.PSTypeNames[0] | Should -Be 'Ojin.OzorExport' }
        $run.Errors[0].TargetObject.JobId, $run.Errors[1].TargetObject.ExportId | Should -Not -BeNullOrEmpty
        $run.Errors[1].TargetObject.ExportStatus | Should -Be 'queued'
        $json = ConvertTo-Json $run.Errors.TargetObject
        $fresh = Start-FreshPwsh { $args[0] | ConvertFrom-Json | Wait-OzorExport -PollIntervalSec 0.1 | ForEach-Object ExportStatus } -ArgumentList $json -Environment (Get-EmulatorEnvironment)
        $null = Get-EmulatorRequest -Method GET -Count (@(Get-EmulatorRequest -Method GET).Count + 2)
        Set-EmulatorState ozor/advance @{ toEnd = $true } -Method POST
        Set-EmulatorState ozor/options @{ manual = $false }
        $done = $fresh | Wait-FreshPwsh
        $done.Errors | Should -BeNullOrEmpty
        $done.Output -split '\r?\n' | Should -Be 'complete', 'complete'
    }

    It 'says what is missing when no export was ever started' {
        $run = Invoke-Captured { Start-OzorVideo P | Wait-OzorExport -TimeoutSec 1 -PollIntervalSec 0.1 }
        "$($run.Errors[0])" | Should -Match 'No export has appeared.*Start-OzorExport'
    }

    It 'stops within a second' {
        Set-EmulatorState ozor/options @{ manual = $true }
        $export = Start-OzorExport videoready
        $beside = Start-Beside '$export | Wait-OzorExport -PollIntervalSec 600' @{ export = $export }
        try {
            $null = Get-EmulatorRequest -Method GET -Count 1 -Finished
            Stop-Beside $beside | Should -BeLessThan 1
        } finally { $beside.Shell.Dispose() }
    }
}
