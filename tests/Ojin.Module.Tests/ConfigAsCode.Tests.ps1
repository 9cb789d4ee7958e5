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

Describe 'Export-OjinModelConfig' {
    BeforeEach {
        Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator
        $folder = Join-Path (Enter-TestState) 'configs'
    }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'writes one file a configuration, under the names of the contract' {
        $files = Export-OjinModelConfig $folder
        $files.Name | Should -Be 'Receptionist.json', 'Museum guide.json'
        $files[0] | Should -BeOfType [System.IO.FileInfo]
        $text = Get-Content -Raw $files[0]
        $text | Should -Match '\n$'
        $text | Should -Not -Match '\r'
        $content = $text | ConvertFrom-Json -AsHashtable
        $content.Keys | Should -Be 'model_config_id', 'title', 'model_variant_id', 'model_configurations'
        $content.title | Should -Be 'Receptionist'
        $text | Should -Match '"speed": 1\.0'
    }

    It 'writes those that come through the pipeline, or that are named, and goes on after errors' {
        (Get-OjinModelConfig -Title M* | Export-OjinModelConfig $folder).Name | Should -Be 'Museum guide.json'
        @(Get-EmulatorRequest).Count | Should -Be 1
        $run = Invoke-Captured { Export-OjinModelConfig $folder -ModelConfigId nonsense, 00000000-0000-4000-9000-000000000001 }
        $run.Errors.Count | Should -Be 1
        $run.Output.Name | Should -Be 'Receptionist.json'
        ([pscustomobject]@{ ModelConfigId = '00000000-0000-4000-9000-000000000001' } | Export-OjinModelConfig $folder).Name | Should -Be 'Receptionist.json'
    }

    It 'keeps the name that a configuration''s file has, and leaves alone what is as it should be' {
        $file = Export-OjinModelConfig $folder -ModelConfigId 00000000-0000-4000-9000-000000000001
        Rename-Item $file.FullName 'my name.json'
        $before = (Get-Item "$folder/my name.json").LastWriteTimeUtc
        (Export-OjinModelConfig $folder).Name | Should -Be 'my name.json', 'Museum guide.json'
        (Get-Item "$folder/my name.json").LastWriteTimeUtc | Should -Be $before
        $null = Set-OjinModelConfig 00000000-0000-4000-9000-000000000001 -Configuration @{ voice = 'cedar' }
        $null = Export-OjinModelConfig $folder
        Get-Content -Raw "$folder/my name.json" | Should -Match 'cedar'
    }

    It 'makes safe names of titles that are none' {
        foreach ($title in '../evil', 'a/b\c:d*e?', 'CON', '...', "x`ny", ('l' * 300)) { $null = New-OjinModelConfig $title ojin/oris-1.0/standard }
        $files = Export-OjinModelConfig $folder
        $files.Count | Should -Be 8
        $files.DirectoryName | Select-Object -Unique | Should -Be (Get-Item $folder).FullName
        $files.Name | ForEach-Object { $_.Length | Should -BeLessOrEqual 100 }
        $files.Name | Should -Contain '_CON.json'
    }

    It 'does not overwrite a file that is somebody else''s without -Force' {
        $null = New-Item -ItemType Directory $folder
        Set-Content "$folder/Receptionist.json" 'mine'
        (Export-OjinModelConfig $folder -ModelConfigId 00000000-0000-4000-9000-000000000001).Name | Should -Be 'Receptionist-00000000.json'
        Get-Content "$folder/Receptionist.json" | Should -Be 'mine'
        Remove-Item "$folder/Receptionist-00000000.json"
        (Export-OjinModelConfig $folder -ModelConfigId 00000000-0000-4000-9000-000000000001 -Force).Name | Should -Be 'Receptionist.json'
    }

    It 'writes nothing with -WhatIf' {
        Export-OjinModelConfig $folder -WhatIf
        $folder | Should -Not -Exist
    }

    It 'tells of a folder that is a file' {
        Set-Content $folder 'a file'
        $run = Invoke-Captured { Export-OjinModelConfig $folder }
        $run.Errors.FullyQualifiedErrorId | Should -Be 'FILE_UNUSABLE,Ojin.PowerShell.Commands.ExportOjinModelConfigCommand', 'FILE_UNUSABLE,Ojin.PowerShell.Commands.ExportOjinModelConfigCommand'
    }
}

