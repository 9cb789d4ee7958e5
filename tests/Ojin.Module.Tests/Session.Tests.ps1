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

Describe 'Connect-Ojin' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'keeps a session for the whole process, other runspaces included' {
        (Get-OjinModelConfig -First 1).Title | Should -Be 'Receptionist'
        $manifest = Get-OjinManifest
        1..2 | ForEach-Object -Parallel { Import-Module $using:manifest; (Get-OjinModelConfig -First 1).Title } | Should -Be 'Receptionist', 'Receptionist'
    }

    It 'takes the key as a string, a SecureString and a credential, and trims it' {
        $text = $emulator.ojinKey
        $secure = [securestring]::new()
        foreach ($letter in $text.ToCharArray()) { $secure.AppendChar($letter) }
        foreach ($key in $text, "  $text`n", $secure, [pscredential]::new('ojin', $secure)) {
            Connect-Ojin -ApiKey $key -BaseUri $emulator.ojin
            (Get-OjinModelConfig -First 1).Title | Should -Be 'Receptionist'
        }
        (Get-EmulatorRequest).headers.'X-API-Key' | Select-Object -Unique | Should -Be $text
    }

    It 'takes what is not given from the environment' {
        Disconnect-FromEmulator
        Connect-ToEmulator -Environment
        Connect-Ojin
        $session = Get-OjinSession Ojin
        $session.BaseUri | Should -Be "$($emulator.ojin.TrimEnd('/'))/"
        $session.AgentsUri | Should -Be "$($emulator.agents.TrimEnd('/'))/"
        $session.Source | Should -Be 'Connect-Ojin'
        Test-OjinSession Ojin | ForEach-Object Succeeded | Should -BeTrue
    }

    It 'returns the session with -PassThru, and -Session comes before the kept one' {
        $good = Connect-Ojin $emulator.ojinKey -BaseUri $emulator.ojin -PassThru
        Connect-Ojin 'another-key' -BaseUri $emulator.ojin
        (Get-OjinModelConfig -First 1 -Session $good).Title | Should -Be 'Receptionist'
        (Get-EmulatorRequest).headers.'X-API-Key' | Should -Be $emulator.ojinKey
        $good.GetType().FullName | Should -Be 'Ojin.OjinSession'
    }

    It 'sends nothing by itself' {
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'takes what Get-Secret returns, with and without -AsPlainText: <_>' -ForEach 'Ojin', 'Ozor', 'Aimp' {
        # Microsoft.PowerShell.SecretManagement's Get-Secret, as far as a script sees it.
        function Get-Secret {
            [OutputType([securestring], [string], [pscredential])]
            param([Parameter(Mandatory, Position = 0)] [string] $Name, [string] $Vault, [switch] $AsPlainText)
            $text = $emulator.PSObject.Properties[$Name.Split('-')[0] + 'Key'].Value
            if ($AsPlainText) { return $text }
            $secure = [securestring]::new()
            foreach ($letter in $text.ToCharArray()) { $secure.AppendChar($letter) }
            $secure.MakeReadOnly()
            $Name -like '*-login' ? [pscredential]::new('somebody', $secure) : $secure
        }
        $service = $_.ToLowerInvariant()
        $address = @{ Ojin = @{ BaseUri = $emulator.ojin }; Ozor = @{ BaseUri = $emulator.ozor }; Aimp = @{ GatewayUri = $emulator.aimp } }[$_]
        & "Connect-$_" -ApiKey (Get-Secret $service) @address
        $null = Test-OjinSession $_
        & "Connect-$_" -ApiKey (Get-Secret $service -AsPlainText) @address
        $null = Test-OjinSession $_
        & "Connect-$_" (Get-Secret "$service-login" -Vault Mine) @address
        $null = Test-OjinSession $_
        if ($_ -eq 'Ozor') {
            Connect-Ozor -FirebaseToken (ConvertTo-SecureString $emulator.firebaseToken -AsPlainText -Force) @address
            $null = Test-OjinSession Ozor
            (Get-EmulatorRequest)[-1].headers.Authorization | Should -Be "Bearer $($emulator.firebaseToken)"
        }
        (Get-EmulatorRequest).headers.'X-API-Key' | Where-Object { $_ } | Should -Be (@($emulator."${service}Key") * 3)
    }

    It 'says what a key is without quoting what it got: <Name>' -ForEach @(
        @{ Name = 'a hashtable'; Key = @{ Key = 'canary-key' } }, @{ Name = 'an object'; Key = [pscustomobject]@{ Key = 'canary-key' } }
        @{ Name = 'a list'; Key = @('canary-key', 'x') }, @{ Name = 'bytes'; Key = [System.Text.Encoding]::ASCII.GetBytes('canary-key') }
    ) {
        foreach ($command in 'Connect-Ojin', 'Connect-Ozor', 'Connect-Aimp') {
            $run = Invoke-Captured { & $command -ApiKey $Key }
            $run.Errors.Count | Should -Be 1
            "$($run.Errors[0])" | Should -Match 'SecureString, a string or a PSCredential'
            $run.Text | Should -Not -Match 'canary'
        }
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'http to another host'; Key = 'some-key'; Uri = 'http://api.example.com/v1'; Code = 'INVALID_ADDRESS'; Says = '*plain http*' }
        @{ Name = 'a text that is no address'; Key = 'some-key'; Uri = 'api example'; Code = 'INVALID_ADDRESS'; Says = '*not the address*' }
        @{ Name = 'an address with a user'; Key = 'some-key'; Uri = 'https://user:canary@api.example.com/v1'; Code = 'INVALID_ADDRESS'; Says = '*has a user*' }
        @{ Name = 'an address with a query'; Key = 'some-key'; Uri = 'https://api.example.com/v1?key=canary'; Code = 'INVALID_ADDRESS'; Says = '*a query*' }
        @{ Name = 'an empty key'; Key = ''; Uri = $null; Code = 'NOT_CONNECTED'; Says = '*empty*' }
        @{ Name = 'a key of two words'; Key = 'canary words'; Uri = $null; Code = 'INVALID_ARGUMENT'; Says = '*a space*' }
        @{ Name = 'a key with a line break'; Key = "canary`nwords"; Uri = $null; Code = 'INVALID_ARGUMENT'; Says = '*line break*' }
    ) {
        $given = @{ ApiKey = $Key }
        if ($Uri) { $given.BaseUri = $Uri }
        Connect-Ojin @given -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -Be "$Code,Ojin.PowerShell.Commands.ConnectOjinCommand"
        "$($problems[0])" | Should -BeLike $Says
        $problems[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        ($problems | Format-List * -Force | Out-String) | Should -Not -Match 'canary'
        (Get-OjinSession Ojin).BaseUri | Should -BeLike "$($emulator.ojin.TrimEnd('/'))/" -Because 'the kept session stays'
    }

    It 'says how to connect where there is no key at all' {
        Disconnect-FromEmulator
        foreach ($command in { Connect-Ojin }, { Get-OjinAsset }, { Get-OjinModelConfig }, { New-OjinModelConfig t v }, { Remove-OjinAsset ([guid]::NewGuid()) -Confirm:$false }) {
            $run = Invoke-Captured $command
            $run.Errors.Count | Should -Be 1
            $run.Errors[0].FullyQualifiedErrorId | Should -BeLike 'NOT_CONNECTED,*'
            $run.Errors[0].CategoryInfo.Category | Should -Be 'AuthenticationError'
            $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match 'OJIN_API_KEY'
        }
    }
}

