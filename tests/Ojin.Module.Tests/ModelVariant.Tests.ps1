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

Describe 'Get-OjinModelVariant' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'lists the variants, typed and in the order of the service' {
        $variants = Get-OjinModelVariant
        $variants.ModelVariantId | Should -Be 'ojin/oris-1.0/standard', 'ojin/oris-1.0/high', 'ojin/oris-0.9/standard', 'ojin/lab/50% ü+x'
        $variants[0].PSTypeNames[0] | Should -Be 'Ojin.ModelVariant'
        $variants[0].CreatedAt | Should -BeOfType [DateTimeOffset]
        $variants[1].ConfigurationSchema.required | Should -Be 'voice'
        $variants[1].Description.resolution | Should -Be '2048x2048'
        $request = Get-EmulatorRequest
        $request.method, $request.target | Should -Be 'GET', '/v1/model-variants?limit=100'
        $request.headers.'X-API-Key' | Should -Be $emulator.ojinKey
        $request.headers.Accept | Should -Be 'application/json'
        $request.headers.'User-Agent' | Should -BeLike 'Ojin-PowerShell/*'
    }

    It 'sends the filters, the tags with plain commas between them' {
        Get-OjinModelVariant -ModelId ojin/oris-1.0 -Status available -Tag general-purpose, studio | ForEach-Object ModelVariantId | Should -Be 'ojin/oris-1.0/high'
        Get-OjinModelVariant -Tag 'a b', 'c&d=e', 'ü' | Should -BeNullOrEmpty
        (Get-EmulatorRequest).target | Should -Be '/v1/model-variants?model_id=ojin%2Foris-1.0&status=available&tags=general-purpose,studio&limit=100', '/v1/model-variants?tags=a%20b,c%26d%3De,%C3%BC&limit=100'
    }

    It 'refuses a tag with a comma before any call' {
        $run = Invoke-Captured { Get-OjinModelVariant -Tag 'a,b' }
        $run.Errors[0].FullyQualifiedErrorId | Should -Be 'INVALID_ARGUMENT,Ojin.PowerShell.Commands.GetOjinModelVariantCommand'
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'reads a variant whose id has slashes, spaces, percent signs and umlauts' {
        (Get-OjinModelVariant ojin/oris-1.0/standard).Title | Should -Be 'Standard Quality'
        (Get-OjinModelVariant 'ojin/lab/50% ü+x').ModelVariantId | Should -Be 'ojin/lab/50% ü+x'
        (Get-EmulatorRequest).target | Should -Be '/v1/model-variants/ojin%2Foris-1.0%2Fstandard', '/v1/model-variants/ojin%2Flab%2F50%25%20%C3%BC%2Bx'
    }

    It 'takes ids from the pipeline, by value and by name, and goes on after one that is not there' {
        $run = Invoke-Captured { 'ojin/oris-1.0/high', 'no/such', [pscustomobject]@{ ModelVariantId = 'ojin/oris-0.9/standard' } | Get-OjinModelVariant }
        $run.Output.ModelVariantId | Should -Be 'ojin/oris-1.0/high', 'ojin/oris-0.9/standard'
        $run.Errors.Count | Should -Be 1
        $run.Errors[0].FullyQualifiedErrorId | Should -Be 'RESOURCE_NOT_FOUND,Ojin.PowerShell.Commands.GetOjinModelVariantCommand'
        $run.Errors[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $run.Errors[0].TargetObject | Should -Be 'no/such'
        $run.Errors[0].Exception.StatusCode, $run.Errors[0].Exception.Service | Should -Be 404, 'Ojin'
        (Get-OjinModelConfig -First 1 | Get-OjinModelVariant).ModelVariantId | Should -Be 'ojin/oris-1.0/standard'
    }

    It 'sends no key with -Anonymous, and needs none' {
        Disconnect-FromEmulator
        $env:OJIN_BASE_URI = $emulator.ojin
        Get-OjinModelVariant -Anonymous | ForEach-Object Status | Should -Be 'public'
        (Get-OjinModelVariant ojin/oris-1.0/standard -Anonymous).Status | Should -Be 'public'
        (Invoke-Captured { Get-OjinModelVariant ojin/oris-1.0/high -Anonymous }).Errors[0].Exception.StatusCode | Should -Be 404
        (Get-EmulatorRequest).headers | ForEach-Object { $_.PSObject.Properties.Name | Should -Not -Contain 'X-API-Key' }
    }

    It 'keeps a field that nobody knows' {
        $null = Set-EmulatorState ojin/variants -Method POST @{
            model_variant_id = 'later/one'; model_id = 'later'; title = 'Later'; description = @{}; configuration_schema = @{}; tags = @(); status = 'brand-new-status'
            launch_date      = '2030-01-01'; limits = @{ seconds = 90 }
        }
        $variant = Get-OjinModelVariant later/one
        $variant.Status | Should -Be 'brand-new-status'
        $variant.LaunchDate | Should -Be '2030-01-01'
        $variant.Limits.seconds | Should -Be 90
        $variant.AdditionalProperties.launch_date | Should -Be '2030-01-01'
    }

    It 'shows a table of 80 columns and escapes what would steer the terminal' {
        $null = Set-EmulatorState ojin/variants -Method POST @{
            model_variant_id = 'evil/one'; model_id = 'evil'; title = "a$([char]27)[31mb"; description = @{ x = "$([char]7)" }; configuration_schema = @{}; tags = @("t`n2"); status = 'x'
        }
        foreach ($text in (Get-OjinModelVariant | Out-String -Width 80), (Get-OjinModelVariant evil/one | Format-List | Out-String -Width 80)) {
            $text | Should -Match ([regex]::Escape('a\u001B[31mb'))
            $text | Should -Not -Match ([char]27 + '\[31mb')
            $text | Should -Not -Match ([char]7)
            $text -split '\r?\n' | ForEach-Object { ($_ -replace '\e\[[\d;]*m').Length | Should -BeLessOrEqual 80 }
        }
    }

    It 'completes ids from the service' {
        (TabExpansion2 'Get-OjinModelVariant ').CompletionMatches.CompletionText | Should -Contain 'ojin/oris-1.0/standard'
        (TabExpansion2 'Get-OjinModelVariant ojin/l').CompletionMatches.CompletionText | Should -Be "'ojin/lab/50% ü+x'"
        (TabExpansion2 'Get-OjinModelVariant -ModelId ').CompletionMatches.CompletionText | Should -Be 'ojin/oris-1.0', 'ojin/oris-0.9', 'ojin/lab'
        @(Get-EmulatorRequest).Count | Should -Be 2 -Because 'what was read is kept for a while'
    }
}
