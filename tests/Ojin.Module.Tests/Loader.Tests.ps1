BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/Emulator.psm1" -Force
    $null = Enter-TestState
    $null = Start-Emulator
    $environment = Get-EmulatorEnvironment
    $configuration = $env:OJIN_TEST_CONFIGURATION ? $env:OJIN_TEST_CONFIGURATION : 'Release'
    $rival = [System.IO.Path]::GetFullPath("$PSScriptRoot/../Ojin.Rival/bin/$configuration/net8.0/Rival.dll")
    if (-not (Test-Path -LiteralPath $rival)) { throw "The rival module is not built: run dotnet build tests/Ojin.Rival -c $configuration." }
    $manifest = Get-OjinManifest

    # Runs a script in a new PowerShell that gets the paths of both modules; it prints one JSON object.
    # The first request fails once: what repeats it is loaded no sooner than it is needed.
    function Get-Seen([scriptblock] $Script, [string[]] $ArgumentList = @()) {
        $null = Reset-Emulator
        $null = Add-EmulatorFault status -Service ojin -Method GET -Status 503 -Headers @{ 'Retry-After' = '0' }
        $run = Invoke-InFreshPwsh $Script -NoModule -ArgumentList (@($manifest, $rival) + $ArgumentList) -Environment $environment
        if ($run.ExitCode -ne 0 -or $run.Errors) { throw "It ended with code $($run.ExitCode): $($run.Errors) $($run.Output)" }
        $run.Output | ConvertFrom-Json
    }
}

AfterAll {
    Stop-Emulator
    Exit-TestState
}

