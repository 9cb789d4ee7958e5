BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/Emulator.psm1" -Force
    Import-OjinModule
    $null = Enter-TestState
    $emulator = Start-Emulator
}

AfterAll {
    Disconnect-FromEmulator
    Stop-Emulator
    Exit-TestState
}

Describe 'Start-OjinAgentSession' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'starts a session, without a key and without an origin' {
        $session = Start-OjinAgentSession agent-open -ClientUserRef user-7
        $session.PSTypeNames[0] | Should -Be 'Ojin.AgentSession'
        $session.AgentId | Should -Be 'agent-open'
        $request = Get-EmulatorRequest
        $request.service, $request.method, $request.target | Should -Be 'agents', 'POST', '/v1/public/agents/connect'
        $request.body | Should -Be '{"agent_id":"agent-open","client_user_ref":"user-7"}'
        $request.headers.'Content-Type' | Should -Be 'application/json'
        $request.headers.PSObject.Properties.Name | Should -Not -Contain 'Origin'
        $request.headers.PSObject.Properties.Name | Should -Not -Contain 'X-API-Key'
        $started = (Get-EmulatorState agents).sessions
        $session.SessionId, "$($session.RoomUrl)" | Should -Be $started.sessionId, $started.roomUrl
        $session.Token | Should -BeOfType [securestring]
        $session.Token | ConvertFrom-SecureString -AsPlainText | Should -Be $started.token
    }

    It 'needs no key at all' {
        Disconnect-FromEmulator
        Connect-Ojin -AgentsUri $emulator.agents
        (Start-OjinAgentSession agent-open).SessionId | Should -Not -BeNullOrEmpty
        Disconnect-FromEmulator
        $env:OJIN_AGENTS_URI = $emulator.agents
        (Start-OjinAgentSession agent-open).SessionId | Should -Not -BeNullOrEmpty
    }

    It 'sends an origin that is given' {
        $null = Start-OjinAgentSession agent-hosts -Origin https://example.com
        (Get-EmulatorRequest).headers.Origin | Should -Be 'https://example.com'
    }

    It 'takes agents from the pipeline, and goes on after an error' {
        $run = Invoke-Captured { 'agent-open', 'agent-nowhere', 'agent-unpublished', 'agent-open' | Start-OjinAgentSession }
        $run.Output.AgentId | Should -Be 'agent-open', 'agent-open'
        $run.Errors.TargetObject | Should -Be 'agent-nowhere', 'agent-unpublished'
        $run = Invoke-Captured { [pscustomobject]@{ AgentId = 'agent-open'; ClientUserRef = 'u' } | Start-OjinAgentSession }
        $run.Errors | Should -BeNullOrEmpty
        (Get-EmulatorState agents).sessions[-1].clientUserRef | Should -Be 'u'
    }

    It 'tells <Code> by its code, and sends it once' -ForEach @(
        @{ Agent = 'agent-nowhere'; Code = 'agent_not_found'; Status = 404; Category = 'ObjectNotFound'; Todo = '*agent''s id*' }
        @{ Agent = 'agent-unpublished'; Code = 'agent_unpublished'; Status = 403; Category = 'PermissionDenied'; Todo = 'Publish the agent*' }
        @{ Agent = 'agent-private'; Code = 'auth_failed'; Status = 403; Category = 'PermissionDenied'; Todo = '*-Origin*' }
        @{ Agent = 'agent-room-down'; Code = 'room_creation_failed'; Status = 502; Category = 'ResourceUnavailable'; Todo = '*not sent again*' }
        @{ Agent = 'agent-orchestrator-down'; Code = 'orchestrator_error'; Status = 502; Category = 'ResourceUnavailable'; Todo = '*not sent again*' }
        @{ Agent = 'agent-internal'; Code = 'internal_error'; Status = 500; Category = 'ResourceUnavailable'; Todo = '*not sent again*' }
    ) {
        Start-OjinAgentSession $Agent -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -Be "$Code,Ojin.PowerShell.Commands.StartOjinAgentSessionCommand"
        $problems[0].CategoryInfo.Category | Should -Be $Category
        $problems[0].TargetObject | Should -Be $Agent
        $problems[0].Exception.StatusCode | Should -Be $Status
        $problems[0].Exception.Service | Should -Be 'Agents'
        $problems[0].ErrorDetails.RecommendedAction | Should -BeLike $Todo
        @(Get-EmulatorRequest).Count | Should -Be 1
    }

    It 'waits as long as a full agent says, and shows that in -Verbose' {
        $null = Set-EmulatorState agents/agents/agent-full @{ errorCode = 'concurrency_limit'; times = 2; retryAfterSeconds = 0.3 }
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $run = Invoke-Captured { Start-OjinAgentSession agent-full -Verbose }
        $clock.Elapsed.TotalSeconds | Should -BeGreaterThan 0.6
        $run.Errors | Should -BeNullOrEmpty
        $run.Output.SessionId | Should -Not -BeNullOrEmpty
        ($run.Verbose -match 'again in .*concurrency_limit').Count | Should -Be 2
        @(Get-EmulatorRequest).Count | Should -Be 3
    }

    It 'does not wait for an agent that asks for more than two minutes' {
        $null = Set-EmulatorState agents/agents/agent-full @{ errorCode = 'concurrency_limit'; retryAfterSeconds = 3600 }
        Start-OjinAgentSession agent-full -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'concurrency_limit,*'
        $problems[0].CategoryInfo.Category | Should -Be 'LimitsExceeded'
        $problems[0].Exception.RetryAfter | Should -Be ([timespan]::FromHours(1))
        $problems[0].ErrorDetails.RecommendedAction | Should -Match '3600 s'
        @(Get-EmulatorRequest).Count | Should -Be 1
    }

    It 'does not start a second session when the answer is lost' {
        Add-EmulatorFault cutAfterHandler -Service agents -Always
        Start-OjinAgentSession agent-open -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'OUTCOME_UNKNOWN,*'
        $problems[0].Exception.OutcomeUnknown | Should -BeTrue
        @((Get-EmulatorState agents).sessions).Count | Should -Be 1
    }

    It 'puts a region before the name of the address' {
        Connect-Ojin -AgentsUri https://agents.invalid
        Start-OjinAgentSession agent-open -Region eu-central-1 -ErrorVariable problems -ErrorAction SilentlyContinue
        # The name is asked for several times, as nothing was sent.
        "$($problems[0])" | Should -Match 'the name eu-central-1\.agents\.invalid does not resolve'
        Connect-ToEmulator
        Start-OjinAgentSession agent-open -Region eu-central-1 -ErrorVariable problems -ErrorAction SilentlyContinue
        "$($problems[0])" | Should -Match 'no name'
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'refuses <Name> before any call' -ForEach @(
        @{ Name = 'an empty agent'; With = @{ AgentId = ' ' } }
        @{ Name = 'a reference of 257 letters'; With = @{ AgentId = 'agent-open'; ClientUserRef = 'x' * 257 } }
        @{ Name = 'an origin with a path'; With = @{ AgentId = 'agent-open'; Origin = 'https://example.com/page' } }
        @{ Name = 'a host as an origin'; With = @{ AgentId = 'agent-open'; Origin = 'example.com' } }
        @{ Name = 'a region that is a path'; With = @{ AgentId = 'agent-open'; Region = 'evil.example.com/' } }
    ) {
        Connect-Ojin -AgentsUri https://agents.invalid
        Start-OjinAgentSession @With -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'INVALID_ARGUMENT,*'
    }

    It 'sends nothing with -WhatIf' {
        Start-OjinAgentSession agent-open -WhatIf | Should -BeNullOrEmpty
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'shows the token in no view and no log' {
        $transcript = Join-Path (Enter-TestState) 'transcript.txt'
        Start-Transcript -Path $transcript | Out-Null
        try { $run = Invoke-Captured { $DebugPreference = 'Continue'; Start-OjinAgentSession agent-open -Verbose -Debug } } finally { Stop-Transcript | Out-Null }
        $token = (Get-EmulatorState agents).sessions.token
        $token | Should -Match '^room-token-'
        $run.Debug.Count | Should -BeGreaterThan 1
        $session = $run.Output[0]
        $shown = $run.Text + (Get-Content -Raw $transcript) + ($session | Out-String) + ($session | Format-List * -Force | Out-String) +
            ($session | Format-Table | Out-String) + ($session | Format-Custom | Out-String) + ($session | ConvertTo-Json -Depth 5) + ($session | ConvertTo-Csv | Out-String) + "$session"
        $shown | Should -Not -Match ([regex]::Escape($token))
        ($session | Out-String) | Should -Match 'RoomUrl\s*: https://rooms\.example\.com/'
    }

    It 'shows a room''s address without its query' {
        Add-EmulatorFault replaceBody -Service agents -Body '{"session_id":"s","room_url":"https://rooms.example.com/1?t=canary","token":"canary"}'
        $run = Invoke-Captured { $DebugPreference = 'Continue'; Start-OjinAgentSession agent-open -Verbose -Debug }
        $run.Output.RoomUrl.Query | Should -Be '?t=canary'
        $run.Text | Should -Not -Match 'canary'
        ($run.Output | Format-Table | Out-String) | Should -Not -Match 'canary'
    }
}
