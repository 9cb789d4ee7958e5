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

Describe 'Get-OjinAsset' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'lists the assets, typed and in the order of the service' {
        $assets = Get-OjinAsset
        $assets.Name | Should -Be 'asset-00001.mp4', 'asset-00002.png', 'asset-00003.mp4'
        $assets[0].PSTypeNames[0] | Should -Be 'Ojin.Asset'
        $assets[0].SizeBytes | Should -BeOfType [long]
        $assets[0].CreatedAt | Should -BeOfType [DateTimeOffset]
        $assets[0].ETag | Should -Match '^"[0-9a-f]{32}"$'
        $assets[0].AssetUrl | Should -BeNullOrEmpty
        (Get-EmulatorRequest).target | Should -Be '/v1/assets?limit=100'
    }

    It 'makes one request for -First 5' {
        $null = Set-EmulatorState ojin/assets -Method POST @{ count = 500 }
        @(Get-OjinAsset -First 5).Count | Should -Be 5
        (Get-EmulatorRequest).target | Should -Be '/v1/assets?limit=5'
    }

    It 'pages by a hundred, in order, and leaves out what -Skip says' {
        $null = Set-EmulatorState ojin/assets -Method POST @{ count = 1000 }
        $all = Get-OjinAsset
        $all.Count | Should -Be 1003
        $all.Name | Should -Be (1..1003 | ForEach-Object { 'asset-{0:d5}.{1}' -f $_, ($_ % 2 ? 'mp4' : 'png') })
        @(Get-EmulatorRequest).Count | Should -Be 11
        Clear-EmulatorRequest
        (Get-OjinAsset -Skip 150 -First 120).Name | Should -Be $all[150..269].Name
        (Get-EmulatorRequest).target | Sort-Object | Should -Be '/v1/assets?limit=100&offset=150', '/v1/assets?limit=20&offset=250'
    }

    It 'stops the paging when Select-Object -First has enough' {
        $null = Set-EmulatorState ojin/assets -Method POST @{ count = 5000 }
        (Get-OjinAsset | Select-Object -First 3).Name | Should -Be 'asset-00001.mp4', 'asset-00002.png', 'asset-00003.mp4'
        @(Get-EmulatorRequest).Count | Should -BeLessThan 12
        Get-OjinAsset -First 1 | Should -Not -BeNullOrEmpty -Because 'the session goes on'
    }

    It 'tells the total with -IncludeTotalCount' {
        $found = Get-OjinAsset -First 1 -IncludeTotalCount
        $found[0].ToString() | Should -Be 'Total count: 3'
        $found[1].Name | Should -Be 'asset-00001.mp4'
        $none = @(Get-OjinAsset -First 0 -IncludeTotalCount)
        $none.Count | Should -Be 1
    }

    It 'ends with a server that repeats a page' {
        $null = Set-EmulatorState ojin/assets -Method POST @{ count = 300 }
        $null = Set-EmulatorState ojin/options @{ ignoreOffset = $true }
        @(Get-OjinAsset).Count | Should -Be 100
        $null = Set-EmulatorState ojin/options @{ omitPagination = $true }
        @(Get-OjinAsset).Count | Should -Be 100
    }

    It 'sends source and category, and a name only where it is no pattern' {
        (Get-OjinAsset -Source Template).Count | Should -Be 2
        (Get-OjinAsset -Category image).Name | Should -Be 'asset-00002.png'
        (Get-OjinAsset -Name 'ASSET-00002.png').Name | Should -Be 'asset-00002.png'
        (Get-OjinAsset -Name '*3.m[op]4').Name | Should -Be 'asset-00003.mp4'
        Get-OjinAsset -Name 'asset' | Should -BeNullOrEmpty
        (Get-EmulatorRequest).target | Should -Be '/v1/assets?source=template&limit=100', '/v1/assets?category=image&limit=100',
        '/v1/assets?name=ASSET-00002.png&limit=100', '/v1/assets?limit=100', '/v1/assets?name=asset&limit=100'
    }

    It 'matches names by itself, whatever the service makes of its filter' {
        $null = Set-EmulatorState ojin/options @{ nameFilter = 'ignore' }
        (Get-OjinAsset -Name 'asset-00002.png').Name | Should -Be 'asset-00002.png'
        (Get-OjinAsset -Name '*.mp4' -First 1).Name | Should -Be 'asset-00001.mp4'
        (Get-OjinAsset -Name '*.mp4' -Skip 1).Name | Should -Be 'asset-00003.mp4'
    }

    It 'reads each form of one asset' {
        $id = '00000000-0000-4000-8000-000000000001'
        $plain = Get-OjinAsset $id
        $withUrl = Get-OjinAsset $id -IncludeUrl
        $public = Get-OjinAsset $id -Public
        $plain.AssetUrl | Should -BeNullOrEmpty
        (Invoke-WebRequest $withUrl.AssetUrl.ToUri() -NoProxy).RawContentLength | Should -Be $withUrl.SizeBytes
        $public.AssetUrl | Should -Not -BeNullOrEmpty
        $public.OrganizationId, $public.CreatedBy | Should -Be $null, $null
        $requests = @(Get-EmulatorRequest -Service ojin)
        $requests.target | Should -Be "/v1/assets/$id", "/v1/assets/$id/download", "/v1/public/assets/$id"
        $requests[2].headers.PSObject.Properties.Name | Should -Not -Contain 'X-API-Key'
    }

    It 'never shows the query of a download URL' {
        $asset = Get-OjinAsset 00000000-0000-4000-8000-000000000001 -IncludeUrl
        $asset.AssetUrl.ToUri().Query | Should -Match 'X-Amz-'
        $shown = ($asset | Format-List * -Force | Out-String) + ($asset | Format-List | Out-String) + "$($asset.AssetUrl)" + ($asset | ConvertTo-Json -Depth 9) +
            ($asset | ConvertTo-Csv | Out-String) + [System.Management.Automation.PSSerializer]::Serialize($asset, 9)
        $shown | Should -Not -Match 'X-Amz-'
        $debug = Invoke-Captured { Get-OjinAsset 00000000-0000-4000-8000-000000000001 -IncludeUrl -Verbose -Debug }
        $debug.Debug.Count | Should -BeGreaterThan 0
        $debug.Text | Should -Not -Match 'X-Amz-'
    }

    It 'reads what comes through the pipeline, and goes on after errors' {
        $run = Invoke-Captured {
            '00000000-0000-4000-8000-000000000001', 'nonsense', '00000000-0000-4000-8000-0000000000ff', '00000000-0000-4000-8000-000000000002' | Get-OjinAsset
        }
        $run.Output.Name | Should -Be 'asset-00001.mp4', 'asset-00002.png'
        $run.Errors.FullyQualifiedErrorId | Should -Be 'INVALID_ARGUMENT,Ojin.PowerShell.Commands.GetOjinAssetCommand', 'RESOURCE_NOT_FOUND,Ojin.PowerShell.Commands.GetOjinAssetCommand'
        $run.Errors.TargetObject | Should -Be 'nonsense', '00000000-0000-4000-8000-0000000000ff'
        @('AssetId', '00000000-0000-4000-8000-000000000002' | ConvertFrom-Csv | Get-OjinAsset).Name | Should -Be 'asset-00002.png'
        (Get-OjinAsset | Get-OjinAsset).Count | Should -Be 3
        (Get-OjinAsset -AssetId 00000000-0000-4000-8000-000000000001, nonsense, 00000000-0000-4000-8000-000000000002 -ErrorAction SilentlyContinue).Count | Should -Be 2
    }

    It 'keeps fields that nobody knows' {
        $id = '00000000-0000-4000-8000-000000000001'
        $null = Set-EmulatorState "ojin/assets/$id/overrides" @{ duration_seconds = 12.5; owner = @{ team = 'x' }; category = 'hologram' }
        $asset = Get-OjinAsset $id
        $asset.DurationSeconds, $asset.Owner.team, $asset.Category | Should -Be 12.5, 'x', 'hologram'
        (Get-OjinAsset -First 1).DurationSeconds | Should -Be 12.5
        $asset | Format-List | Out-String | Should -Match 'duration_seconds'
    }

    It 'shows a table of 80 columns with readable sizes, and nothing that steers the terminal' {
        $id = '00000000-0000-4000-8000-000000000001'
        $null = Set-EmulatorState "ojin/assets/$id/overrides" @{ name = "e$([char]27)[31m$([char]0x202e)gpj"; size_bytes = 12897485 }
        foreach ($text in (Get-OjinAsset | Out-String -Width 80), (Get-OjinAsset $id | Format-List | Out-String -Width 80)) {
            $text | Should -Match '12\.3 MB'
            $text | Should -Match ([regex]::Escape('e\u001B[31m\u202Egpj'))
            $text | Should -Not -Match "$([char]27)\[31m|$([char]0x202e)"
            $text -split '\r?\n' | ForEach-Object { ($_ -replace '\e\[[\d;]*m').Length | Should -BeLessOrEqual 80 }
        }
        (Get-OjinAsset $id).Name | Should -Be "e$([char]27)[31m$([char]0x202e)gpj" -Because 'objects are raw'
    }

    It 'completes ids, names and categories' {
        (TabExpansion2 'Get-OjinAsset ').CompletionMatches.CompletionText | Should -Be '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000003'
        (TabExpansion2 'Get-OjinAsset ').CompletionMatches[0].ListItemText | Should -Be 'asset-00001.mp4'
        (TabExpansion2 'Get-OjinAsset -Name asset-00002').CompletionMatches.CompletionText | Should -Be 'asset-00002.png'
        (TabExpansion2 'Get-OjinAsset -Category ').CompletionMatches.CompletionText | Should -Be 'image', 'video', 'weight'
    }

    It 'completes what the contract names where nobody answers, quickly and without an error' {
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
        try {
            # It takes connections and says nothing.
            Connect-Ojin some-key -BaseUri "http://127.0.0.1:$($listener.LocalEndpoint.Port)/v1"
            $before = $Error.Count
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            (TabExpansion2 'Get-OjinAsset -Category ').CompletionMatches.CompletionText | Should -Be 'image', 'video', 'weight'
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 30
            $Error.Count | Should -Be $before
        } finally { $listener.Stop() }
        Disconnect-Ojin
        (TabExpansion2 'Get-OjinAsset -Category v').CompletionMatches.CompletionText | Should -Be 'video'
    }

    It 'comes through a bad network' {
        $null = Set-EmulatorState ojin/assets -Method POST @{ count = 300 }
        Add-EmulatorFault status -Service ojin -Status 500 -Body '<html>oops</html>' -ContentType text/html
        Add-EmulatorFault cutBeforeHandler -Service ojin
        Add-EmulatorFault cutAnswer -Service ojin -AfterBytes 100
        $run = Invoke-Captured { Get-OjinAsset -Verbose }
        $run.Errors | Should -BeNullOrEmpty
        $run.Output.Count | Should -Be 303
        $run.Verbose.Message -match 'again in' | Should -HaveCount 3
    }
}