Describe 'Importing the module' {
    It 'loads nothing but its own assemblies and leaves the transport for the first request' {
        $seen = Get-Seen {
            param($Manifest)
            $before = [AppDomain]::CurrentDomain.GetAssemblies()
            Import-Module $Manifest
            $after = [AppDomain]::CurrentDomain.GetAssemblies()
            @{ New = @($after | Where-Object { $_ -notin $before } | ForEach-Object { $_.GetName().Name }) } | ConvertTo-Json
        }
        $seen.New | Should -Contain 'Ojin.PowerShell'
        $seen.New | Should -Contain 'Ojin.Loader'
        $seen.New | Where-Object { $_ -match '^(Polly|System\.Net\.|System\.Text\.Json)' } | Should -BeNullOrEmpty
    }

    It 'keeps what the client needs in a load context of its own' {
        $seen = Get-Seen {
            param($Manifest)
            Import-Module $Manifest
            $null = Get-OjinModelVariant -First 1
            $all = foreach ($context in [System.Runtime.Loader.AssemblyLoadContext]::All) {
                foreach ($assembly in $context.Assemblies) { [PSCustomObject]@{ Context = $context.Name; Name = $assembly.GetName().Name } }
            }
            @{
                Client   = @($all | Where-Object Name -EQ 'Ojin.Client').Context
                Polly    = @($all | Where-Object Name -EQ 'Polly.Core').Context
                Json     = @($all | Where-Object Name -EQ 'System.Text.Json').Context
                Exposed  = $null -ne ('Polly.ResiliencePipeline' -as [type])
                Location = [Ojin.Asset].Assembly.Location
            } | ConvertTo-Json
        }
        $seen.Client | Should -Be 'Ojin'
        $seen.Polly | Should -Be 'Ojin'
        $seen.Json | Should -Be 'Default' -Because 'the runtime has one that is new enough'
        $seen.Exposed | Should -BeFalse
        $seen.Location | Should -BeLike '*lib*Ojin.Client.dll'
    }

    It 'takes the client that was compiled ahead of time for this platform, and its code is used' {
        $platform = $IsWindows ? 'win' : $IsMacOS ? 'osx' : 'linux'
        $folder = "$(Split-Path $manifest)/lib/$platform-$([System.Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture.ToString().ToLowerInvariant())"
        if ([Environment]::Version.Major -lt 10 -or -not (Test-Path -LiteralPath $folder)) {
            Set-ItResult -Skipped -Because 'this build of the module has none for this platform and runtime'
            return
        }
        # The same command with the module as it is, and with a copy that has only the plain client.
        $plain = Join-Path $TestDrive 'Ojin'
        Copy-Item -LiteralPath (Split-Path $manifest) -Destination $plain -Recurse
        Remove-Item -LiteralPath "$plain/lib/$(Split-Path -Leaf $folder)" -Recurse
        $seen = foreach ($one in $manifest, "$plain/Ojin.psd1") {
            $compiled = Join-Path $TestDrive "$([guid]::NewGuid()).txt"
            $run = Invoke-InFreshPwsh -NoModule -ArgumentList $one -Environment ($environment + @{ DOTNET_JitStdOutFile = $compiled; DOTNET_JitDisasmSummary = '1' }) {
                param($Manifest)
                Import-Module $Manifest
                $null = Get-OjinModelVariant -First 1
                [Ojin.Asset].Assembly.Location
            }
            if ($run.ExitCode -ne 0 -or $run.Errors) { throw "It ended with code $($run.ExitCode): $($run.Errors) $($run.Output)" }
            @{ Location = $run.Output.Trim(); Compiled = Get-Content -LiteralPath $compiled | Where-Object { $_ -match ' Ojin\.Http\.HttpTransport:' } }
        }
        $seen[0].Location | Should -Be ([System.IO.Path]::GetFullPath("$folder/Ojin.Client.dll"))
        $seen[1].Location | Should -Be ([System.IO.Path]::GetFullPath("$plain/lib/Ojin.Client.dll"))
        $seen[0].Compiled | Should -BeNullOrEmpty -Because 'the client needs not be compiled again'
        $seen[1].Compiled | Should -Not -BeNullOrEmpty
    }

    It 'makes every public type of the client a type literal' {
        $seen = Get-Seen {
            param($Manifest)
            Import-Module $Manifest
            $types = [Ojin.Asset].Assembly.GetExportedTypes() | Where-Object { -not $_.IsNested }
            @{
                Count   = $types.Count
                Missing = @($types | Where-Object { ($_.FullName -as [type]) -ne $_ } | ForEach-Object FullName)
                Lower   = [ojin.modelconfig].Name
            } | ConvertTo-Json
        }
        $seen.Count | Should -BeGreaterThan 10
        $seen.Missing | Should -BeNullOrEmpty
        $seen.Lower | Should -Be 'ModelConfig'
    }

    It 'works again after Remove-Module, and in other runspaces' {
        $seen = Get-Seen {
            param($Manifest)
            Import-Module $Manifest
            Remove-Module Ojin
            $gone = $null -eq (Get-Command Get-OjinModelVariant -ErrorAction Ignore | Where-Object { Get-Module Ojin })
            Import-Module $Manifest
            $first = (Get-OjinModelVariant -First 1).GetType()
            Remove-Module Ojin
            $others = 1..4 | ForEach-Object -ThrottleLimit 4 -Parallel {
                Import-Module $using:Manifest
                (Get-OjinModelVariant -First 1).GetType() -eq [Ojin.ModelVariant]
            }
            Import-Module $Manifest
            @{ Gone = $gone; Same = $first -eq (Get-OjinModelVariant -First 1).GetType(); Others = @($others) } | ConvertTo-Json
        }
        $seen.Gone | Should -BeTrue
        $seen.Same | Should -BeTrue
        $seen.Others | Should -Be @($true, $true, $true, $true)
    }
}

