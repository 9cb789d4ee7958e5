BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/Emulator.psm1" -Force
    Import-OjinModule
    $state = Enter-TestState
    $emulator = Start-Emulator
}

AfterAll {
    Disconnect-FromEmulator
    Stop-Emulator
    Exit-TestState
}

Describe 'Invoke-OjinRequest' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'asks <Service> at its address with its credential' -ForEach @(
        @{ Service = 'Ojin'; Path = 'model-variants?limit=1'; Target = '/v1/model-variants?limit=1'; Header = 'X-API-Key'; Key = 'ojinKey' }
        @{ Service = 'Ojin'; Path = '/v1/model-variants'; Target = '/v1/model-variants'; Header = 'X-API-Key'; Key = 'ojinKey' }
        @{ Service = 'Ozor'; Path = '/api/v1/documents/voices'; Target = '/api/v1/documents/voices'; Header = 'X-API-Key'; Key = 'ozorKey' }
        @{ Service = 'Ozor'; Path = 'api/api-keys'; Target = '/api/api-keys'; Header = 'Authorization'; Key = 'firebaseToken' }
        @{ Service = 'Aimp'; Path = 'billing/wallet'; Target = '/api/billing/wallet'; Header = 'X-API-Key'; Key = 'aimpKey' }
        @{ Service = 'Aimp'; Path = '/api/billing/wallet'; Target = '/api/billing/wallet'; Header = 'X-API-Key'; Key = 'aimpKey' }
    ) {
        $null = Invoke-OjinRequest $Service $Path -ErrorAction SilentlyContinue
        $request = Get-EmulatorRequest
        $request.service, $request.method, $request.target | Should -Be $Service.ToLowerInvariant(), 'GET', $Target
        $request.headers.$Header | Should -Be ($Header -eq 'Authorization' ? "Bearer $($emulator.$Key)" : $emulator.$Key)
        $other = $Header -eq 'Authorization' ? 'X-API-Key' : 'Authorization'
        $request.headers.PSObject.Properties.Name | Should -Not -Contain $other
    }

    It 'sends no key to the Session API and to what is public' {
        $answer = Invoke-OjinRequest Agents v1/public/agents/connect -Method Post -Body @{ agent_id = 'agent-open' }
        $answer.session_id | Should -Not -BeNullOrEmpty
        (Invoke-OjinRequest Ojin public/assets/00000000-0000-4000-8000-000000000001).asset_id | Should -Be '00000000-0000-4000-8000-000000000001'
        (Get-EmulatorRequest).headers | ForEach-Object { $_.PSObject.Properties.Name | Should -Not -Contain 'X-API-Key' }
    }

    It 'gives what came, readable with dots' {
        $answer = Invoke-OjinRequest Ojin assets -Query @{ limit = 2 }
        $answer.data.Count | Should -Be 2
        $answer.data[0].size_bytes | Should -BeGreaterThan 0
        $answer.pagination.total_items | Should -Be 3
    }

    It 'escapes the names and values of -Query, and takes lists' {
        $null = Invoke-OjinRequest Ojin assets -Query ([ordered]@{ name = 'a b&c'; flag = $true; tag = 'x', 'y'; none = $null }) -ErrorAction SilentlyContinue
        (Get-EmulatorRequest).target | Should -Be '/v1/assets?name=a%20b%26c&flag=true&tag=x&tag=y'
        Clear-EmulatorRequest
        $null = Invoke-OjinRequest Ojin 'assets/a b/ü?x=1' -Query @{ y = 2 } -ErrorAction SilentlyContinue
        (Get-EmulatorRequest).target | Should -Be '/v1/assets/a%20b/%C3%BC?x=1&y=2'
    }

    It 'sends a hashtable, an object, a list or JSON text as the body' {
        $null = Invoke-OjinRequest Ojin things -Method Post -Body ([ordered]@{ b = 1; a = @{ c = @(1) } }) -ErrorAction SilentlyContinue
        $null = Invoke-OjinRequest Ojin things -Method Put -Body ([pscustomobject]@{ a = $null }) -ErrorAction SilentlyContinue
        $null = Invoke-OjinRequest Ojin things -Method Patch -Body @(1, 'x') -ErrorAction SilentlyContinue
        $null = Invoke-OjinRequest Ojin things -Method Post -Body '{ "n": 1.10 }' -ErrorAction SilentlyContinue
        (Get-EmulatorRequest).method | Should -Be 'POST', 'PUT', 'PATCH', 'POST'
        (Get-EmulatorRequest).body | Should -Be '{"b":1,"a":{"c":[1]}}', '{"a":null}', '[1,"x"]', '{ "n": 1.10 }'
        (Get-EmulatorRequest).headers.'Content-Type' | Select-Object -Unique | Should -Be 'application/json'
    }

    It 'does the work of a cmdlet' {
        $created = Invoke-OjinRequest Ojin model-configs -Method Post -Body @{ title = 'By hand'; model_variant_id = 'ojin/oris-1.0/standard' }
        (Get-OjinModelConfig $created.model_config_id).Title | Should -Be 'By hand'
        Invoke-OjinRequest Ojin "model-configs/$($created.model_config_id)" -Method Delete | Should -BeNullOrEmpty
        (Invoke-Captured { Get-OjinModelConfig $created.model_config_id }).Errors[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
    }

    It 'refuses a path that would leave the origin: <_>' -ForEach 'https://evil.example/x', '//evil.example/x', '\\evil.example\x', '../../x', 'a/%2e%2E/%2e%2e/x', 'HTTP://127.0.0.1:1/v1/assets', 'x#y', "a`nb" {
        Invoke-OjinRequest Ojin $_ -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -Be 'INVALID_ADDRESS,Ojin.PowerShell.Commands.InvokeOjinRequestCommand'
        $problems[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'refuses the address of another service, and takes its own' {
        (Invoke-Captured { Invoke-OjinRequest Ojin "$($emulator.ozor.TrimEnd('/'))/api/v1/videos" }).Errors.Count | Should -Be 1
        (Invoke-Captured { Invoke-OjinRequest Aimp "$($emulator.elsewhere.TrimEnd('/'))/x" }).Errors.Count | Should -Be 1
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
        (Invoke-OjinRequest Ojin "$($emulator.ojin.TrimEnd('/'))/assets?limit=1").data.Count | Should -Be 1
    }

    It 'does not follow a redirect' {
        Add-EmulatorFault redirect -Service ojin -Location '{elsewhere}/x'
        (Invoke-Captured { Invoke-OjinRequest Ojin assets }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'REDIRECTED,*'
        @(Get-EmulatorRequest -Service elsewhere) | Should -BeNullOrEmpty
    }

    It 'sends nothing with -WhatIf unless it reads: <_>' -ForEach 'Post', 'Put', 'Patch', 'Delete' {
        Invoke-OjinRequest Ojin things -Method $_ -WhatIf | Should -BeNullOrEmpty
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
        (Invoke-OjinRequest Ojin assets -WhatIf).data.Count | Should -Be 3
    }

    It 'repeats what reads, and sends what writes once' {
        Add-EmulatorFault status -Service ojin -Status 503 -Times 2
        (Invoke-OjinRequest Ojin assets).data.Count | Should -Be 3
        @(Get-EmulatorRequest).Count | Should -Be 3
        Clear-EmulatorRequest
        Add-EmulatorFault status -Service ojin -Status 503 -Always
        Invoke-OjinRequest Ojin things -Method Post -Body @{} -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].Exception.OutcomeUnknown | Should -BeTrue
        @(Get-EmulatorRequest).Count | Should -Be 1
    }

    It 'holds a run by hand to the contract' {
        foreach ($body in @{ model = 'demo-model'; input = @{}; parameters = @{} }, @{ model = 'demo-model'; input = @{}; namespace = 'n' }, @{ model = 'demo-model'; input = @{}; options = @{ hardware_tier = 'x' } }) {
            (Invoke-Captured { Invoke-OjinRequest Aimp runs -Method Post -Body $body }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'INVALID_ARGUMENT,*'
        }
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
        (Invoke-OjinRequest Aimp runs -Method Post -Body @{ model = 'demo-model'; input = @{ a = 1 } }).output.echo.a | Should -Be 1
    }

    It 'refuses a body where there is none, and one that is no JSON' {
        (Invoke-Captured { Invoke-OjinRequest Ojin assets -Body @{ a = 1 } }).Errors[0].ErrorDetails.RecommendedAction | Should -Match '-Query'
        (Invoke-Captured { Invoke-OjinRequest Ojin assets -Method Post -Body 'no json' }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'INVALID_ARGUMENT,*'
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'takes paths from the pipeline, and goes on after an error' {
        $run = Invoke-Captured { 'assets', 'nowhere', '../x', 'model-configs' | Invoke-OjinRequest Ojin }
        $run.Output.Count | Should -Be 2
        $run.Errors.TargetObject | Should -Be 'nowhere', '../x'
    }

    It 'refuses the session of another service' {
        $ozor = Connect-Ozor $emulator.ozorKey -BaseUri $emulator.ozor -PassThru
        (Invoke-Captured { Invoke-OjinRequest Ojin assets -Session $ozor }).Errors[0].ErrorDetails.RecommendedAction | Should -Match 'Connect-Ojin'
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'gives bytes that are no text as bytes' {
        Add-EmulatorFault status -Service ojin -Status 200 -Body 'PNG' -ContentType image/png
        $answer = Invoke-OjinRequest Ojin picture
        , $answer | Should -BeOfType [byte[]]
        [System.Text.Encoding]::ASCII.GetString($answer) | Should -Be 'PNG'
    }
}

Describe 'Invoke-OjinRequest -OutFile' {
    BeforeEach {
        Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator
        $file = Join-Path $state "$([guid]::NewGuid().ToString('N')).out"
    }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty; @(Get-ChildItem $state -Filter *partial*) | Should -BeNullOrEmpty }

    It 'writes the answer as it came and returns the file' {
        $written = Invoke-OjinRequest Ojin assets -OutFile $file
        $written | Should -BeOfType [System.IO.FileInfo]
        $written.FullName | Should -Be $file
        (Get-Content -Raw $file | ConvertFrom-Json).pagination.total_items | Should -Be 3
    }

    It 'takes a relative path and one of a drive of PowerShell' {
        $null = New-PSDrive Here FileSystem $state
        try {
            Push-Location Here:
            (Invoke-OjinRequest Ojin assets -OutFile ([System.IO.Path]::GetFileName($file))).FullName | Should -Be $file
        } finally { Pop-Location; Remove-PSDrive Here }
    }

    It 'streams: an answer far beyond what is read into memory gets to the disk' {
        Add-EmulatorFault replaceBody -Service ojin -Body 'start' -GarbageBytes 64MB
        $before = [GC]::GetTotalAllocatedBytes($true)
        (Invoke-OjinRequest Ojin assets -OutFile $file).Length | Should -Be (64MB + 5)
        ([GC]::GetTotalAllocatedBytes($true) - $before) | Should -BeLessThan 32MB
    }

    It 'leaves nothing when the answer is cut' {
        Add-EmulatorFault cutAnswer -Service ojin -AfterBytes 20
        Invoke-OjinRequest Ojin assets -OutFile $file -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'CONNECTION_LOST,*'
        Test-Path $file | Should -BeFalse
    }

    It 'leaves nothing when the request is refused' {
        Invoke-OjinRequest Ojin nowhere -OutFile $file -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        Test-Path $file | Should -BeFalse
    }

    It 'overwrites no file and asks for none where it cannot be: <Name>' -ForEach @(
        @{ Name = 'there already'; Path = { Set-Content $file mine; $file }; Says = '*there already*' }
        @{ Name = 'a folder'; Path = { $state }; Says = '*is a folder*' }
        @{ Name = 'no folder'; Path = { Join-Path $file 'x.json' }; Says = '*folder*not there*' }
        @{ Name = 'no file at all'; Path = { 'env:ojin' }; Says = '*no path of the file system*' }
    ) {
        $path = & $Path
        Invoke-OjinRequest Ojin assets -OutFile $path -ErrorVariable problems -ErrorAction SilentlyContinue
        "$($problems[0])" | Should -BeLike $Says
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
        if (Test-Path $file) { Get-Content $file | Should -Be 'mine' }
    }

    It 'writes nothing with -WhatIf' {
        Invoke-OjinRequest Ojin assets -OutFile $file -WhatIf | Should -BeNullOrEmpty
        Test-Path $file | Should -BeFalse
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }
}