Describe 'Connect-Ozor and Connect-Aimp' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'keep their sessions' {
        (Get-OjinSession).Service | Should -Be 'Ojin', 'Ozor', 'Aimp'
        (Connect-Ozor $emulator.ozorKey -BaseUri $emulator.ozor -CreditLimit 7 -PassThru).CreditLimit | Should -Be 7
        (Connect-Ozor $emulator.ozorKey -BaseUri $emulator.ozor -PassThru).CreditLimit | Should -BeNullOrEmpty
        (Connect-Aimp $emulator.aimpKey -GatewayUri "$($emulator.aimp.TrimEnd('/'))/api/" -PassThru).BaseUri | Should -Be "$($emulator.aimp.TrimEnd('/'))/api/"
    }

    It 'say what is missing' {
        Disconnect-FromEmulator
        (Invoke-Captured { Connect-Ozor }).Errors[0].ErrorDetails.RecommendedAction | Should -Match 'OZOR_API_KEY'
        (Invoke-Captured { Connect-Aimp }).Errors[0].ErrorDetails.RecommendedAction | Should -Match 'AIMP_GATEWAY_URL'
        (Invoke-Captured { Connect-Aimp -GatewayUri https://aimp.example.com }).Errors[0].ErrorDetails.RecommendedAction | Should -Match 'AIMP_API_KEY'
        Get-OjinSession | Should -BeNullOrEmpty
    }
}

Describe 'A session' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'is there in ForEach-Object -Parallel, thread jobs and runspaces within runspaces, for each service' {
        $manifest = Get-OjinManifest
        $ask = {
            param($Manifest)
            Import-Module $Manifest
            "$((Get-OjinSession).Service) $((Test-OjinSession).StatusCode)"
        }
        $expected = "Ojin Ozor Aimp $((Test-OjinSession).StatusCode)"
        $text = $ask.ToString()
        1..3 | ForEach-Object -Parallel { & ([scriptblock]::Create($using:text)) $using:manifest } | Should -Be (@($expected) * 3)
        1..2 | ForEach-Object { Start-ThreadJob -ScriptBlock $ask -ArgumentList $manifest } | Receive-Job -Wait -AutoRemoveJob | Should -Be (@($expected) * 2)
        $outer = [powershell]::Create()
        try {
            $outer.AddScript('param($Text, $Manifest) $inner = [powershell]::Create(); try { $inner.AddScript($Text).AddArgument($Manifest).Invoke() } finally { $inner.Dispose() }').AddArgument($text).AddArgument($manifest).Invoke() | Should -Be $expected
        } finally { $outer.Dispose() }
    }

    It 'that another runspace keeps or forgets is so for all' {
        $manifest = Get-OjinManifest
        1 | ForEach-Object -Parallel { Import-Module $using:manifest; Disconnect-Aimp; Connect-Ozor sk_live_00000000000000000000000000000000 -BaseUri ($using:emulator).ozor }
        Get-OjinSession Aimp | Should -BeNullOrEmpty
        (Test-OjinSession Ozor).KeyIsValid | Should -BeFalse
    }

    It 'stands beside another of the same service with -Session, in one pipeline and in parallel' {
        $good = Connect-Aimp $emulator.aimpKey -GatewayUri $emulator.aimp -PassThru
        $poor = Connect-Aimp aimp-forbidden-key -GatewayUri $emulator.aimp -PassThru
        Disconnect-Aimp
        $run = Invoke-Captured { $good, $poor, $good | ForEach-Object { Get-AimpWallet -Session $_ } }
        $run.Output.Count, $run.Errors.Count | Should -Be 2, 1
        (Get-EmulatorRequest).headers.'X-API-Key' | Should -Be $emulator.aimpKey, 'aimp-forbidden-key', $emulator.aimpKey
        Clear-EmulatorRequest
        $manifest = Get-OjinManifest
        $good, $poor | ForEach-Object -Parallel { Import-Module $using:manifest; Get-AimpWallet -Session $_ -ErrorAction SilentlyContinue } | Should -Not -BeNullOrEmpty
        (Get-EmulatorRequest).headers.'X-API-Key' | Sort-Object | Should -Be 'aimp-forbidden-key', $emulator.aimpKey
        Get-OjinSession Aimp | Should -BeNullOrEmpty -Because 'nothing was kept'
        ($good, $poor | Test-OjinSession).StatusCode | Should -Be 200, 403
    }

    It 'of one service is not taken for another' {
        $ozor = Connect-Ozor $emulator.ozorKey -BaseUri $emulator.ozor -PassThru
        { Get-AimpWallet -Session $ozor } | Should -Throw
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'of <_> survives no serialization with its key in it' -ForEach 'Ojin', 'Ozor', 'Aimp' {
        $keys = 'canary-key-0123456789abcdef', 'canary-token-0123456789abcdef'
        $session = switch ($_) {
            'Ojin' { Connect-Ojin $keys[0] -BaseUri $emulator.ojin -PassThru }
            'Ozor' { Connect-Ozor $keys[0] -FirebaseToken $keys[1] -BaseUri $emulator.ozor -PassThru }
            'Aimp' { Connect-Aimp $keys[0] -GatewayUri $emulator.aimp -PassThru }
        }
        $file = Join-Path $TestDrive 'session.xml'
        $session | Export-Clixml -Path $file -Depth 10
        $texts = @(
            $session | ConvertTo-Json -Depth 10 -WarningAction Ignore
            Get-Content -Raw $file
            [System.Management.Automation.PSSerializer]::Serialize($session, 10)
            [System.Text.Json.JsonSerializer]::Serialize[object]($session)
            $session | Format-List * -Force | Out-String
            $session | Format-Custom * -Depth 10 -Force | Out-String
            $session | Format-Table * -Force | Out-String -Width 500
            $session | ConvertTo-Csv | Out-String
            $session | ConvertTo-Xml -Depth 10 -As String
            $session | ConvertTo-Html | Out-String
            "$session"
            # Whatever members there are, and what is behind them.
            $session.PSObject.Members | ForEach-Object { "$($_.Name) $($_.Value)" }
            $session | Get-Member -Force | ForEach-Object { $name = $_.Name; if ($_.MemberType -match 'Property') { "$name $($session.$name | ConvertTo-Json -Depth 5 -WarningAction Ignore)" } }
            $session | Select-Object * | ConvertTo-Json -Depth 10 -WarningAction Ignore
        ) -join "`n"
        $texts.Length | Should -BeGreaterThan 3000
        $texts | Should -Match ([regex]::Escape("$($session.BaseUri)"))
        # In letters, in letters of two bytes and in Base64, which is how CliXml and JSON may hide them.
        foreach ($key in $keys) {
            foreach ($bytes in [System.Text.Encoding]::UTF8.GetBytes($key), [System.Text.Encoding]::Unicode.GetBytes($key)) {
                $texts | Should -Not -Match ([Convert]::ToHexString($bytes))
                $texts | Should -Not -Match ([regex]::Escape([Convert]::ToBase64String($bytes).TrimEnd('=').Substring(0, 20)))
            }
            $texts | Should -Not -Match $key
        }
        $back = Import-Clixml $file
        { Get-AimpWallet -Session $back } | Should -Throw -Because 'what comes back has no key'
    }

    It 'that goes to another process is a clear refusal and no key' {
        $aimp = Get-OjinSession Aimp
        $manifest = Get-OjinManifest
        $problem = Start-Job { Import-Module $using:manifest; try { Get-AimpWallet -Session $using:aimp } catch { "$_" } } | Receive-Job -Wait -AutoRemoveJob
        "$problem" | Should -Match 'Session'
        "$problem" | Should -Not -Match ([regex]::Escape($emulator.aimpKey))
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }
}

Describe 'Disconnect' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'forgets the session of <_> and no other' -ForEach 'Ojin', 'Ozor', 'Aimp' {
        & "Disconnect-$_"
        $gone = $_
        (Get-OjinSession).Service | Should -Be @('Ojin', 'Ozor', 'Aimp' | Where-Object { $_ -ne $gone })
    }
}

