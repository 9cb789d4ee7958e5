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

Describe 'Get-OjinModelConfig' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'lists the configurations of the organization' {
        $configs = Get-OjinModelConfig
        $configs.Title | Should -Be 'Receptionist', 'Museum guide'
        $configs[0].PSTypeNames[0] | Should -Be 'Ojin.ModelConfig'
        $configs[0].OrganizationId | Should -Be 'org_emulator'
        (Get-EmulatorRequest).target | Should -Be '/v1/model-configs?limit=100'
    }

    It 'sends the filters that the service has, and matches titles by itself' {
        (Get-OjinModelConfig -Source Template).Title | Should -Be 'Template host'
        (Get-OjinModelConfig -ModelVariantId ojin/oris-1.0/high).Title | Should -Be 'Museum guide'
        (Get-OjinModelConfig -Title 'm?seum*').Title | Should -Be 'Museum guide'
        (Get-OjinModelConfig -Title 'receptionist').Title | Should -Be 'Receptionist'
        Get-OjinModelConfig -Title 'recept' | Should -BeNullOrEmpty
        (Get-EmulatorRequest).target | Select-Object -Unique | Should -Be '/v1/model-configs?source=template&limit=100', '/v1/model-configs?model_variant_id=ojin%2Foris-1.0%2Fhigh&limit=100', '/v1/model-configs?limit=100'
    }

    It 'lists the configurations of the variants that come through the pipeline' {
        (Get-OjinModelVariant | Get-OjinModelConfig).Title | Should -Be 'Receptionist', 'Museum guide'
        @(Get-EmulatorRequest -Path 'model_variant_id=').Count | Should -Be 4
    }

    It 'reads one again that comes through the pipeline' {
        (Get-OjinModelConfig | Get-OjinModelConfig).Title | Should -Be 'Receptionist', 'Museum guide'
        @(Get-EmulatorRequest -Path '/model-configs/').Count | Should -Be 2
    }

    It 'reads the public form without the key' {
        $config = Get-OjinModelConfig 00000000-0000-4000-9000-000000000001 -Public
        $config.Title, $config.OrganizationId, $config.CreatedBy | Should -Be 'Receptionist', $null, $null
        $request = Get-EmulatorRequest
        $request.target | Should -Be '/v1/public/model-configs/00000000-0000-4000-9000-000000000001'
        $request.headers.PSObject.Properties.Name | Should -Not -Contain 'X-API-Key'
    }

    It 'tells somebody else''s configuration from one that is not there' {
        $run = Invoke-Captured { '00000000-0000-4000-9000-000000000004', '00000000-0000-4000-9000-0000000000ff' | Get-OjinModelConfig }
        $run.Errors.CategoryInfo.Category | Should -Be 'PermissionDenied', 'ObjectNotFound'
        $run.Errors.FullyQualifiedErrorId | Should -Be 'FORBIDDEN,Ojin.PowerShell.Commands.GetOjinModelConfigCommand', 'RESOURCE_NOT_FOUND,Ojin.PowerShell.Commands.GetOjinModelConfigCommand'
    }

    It 'needs an id for -Public' {
        (Invoke-Captured { Get-OjinModelConfig -Public }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'INVALID_ARGUMENT,*'
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }
}