Describe 'Remove-OjinAsset' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'deletes what comes through the pipeline, whatever the length of the list' {
        $null = Set-EmulatorState ojin/assets -Method POST @{ count = 350 }
        Get-OjinAsset | Remove-OjinAsset -Confirm:$false | Should -BeNullOrEmpty
        Get-OjinAsset | Should -BeNullOrEmpty
        @(Get-EmulatorRequest -Method DELETE).Count | Should -Be 353
        (Get-EmulatorRequest -Method DELETE)[0].target | Should -Be '/v1/assets/00000000-0000-4000-8000-000000000001'
        (Get-EmulatorRequest -Method DELETE)[0].bodyBytes | Should -Be 0
    }

    It 'goes on after one that is not there or a template' {
        $run = Invoke-Captured { '00000000-0000-4000-8000-0000000000ff', '00000000-0000-4000-a000-000000000001', 'nonsense', '00000000-0000-4000-8000-000000000002' | Remove-OjinAsset -Confirm:$false }
        $run.Errors.CategoryInfo.Category | Should -Be 'ObjectNotFound', 'PermissionDenied', 'InvalidArgument'
        (Get-OjinAsset).Name | Should -Be 'asset-00001.mp4', 'asset-00003.mp4'
    }

    It 'sends nothing with -WhatIf, and is of high impact' {
        Get-OjinAsset | Remove-OjinAsset -WhatIf
        @(Get-EmulatorRequest -Method DELETE) | Should -BeNullOrEmpty
        (Get-Command Remove-OjinAsset).ImplementingType.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false).ConfirmImpact | Should -Be 'High'
    }

    It 'is repeated when the network fails, and a deletion that had its effect is no error' {
        Add-EmulatorFault cutAfterHandler -Service ojin -Method DELETE
        Add-EmulatorFault status -Service ojin -Method DELETE -Status 503 -Body '{}'
        Remove-OjinAsset 00000000-0000-4000-8000-000000000001 -Confirm:$false -ErrorAction Stop
        @(Get-EmulatorRequest -Method DELETE).Count | Should -Be 3
    }
}
