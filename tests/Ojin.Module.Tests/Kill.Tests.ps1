# A few kills here; pwsh ./build.ps1 Kill makes a hundred.
Describe 'A transfer that is killed' {
    It 'is gone on with, whole, with no part moved twice and nothing left behind' {
        $saw = & "$PSScriptRoot/../Ojin.Benchmarks/Kill.ps1" -Count 8 -SizeMiB 30 -NoBuild
        $saw.Kills | Should -BeGreaterOrEqual 8
        $saw.Uploads | Should -BeGreaterOrEqual 1
        $saw.Downloads | Should -BeGreaterOrEqual 1
    }
}
