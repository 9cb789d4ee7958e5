# Tab at the prompt: what the services have, with hints; silence, and soon, where they can't be asked.

BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/Emulator.psm1" -Force
    Import-OjinModule
    $null = Enter-TestState
    $null = Start-Emulator

    function Get-Completion([string] $Line) { @((TabExpansion2 $Line $Line.Length).CompletionMatches) }

    # Another emulator, at an address that nobody has asked yet: nothing is remembered of it.
    function Connect-Anew { $null = Start-Emulator; Connect-ToEmulator }
}

AfterAll { Disconnect-FromEmulator; Stop-Emulator; Exit-TestState }

Describe 'Completion from the services' {
    BeforeAll { Reset-Emulator; Connect-ToEmulator }

    It 'completes <Line>' -ForEach @(
        @{ Line = 'Get-OjinModelVariant '; Text = 'ojin/oris-1.0/standard'; Hint = 'public' }
        @{ Line = 'Get-OjinModelVariant -ModelVariantId ojin/oris-1.0/h'; Text = 'ojin/oris-1.0/high'; Hint = 'available' }
        @{ Line = 'Get-OjinModelVariant -ModelId '; Text = 'ojin/oris-1.0' }
        @{ Line = 'New-OjinModelConfig Title '; Text = 'ojin/oris-1.0/standard' }
        @{ Line = 'Test-OjinModelConfig '; Text = 'ojin/oris-1.0/high' }
        @{ Line = 'Get-OjinModelConfig -ModelVariantId '; Text = 'ojin/oris-1.0/standard' }
        @{ Line = 'Get-OjinModelConfig '; Text = '00000000-0000-4000-9000-000000000001'; Shown = 'Receptionist'; Hint = 'Receptionist \(ojin/' }
        @{ Line = 'Set-OjinModelConfig Rec'; Text = '00000000-0000-4000-9000-000000000001'; Shown = 'Receptionist' }
        @{ Line = 'Remove-OjinModelConfig muse'; Text = '00000000-0000-4000-9000-000000000002'; Shown = 'Museum guide' }
        @{ Line = 'Copy-OjinModelConfig Rec'; Text = '00000000-0000-4000-9000-000000000001' }
        @{ Line = 'Export-OjinModelConfig ./configs '; Text = '00000000-0000-4000-9000-000000000001' }
        @{ Line = 'Get-OjinModelConfig -Title '; Text = "'Museum guide'" }
        @{ Line = 'Get-OjinModelConfig -Source '; Text = 'Template' }
        @{ Line = 'Get-OjinAsset '; Text = '00000000-0000-4000-8000-000000000001'; Shown = 'asset-00001.mp4'; Hint = 'video/mp4' }
        @{ Line = 'Save-OjinAsset asset-00002'; Text = '00000000-0000-4000-8000-000000000002' }
        @{ Line = 'Remove-OjinAsset asset-00003'; Text = '00000000-0000-4000-8000-000000000003' }
        @{ Line = 'Start-OjinIdleVideo asset-00002'; Text = '00000000-0000-4000-8000-000000000002' }
        @{ Line = 'Start-OjinIdleVideo x -ReferenceTemplate '; Text = 'v2' }
        @{ Line = 'Get-OjinAsset -Name asset-00003'; Text = 'asset-00003.mp4' }
        @{ Line = 'Get-OjinAsset -Category '; Text = 'video' }
        @{ Line = 'Send-OjinAsset ./x -Category w'; Text = 'weight' }
        @{ Line = 'Get-OzorVideo '; Text = 'videoready' }
        @{ Line = 'Set-OzorPlan x -VoiceId n'; Text = 'nova'; Hint = 'Warm, natural' }
        @{ Line = 'Start-OzorExport x -Quality '; Text = '4k' }
        @{ Line = 'Start-OzorVideo x -Aspect '; Text = '9:16' }
        @{ Line = 'Revoke-OzorApiKey emu'; Text = 'keyemulator0'; Shown = 'Emulator'; Hint = 'sk_live_0123' }
        @{ Line = 'Invoke-AimpModel demo'; Text = 'demo-model' }
        @{ Line = 'Invoke-AimpModel x -Mode '; Text = 'search' }
        @{ Line = 'Connect-Ojin -P'; Text = '-PassThru' }
    ) {
        $found = Get-Completion $Line
        $one = $found | Where-Object CompletionText -EQ $Text | Select-Object -First 1
        $one | Should -Not -BeNullOrEmpty -Because "it is among $($found.CompletionText -join ', ')"
        if ($Shown) { $one.ListItemText | Should -Be $Shown }
        if ($Hint) { $one.ToolTip | Should -Match $Hint }
    }

    It 'puts quotes around what needs them, and leaves out what could steer a terminal' {
        Connect-Anew
        $null = Set-EmulatorState ojin/configs -Method POST @{ title = "Bo's `$host; exit"; modelVariantId = 'ojin/oris-1.0/standard'; modelConfigurations = @{} }
        $null = Set-EmulatorState ojin/configs -Method POST @{ title = "Red `e[31malert"; modelVariantId = 'ojin/oris-1.0/standard'; modelConfigurations = @{} }
        (Get-Completion 'Get-OjinModelConfig -Title Bo').CompletionText | Should -Be "'Bo''s `$host; exit'"
        Get-Completion 'Get-OjinModelConfig -Title Red' | Should -BeNullOrEmpty
        $shown = Get-Completion 'Get-OjinModelConfig -ModelConfigId Red'
        "$($shown.ListItemText)$($shown.ToolTip)" | Should -Not -Match "`e"
    }

    It 'asks once, remembers the answer, and asks again for another session' {
        Connect-Anew
        1..3 | ForEach-Object { $null = Get-Completion 'Get-OjinModelVariant ' }
        @(Get-EmulatorRequest -Service ojin).Count | Should -Be 1
        Connect-Ojin -ApiKey ojin-forbidden-key -BaseUri (Get-Emulator).ojin
        $null = Get-Completion 'Get-OjinModelVariant '
        @(Get-EmulatorRequest -Service ojin).Count | Should -Be 2
    }

    It 'uses the session that is typed' {
        Connect-Anew
        $good = Get-OjinSession Ojin
        Connect-Ojin -ApiKey wrong -BaseUri (Get-Emulator).ojin
        Get-Completion 'Get-OjinModelVariant -ModelVariantId ' | Where-Object CompletionText -Like 'ojin/*' | Should -BeNullOrEmpty
        $line = 'Get-OjinModelVariant -Session $good -ModelVariantId '
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Contain 'ojin/oris-1.0/standard'
    }
}