Describe 'Get-OjinSession' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'shows of a key no more than a hint' {
        Connect-Ojin 'canary-key-0123456789' -BaseUri $emulator.ojin
        $session = Get-OjinSession Ojin
        $session.KeyHint | Should -Be 'cana…'
        $shown = ($session | Format-List * -Force | Out-String) + ($session | Format-Table | Out-String) + "$session" +
            ($session | ConvertTo-Json -Depth 5) + [System.Management.Automation.PSSerializer]::Serialize($session) + ($session | Get-Member -Force | Out-String)
        $shown | Should -Not -Match 'canary-key'
    }

    It 'shows sessions of the environment' {
        Disconnect-FromEmulator
        Get-OjinSession | Should -BeNullOrEmpty
        Connect-ToEmulator -Environment
        (Get-OjinSession).Source | Should -Be 'environment', 'environment', 'environment'
        (Get-OjinSession Ozor).Service | Should -Be 'Ozor'
    }

    It 'tells of an environment variable that is no address, and goes on' {
        Disconnect-FromEmulator
        Connect-ToEmulator -Environment
        $env:OJIN_BASE_URI = 'nonsense'
        $run = Invoke-Captured { Get-OjinSession }
        $run.Errors.Count | Should -Be 1
        $run.Errors[0].TargetObject | Should -Be 'Ojin'
        $run.Output.Service | Should -Be 'Ozor', 'Aimp'
    }
}

