BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/Emulator.psm1" -Force
    Import-OjinModule
    $null = Enter-TestState
    $emulator = Start-Emulator
    $plan = 'plan_000000000001'
}

AfterAll {
    Disconnect-FromEmulator
    Stop-Emulator
    Exit-TestState
}

Describe 'Plans, keys and costs at the prompt' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator -Service Ozor }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    Context 'The scenes of a plan' {
        BeforeEach { $read = Get-OzorPlan $plan }

        It 'are <Name>' -ForEach @(
            @{ Name = 'filtered'; Edit = { $read.Scenes = $read.Scenes | Where-Object Order -ne 2 }; Orders = 1, 3, 4, 5, 6 }
            @{ Name = 'cut down to one'; Edit = { $read.Scenes = $read.Scenes | Select-Object -First 1 }; Orders = , 1 }
            @{ Name = 'put in another order'; Edit = { $read.Scenes = $read.Scenes | Sort-Object Order -Descending }; Orders = 6, 5, 4, 3, 2, 1 }
            @{ Name = 'taken out of the list'; Edit = { $read.Scenes.RemoveAt(0) }; Orders = 2, 3, 4, 5, 6 }
            @{ Name = 'added as a hashtable'; Edit = { $read.Scenes += @{ SceneTitle = 'Last'; ScenePrompt = 'A dot.'; VoiceoverText = 'Goodbye.' } }; Orders = 1, 2, 3, 4, 5, 6, 0 }
            @{ Name = 'copied to the front'; Edit = { $read.Scenes.Insert(0, $read.Scenes[3]) }; Orders = 4, 1, 2, 3, 4, 5, 6 }
        ) {
            . $Edit
            $read.Scenes.Order | Should -Be $Orders
            $titles = @($read.Scenes.SceneTitle)
            $written = $read | Set-OzorPlan -Scene $read.Scenes
            $written.Scenes.SceneTitle | Should -Be $titles
            $written.Scenes.Order | Should -Be @(1..$titles.Count)
            (Get-EmulatorRequest -Method PATCH).body | Should -Not -Match '"url"|X-Amz|Signature'
        }

        It 'have pictures and points that can be taken out, added and replaced' {
            $read.Scenes[0].KeyPoints = 'one'
            $read.Scenes[0].KeyPoints += 'two'
            $read.Scenes[0].ImageRefs.Clear()
            $read.Scenes[1].ImageRefs = $read.Scenes[1].ImageRefs | Select-Object -First 1
            $written = $read | Set-OzorPlan -Scene $read.Scenes
            $written.Scenes[0].KeyPoints | Should -Be 'one', 'two'
            $written.Scenes[0].ImageRefs.Count, $written.Scenes[1].ImageRefs.Count | Should -Be 0, 1
        }
    }

    Context 'A credit limit' {
        It 'refuses a piped plan before any call' {
            $read = Get-OzorPlan $plan
            Clear-EmulatorRequest
            $session = Connect-Ozor $emulator.ozorKey -BaseUri $emulator.ozor -CreditLimit 2 -PassThru
            $run = Invoke-Captured { $read | Invoke-OzorPlan }
            $run.Errors.FullyQualifiedErrorId | Should -Be 'CREDIT_LIMIT,Ojin.PowerShell.Commands.InvokeOzorPlanCommand'
            @(Get-EmulatorRequest) | Should -BeNullOrEmpty
            $session.CreditsStarted | Should -Be 0
        }
    }

    Context 'The key of the session' {
        It 'is revoked with a warning, found by <Name>' -ForEach @(
            @{ Name = 'its id'; Revoke = { Revoke-OzorApiKey keyemulator0 -Confirm:$false } }
            @{ Name = 'what Get-OzorApiKey returned'; Revoke = { Get-OzorApiKey | Where-Object KeyId -eq keyemulator0 | Revoke-OzorApiKey -Confirm:$false } }
        ) {
            $run = Invoke-Captured $Revoke
            $run.Errors | Should -BeNullOrEmpty
            $run.Warnings.Message | Should -Match '^API key keyemulator0 seems to be the one that this session uses'
            (Get-OzorApiKey | Where-Object KeyId -eq keyemulator0).Status | Should -Be 'revoked'
            (Invoke-Captured { Get-OzorVoice }).Errors[0].Exception.StatusCode | Should -Be 401
        }

        It 'is told from others' {
            $other = New-OzorApiKey 'Another'
            (Invoke-Captured { Revoke-OzorApiKey $other.KeyId -Confirm:$false }).Warnings | Should -BeNullOrEmpty
        }

        It 'is not looked for with -WhatIf, nor where the session has none' {
            Revoke-OzorApiKey keyemulator0 -WhatIf
            @(Get-EmulatorRequest) | Should -BeNullOrEmpty
            Connect-Ozor -FirebaseToken $emulator.firebaseToken -BaseUri $emulator.ozor
            Revoke-OzorApiKey keyemulator0 -Confirm:$false
            (Get-EmulatorRequest).method | Should -Be 'DELETE'
        }

        It 'is revoked also when the keys cannot be listed' {
            Add-EmulatorFault status -Service ozor -Method GET -Always -Status 403 -Body '{"detail":"No."}'
            (Invoke-Captured { Revoke-OzorApiKey keyemulator0 -Confirm:$false }).Errors | Should -BeNullOrEmpty
            Get-EmulatorRequest -Method DELETE | Should -Not -BeNullOrEmpty
        }
    }

    Context 'The cost' {
        It 'of a job is that of its prompt, also when it was kept as JSON, and nothing when it failed' {
            $job = Start-OzorVideo 'A desk lamp'
            $cost = $job | Measure-OzorCost
            $cost.Step, $cost.Subject, $cost.Credits | Should -Be 'Job', $job.JobId, 1
            ($job | ConvertTo-Json | ConvertFrom-Json | Measure-OzorCost).Credits | Should -Be 1
            ([PSCustomObject]@{ VideoId = 'v'; JobId = 'j'; Status = 'failed' } | Measure-OzorCost).Credits | Should -Be 0
            ([PSCustomObject]@{ VideoId = 'v'; JobId = 'j'; ExportId = $null } | Measure-OzorCost).Step | Should -Be 'Export'
        }

        It 'of what is no document is an error, and no call' {
            $text = New-Item "$TestDrive/notes.txt" -Value 'words' -Force
            $deck = New-TestMedia "$TestDrive/deck.pptx"
            $run = Invoke-Captured { $text, $deck | Measure-OzorCost }
            $run.Errors.FullyQualifiedErrorId | Should -Be 'FILE_UNUSABLE,Ojin.PowerShell.Commands.MeasureOzorCostCommand'
            $run.Output.Credits | Should -Be 1
            @(Get-EmulatorRequest) | Should -BeNullOrEmpty
        }
    }

    Context 'The address of a page' {
        It 'is shown without its query' {
            $made = New-OzorPlan -Uri 'https://example.com/about?sig=canary'
            (Get-EmulatorRequest -Method POST).body | Should -Match 'sig=canary'
            foreach ($text in ($made | Out-String -Width 200), ($made | Format-List | Out-String), ([uri]'https://example.com/about?sig=canary' | Measure-OzorCost | Out-String)) {
                $text | Should -Match ([regex]::Escape('https://example.com/about'))
                $text | Should -Not -Match 'canary'
            }
        }

        It 'that is given as a path leads to -Uri' {
            $run = Invoke-Captured { 'https://example.com/about' | New-OzorPlan }
            $run.Errors.FullyQualifiedErrorId | Should -Be 'INVALID_ARGUMENT,Ojin.PowerShell.Commands.NewOzorPlanCommand'
            $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match '-Uri'
            @(Get-EmulatorRequest) | Should -BeNullOrEmpty
        }
    }
}