Describe 'Sync-OjinModelConfig' {
    BeforeEach {
        Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator
        $folder = Join-Path (Enter-TestState) 'configs'
        $null = Export-OjinModelConfig $folder
        Clear-EmulatorRequest
        function Write-Config([string] $Name, [string] $Json) { Set-Content -LiteralPath "$folder/$Name.json" -Value $Json }
    }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'writes nothing where everything is as it should be' {
        $changes = Sync-OjinModelConfig $folder
        $changes.Action | Should -Be 'None', 'None'
        $changes[0].PSTypeNames[0] | Should -Be 'Ojin.ModelConfigChange'
        (Get-EmulatorRequest).method | Should -Be 'GET'
    }

    It 'creates and updates, and the second run writes nothing' {
        Write-Config new '{"title":"New","model_variant_id":"ojin/oris-1.0/standard","model_configurations":{"a":{"b":[1]}}}'
        $file = Get-Content -Raw "$folder/Receptionist.json" | ConvertFrom-Json -AsHashtable
        $file.title = 'Porter'
        $file.model_configurations.voice = 'cedar'
        Write-Config Receptionist ($file | ConvertTo-Json -Depth 9)

        $changes = Sync-OjinModelConfig $folder
        ($changes | Where-Object Action -NE None | Sort-Object Title).Action | Should -Be 'Create', 'Update'
        ($changes | Where-Object Action -NE None).Applied | Should -Be $true, $true
        $update = $changes | Where-Object Action -EQ Update
        $update.Difference.Path | Should -Be 'title', 'voice'
        "$($update.Difference[1])" | Should -Be 'voice: "amber" -> "cedar"'
        (Get-OjinModelConfig).Title | Sort-Object | Should -Be 'Museum guide', 'New', 'Porter'

        Clear-EmulatorRequest
        (Sync-OjinModelConfig $folder).Action | Select-Object -Unique | Should -Be 'None'
        (Get-EmulatorRequest).method | Select-Object -Unique | Should -Be 'GET'
    }

    It 'matches by id and else by title' {
        $file = Get-Content -Raw "$folder/Receptionist.json" | ConvertFrom-Json -AsHashtable
        $file.model_config_id = [string][guid]::NewGuid()
        $file.model_configurations = @{ voice = 'birch' }
        Write-Config Receptionist ($file | ConvertTo-Json)
        $change = Sync-OjinModelConfig $folder | Where-Object Action -EQ Update
        $change.ModelConfigId | Should -Be '00000000-0000-4000-9000-000000000001'
    }

    It 'tells the plan by property with -WhatIf, and only reads' {
        Write-Config new '{"title":"New","model_variant_id":"ojin/oris-1.0/standard","model_configurations":{"a":1}}'
        Write-Config Receptionist '{"title":"Receptionist","model_variant_id":"ojin/oris-1.0/standard","model_configurations":{"voice":"birch","speed":1.0}}'
        Remove-Item "$folder/Museum guide.json"
        $run = Invoke-InFreshPwsh { Sync-OjinModelConfig $args[0] -Prune -WhatIf | ForEach-Object { "$($_.Action) $($_.Applied) $($_.Title)" } } -ArgumentList $folder -Environment (Get-EmulatorEnvironment)
        $run.Output | Should -Match 'What if: .*Create: a: \+ 1'
        $run.Output | Should -Match 'What if: .*Update: voice: "amber" -> "birch"'
        $run.Output | Should -Match 'What if: .*Delete.*Museum guide'
        $run.Output | Should -Match 'Create False New'
        $run.Output | Should -Match 'Delete False Museum guide'
        (Get-EmulatorRequest).method | Select-Object -Unique | Should -Be 'GET'
    }

    It 'deletes with -Prune alone, and asks nothing in a runbook' {
        Remove-Item "$folder/Museum guide.json"
        (Sync-OjinModelConfig $folder).Action | Should -Be 'None'
        (Get-OjinModelConfig).Count | Should -Be 2
        $run = Invoke-InFreshPwsh { (Sync-OjinModelConfig $args[0] -Prune).Action } -ArgumentList $folder -Environment (Get-EmulatorEnvironment)
        $run.Errors | Should -BeNullOrEmpty
        $run.Output -split '\r?\n' | Should -Be 'None', 'Delete'
        (Get-OjinModelConfig).Title | Should -Be 'Receptionist'
    }

    It 'does not prune when <Name>' -ForEach @(
        @{ Name = 'a file is no JSON'; Prepare = { Write-Config bad '{' }; Errors = 1; Says = '*no JSON object*' }
        @{ Name = 'a file has an unknown field'; Prepare = { Write-Config bad '{"title":"x","model_variant_id":"y","colour":1}' }; Errors = 1; Says = "*'colour'*" }
        @{ Name = 'a file has no title'; Prepare = { Write-Config bad '{"model_variant_id":"y"}' }; Errors = 1; Says = '*no title*' }
        @{ Name = 'the values are no object'; Prepare = { Write-Config bad '{"title":"x","model_variant_id":"y","model_configurations":[1]}' }; Errors = 1; Says = '*no JSON object*' }
        @{ Name = 'two files are the same configuration'; Prepare = { Copy-Item "$folder/Receptionist.json" "$folder/copy.json" }; Errors = 1; Says = '*belong to the same configuration*' }
        @{ Name = 'there is no file at all'; Prepare = { Remove-Item "$folder/*.json" }; Errors = 1; Says = '*no configuration file*' }
        @{ Name = 'there is no such folder'; Prepare = { Remove-Item $folder -Recurse }; Errors = 1; Says = '*no folder*' }
    ) {
        Remove-Item "$folder/Museum guide.json"
        . $Prepare
        $run = Invoke-Captured { Sync-OjinModelConfig $folder -Prune }
        $run.Errors.Count | Should -Be $Errors
        "$($run.Errors[0])" | Should -BeLike $Says
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        @(Get-EmulatorRequest -Method DELETE) | Should -BeNullOrEmpty
    }

    It 'goes on after one that the service refuses' {
        Write-Config a '{"title":"A","model_variant_id":"no/such"}'
        Write-Config z '{"title":"Z","model_variant_id":"ojin/oris-1.0/standard"}'
        $run = Invoke-Captured { Sync-OjinModelConfig $folder }
        $run.Errors.Count | Should -Be 1
        $run.Errors[0].TargetObject | Should -BeLike '*a.json'
        ($run.Output | Where-Object Action -EQ Create).Title | Should -Be 'Z'
    }

    It 'refuses another variant for a configuration that is there' {
        Write-Config Receptionist '{"title":"Receptionist","model_variant_id":"ojin/oris-1.0/high","model_configurations":{}}'
        $run = Invoke-Captured { Sync-OjinModelConfig $folder }
        "$($run.Errors[0])" | Should -BeLike '*A variant cannot be changed*'
        @(Get-EmulatorRequest -Method PUT) | Should -BeNullOrEmpty
    }

    It 'takes a default that the service filled in for no difference' {
        $null = Set-EmulatorState ojin/variants -Method POST @{
            model_variant_id = 'with/defaults'; model_id = 'with'; title = 'D'; description = @{}; tags = @(); status = 'public'
            configuration_schema = @{ type = 'object'; properties = @{ speed = @{ type = 'number'; default = 1 }; a = @{} } }
        }
        $null = Set-EmulatorState ojin/configs -Method POST @{ title = 'D'; modelVariantId = 'with/defaults'; modelConfigurations = @{ a = 1; speed = 1.0 }; owner = 'org' }
        Write-Config d '{"title":"D","model_variant_id":"with/defaults","model_configurations":{"a":1}}'
        (Sync-OjinModelConfig $folder | Where-Object Title -EQ D).Action | Should -Be 'None'
        Write-Config d '{"title":"D","model_variant_id":"with/defaults","model_configurations":{}}'
        (Sync-OjinModelConfig $folder | Where-Object Title -EQ D).Difference.Path | Should -Be 'a'
    }

    It 'tells after the write of a field that the service dropped' {
        Write-Config new '{"title":"New","model_variant_id":"ojin/oris-1.0/standard","model_configurations":{"kept":1,"lost":2}}'
        Add-EmulatorFault replaceBody -Service ojin -Method POST -Body (@{
                model_config_id = [guid]::NewGuid(); organization_id = 'o'; model_id = 'm'; model_variant_id = 'ojin/oris-1.0/standard'; created_by = 'u'; title = 'New'
                model_configurations = @{ kept = 1 }; created_at = '2024-01-01T00:00:00Z'; updated_at = '2024-01-01T00:00:00Z'
            } | ConvertTo-Json)
        (Invoke-Captured { Sync-OjinModelConfig $folder }).Warnings.Message | Should -BeLike '*dropped lost*'
    }

    It 'shows the difference in a table of 80 columns' {
        Write-Config new '{"title":"New","model_variant_id":"ojin/oris-1.0/standard","model_configurations":{"a":1}}'
        $text = Sync-OjinModelConfig $folder | Format-Table | Out-String -Width 80
        $text | Should -Match 'Create\s+True\s+New\s+a: \+ 1'
        $text -split '\r?\n' | ForEach-Object { ($_ -replace '\e\[[\d;]*m').Length | Should -BeLessOrEqual 80 }
    }
}