Describe 'Test-OjinSession' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'asks each service for the cheapest thing' {
        $tests = Test-OjinSession
        $tests.Service | Should -Be 'Ojin', 'Ozor', 'Aimp'
        $tests | ForEach-Object { $_.PSTypeNames[0] } | Select-Object -Unique | Should -Be 'Ojin.SessionTest'
        $tests.Duration | ForEach-Object { $_ | Should -BeGreaterThan ([timespan]::Zero) }
        @(Get-EmulatorRequest).target | Should -Be '/v1/model-configs?limit=1', '/api/v1/videos?limit=1', '/api/billing/wallet'
        @(Get-EmulatorRequest).headers.'X-API-Key' | Should -Be $emulator.ojinKey, $emulator.ozorKey, $emulator.aimpKey
    }

    It 'asks <_> alone, and says who answered, whether the key is good and how long it took' -ForEach 'Ojin', 'Ozor', 'Aimp' {
        $test = Test-OjinSession $_
        $test.Service, $test.Succeeded, $test.KeyIsValid, $test.StatusCode | Should -Be $_, $true, $true, 200
        $test.BaseUri | Should -Be (Get-OjinSession $_).BaseUri
        $test.Duration | Should -BeOfType [timespan]
        @(Get-EmulatorRequest).Count | Should -Be 1
        (Get-EmulatorRequest).service | Should -Be $_.ToLowerInvariant()
        Clear-EmulatorRequest
        $wrong = switch ($_) {
            'Ojin' { Connect-Ojin wrong-key -BaseUri $emulator.ojin -PassThru }
            'Ozor' { Connect-Ozor sk_live_00000000000000000000000000000000 -BaseUri $emulator.ozor -PassThru }
            'Aimp' { Connect-Aimp wrong-key -GatewayUri $emulator.aimp -PassThru }
        }
        $test = $wrong | Test-OjinSession
        $test.Succeeded, $test.KeyIsValid, $test.StatusCode | Should -Be $false, $false, 401
        $test.Message | Should -Match "Connect-$_"
        @(Get-EmulatorRequest).Count | Should -Be 1
    }

    It 'asks a busy service once' {
        Add-EmulatorFault status -Service aimp -Status 503 -Always
        $test = Test-OjinSession Aimp
        $test.Succeeded, $test.KeyIsValid, $test.StatusCode | Should -Be $false, $null, 503
        @(Get-EmulatorRequest).Count | Should -Be 1
    }

    It 'tells a wrong key from a service that does not answer' {
        $wrong = Connect-Ojin 'wrong-key' -BaseUri $emulator.ojin -PassThru | Test-OjinSession
        $wrong.Succeeded, $wrong.KeyIsValid, $wrong.StatusCode | Should -Be $false, $false, 401
        $wrong.Message | Should -Match 'Connect-Ojin'

        $listener = [System.Net.Sockets.Socket]::new('InterNetwork', 'Stream', 'Tcp')
        try {
            $listener.Bind([System.Net.IPEndPoint]::new([System.Net.IPAddress]::Loopback, 0))
            $nobody = Connect-Ojin 'any-key' -BaseUri "http://127.0.0.1:$($listener.LocalEndPoint.Port)/v1" -PassThru | Test-OjinSession
        } finally { $listener.Dispose() }
        $nobody.Succeeded, $nobody.KeyIsValid, $nobody.StatusCode | Should -Be $false, $null, $null
        $nobody.Message | Should -Match 'nothing answers'
    }

    It 'is not taken in by a web page' {
        Add-EmulatorFault replaceBody -Service ojin -Body '<html>Sign in</html>'
        $test = Test-OjinSession Ojin
        $test.Succeeded | Should -BeFalse
        $test.Message | Should -Match 'web page'
    }

    It 'is an error where there is no session' {
        Disconnect-FromEmulator
        $run = Invoke-Captured { Test-OjinSession; Test-OjinSession Ozor }
        $run.Errors.FullyQualifiedErrorId | Should -BeLike 'NOT_CONNECTED,*'
        $run.Errors.Count | Should -Be 2
        $run.Errors[1].ErrorDetails.RecommendedAction | Should -Match 'Connect-Ozor'
    }

    It 'shows itself in a table of 80 columns without the key' {
        $text = Test-OjinSession | Format-Table | Out-String -Width 80
        $text | Should -Match 'Service\s+Succeeded'
        $text -split '\r?\n' | ForEach-Object { $_.Length | Should -BeLessOrEqual 80 }
        $text | Should -Not -Match ([regex]::Escape($emulator.ozorKey))
    }
}

