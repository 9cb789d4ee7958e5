BeforeDiscovery {
    $canPackage = [bool](Get-Command Compress-PSResource -ErrorAction Ignore)
    $hasAnalyzer = [bool](Get-Module -ListAvailable PSScriptAnalyzer)
}

BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/Emulator.psm1" -Force
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $manifest = Get-OjinManifest
    $module = Split-Path $manifest
    $data = Import-PowerShellDataFile -LiteralPath $manifest

    # A user's folders that are this test's alone: repositories, installed modules and settings are kept there.
    $null = New-Item -ItemType Directory -Path "$TestDrive/home/.local/share", "$TestDrive/home/.config", "$TestDrive/repository"
    $environment = @{ HOME = "$TestDrive/home"; XDG_DATA_HOME = "$TestDrive/home/.local/share"; PSModulePath = $null }
    $null = Start-Emulator
    foreach ($pair in (Get-EmulatorEnvironment).GetEnumerator()) { $environment[$pair.Key] = $pair.Value }
}

AfterAll { Stop-Emulator }

Describe 'The ready module' {
    It 'has a manifest that PowerShell accepts, with every file that it names' {
        $checked = Test-ModuleManifest -Path $manifest
        $checked.Version | Should -Be ([version]$data.ModuleVersion)
        foreach ($field in 'Author', 'CompanyName', 'Copyright', 'Description') { $checked.$field | Should -Not -BeNullOrEmpty -Because $field }
        foreach ($field in 'Tags', 'LicenseUri', 'ProjectUri', 'IconUri', 'ReleaseNotes') { $data.PrivateData.PSData[$field] | Should -Not -BeNullOrEmpty -Because $field }
    }

    It 'has the changelog of its version as its release notes' {
        $changelog = (Get-Content -LiteralPath "$root/CHANGELOG.md" -Raw) -replace '\r'
        $notes = $data.PrivateData.PSData.ReleaseNotes -replace '\r'
        $notes.Length | Should -BeGreaterThan 100
        $changelog | Should -Match "(?s)## \[$([regex]::Escape($data.ModuleVersion))\][^\n]*\n+$([regex]::Escape($notes))"
    }

    It 'has the license, the icon that its address names, and the help of every cmdlet' {
        Test-Path -LiteralPath "$module/LICENSE" | Should -BeTrue
        $data.PrivateData.PSData.IconUri | Should -Match '/main/(?<file>docs/icon\.png)$'
        Test-Path -LiteralPath "$root/docs/icon.png" | Should -BeTrue
        $maml = [xml](Get-Content -LiteralPath "$module/en-US/Ojin.PowerShell.dll-Help.xml" -Raw)
        $maml.helpItems.command.details.name | Sort-Object | Should -Be ($data.CmdletsToExport | Sort-Object)
    }

    It 'lists each of its files and nothing else' {
        $there = Get-ChildItem $module -Recurse -File | ForEach-Object { [System.IO.Path]::GetRelativePath($module, $_.FullName).Replace('\', '/') } | Sort-Object
        $there | Should -Be ($data.FileList | Sort-Object)
    }

    It 'has no leftovers of the build' {
        Get-ChildItem $module -Recurse -File | Where-Object Name -Match '\.(pdb|deps\.json|runtimeconfig\.json|config)$|^System\.Management\.Automation' | Should -BeNullOrEmpty
    }

    It 'carries version and commit of the build' {
        $run = Invoke-InFreshPwsh { [System.Diagnostics.FileVersionInfo]::GetVersionInfo([Ojin.Asset].Assembly.Location).ProductVersion }
        $run.Output | Should -Match "^$([regex]::Escape($data.ModuleVersion))(\+[0-9a-f]{40})?$"
    }

    It 'passes the rules of the Gallery' -Skip:(-not $hasAnalyzer) {
        Invoke-ScriptAnalyzer -Path $module -Recurse -Settings PSGallery | ForEach-Object { "$($_.RuleName): $($_.Message)" } | Should -BeNullOrEmpty
    }
}

Describe 'The package' -Skip:(-not $canPackage) {
    BeforeAll {
        $run = Invoke-InFreshPwsh -NoModule { param($Build) & $Build Package -NoBuild } -ArgumentList "$root/build.ps1"
        $run.Errors | Should -BeNullOrEmpty
        $package = Get-Item "$root/out/packages/*.nupkg"
    }

    It 'is smaller than 3 MB' {
        $package.Count | Should -Be 1
        $package.Length | Should -BeLessThan 3MB
    }

    It 'is taken by Publish-PSResource and installed by Install-PSResource' {
        $run = Invoke-InFreshPwsh -NoModule -Environment $environment -ArgumentList $package.FullName, "$TestDrive/repository", "$TestDrive/saved" {
            param($Package, $Repository, $Saved)
            $ErrorActionPreference = 'Stop'
            Register-PSResourceRepository -Name OjinTest -Uri $Repository -Trusted
            try {
                Publish-PSResource -NupkgPath $Package -Repository OjinTest
                $found = Find-PSResource -Name Ojin -Repository OjinTest
                if ($IsWindows) {
                    # There the folder of a user's modules cannot be moved for a test.
                    $null = New-Item -ItemType Directory -Path $Saved
                    Save-PSResource -Name Ojin -Repository OjinTest -Path $Saved -TrustRepository
                    $module = Import-Module (Get-ChildItem $Saved -Recurse -Filter Ojin.psd1).FullName -PassThru
                } else {
                    Install-PSResource -Name Ojin -Repository OjinTest -Scope CurrentUser
                    $module = Import-Module Ojin -PassThru
                }
                @{
                    Found   = "$($found.Name) $($found.Version)"
                    Version = "$($module.Version)"
                    Base    = $module.ModuleBase
                    Variant = (Get-OjinModelVariant -First 1).ModelVariantId
                } | ConvertTo-Json
            } finally {
                Unregister-PSResourceRepository -Name OjinTest
            }
        }
        $run.Errors | Should -BeNullOrEmpty
        $seen = $run.Output | ConvertFrom-Json
        $seen.Found | Should -Be "Ojin $($data.ModuleVersion)"
        $seen.Version | Should -Be $data.ModuleVersion
        [System.IO.Path]::GetFullPath($seen.Base) | Should -BeLike "$([System.IO.Path]::GetFullPath($TestDrive))*"
        $seen.Variant | Should -Not -BeNullOrEmpty
    }

    It 'can be published from the folder too' {
        $null = New-Item -ItemType Directory -Path "$TestDrive/second"
        $run = Invoke-InFreshPwsh -NoModule -Environment $environment -ArgumentList $module, "$TestDrive/second" {
            param($Module, $Repository)
            $ErrorActionPreference = 'Stop'
            Register-PSResourceRepository -Name OjinTest -Uri $Repository -Trusted
            try { Publish-PSResource -Path $Module -Repository OjinTest } finally { Unregister-PSResourceRepository -Name OjinTest }
        }
        $run.Errors | Should -BeNullOrEmpty
        Test-Path "$TestDrive/second/Ojin.$($data.ModuleVersion).nupkg" | Should -BeTrue
    }
}
