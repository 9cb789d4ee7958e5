# A user's first minutes in a terminal of 80 columns: what the tables show, and what a mistake is answered with.

BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/Emulator.psm1" -Force
    Import-OjinModule
    $folder = Enter-TestState
    $emulator = Start-Emulator
    $plan = 'plan_000000000001'

    function Get-Screen([scriptblock] $Script) { (& $Script | Out-String -Width 80) -replace '\e\[[\d;]*m' }
}

AfterAll {
    Disconnect-FromEmulator
    Stop-Emulator
    Exit-TestState
}

Describe 'A terminal of 80 columns' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'has room for the ids of <Command>, as a table and as a list' -ForEach @(
        @{ Command = 'Get-OjinModelVariant'; Ids = 'ojin/oris-1.0/standard', 'deprecated' }
        @{ Command = 'Get-OjinModelConfig'; Ids = '00000000-0000-4000-9000-000000000002', 'ojin/oris-1.0/high', 'Museum guide' }
        @{ Command = 'Get-OjinAsset'; Ids = '00000000-0000-4000-8000-000000000001', 'asset-00001.mp4' }
        @{ Command = 'Get-OzorVideo'; Ids = 'videoready', 'draft' }
        @{ Command = 'Get-OzorVoice'; Ids = 'marcus', 'Neutral, professional' }
        @{ Command = 'Get-OzorPlan'; With = @('plan_000000000001'); Ids = 'plan_000000000001', 'pitch-deck.pdf' }
        @{ Command = 'Get-OzorToolTrace'; With = @('videoready', 'conv_ready'); Ids = 'conv_ready', 'videoready' }
        @{ Command = 'Get-OzorApiKey'; Ids = 'keyemulator0', 'sk_live_0123', 'Old laptop' }
        @{ Command = 'Get-AimpModel'; Ids = 'demo-model', 'product-search' }
        @{ Command = 'Get-AimpWallet'; Ids = , '42.50' }
        @{ Command = 'Get-AimpUsage'; Ids = , 'total_runs' }
        @{ Command = 'Get-OjinSession'; Ids = 'Connect-Ojin', 'Connect-Aimp' }
    ) {
        $with = $With ?? @()
        # AIMP's objects are of no type, and a table of theirs is PowerShell's own.
        $screens = @(Get-Screen { & $Command @with }) + @(if ($Command -notlike '*Aimp*') { Get-Screen { & $Command @with | Format-Table } }) + @(Get-Screen { & $Command @with | Format-List })
        foreach ($screen in $screens) {
            $screen.Trim() | Should -Not -BeNullOrEmpty
            $screen -split '\r?\n' | ForEach-Object { $_.Length | Should -BeLessOrEqual 80 }
        }
        foreach ($id in $Ids) { $screens[0] | Should -Match ([regex]::Escape($id)) }
    }

    It 'shows the sessions of all services in one table' {
        $screen = Get-Screen { Get-OjinSession }
        @($screen -split '\r?\n' | Where-Object { $_ -match '^(Ojin|Ozor|Aimp) .* http://127\.0\.0\.1:\d+/' }).Count | Should -Be 3
        # The same letters by which Get-OzorApiKey lists the key.
        $screen | Should -Match 'sk_live_0123…'
    }

    It 'shows of a session what it has, in a list' {
        Connect-Ozor $emulator.ozorKey -BaseUri $emulator.ozor -CreditLimit 7
        $screen = Get-Screen { Get-OjinSession | Format-List }
        $screen | Should -Match 'AgentsUri +: http'
        $screen | Should -Match 'CreditLimit +: 7'
        $screen | Should -Match 'HasFirebaseToken : False'
        [regex]::Matches($screen, 'CreditsStarted').Count | Should -Be 1 -Because 'only Ozor has credits'
    }

    It 'shows what a conversation used, since there is one of it' {
        Get-Screen { Get-OzorToolTrace videoready conv_ready } | Should -Match 'create_scene'
    }
}

