BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/Emulator.psm1" -Force
    Import-OjinModule
    $state = Enter-TestState
    $emulator = Start-Emulator
    $folder = Join-Path $state 'documents'
    foreach ($name in 'a.pdf', 'b.pptx', 'c.docx') { $null = New-TestMedia (Join-Path $folder $name) }
    Connect-ToEmulator -Service Ozor
    $plan = Get-OzorPlan plan_000000000001
    Disconnect-FromEmulator
}

AfterAll {
    Disconnect-FromEmulator
    Stop-Emulator
    Exit-TestState
}

Describe 'Measure-OzorCost' {
    # Without a session, so that there is nobody to ask.
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator }
    AfterEach { @(Get-EmulatorRequest) | Should -BeNullOrEmpty }

    It 'computes <Name>: <Credits>' -ForEach @(
        @{ Name = 'a prompt'; Value = { 'A 15-second ad for a desk lamp' }; Step = 'Prompt'; Credits = 1 }
        @{ Name = 'a document'; Value = { Get-Item (Join-Path $folder 'a.pdf') }; Step = 'Analysis'; Credits = 1 }
        @{ Name = 'a web page'; Value = { [uri]'https://example.com/a' }; Step = 'Analysis'; Credits = 1 }
        @{ Name = 'a plan'; Value = { $plan }; Step = 'Plan'; Credits = 3 }
        @{ Name = 'a plan that was kept as JSON'; Value = { $plan | ConvertTo-Json -Depth 20 | ConvertFrom-Json }; Step = 'Plan'; Credits = 3 }
        @{ Name = 'a plan that was kept as a hashtable'; Value = { $plan | ConvertTo-Json -Depth 20 | ConvertFrom-Json -AsHashtable }; Step = 'Plan'; Credits = 3 }
        @{ Name = 'a plan as the service sends it'; Value = { '{"planId":"p","scenes":[{"voiceoverText":"a"},{"voiceoverText":" "},{"voiceoverText":"b"},{}]}' | ConvertFrom-Json }; Step = 'Plan'; Credits = 1 }
        @{ Name = 'an export'; Value = { [pscustomobject]@{ VideoId = 'v'; ExportId = 'e' } }; Step = 'Export'; Credits = 0 }
    ) {
        $cost = & $Value | Measure-OzorCost
        $cost.PSTypeNames[0] | Should -Be 'Ojin.OzorCost'
        $cost.Step, $cost.Credits | Should -Be $Step, $Credits
    }

    It 'counts the scenes as they stand: <Voiced> with a voice cost <Credits>' -ForEach @(
        @{ Voiced = 0; Credits = 0 }, @{ Voiced = 1; Credits = 0 }, @{ Voiced = 2; Credits = 1 }, @{ Voiced = 3; Credits = 1 }, @{ Voiced = 5; Credits = 2 }, @{ Voiced = 6; Credits = 3 }
    ) {
        $copy = $plan | ConvertTo-Json -Depth 20 | ConvertFrom-Json
        for ($i = $Voiced; $i -lt 6; $i++) { $copy.Scenes[$i].VoiceoverText = '' }
        ($copy | Measure-OzorCost).Credits | Should -Be $Credits
    }

    It 'sums up a folder and goes on after what has no cost' {
        (Get-ChildItem $folder | Measure-OzorCost | Measure-Object Credits -Sum).Sum | Should -Be 3
        $run = Invoke-Captured { 'A lamp', 5, ('x' * 2001), (Get-Date), 'A desk' | Measure-OzorCost }
        $run.Output.Credits | Should -Be 1, 1
        $run.Errors.Count | Should -Be 3
        $run.Errors[0].FullyQualifiedErrorId | Should -Be 'INVALID_ARGUMENT,Ojin.PowerShell.Commands.MeasureOzorCostCommand'
        $run.Errors[0].TargetObject | Should -Be 5
        "$($run.Errors[1])" | Should -Match '2001'
    }

    It 'shows step and credits' {
        ('A lamp' | Measure-OzorCost | Out-String -Width 80) | Should -Match '(?m)^Prompt\s+1 A lamp'
    }
}
