BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/Emulator.psm1" -Force
    Import-OjinModule
    $state = Enter-TestState
    $emulator = Start-Emulator

    function Get-RawKey {
        param([Parameter(Mandatory)] [string] $KeyId)
        (Get-EmulatorState ozor).keys | Where-Object keyId -eq $KeyId | ForEach-Object rawKey
    }
}

AfterAll {
    Disconnect-FromEmulator
    Stop-Emulator
    Exit-TestState
}

Describe 'New-OzorApiKey' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator -Service Ozor }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'creates a key that works, as a SecureString' {
        $key = New-OzorApiKey 'Production — 東京'
        $key.PSTypeNames[0] | Should -Be 'Ojin.OzorNewApiKey'
        $key.Name, $key.KeyId | Should -Not -BeNullOrEmpty
        $key.RawKey | Should -BeOfType [securestring]
        ConvertFrom-SecureString $key.RawKey -AsPlainText | Should -Be (Get-RawKey $key.KeyId)
        $key.CreatedAt | Should -BeOfType [DateTimeOffset]
        [Math]::Abs(($key.CreatedAt - [DateTimeOffset]::UtcNow).TotalMinutes) | Should -BeLessThan 10
        $request = Get-EmulatorRequest -Method POST
        $request.target, $request.headers.Authorization | Should -Be '/api/api-keys', "Bearer $($emulator.firebaseToken)"
        $request.headers.PSObject.Properties.Name | Should -Not -Contain 'X-API-Key'
        $request.Json.name | Should -Be 'Production — 東京'
        Connect-Ozor $key.RawKey -BaseUri $emulator.ozor
        (Get-OzorVoice).Count | Should -Be 8
    }

    It 'shows the key in no stream, view, JSON, file or transcript' {
        $transcript = Join-Path $state 'transcript.txt'
        $export = Join-Path $state 'key.xml'
        $run = Invoke-InFreshPwsh {
            param($transcript, $export)
            $null = Start-Transcript -LiteralPath $transcript
            New-OzorApiKey One -Verbose -Debug -OutVariable key 4>&1 5>&1
            $key
            $key | Format-List *
            $key | Format-Table *
            $key | Format-Custom *
            $key | Select-Object *
            $key | ConvertTo-Json -Depth 5
            $key | ConvertTo-Csv
            $key | ConvertTo-Xml -As String
            $key | Get-Member -MemberType Properties
            "$key", "$($key.RawKey)"
            if ($IsWindows) { $key | Export-Clixml -LiteralPath $export }
            $null = Stop-Transcript
        } -ArgumentList $transcript, $export -Environment (Get-EmulatorEnvironment)
        $run.Errors | Should -BeNullOrEmpty
        $made = (Get-EmulatorState ozor).keys | Where-Object name -eq One
        $made.rawKey | Should -Match '^sk_live_[0-9a-f]{32}$'
        foreach ($text in $run.Output, (Get-Content -LiteralPath $transcript -Raw), ((Test-Path $export) ? (Get-Content $export -Raw) : '')) {
            $text | Should -Not -Match $made.rawKey.Substring(12)
            $text | Should -Not -Match ([regex]::Escape($emulator.firebaseToken))
        }
        $run.Output | Should -Match $made.keyId -Because 'the rest is shown'
        $run.Output | Should -Match 'rawKey.*\*\*\*' -Because 'the debug stream has the answer without the key'
        $run.Output | Should -Match 'cannot be had again'
    }

    It 'shows no key in an error either' {
        $raw = 'sk_live_' + 'c0ffee0123456789' * 2
        Add-EmulatorFault replaceBody -Service ozor -Method POST -Body "{`"keyId`":5,`"rawKey`":`"$raw`"}"
        $run = Invoke-Captured { New-OzorApiKey One -Verbose -Debug }
        $run.Errors.Count | Should -Be 1
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match 'Get-OzorApiKey'
        $run.Text + ($run.Errors[0] | Format-List * -Force | Out-String) + ($run.Errors[0].Exception | Format-List * -Force | Out-String) | Should -Not -Match 'c0ffee'
    }

    It 'refuses a name of <Length> letters before any call' -ForEach @(@{ Length = 65 }, @{ Length = 0 }) {
        $run = Invoke-Captured { New-OzorApiKey ('n' * $Length) }
        $run.Errors[0].CategoryInfo.Category | Should -BeIn InvalidArgument, InvalidData
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
        (New-OzorApiKey ('n' * 64)).Name.Length | Should -Be 64
    }

    It 'goes on after a name that is none, and tells the limit of five' {
        $run = Invoke-Captured { 'One', ' ', ('x' * 65), 'Two', 'Three', 'Four', 'Five', 'Six' | New-OzorApiKey }
        $active = @((Get-EmulatorState ozor).keys | Where-Object { $_.status -eq 'active' -and $_.owner -eq 'own' })
        $active.Count | Should -Be 5
        $run.Errors[0..1].CategoryInfo.Category | Should -Be InvalidArgument, InvalidArgument
        $run.Errors[-1].CategoryInfo.Category | Should -Be InvalidArgument
        $run.Errors[-1].TargetObject | Should -Be 'Six'
        $run.Errors[-1].Exception.StatusCode | Should -Be 400
    }

    It 'sends nothing with -WhatIf' {
        New-OzorApiKey One -WhatIf | Should -BeNullOrEmpty
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'says how to get along without a token' {
        Connect-Ozor $emulator.ozorKey -BaseUri $emulator.ozor
        foreach ($command in { New-OzorApiKey One }, { Get-OzorApiKey }, { Revoke-OzorApiKey keyemulator0 -Confirm:$false }) {
            $run = Invoke-Captured $command
            $run.Errors[0].CategoryInfo.Category | Should -Be AuthenticationError
            $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match '-FirebaseToken'
        }
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'tells a token that the service does not know, without quoting it' {
        Connect-Ozor $emulator.ozorKey -FirebaseToken 'another-token-of-mine' -BaseUri $emulator.ozor
        $run = Invoke-Captured { New-OzorApiKey One -Verbose -Debug }
        $run.Errors[0].CategoryInfo.Category | Should -Be AuthenticationError
        $run.Text | Should -Not -Match 'another-token-of-mine'
    }
}

Describe 'Get-OzorApiKey' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator -Service Ozor }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'lists active and revoked keys, with times' {
        $keys = Get-OzorApiKey
        $keys[0].PSTypeNames[0] | Should -Be 'Ojin.OzorApiKey'
        $keys.Status | Sort-Object -Unique | Should -Be 'active', 'revoked'
        ($keys | Where-Object KeyId -eq keyemulator0).CreatedAt | Should -BeOfType [DateTimeOffset]
        $null = Get-OzorVoice
        (Get-OzorApiKey | Where-Object KeyId -eq keyemulator0).LastUsedAt | Should -BeOfType [DateTimeOffset]
        ($keys | Out-String -Width 80) | Should -Match 'keyemulator0\s+sk_live_0123\s+active'
        $keys | Get-Member RawKey | Should -BeNullOrEmpty
    }
}