Describe 'Copy-OjinModelConfig' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'copies a template into the account' {
        $template = Get-OjinModelConfig -Source Template
        Clear-EmulatorRequest
        $copy = $template | Copy-OjinModelConfig
        $copy.Title, $copy.ModelVariantId | Should -Be $template.Title, $template.ModelVariantId
        $copy.Configuration.ToJson() | Should -BeExactly $template.Configuration.ToJson()
        $copy.ModelConfigId | Should -Not -Be $template.ModelConfigId
        (Get-EmulatorRequest).method | Should -Be 'POST'
    }

    It 'copies by id, under another title' {
        (Copy-OjinModelConfig 00000000-0000-4000-9000-000000000001 'Second').Title | Should -Be 'Second'
        (Copy-OjinModelConfig 00000000-0000-4000-9000-000000000003 -Title 'Third').Title | Should -Be 'Third'
    }

    It 'finds a template that cannot be read by its id' {
        Add-EmulatorFault status -Service ojin -Method GET -Path '/model-configs/' -Status 404 -Body '{"code":"RESOURCE_NOT_FOUND","message":"No."}'
        (Copy-OjinModelConfig 00000000-0000-4000-9000-000000000003).Title | Should -Be 'Template host'
        (Get-EmulatorRequest).target | Should -Be '/v1/model-configs/00000000-0000-4000-9000-000000000003', '/v1/model-configs?source=template&limit=100', '/v1/model-configs'
    }

    It 'reads with -Session and writes with the kept session' {
        # The same address in other words is another session.
        $second = Connect-Ojin $emulator.ojinKey -BaseUri $emulator.ojin.Replace('127.0.0.1', 'localhost') -PassThru
        Connect-ToEmulator
        Clear-EmulatorRequest
        (Copy-OjinModelConfig 00000000-0000-4000-9000-000000000001 -Title 'From there' -Session $second).Title | Should -Be 'From there'
        $requests = @(Get-EmulatorRequest)
        $requests.method | Should -Be 'GET', 'POST'
        $requests.headers.Host | ForEach-Object { ($_ -split ':')[0] } | Should -Be 'localhost', '127.0.0.1'
        (Copy-OjinModelConfig 00000000-0000-4000-9000-000000000001 -Title 'To there' -Destination $second).Title | Should -Be 'To there'
    }

    It 'says to give another title where it is taken, and goes on' {
        $run = Invoke-Captured { Get-OjinModelConfig | Copy-OjinModelConfig }
        $run.Errors.Count | Should -Be 2
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match '-Title'
        (Invoke-Captured { 'nonsense' | ForEach-Object { Copy-OjinModelConfig $_ } }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'INVALID_ARGUMENT,*'
    }

    It 'sends nothing with -WhatIf' {
        Copy-OjinModelConfig 00000000-0000-4000-9000-000000000001 -WhatIf | Should -BeNullOrEmpty
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }
}
