# A few kills here; pwsh ./build.ps1 Kill makes a hundred.
Describe 'A transfer that is killed' {
    It 'is gone on with, whole, with no part moved twice and nothing left behind' {
        # Twice each phase, and two that are not aimed.
        $saw = & "$PSScriptRoot/../Ojin.Benchmarks/Kill.ps1" -Count 10 -SizeMiB 30 -NoBuild
        $saw.Kills | Should -BeGreaterOrEqual 10
        $saw.Uploads | Should -BeGreaterOrEqual 1
        $saw.Downloads | Should -BeGreaterOrEqual 1
    }
}
