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

# What a user does wrong, and what a network does: each is one clear error for one item, and the rest goes on.
Describe 'A bad id' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'is one error for <Command>, without any call' -ForEach @(
        @{ Command = 'Get-OjinAsset' }, @{ Command = 'Get-OjinAsset'; With = @{ Public = $true } }, @{ Command = 'Get-OjinAsset'; With = @{ IncludeUrl = $true } }
        @{ Command = 'Remove-OjinAsset'; With = @{ Confirm = $false } }, @{ Command = 'Start-OjinIdleVideo' }
        @{ Command = 'Get-OjinModelConfig' }, @{ Command = 'Get-OjinModelConfig'; With = @{ Public = $true } }
        @{ Command = 'Set-OjinModelConfig'; With = @{ Title = 'T' } }, @{ Command = 'Remove-OjinModelConfig'; With = @{ Confirm = $false } }
        @{ Command = 'Remove-OjinModelConfig'; With = @{ Confirm = $false; WhatIf = $true } }
    ) {
        $with = $With ?? @{}
        $bad = 'nonsense', ' ', '../secrets', '{00000000-0000-4000-8000-000000000001}', '00000000-0000-4000-8000-00000000000g', "a$([char]27)[31mb", ('x' * 5000)
        $run = Invoke-Captured { $bad | & $Command @with }
        $run.Errors.Count | Should -Be $bad.Count
        foreach ($problem in $run.Errors) {
            $problem.FullyQualifiedErrorId | Should -BeLike 'INVALID_ARGUMENT,Ojin.PowerShell.Commands.*'
            $problem.CategoryInfo.Category | Should -Be 'InvalidArgument'
            $problem.ErrorDetails.RecommendedAction | Should -Match 'Nothing was sent'
            "$problem".Length | Should -BeLessThan 500
            "$problem" | Should -Not -Match ([char]27)
        }
        $run.Errors.TargetObject | Should -Be $bad
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'is one error for each item of a list, and the good ones come' {
        $run = Invoke-Captured { Get-OjinAsset bad1, 00000000-0000-4000-8000-000000000001, bad2, 00000000-0000-4000-8000-000000000002 }
        $run.Output.Name | Should -Be 'asset-00001.mp4', 'asset-00002.png'
        $run.Errors.TargetObject | Should -Be 'bad1', 'bad2'
    }

    It 'ends the pipeline with -ErrorAction Stop' {
        { 'bad', '00000000-0000-4000-8000-000000000001' | Get-OjinAsset -ErrorAction Stop } | Should -Throw -ErrorId 'INVALID_ARGUMENT,Ojin.PowerShell.Commands.GetOjinAssetCommand'
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }
}

Describe 'A configuration that is none' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'is a clear error that ends nothing else: <Name>' -ForEach @(
        @{ Name = 'text'; Value = { 'not json' } }, @{ Name = 'a JSON array'; Value = { '[1]' } }, @{ Name = 'a JSON string'; Value = { '"x"' } }, @{ Name = 'JSON null'; Value = { 'null' } }
        @{ Name = 'JSON cut short'; Value = { '{"a":' } }, @{ Name = 'no text'; Value = { '' } }, @{ Name = 'a number'; Value = { 5 } }, @{ Name = 'a list'; Value = { , @(1, 2) } }
        @{ Name = 'null'; Value = { $null } }, @{ Name = 'a date'; Value = { [datetime]'2024-01-01' } }, @{ Name = 'a file'; Value = { Get-Item $PSHOME } }
        @{ Name = 'a script block inside'; Value = { @{ a = { 1 } } } }, @{ Name = 'itself'; Value = { $map = @{}; $map.self = $map; $map } }, @{ Name = 'NaN'; Value = { @{ a = [double]::NaN } } }
        @{ Name = 'a whole configuration'; Value = { Get-OjinModelConfig -First 1 } }
    ) {
        $given = & $Value
        Clear-EmulatorRequest
        $run = Invoke-Captured {
            New-OjinModelConfig T ojin/oris-1.0/standard $given
            Set-OjinModelConfig 00000000-0000-4000-9000-000000000001 $given
            Test-OjinModelConfig ojin/oris-1.0/standard $given
            'the rest'
        }
        $run.Output | Should -Be 'the rest'
        $run.Errors.FullyQualifiedErrorId | Should -Be 'INVALID_ARGUMENT,Ojin.PowerShell.Commands.NewOjinModelConfigCommand', 'INVALID_ARGUMENT,Ojin.PowerShell.Commands.SetOjinModelConfigCommand', 'INVALID_ARGUMENT,Ojin.PowerShell.Commands.TestOjinModelConfigCommand'
        $run.Errors.ErrorDetails.RecommendedAction | ForEach-Object { $_ | Should -Not -BeNullOrEmpty }
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'is an error of its own item in a pipeline' {
        $run = Invoke-Captured {
            [pscustomobject]@{ Title = 'One'; Configuration = '[1]' }, [pscustomobject]@{ Title = 'Two'; Configuration = '{"a":1}' }, [pscustomobject]@{ Title = 'Three' } |
                New-OjinModelConfig -ModelVariantId ojin/oris-1.0/standard
        }
        $run.Output.Title | Should -Be 'Two', 'Three'
        $run.Output[1].Configuration.Count | Should -Be 0
        $run.Errors.TargetObject | Should -Be 'One'
    }
}