Describe 'Completion where a service cannot be asked' {
    BeforeEach { Connect-Anew; $Error.Clear() }

    It 'is silent, soon, and leaves no error: <Name>' -ForEach @(
        @{ Name = 'an answer that comes late'; Fault = @{ Kind = 'delay'; DelayMs = 20000 } }
        @{ Name = 'an answer that stands still'; Fault = @{ Kind = 'stallAnswer'; AfterBytes = 10 } }
        @{ Name = 'a connection that is cut'; Fault = @{ Kind = 'cutBeforeRead' } }
        @{ Name = 'a failing service'; Fault = @{ Kind = 'status'; Status = 500 } }
        @{ Name = 'a refused key'; Fault = @{ Kind = 'status'; Status = 401 } }
        @{ Name = 'an answer that is no JSON'; Fault = @{ Kind = 'replaceBody'; Body = '<html>' } }
    ) {
        Add-EmulatorFault -Service ojin -Always @Fault
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $found = Get-Completion 'Get-OjinModelConfig -ModelConfigId '
        # The limit is 1.5 s, and 3 s for a connection that does not let go.
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 10
        $found | Where-Object CompletionText -Match '^0{8}-' | Should -BeNullOrEmpty
        $Error | Should -BeNullOrEmpty
        Clear-EmulatorFault
        # It does not ask, and wait, again at once.
        $count = @(Get-EmulatorRequest -Service ojin).Count
        $null = Get-Completion 'Get-OjinModelConfig -ModelConfigId '
        @(Get-EmulatorRequest -Service ojin).Count | Should -Be $count
    }

    It 'offers what the contract lists' {
        Add-EmulatorFault -Service ojin -Always -Kind status -Status 500
        Add-EmulatorFault -Service ozor -Always -Kind status -Status 500
        (Get-Completion 'Get-OjinAsset -Category ').CompletionText | Should -Be 'image', 'video', 'weight'
        Connect-Ozor -ApiKey 'sk_live_00000000000000000000000000000001' -BaseUri (Get-Emulator).ozor
        (Get-Completion 'Set-OzorPlan x -VoiceId ').CompletionText | Should -Be 'aria', 'nova', 'felix', 'marcus', 'thor', 'luna', 'owen', 'sky'
    }

    It 'is silent without a session' {
        Disconnect-FromEmulator
        $null = Get-Completion 'Get-OjinModelConfig -ModelConfigId '
        $Error | Should -BeNullOrEmpty
    }
}