Describe 'New-OjinModelConfig' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'sends <Name> as the same JSON' -ForEach @(
        @{ Name = 'a hashtable'; Value = { @{ voice = 'amber' } }; Json = '{"voice":"amber"}' }
        @{ Name = 'an ordered dictionary in its order'; Value = { [ordered]@{ z = 1; a = 2; m = 3 } }; Json = '{"z":1,"a":2,"m":3}' }
        @{ Name = 'an object'; Value = { [pscustomobject]@{ a = 1; b = [pscustomobject]@{ c = 2 } } }; Json = '{"a":1,"b":{"c":2}}' }
        @{ Name = 'JSON text'; Value = { ' {"a": {"b": [1, 2.50, null, true]}} ' }; Json = '{"a":{"b":[1,2.50,null,true]}}' }
        @{ Name = 'what ConvertFrom-Json made'; Value = { '{"a":{"b":[{"c":1}]}}' | ConvertFrom-Json }; Json = '{"a":{"b":[{"c":1}]}}' }
        @{ Name = 'what ConvertFrom-Json -AsHashtable made'; Value = { '{"a":{"A":[1]}}' | ConvertFrom-Json -AsHashtable }; Json = '{"a":{"A":[1]}}' }
        @{ Name = 'lists of one, of none and of lists'; Value = { [ordered]@{ one = @(1); none = @(); lists = @(, @(1)); null1 = @($null) } }; Json = '{"one":[1],"none":[],"lists":[[1]],"null1":[null]}' }
        @{ Name = 'null, numbers and switches'; Value = { [ordered]@{ n = $null; i = 1; l = 5000000000; d = 1.5; m = 1.10d; f = [single]0.1; t = $true; s = [switch]$true } }; Json = '{"n":null,"i":1,"l":5000000000,"d":1.5,"m":1.10,"f":0.1,"t":true,"s":true}' }
        @{ Name = 'what a pipeline wrapped'; Value = { [ordered]@{ a = (1 | ForEach-Object { $_ }); b = @(1, 2 | Write-Output); c = ('x' | Add-Member -PassThru NoteProperty extra 1) } }; Json = '{"a":1,"b":[1,2],"c":"x"}' }
        @{ Name = 'a time that is text'; Value = { @{ at = '2024-01-01T00:00:00Z' } }; Json = '{"at":"2024-01-01T00:00:00Z"}' }
        @{ Name = 'text beyond ASCII'; Value = { @{ 'ü' = '日本 😀' } }; Json = '{"ü":"日本 😀"}' }
        @{ Name = 'an empty one'; Value = { @{} }; Json = '{}' }
    ) {
        $null = New-OjinModelConfig -Title T -ModelVariantId ojin/oris-1.0/standard -Configuration (& $Value) -ErrorAction Stop
        $request = Get-EmulatorRequest -Method POST
        $request.target | Should -Be '/v1/model-configs'
        $request.headers.'Content-Type' | Should -Be 'application/json'
        $sent = [System.Text.Json.Nodes.JsonNode]::Parse($request.body)
        $sent['title'].GetValue[string]() | Should -Be 'T'
        $sent['model_variant_id'].GetValue[string]() | Should -Be 'ojin/oris-1.0/standard'
        $options = [System.Text.Json.JsonSerializerOptions]@{ Encoder = [System.Text.Encodings.Web.JavaScriptEncoder]::UnsafeRelaxedJsonEscaping }
        $sent['model_configurations'].ToJsonString($options) | Should -BeExactly ([System.Text.Json.Nodes.JsonNode]::Parse($Json).ToJsonString($options))
    }

    It 'gives nested values back without a change, through the pipeline and a round trip' {
        $json = '{"z":{"list":[1],"deep":{"deeper":[{"a":null},{"a":[]}]}},"exact":1.10,"big":12345678901234567890,"when":"2024-01-01T00:00:00Z","Case":1,"case":2}'
        $first = New-OjinModelConfig A ojin/oris-1.0/standard $json
        $first.Configuration.z.deep.deeper[0].a | Should -BeNullOrEmpty
        $first.Configuration.when | Should -BeOfType [string]
        $second = Get-OjinModelConfig $first.ModelConfigId | New-OjinModelConfig -Title B
        $third = New-OjinModelConfig -Title C -ModelVariantId $second.ModelVariantId -ModelConfigurations $second.ModelConfigurations
        $third.Configuration.ToJson() | Should -BeExactly $json
        $third.ModelVariantId | Should -Be 'ojin/oris-1.0/standard'
    }

    It 'leaves the values out where none are given' {
        $created = New-OjinModelConfig Bare ojin/oris-1.0/standard
        (Get-EmulatorRequest -Method POST).body | Should -BeExactly '{"title":"Bare","model_variant_id":"ojin/oris-1.0/standard"}'
        $created.Configuration.Count | Should -Be 0
    }

    It 'sends nothing with -WhatIf' {
        New-OjinModelConfig T ojin/oris-1.0/standard @{ a = 1 } -WhatIf | Should -BeNullOrEmpty
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'tells of what the service refuses: <Name>' -ForEach @(
        @{ Name = 'a variant that is not there'; Command = { New-OjinModelConfig T no/such }; Category = 'ObjectNotFound' }
        @{ Name = 'a title that is there'; Command = { New-OjinModelConfig Receptionist ojin/oris-1.0/standard }; Category = 'InvalidArgument' }
        @{ Name = 'values that do not fit'; Command = { New-OjinModelConfig T ojin/oris-1.0/high @{ voice = 'none' } }; Category = 'InvalidArgument' }
    ) {
        $run = Invoke-Captured $Command
        $run.Errors.Count | Should -Be 1
        $run.Errors[0].CategoryInfo.Category | Should -Be $Category
        $run.Errors[0].TargetObject | Should -BeIn 'T', 'Receptionist'
        $run.Output | Should -BeNullOrEmpty
    }

    It 'sends it once when <Kind> happens, and says how to look' -ForEach @(
        @{ Kind = 'cutAfterHandler' }, @{ Kind = 'cutBeforeHandler' }, @{ Kind = 'cutAnswer' }, @{ Kind = 'status' }
    ) {
        $more = $Kind -eq 'status' ? @{ Status = 500; Body = '{}' } : @{}
        Add-EmulatorFault $Kind -Service ojin -Method POST -Always @more
        $run = Invoke-Captured { New-OjinModelConfig T ojin/oris-1.0/standard }
        $run.Errors.Count | Should -Be 1
        $run.Errors[0].Exception.OutcomeUnknown | Should -BeTrue
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match "Get-OjinModelConfig -Title 'T'"
        @(Get-EmulatorRequest -Method POST).Count | Should -Be 1
    }

    It 'sends it again after 429, as asked for' {
        Add-EmulatorFault status -Service ojin -Method POST -Status 429 -Headers @{ 'Retry-After' = '0' } -Body '{}'
        (New-OjinModelConfig T ojin/oris-1.0/standard).Title | Should -Be 'T'
        (Get-EmulatorRequest -Method POST).status | Should -Be 429, 201
    }

    It 'warns of a field that the service dropped or changed' {
        Add-EmulatorFault replaceBody -Service ojin -Method POST -Body (@{
                model_config_id = [guid]::NewGuid(); organization_id = 'o'; model_id = 'm'; model_variant_id = 'v'; created_by = 'u'; title = 'T'
                model_configurations = @{ kept = 1; changed = 2; added = 3 }; created_at = '2024-01-01T00:00:00Z'; updated_at = '2024-01-01T00:00:00Z'
            } | ConvertTo-Json)
        $run = Invoke-Captured { New-OjinModelConfig T ojin/oris-1.0/standard @{ kept = 1; changed = 1; lost = @{ x = 1 } } }
        $run.Errors | Should -BeNullOrEmpty
        $run.Output.Count | Should -Be 1
        @($run.Warnings.Message | Sort-Object)[0] | Should -BeLike '*changed changed from 1 to 2*'
        @($run.Warnings.Message | Sort-Object)[1] | Should -BeLike '*dropped lost*{"x":1}*'
        $run.Warnings.Count | Should -Be 2
    }

    It 'creates many from a file' {
        $rows = @'
Title,ModelVariantId
Row one,ojin/oris-1.0/standard
Row two,no/such
Row three,ojin/oris-1.0/standard
'@ | ConvertFrom-Csv
        $run = Invoke-Captured { $rows | New-OjinModelConfig }
        $run.Output.Title | Should -Be 'Row one', 'Row three'
        $run.Errors.Count | Should -Be 1
    }
}