Describe 'A mistake' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'is told with the next step: <Name>' -ForEach @(
        @{ Name = 'the id of a deleted asset'; Do = { Get-OjinAsset 00000000-0000-4000-8000-00000000dead }; Todo = 'Get-OjinAsset lists' }
        @{ Name = 'a configuration where an asset belongs'; Do = { Get-OjinModelConfig -First 1 | Save-OjinAsset }; Todo = 'id of an asset; Get-OjinAsset lists' }
        @{ Name = 'the id of no configuration'; Do = { Get-OjinModelConfig 00000000-0000-4000-8000-000000000001 }; Todo = 'Get-OjinModelConfig lists' }
        @{ Name = 'the id of no variant'; Do = { Get-OjinModelVariant ojin/oris-9 }; Todo = 'Get-OjinModelVariant lists' }
        @{ Name = 'the id of no video'; Do = { Get-OzorVideo nosuch }; Todo = 'Get-OzorVideo lists' }
        @{ Name = 'the id of no job'; Do = { Get-OzorJob videoready nosuch }; Todo = 'both ids' }
        @{ Name = 'the id of no plan'; Do = { Get-OzorPlan plan_nosuch }; Todo = 'no list of plans' }
        @{ Name = 'the id of no conversation'; Do = { Get-OzorToolTrace videoready conv_nosuch }; Todo = 'web editor' }
        @{ Name = 'a title that is taken'; Do = { New-OjinModelConfig Receptionist ojin/oris-1.0/standard @{} }; Todo = 'Set-OjinModelConfig' }
        @{ Name = 'a file where a folder of configurations belongs'; Do = { Sync-OjinModelConfig $PSCommandPath }; Says = 'is a file, not a folder'; Todo = 'Give the folder' }
        @{ Name = 'a file where a folder for downloads belongs'; Do = { Save-OjinAsset 00000000-0000-4000-8000-000000000001 -Path "$PSCommandPath/" }; Says = 'is a file'; Todo = 'another folder' }
    ) {
        $run = Invoke-Captured $Do
        $run.Errors.Count | Should -Be 1
        if ($Says) { "$($run.Errors[0])" | Should -Match $Says }
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match $Todo
    }

    It 'with -Session is told with what a session is: <Name>' -ForEach @(
        @{ Name = 'a name'; Given = { 'work' }; Says = 'A session has no name' }
        @{ Name = 'a file'; Given = { Get-Item $PSCommandPath }; Says = 'A FileInfo is no session' }
        @{ Name = 'a session of another service'; Given = { Get-OjinSession Ozor }; Says = 'a session of Ozor' }
        @{ Name = 'a session from a file'; Given = { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize((Get-OjinSession Ojin))) }; Says = 'connect anew' }
    ) {
        $given = & $Given
        foreach ($do in { Get-OjinAsset -Session $given }, { Save-OjinAsset 00000000-0000-4000-8000-000000000001 -Session $given }, { Copy-OjinModelConfig 00000000-0000-4000-9000-000000000001 -Destination $given }) {
            { & $do } | Should -Throw "*$Says*Connect-Ojin -PassThru*"
        }
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'of the module itself is told with the next step too' {
        $records = [Ojin.PowerShell.View].Assembly.GetType('Ojin.PowerShell.Pipeline.ErrorRecords', $true)
        $record = $records.GetMethod('From').Invoke($null, @([System.InvalidOperationException]::new('Told.'), 'target'))
        $record.FullyQualifiedErrorId, "$record", $record.TargetObject | Should -Be 'UNEXPECTED', 'Told.', 'target'
        $record.ErrorDetails.RecommendedAction | Should -Match 'before you run it again.*/issues'
    }

    It 'in the values of a configuration is told with its place and with what is allowed' {
        $run = Invoke-Captured { Test-OjinModelConfig ojin/oris-1.0/high @{ voice = 'tin'; speeed = 1; seed = -1 } }
        $run.Output | Should -BeFalse
        $run.Warnings.Message | Sort-Object | Should -Be "'seed': -1 should be at least 0.", "'speeed': the schema allows no field of this name.", "'voice': the schema allows `"amber`", `"birch`", `"cedar`"."
        (Invoke-Captured { Test-OjinModelConfig ojin/oris-1.0/high @{} }).Warnings.Message | Should -Match '^The values: .*voice'
    }
}

Describe 'A question before something is deleted' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'names <Name>, and not its id alone' -ForEach @(
        @{ Name = 'the asset'; Do = 'Get-OjinAsset -Name asset-00002.png | Remove-OjinAsset -WhatIf'; Says = "asset 'asset-00002.png' (00000000-0000-4000-8000-000000000002)" }
        @{ Name = 'the configuration'; Do = 'Get-OjinModelConfig -Title Receptionist | Remove-OjinModelConfig -WhatIf'; Says = "model configuration 'Receptionist' (00000000-0000-4000-9000-000000000001)" }
        @{ Name = 'the key'; Do = 'Get-OzorApiKey | Where-Object Status -EQ active | Revoke-OzorApiKey -WhatIf'; Says = "API key 'Emulator' (keyemulator0), which seems to be the key of this very session" }
        @{ Name = 'an asset by its id where that is all there is'; Do = "(Get-OjinAsset -First 1), '00000000-0000-4000-8000-000000000002' | Remove-OjinAsset -WhatIf"; Says = 'target "asset 00000000-0000-4000-8000-000000000002"' }
    ) {
        $run = Invoke-InFreshPwsh -Environment (Get-EmulatorEnvironment) -ArgumentList $Do { param($Do) Invoke-Expression $Do }
        $run.Errors | Should -BeNullOrEmpty
        $run.Output | Should -Match ([regex]::Escape($Says))
        @(Get-EmulatorRequest -Method DELETE) | Should -BeNullOrEmpty
    }
}

