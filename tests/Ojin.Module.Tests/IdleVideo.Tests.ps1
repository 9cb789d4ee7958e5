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

Describe 'Start-OjinIdleVideo' {
    BeforeEach {
        Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator
        $image = '00000000-0000-4000-8000-000000000002'
    }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'starts a job and returns its id' {
        $job = Start-OjinIdleVideo $image -ReferenceTemplate v2
        $job.PSTypeNames[0] | Should -Be 'Ojin.IdleVideoJob'
        $job.JobId | Should -Match '^[0-9a-f-]{36}$'
        $job.SourceAssetId, $job.ReferenceTemplate | Should -Be $image, 'v2'
        $request = Get-EmulatorRequest
        $request.method, $request.target, $request.status | Should -Be 'POST', '/v1/assets/generate/ojin/oris-1.0-idle-video-generator', 202
        $request.body | Should -BeExactly "{`"source_asset_id`":`"$image`",`"reference_template`":`"v2`"}"
        $request.headers.'X-API-Key' | Should -Be $emulator.ojinKey
    }

    It 'leaves the template to the service' {
        $null = Start-OjinIdleVideo $image
        (Get-EmulatorRequest).body | Should -BeExactly "{`"source_asset_id`":`"$image`"}"
    }

    It 'takes assets from the pipeline' {
        (Get-OjinAsset -Category image | Start-OjinIdleVideo).SourceAssetId | Should -Be $image
        ($image | Start-OjinIdleVideo).SourceAssetId | Should -Be $image
        (Start-OjinIdleVideo -AssetId $image).SourceAssetId | Should -Be $image
    }

    It 'goes on after an asset that is not there' {
        $run = Invoke-Captured { '00000000-0000-4000-8000-0000000000ff', 'nonsense', $image | Start-OjinIdleVideo }
        $run.Errors.CategoryInfo.Category | Should -Be 'ObjectNotFound', 'InvalidArgument'
        $run.Output.Count | Should -Be 1
    }

    It 'sends nothing with -WhatIf' {
        Start-OjinIdleVideo $image -WhatIf | Should -BeNullOrEmpty
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'is sent once when <Kind> happens' -ForEach @(@{ Kind = 'cutAfterHandler' }, @{ Kind = 'cutBeforeRead' }, @{ Kind = 'cutAnswer' }, @{ Kind = 'status' }) {
        $more = $Kind -eq 'status' ? @{ Status = 502; Body = '<html></html>' } : @{}
        Add-EmulatorFault $Kind -Service ojin -Method POST -Always @more
        $run = Invoke-Captured { Start-OjinIdleVideo $image }
        $run.Errors[0].Exception.OutcomeUnknown | Should -BeTrue
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match 'Get-OjinAsset -Category video'
        @(Get-EmulatorRequest -Method POST).Count | Should -Be 1
    }

    It 'takes the templates that the contract names and no other' {
        { Start-OjinIdleVideo $image -ReferenceTemplate v4 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        (TabExpansion2 'Start-OjinIdleVideo -ReferenceTemplate ').CompletionMatches.CompletionText | Should -Be 'v1', 'v2', 'v3'
        (TabExpansion2 'Start-OjinIdleVideo asset-00002').CompletionMatches.CompletionText | Should -Be $image
        @(Get-EmulatorRequest -Method POST) | Should -BeNullOrEmpty
    }

    It 'shows a list, since two ids fill a line' {
        $text = Start-OjinIdleVideo $image -ReferenceTemplate v1 | Out-String -Width 80
        $text | Should -Match "SourceAssetId\s+: $image"
        $text | Should -Match 'ReferenceTemplate : v1'
    }
}