Describe 'Revoke-OzorApiKey' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator -Service Ozor }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'revokes keys from the pipeline at once, and goes on after an error' {
        $key = New-OzorApiKey One
        $session = Connect-Ozor $key.RawKey -BaseUri $emulator.ozor -PassThru
        Connect-ToEmulator -Service Ozor
        $run = Invoke-Captured { 'none', $key.KeyId | Revoke-OzorApiKey -Confirm:$false }
        $run.Output | Should -BeNullOrEmpty
        $run.Errors[0].CategoryInfo.Category | Should -Be ObjectNotFound
        $run.Errors[0].TargetObject | Should -Be 'none'
        (Get-OzorApiKey | Where-Object Name -eq One).Status | Should -Be 'revoked'
        (Invoke-Captured { Get-OzorVoice -Session $session }).Errors[0].CategoryInfo.Category | Should -Be AuthenticationError
        (Get-EmulatorRequest -Method DELETE).target | Should -Be '/api/api-keys/none', "/api/api-keys/$($key.KeyId)"
    }

    It 'takes the keys of Get-OzorApiKey and New-OzorApiKey' {
        'One', 'Two' | New-OzorApiKey | Revoke-OzorApiKey -Confirm:$false
        $null = New-OzorApiKey Three
        Get-OzorApiKey | Where-Object Name -eq Three | Revoke-OzorApiKey -Confirm:$false
        (Get-OzorApiKey | Where-Object Name -in One, Two, Three).Status | Should -Be 'revoked', 'revoked', 'revoked'
    }

    It 'asks, and sends nothing with -WhatIf' {
        (Get-Command Revoke-OzorApiKey).ImplementingType.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false).ConfirmImpact | Should -Be High
        $run = Invoke-InFreshPwsh { Get-OzorApiKey | Where-Object KeyId -eq keyemulator0 | Revoke-OzorApiKey -WhatIf 3>&1 } -Environment (Get-EmulatorEnvironment)
        $run.Output | Should -Match 'What if.*Revoke for good.*keyemulator0.*the key of this very session'
        @(Get-EmulatorRequest -Method DELETE) | Should -BeNullOrEmpty
    }
}