Describe 'The key' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'appears in no stream, transcript, error or object, and at no other origin' {
        $key = 'canary-key-0123456789abcdef'
        Connect-Ojin $key -BaseUri $emulator.ojin
        $transcript = Join-Path (Enter-TestState) 'transcript.txt'
        Start-Transcript -Path $transcript | Out-Null
        try {
            $run = Invoke-Captured {
                $DebugPreference = 'Continue'
                Get-OjinAsset -First 1 -Verbose -Debug
                Get-OjinAsset ([guid]::NewGuid()) -Verbose -Debug
                Add-EmulatorFault redirect -Service ojin -Location '{elsewhere}/x?secret=canary-query'
                Get-OjinModelConfig -First 1 -Verbose -Debug
                Add-EmulatorFault status -Service ojin -Status 400 -Body "{`"code`":`"ECHO`",`"message`":`"$key`"}"
                Get-OjinModelVariant -First 1 -Verbose -Debug
                New-OjinModelConfig T ojin/oris-1.0/standard @{ a = 1 } -Verbose -Debug
                Test-OjinSession Ojin -Verbose -Debug
                Get-OjinSession Ojin
            }
        } finally { Stop-Transcript | Out-Null }
        $run.Errors.Count | Should -BeGreaterThan 3
        $run.Verbose.Count | Should -BeGreaterThan 3
        $all = $run.Text + ($run.Errors | Format-List * -Force | Out-String) + ($run.Errors.Exception | ForEach-Object { $_.ToString(); $_ | Format-List * -Force | Out-String } | Out-String) +
            ($run.Output | ConvertTo-Json -Depth 5 -WarningAction Ignore) + (Get-Content -Raw $transcript) + ($run.Output | ForEach-Object { [System.Management.Automation.PSSerializer]::Serialize($_) } | Out-String)
        $all | Should -Not -Match 'canary-key-0'
        $all | Should -Not -Match 'canary-query'
        @(Get-EmulatorRequest -Service elsewhere) | Should -BeNullOrEmpty
        $run.Errors.FullyQualifiedErrorId | Should -Contain 'REDIRECTED,Ojin.PowerShell.Commands.GetOjinModelConfigCommand'
    }
}