Describe 'Set-OjinModelConfig' {
    BeforeEach {
        Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator
        $id = '00000000-0000-4000-9000-000000000001'
        $there = Get-OjinModelConfig $id
        Clear-EmulatorRequest
    }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'reads what is not given, and sends both fields' {
        (Set-OjinModelConfig $id -Title Renamed).Title | Should -Be 'Renamed'
        (Set-OjinModelConfig $id -Configuration @{ voice = 'birch' }).Configuration.voice | Should -Be 'birch'
        $puts = @(Get-EmulatorRequest -Method PUT)
        $puts.target | Should -Be "/v1/model-configs/$id", "/v1/model-configs/$id"
        $puts[0].body | Should -BeExactly ('{"title":"Renamed","model_configurations":' + $there.Configuration.ToJson() + '}')
        $puts[1].body | Should -BeExactly '{"title":"Renamed","model_configurations":{"voice":"birch"}}'
        @(Get-EmulatorRequest -Method GET).Count | Should -Be 2
    }

    It 'merges at any depth with -Merge' {
        $null = Set-OjinModelConfig $id -Configuration @{ a = @{ b = 1; c = @(1, 2) }; keep = 'x' }
        $merged = Set-OjinModelConfig $id -Configuration @{ a = @{ c = @(3); d = $null } } -Merge
        $merged.Configuration.a.b, $merged.Configuration.keep | Should -Be 1, 'x'
        $merged.Configuration.a.c | Should -Be 3
        $merged.Configuration.a.ContainsKey('d') | Should -BeTrue
    }

    It 'takes configurations from the pipeline' {
        (Get-OjinModelConfig | Set-OjinModelConfig -Configuration @{ voice = 'cedar' }).Configuration.voice | Should -Be 'cedar', 'cedar'
        @(Get-EmulatorRequest -Method PUT).Count | Should -Be 2
    }

    It 'warns when the piped object is older than what is there' {
        $old = $there | Select-Object ModelConfigId, @{ n = 'UpdatedAt'; e = { $_.UpdatedAt.AddMinutes(-1) } }
        $run = Invoke-Captured { $old | Set-OjinModelConfig -Title Newer }
        $run.Warnings.Count | Should -Be 1
        $run.Warnings[0].Message | Should -Match 'was changed at'
        $run.Output.Title | Should -Be 'Newer'
        (Invoke-Captured { Get-OjinModelConfig $id | Set-OjinModelConfig -Title Newest }).Warnings | Should -BeNullOrEmpty
    }

    It 'says that there is nothing to change' {
        $run = Invoke-Captured { Set-OjinModelConfig $id; Set-OjinModelConfig $id -Title T -Merge }
        $run.Errors.FullyQualifiedErrorId | Should -BeLike 'INVALID_ARGUMENT,*'
        $run.Errors.Count | Should -Be 2
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'sends nothing with -WhatIf' {
        Set-OjinModelConfig $id -Title Other -WhatIf | Should -BeNullOrEmpty
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'sends a write once when its answer is lost' {
        Add-EmulatorFault cutAfterHandler -Service ojin -Method PUT -Always
        $run = Invoke-Captured { Set-OjinModelConfig $id -Title Lost }
        $run.Errors[0].FullyQualifiedErrorId | Should -Be 'OUTCOME_UNKNOWN,Ojin.PowerShell.Commands.SetOjinModelConfigCommand'
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match "Get-OjinModelConfig $id"
        @(Get-EmulatorRequest -Method PUT).Count | Should -Be 1
    }
}

Describe 'Remove-OjinModelConfig' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'deletes, and names the reference' {
        Remove-OjinModelConfig 00000000-0000-4000-9000-000000000001 -Confirm:$false | Should -BeNullOrEmpty
        Remove-OjinModelConfig 00000000-0000-4000-9000-000000000002 -ReferencedBy 123e4567-e89b-12d3-a456-426614174000 -Confirm:$false
        (Get-EmulatorRequest -Method DELETE).target | Should -Be '/v1/model-configs/00000000-0000-4000-9000-000000000001', '/v1/model-configs/00000000-0000-4000-9000-000000000002?referenced_by=123e4567-e89b-12d3-a456-426614174000'
        Get-OjinModelConfig | Should -BeNullOrEmpty
    }

    It 'says what to do about one that an agent uses' {
        $id = '00000000-0000-4000-9000-000000000001'
        $agent = '123e4567-e89b-12d3-a456-426614174000'
        $null = Set-EmulatorState "ojin/configs/$id/references/$agent" -Method POST
        $run = Invoke-Captured { Get-OjinModelConfig | Remove-OjinModelConfig -Confirm:$false }
        $run.Errors.Count | Should -Be 1
        $run.Errors[0].CategoryInfo.Category | Should -Be 'ResourceExists'
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match '-ReferencedBy'
        (Get-OjinModelConfig).ModelConfigId | Should -Be $id
        Remove-OjinModelConfig $id -ReferencedBy $agent -Confirm:$false
        Get-OjinModelConfig | Should -BeNullOrEmpty
    }

    It 'sends nothing with -WhatIf, and is of high impact' {
        Get-OjinModelConfig | Remove-OjinModelConfig -WhatIf
        @(Get-EmulatorRequest -Method DELETE) | Should -BeNullOrEmpty
        (Get-Command Remove-OjinModelConfig).ImplementingType.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false).ConfirmImpact | Should -Be 'High'
    }

    It 'comes through lost answers' {
        Add-EmulatorFault cutAfterHandler -Service ojin -Method DELETE
        Remove-OjinModelConfig 00000000-0000-4000-9000-000000000001 -Confirm:$false -ErrorAction Stop
        @(Get-EmulatorRequest -Method DELETE).Count | Should -Be 2
    }
}