Describe 'A path in the input of a model' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator; Push-Location $folder; Set-Content cat.png 'x' }
    AfterEach { Pop-Location; @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'is sent as text, with a warning: <_>' -ForEach 'cat.png', './cat.png' {
        $run = Invoke-Captured { Invoke-AimpModel demo-model @{ deep = @{ images = @($_) } } }
        $run.Output.output.echo.deep.images | Should -Be $_
        $run.Warnings.Count | Should -Be 1
        $run.Warnings[0].Message | Should -Match "Get-Item '$([regex]::Escape($_))'"
        (Invoke-Captured { Invoke-AimpModel demo-model $_ }).Warnings.Count | Should -Be 1
    }

    It 'is no warning where there is no file: <_>' -ForEach 'dog.png', 'Hello.', 'nowhere:/cat.png', 'https://example.com/cat.png', './', '{"image":"dog.png"}', "a`0b/c" {
        $run = Invoke-Captured { Invoke-AimpModel demo-model $_ }
        $run.Errors | Should -BeNullOrEmpty
        $run.Warnings | Should -BeNullOrEmpty
    }

    It 'that was uploaded shows its whole reference' {
        # A file's first letters tell what it is.
        [System.IO.File]::WriteAllBytes("$folder/cat.png", [byte[]](0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A))
        $media = Send-AimpMedia cat.png
        Get-Screen { $media } | Should -Match ([regex]::Escape("$($media.MediaRef)"))
    }
}

Describe 'A plan that was edited and not sent' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'is rendered as the service has it, with a warning: <Name>' -ForEach @(
        @{ Name = 'another text'; Edit = { $read.Scenes[0].VoiceoverText = 'Other words.' } }
        @{ Name = 'another order'; Edit = { $read.Scenes.Reverse() } }
        @{ Name = 'a scene less'; Edit = { $read.Scenes.RemoveAt(5) } }
        @{ Name = 'no pictures'; Edit = { $read.Scenes[0].ImageRefs.Clear() } }
    ) {
        $read = Get-OzorPlan $plan
        . $Edit
        $run = Invoke-Captured { $read | Invoke-OzorPlan }
        $run.Errors | Should -BeNullOrEmpty
        $run.Warnings.Count | Should -Be 1
        $run.Warnings[0].Message | Should -Match "plan $plan were edited here.*Set-OzorPlan -Scene"
        @(Get-EmulatorRequest -Method POST -Path '/generate').Count | Should -Be 1
    }

    It 'is no warning where nothing is unsent: <Name>' -ForEach @(
        @{ Name = 'a plan as it was read'; Given = { Get-OzorPlan $plan } }
        @{ Name = 'an edited plan that was sent'; Given = { $read = Get-OzorPlan $plan; $read.Scenes[0].VoiceoverText = 'Other words.'; $read | Set-OzorPlan -Scene $read.Scenes } }
        @{ Name = 'a plan that was edited, sent and piped as it was'; Given = { $read = Get-OzorPlan $plan; $read.Scenes.RemoveAt(5); $null = $read | Set-OzorPlan -Scene $read.Scenes; $read } }
        @{ Name = 'an id'; Given = { $plan } }
    ) {
        $run = Invoke-Captured { & $Given | Invoke-OzorPlan }
        $run.Errors | Should -BeNullOrEmpty
        $run.Warnings | Should -BeNullOrEmpty
    }
}

Describe 'build.ps1 Try' {
    It 'opens a prompt that is connected to the emulator, and ends with it' {
        $program, $rest = @(Get-PwshCommandLine) + @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', "$PSScriptRoot/../../build.ps1", 'Try', '-NoBuild', '-Configuration', ($env:OJIN_TEST_CONFIGURATION ? $env:OJIN_TEST_CONFIGURATION : 'Release'))
        $said = 'Get-OjinAsset -First 1 | ForEach-Object { "It is $($_.Name)." }', 'exit' | & $program @rest 2>&1 | Out-String
        $LASTEXITCODE | Should -Be 0 -Because $said
        $said | Should -Match 'It is asset-00001\.mp4\.'
        [regex]::Matches($said, 'the key is good').Count | Should -Be 3
    }
}