Describe 'A key that is not good' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'is an authentication error for each item' {
        Connect-Ojin wrong-key -BaseUri $emulator.ojin
        $run = Invoke-Captured { Get-OjinAsset; '00000000-0000-4000-8000-000000000001' | Get-OjinAsset }
        $run.Errors.FullyQualifiedErrorId | Should -BeLike 'UNAUTHORIZED,*'
        $run.Errors.CategoryInfo.Category | Should -Be 'AuthenticationError', 'AuthenticationError'
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match 'Connect-Ojin'
        @(Get-EmulatorRequest).Count | Should -Be 2
    }

    It 'is another error where it may not' {
        Connect-Ojin ojin-forbidden-key -BaseUri $emulator.ojin
        (Invoke-Captured { Get-OjinAsset }).Errors[0].CategoryInfo.Category | Should -Be 'PermissionDenied'
    }
}

Describe 'A service that cannot be reached' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'is told for a closed port, quickly, for each item' {
        $socket = [System.Net.Sockets.Socket]::new('InterNetwork', 'Stream', 'Tcp')
        try {
            # Bound and not listening: nobody else gets the port, and nothing answers.
            $socket.Bind([System.Net.IPEndPoint]::new([System.Net.IPAddress]::Loopback, 0))
            Connect-Ojin some-key -BaseUri "http://127.0.0.1:$($socket.LocalEndPoint.Port)/v1"
            $run = Invoke-Captured { New-OjinModelConfig T v -Verbose; 'the rest' }
        } finally { $socket.Dispose() }
        $run.Output | Should -Be 'the rest'
        $run.Errors[0].FullyQualifiedErrorId | Should -Be 'CONNECTION_FAILED,Ojin.PowerShell.Commands.NewOjinModelConfigCommand'
        $run.Errors[0].CategoryInfo.Category | Should -Be 'ConnectionError'
        "$($run.Errors[0])" | Should -Match 'nothing answers at http://127\.0\.0\.1'
        $run.Errors[0].Exception.OutcomeUnknown | Should -BeFalse
    }

    It 'is told for a name that does not resolve' {
        $session = Connect-Ojin some-key -BaseUri https://no-such-host.invalid/v1 -PassThru
        $test = $session | Test-OjinSession
        $test.Succeeded | Should -BeFalse
        $test.Message | Should -Match 'no-such-host\.invalid'
    }
}