Describe 'Test-OjinModelConfig' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'works in a script that is strict and stops at errors' {
        $run = Invoke-InFreshPwsh -Environment (Get-EmulatorEnvironment) {
            Set-StrictMode -Version Latest
            $ErrorActionPreference = 'Stop'
            Test-OjinModelConfig ojin/oris-1.0/high @{ voice = 'amber' }
            Test-OjinModelConfig ojin/oris-1.0/high @{ voice = 'tin' } 3>$null
        }
        $run.Errors | Should -BeNullOrEmpty
        $run.Output -split '\r?\n' | Should -Be 'True', 'False'
    }

    It 'says yes to <Name>' -ForEach @(
        @{ Name = 'a hashtable that fits'; Value = { @{ voice = 'amber'; seed = 3 } } }
        @{ Name = 'JSON text that fits'; Value = { '{"voice":"birch"}' } }
    ) {
        $run = Invoke-Captured { Test-OjinModelConfig ojin/oris-1.0/high (& $Value) }
        $run.Output | Should -Be $true
        $run.Warnings | Should -BeNullOrEmpty
        (Get-EmulatorRequest).target | Should -Be '/v1/model-variants/ojin%2Foris-1.0%2Fhigh'
    }

    It 'says no, and what does not fit, to <Name>' -ForEach @(
        @{ Name = 'a missing field'; Value = { @{} }; Says = '*voice*' }
        @{ Name = 'a value that is none of the list'; Value = { @{ voice = 'loud' } }; Says = '*voice*' }
        @{ Name = 'a wrong type'; Value = { @{ voice = 'amber'; seed = 'many' } }; Says = '*seed*' }
        @{ Name = 'an unknown field'; Value = { @{ voice = 'amber'; other = 1 } }; Says = '*other*' }
    ) {
        $before = $Error.Count
        $run = Invoke-Captured { Test-OjinModelConfig ojin/oris-1.0/high (& $Value) }
        $run.Output | Should -Be $false
        $run.Errors | Should -BeNullOrEmpty
        "$($run.Warnings)" | Should -BeLike $Says
        $Error.Count | Should -Be $before
    }

    It 'tests configurations from the pipeline, and reads each variant once' {
        @(Get-OjinModelConfig; Get-OjinModelConfig) | Test-OjinModelConfig | Should -Be $true, $true, $true, $true
        @(Get-EmulatorRequest -Path '/model-variants/').Count | Should -Be 2
    }

    It 'is an error where the variant is not there or its schema is none' {
        (Invoke-Captured { Test-OjinModelConfig no/such @{} }).Errors[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $null = Set-EmulatorState ojin/variants -Method POST @{ model_variant_id = 'bad/schema'; model_id = 'b'; title = 'B'; description = @{}; configuration_schema = @{ minimum = 'x' }; tags = @(); status = 'public' }
        $run = Invoke-Captured { Test-OjinModelConfig bad/schema @{} }
        $run.Errors[0].FullyQualifiedErrorId | Should -Be 'INVALID_ANSWER,Ojin.PowerShell.Commands.TestOjinModelConfigCommand'
        $run.Output | Should -BeNullOrEmpty
    }

    It 'fetches nothing that a schema refers to: <_>' -ForEach '$ref', '$schema' {
        # Test-Json would ask this address, and wait for its answer for ever.
        $schema = @{ type = 'object'; properties = @{ a = @{} } }
        $schema[$_] = "$($emulator.elsewhere.TrimEnd('/'))/schema.json"
        $null = Set-EmulatorState ojin/variants -Method POST @{ model_variant_id = 'far/away'; model_id = 'f'; title = 'F'; description = @{}; configuration_schema = $schema; tags = @(); status = 'public' }
        $run = Invoke-Captured { Test-OjinModelConfig far/away @{} }
        $run.Errors[0].FullyQualifiedErrorId | Should -Be 'INVALID_ANSWER,Ojin.PowerShell.Commands.TestOjinModelConfigCommand'
        @(Get-EmulatorRequest -Service elsewhere) | Should -BeNullOrEmpty
    }

    It 'follows references within the schema' {
        $schema = '{"$schema":"https://json-schema.org/draft/2020-12/schema","$defs":{"n":{"type":"integer"}},"properties":{"a":{"$ref":"#/$defs/n"}}}'
        $null = Set-EmulatorState ojin/variants -Method POST @{ model_variant_id = 'near/by'; model_id = 'n'; title = 'N'; description = @{}; configuration_schema = ($schema | ConvertFrom-Json -AsHashtable); tags = @(); status = 'public' }
        Test-OjinModelConfig near/by @{ a = 1 } | Should -BeTrue
        Test-OjinModelConfig near/by @{ a = 'x' } -WarningAction SilentlyContinue | Should -BeFalse
    }
}

