BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/Emulator.psm1" -Force
    Import-OjinModule
    $null = Enter-TestState
    $emulator = Start-Emulator
    Connect-ToEmulator
}

AfterAll {
    Disconnect-FromEmulator
    Stop-Emulator
    Exit-TestState
}

Describe 'The tools of the tests' {
    BeforeEach { Reset-Emulator }

    It 'lead the module to the emulator and see its requests' {
        (Get-OjinModelVariant -First 1).ModelVariantId | Should -Not -BeNullOrEmpty
        $request = Get-EmulatorRequest -Service ojin -Method GET
        @($request).Count | Should -Be 1
        $request.path | Should -Be '/v1/model-variants'
        $request.headers.'X-API-Key' | Should -Be $emulator.ojinKey
        @(Get-EmulatorViolation).Count | Should -Be 0
        Clear-EmulatorRequest
        @(Get-EmulatorRequest).Count | Should -Be 0
    }

    It 'inject faults' {
        Add-EmulatorFault status -Service ojin -Method GET -Times 2 -Status 503 -Headers @{ 'Retry-After' = '0' } -Body '{}'
        (Get-OjinModelVariant -First 1).ModelVariantId | Should -Not -BeNullOrEmpty
        @(Get-EmulatorRequest -Count 3).status | Should -Be 503, 503, 200
        (Get-EmulatorFault).applied | Should -Be 2
        Clear-EmulatorFault
        @(Get-EmulatorFault).Count | Should -Be 0
    }

    It 'read and set the state' {
        $null = Set-EmulatorState ojin/options @{ ignoreOffset = $true }
        (Get-EmulatorState ojin).options.ignoreOffset | Should -BeTrue
        { Set-EmulatorState ojin/options @{ noSuchOption = 1 } } | Should -Throw '*refused*'
    }

    It 'run a script in a new PowerShell' {
        $run = Invoke-InFreshPwsh { (Get-OjinModelVariant -First 1).ModelVariantId; "$args"; [Console]::In.ReadToEnd(); exit 3 } -ArgumentList 'a b', 'c' -Environment (Get-EmulatorEnvironment)
        $run.Errors | Should -BeNullOrEmpty
        $run.ExitCode | Should -Be 3
        $run.Output -split '\r?\n' | Select-Object -Skip 1 | Should -Be 'a b c'
    }

    It 'capture every stream' {
        $seen = Invoke-Captured { 1; Write-Warning two; Write-Error three -ErrorAction Continue; Write-Verbose four -Verbose; throw 'five' }
        $seen.Output | Should -Be 1
        "$($seen.Warnings)" | Should -Be 'two'
        "$($seen.Verbose)" | Should -Be 'four'
        $seen.Errors.Count | Should -Be 2
        $seen.Text | Should -Match 'five'
    }

    It 'make files' {
        $file = New-TestFile "$TestDrive/sub/large.bin" (5MB + 3)
        $file.Length | Should -Be (5MB + 3)
        foreach ($kind in 'png', 'jpg', 'mp4', 'avi', 'pptx', 'docx', 'pdf') {
            (New-TestMedia "$TestDrive/sub/a.$kind").Length | Should -BeGreaterThan 60
        }
        (New-TestMedia "$TestDrive/sub/b.png" -Size 100000).Length | Should -Be 100000
        [System.IO.File]::ReadAllBytes("$TestDrive/sub/b.png")[1..3] | Should -Be ([byte[]][char[]]'PNG')
    }

    It 'give the module a state folder of its own' {
        $env:XDG_STATE_HOME | Should -BeLike '*ojin-state-*'
        Test-Path $env:XDG_STATE_HOME | Should -BeTrue
    }
}