Describe 'An answer that is not what it should be' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'is a clear error: <Name>' -ForEach @(
        @{ Name = 'a web page'; Fault = @{ Kind = 'replaceBody'; Body = '<html><script>alert(1)</script></html>' }; Code = 'INVALID_ANSWER'; Says = 'web page' }
        @{ Name = 'nothing'; Fault = @{ Kind = 'replaceBody'; Body = '' }; Code = 'INVALID_ANSWER'; Says = 'empty' }
        @{ Name = 'JSON cut short'; Fault = @{ Kind = 'truncateBody'; AfterBytes = 30 }; Code = 'INVALID_ANSWER'; Says = 'cut short' }
        @{ Name = 'another shape'; Fault = @{ Kind = 'replaceBody'; Body = '{"data":{"a":1}}' }; Code = 'INVALID_ANSWER'; Says = 'data' }
        @{ Name = 'items without an id'; Fault = @{ Kind = 'replaceBody'; Body = '{"data":[{"name":"x"}]}' }; Code = 'INVALID_ANSWER'; Says = 'contract' }
        @{ Name = 'one gigabyte'; Fault = @{ Kind = 'replaceBody'; Body = '{"data":["'; GarbageBytes = 1GB }; Code = 'ANSWER_TOO_LARGE'; Says = '32 MiB' }
        @{ Name = 'a connection that is always cut'; Fault = @{ Kind = 'cutAnswer'; AfterBytes = 20 }; Code = 'CONNECTION_LOST'; Says = 'cut short' }
        @{ Name = 'a redirect'; Fault = @{ Kind = 'redirect'; Location = '{elsewhere}/login?next=canary' }; Code = 'REDIRECTED'; Says = 'redirects are not followed' }
        @{ Name = 'a page of a proxy with status 502'; Fault = @{ Kind = 'status'; Status = 502; Body = '<html>Bad gateway</html>'; ContentType = 'text/html' }; Code = 'SERVER_ERROR'; Says = '502' }
    ) {
        Add-EmulatorFault @Fault -Service ojin -Path '/v1/assets' -Always
        $run = Invoke-Captured { Get-OjinAsset; (Get-OjinModelConfig -First 1).Title }
        $run.Output | Should -Be 'Receptionist'
        $run.Errors.Count | Should -Be 1
        $run.Errors[0].FullyQualifiedErrorId | Should -Be "$Code,Ojin.PowerShell.Commands.GetOjinAssetCommand"
        "$($run.Errors[0])" | Should -Match $Says
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $run.Text | Should -Not -Match 'canary'
        $run.Text | Should -Not -Match '   at Ojin\.' -Because 'no stack trace is shown'
        @(Get-EmulatorRequest -Service elsewhere) | Should -BeNullOrEmpty
    }

    It 'of a creation is never asked for again: <Name>' -ForEach @(
        @{ Name = 'a web page'; Fault = @{ Kind = 'replaceBody'; Body = '<html></html>' } }
        @{ Name = 'nothing'; Fault = @{ Kind = 'replaceBody'; Body = '' } }
        @{ Name = 'a redirect'; Fault = @{ Kind = 'redirect'; Location = '{elsewhere}/x' } }
        @{ Name = 'status 503'; Fault = @{ Kind = 'status'; Status = 503; Body = '{}'; Headers = @{ 'Retry-After' = '0' } } }
    ) {
        Add-EmulatorFault @Fault -Service ojin -Method POST -Always
        $run = Invoke-Captured { New-OjinModelConfig T ojin/oris-1.0/standard }
        $run.Errors.Count | Should -Be 1
        @(Get-EmulatorRequest -Method POST).Count | Should -Be 1
    }

    It 'keeps the items that came before it' {
        $null = Set-EmulatorState ojin/assets -Method POST @{ count = 300 }
        Add-EmulatorFault status -Service ojin -Path 'offset=200' -Always -Status 400 -Body '{"code":"VALIDATION_ERROR","message":"No further."}'
        $run = Invoke-Captured { Get-OjinAsset }
        $run.Output.Count | Should -Be 200
        $run.Errors.Count | Should -Be 1
        "$($run.Errors[0])" | Should -Match 'No further\.'
    }
}

Describe 'Titles and names' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'go to the service as they are: <Name>' -ForEach @(
        @{ Name = 'a slash and dots'; Text = '../a/b' }, @{ Name = 'quotes'; Text = "it's a `"title`"" }, @{ Name = 'control characters'; Text = "a`tb`nc$([char]1)" }
        @{ Name = '300 letters'; Text = 'x' * 300 }, @{ Name = 'beyond ASCII'; Text = 'ü 日本 😀' }
    ) {
        (New-OjinModelConfig $Text ojin/oris-1.0/standard).Title | Should -BeExactly $Text
        (Get-EmulatorRequest -Method POST).Json.title | Should -BeExactly $Text
        (Get-OjinModelConfig -Title ([wildcardpattern]::Escape($Text))).Title | Should -BeExactly $Text
    }

    It 'that are empty are refused at once' {
        { New-OjinModelConfig '' ojin/oris-1.0/standard } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        (Invoke-Captured { New-OjinModelConfig ' ' ojin/oris-1.0/standard }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'INVALID_ARGUMENT,*'
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }
}

Describe 'Stopping' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'ends a request that waits for its answer within a second or two' {
        Add-EmulatorFault delay -Service ojin -DelayMs 600000
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript('param($manifest, $key, $uri) Import-Module $manifest; Connect-Ojin $key -BaseUri $uri; Get-OjinAsset').AddArgument((Get-OjinManifest)).AddArgument($emulator.ojinKey).AddArgument($emulator.ojin)
            $running = $shell.BeginInvoke()
            $null = Get-EmulatorRequest -Count 1
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 30
            { $shell.EndInvoke($running) } | Should -Throw
        } finally { $shell.Dispose() }
    }
}