Describe 'Views and completion of configurations' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'shows a table of 80 columns, and the values in a list' {
        $null = Set-EmulatorState ojin/configs -Method POST @{ title = "evil$([char]27)[2J"; modelVariantId = 'ojin/oris-1.0/standard'; modelConfigurations = @{ text = "$([char]27)]0;x" }; owner = 'org' }
        $table = Get-OjinModelConfig | Out-String -Width 80
        $table | Should -Match 'ModelConfigId\s+ModelVariantId\s+Title'
        $list = Get-OjinModelConfig -Title 'evil*' | Format-List | Out-String -Width 80
        foreach ($text in $table, $list) {
            $text | Should -Match ([regex]::Escape('evil\u001B[2J'))
            $text | Should -Not -Match ([char]27 + '(\[2J|\])')
        }
        $list | Should -Match 'Configuration\s*: \{'
    }

    It 'completes ids with the title as a hint' {
        $found = (TabExpansion2 'Get-OjinModelConfig -ModelConfigId ').CompletionMatches
        $found.CompletionText | Should -Contain '00000000-0000-4000-9000-000000000001'
        $found[0].ListItemText | Should -Be 'Receptionist'
        (TabExpansion2 'Remove-OjinModelConfig Muse').CompletionMatches.CompletionText | Should -Be '00000000-0000-4000-9000-000000000002'
        (TabExpansion2 'Get-OjinModelConfig -Title M').CompletionMatches.CompletionText | Should -Be "'Museum guide'"
        (TabExpansion2 'Get-OjinModelConfig -Source ').CompletionMatches.CompletionText | Should -Be 'Org', 'Template'
    }
}