Describe 'Beside a module with other versions of its dependencies' {
    BeforeEach { Reset-Emulator }

    It 'works, and so does the other, when <First> comes first and <Used> is used first' -ForEach @(
        @{ First = 'Ojin'; Used = 'Ojin' }
        @{ First = 'Ojin'; Used = 'the other' }
        @{ First = 'the other'; Used = 'Ojin' }
        @{ First = 'the other'; Used = 'the other' }
    ) {
        # One answer that makes our retries run.
        $null = Add-EmulatorFault status -Service ojin -Method GET -Status 503 -Headers @{ 'Retry-After' = '0' } -Body '{}'
        $seen = Get-Seen {
            param($Manifest, $Rival, $First, $Used)
            if ($First -eq 'Ojin') { Import-Module $Manifest, $Rival } else { Import-Module $Rival, $Manifest }
            if ($Used -eq 'Ojin') {
                $variant = Get-OjinModelVariant -First 1
                $other = Invoke-Rival
            } else {
                $other = Invoke-Rival
                $variant = Get-OjinModelVariant -First 1
            }
            $polly = foreach ($context in [System.Runtime.Loader.AssemblyLoadContext]::All) {
                foreach ($assembly in $context.Assemblies) { if ($assembly.GetName().Name -eq 'Polly.Core') { "$($context.Name): $($assembly.Location)" } }
            }
            @{ Variant = $variant.ModelVariantId; Other = $other; Polly = @($polly | Sort-Object) } | ConvertTo-Json -Depth 5
        } -ArgumentList $First, $Used
        $seen.Variant | Should -Not -BeNullOrEmpty
        @(Get-EmulatorRequest -Service ojin).status | Should -Be 503, 200
        $seen.Other.Tries | Should -Be 3
        $seen.Other.Events | Should -Be 'ab'
        $seen.Other.Json | Should -Be '[1,2]'
        $seen.Other.PollyVersion | Should -BeLike '8.4.2*'
        $seen.Polly.Count | Should -Be 2
        $seen.Polly[0] | Should -BeLike 'Default: *Ojin.Rival*'
        $seen.Polly[1] | Should -BeLike 'Ojin: *lib*'
    }

    It 'is not misled by an assembly that is newer than ours and shares nothing but the name' {
        $seen = Get-Seen {
            param($Manifest, $Rival, $Folder)
            foreach ($name in 'Polly.Core', 'System.Net.ServerSentEvents') {
                $file = Join-Path $Folder "$name.dll"
                Add-Type -OutputAssembly $file -TypeDefinition "[assembly: System.Reflection.AssemblyVersion(`"99.0.0.0`")] namespace Rival { public class $($name.Replace('.', '')) { public int Answer = 42; } }"
            }
            [System.Reflection.Assembly]::LoadFrom((Join-Path $Folder 'Polly.Core.dll')).GetName().Version.ToString() | Out-Null
            # Where the runtime has one of its own, this name can only be loaded beside it.
            $null = [System.Reflection.Assembly]::LoadFile((Join-Path $Folder 'System.Net.ServerSentEvents.dll'))
            Import-Module $Manifest
            @{ Variant = (Get-OjinModelVariant -First 1).ModelVariantId; Answer = [Rival.PollyCore]::new().Answer } | ConvertTo-Json
        } -ArgumentList "$TestDrive"
        $seen.Variant | Should -Not -BeNullOrEmpty
        $seen.Answer | Should -Be 42
    }

    It 'works when another System.Text.Json was loaded' {
        $seen = Get-Seen {
            param($Manifest, $Rival)
            $json = [System.Reflection.Assembly]::LoadFile((Join-Path (Split-Path $Rival) 'System.Text.Json.dll'))
            Import-Module $Manifest
            $variant = Get-OjinModelVariant -First 1
            $options = [Activator]::CreateInstance($json.GetType('System.Text.Json.JsonDocumentOptions'))
            $parse = $json.GetType('System.Text.Json.Nodes.JsonNode').GetMethods() | Where-Object { $_.Name -eq 'Parse' -and $_.GetParameters()[0].ParameterType -eq [string] }
            $document = $parse.Invoke($null, @('{"a":1}', $null, $options))
            @{ Variant = $variant.ModelVariantId; Theirs = "$($document.ToJsonString($null))"; Version = $json.GetName().Version.Major } | ConvertTo-Json
        }
        $seen.Variant | Should -Not -BeNullOrEmpty
        $seen.Theirs | Should -Be '{"a":1}'
        $seen.Version | Should -Be 9
    }
}
