BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/Emulator.psm1" -Force
    Import-OjinModule
    $state = Enter-TestState
    $emulator = Start-Emulator
    $folder = Join-Path $state 'media'
    $cat = New-TestMedia (Join-Path $folder 'cat.png')
    $film = New-TestMedia (Join-Path $folder 'film.mp4') -Size 3MB
    function Get-Run { @((Get-EmulatorState aimp).runs) }
}

AfterAll {
    Disconnect-FromEmulator
    Stop-Emulator
    Exit-TestState
}

Describe 'Get-AimpModel' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'lists the models, readable with dots' {
        $models = Get-AimpModel
        $models.slug | Should -Be 'demo-model', 'image-tagger', 'product-search'
        $models[0].release.hardware.tier | Should -Be 'standard'
        $models[2].modes | Should -Be 'index', 'search'
        $models[0].PSTypeNames | Should -Contain 'Ojin.AimpModel'
        $request = Get-EmulatorRequest
        $request.service, $request.method, $request.target | Should -Be 'aimp', 'GET', '/api/marketplace/models'
        $request.headers.'X-API-Key' | Should -Be $emulator.aimpKey
        $request.headers.PSObject.Properties.Name | Should -Not -Contain 'Authorization'
    }

    It 'finds the list in the envelope <_>' -ForEach 'array', 'data', 'results', 'items', 'models' {
        $null = Set-EmulatorState aimp/options @{ envelope = $_ }
        (Get-AimpModel).slug | Should -Be 'demo-model', 'image-tagger', 'product-search'
    }

    It 'emits what is no list as it came' {
        Add-EmulatorFault replaceBody -Service aimp -Body '{"one":[{"a":1}],"two":[{"b":2}]}'
        $answer = Get-AimpModel
        $answer.one[0].a, $answer.two[0].b | Should -Be 1, 2
        Add-EmulatorFault replaceBody -Service aimp -Body '{"models":[]}'
        Get-AimpModel | Should -BeNullOrEmpty
    }

    It 'warns of a next page that no contract describes' {
        $null = Set-EmulatorState aimp/options @{ envelope = 'results'; nextPage = 'https://example.com/next' }
        $run = Invoke-Captured { Get-AimpModel }
        $run.Output.Count | Should -Be 3
        "$($run.Warnings)" | Should -Match 'next page'
        @(Get-EmulatorRequest).Count | Should -Be 1
    }

    It 'gets models by their slugs, from the pipeline too, and goes on after an error' {
        $run = Invoke-Captured { 'image-tagger', 'no-model', 'demo-model' | Get-AimpModel }
        $run.Output.title | Should -Be 'Image tagger', 'Demo model'
        $run.Errors[0].FullyQualifiedErrorId | Should -Be 'NOT_FOUND,Ojin.PowerShell.Commands.GetAimpModelCommand'
        $run.Errors[0].TargetObject | Should -Be 'no-model'
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match 'Get-AimpModel'
        (Get-EmulatorRequest).target | Should -Be '/api/marketplace/models/image-tagger', '/api/marketplace/models/no-model', '/api/marketplace/models/demo-model'
        (Get-AimpModel | Get-AimpModel).slug | Should -Be 'demo-model', 'image-tagger', 'product-search'
    }

    It 'completes the slugs' {
        (TabExpansion2 'Get-AimpModel -Slug im' 22).CompletionMatches.CompletionText | Should -Be 'image-tagger'
        (TabExpansion2 'Invoke-AimpModel ' 17).CompletionMatches.CompletionText | Should -Contain 'demo-model'
        (TabExpansion2 'Invoke-AimpModel x -Mode s' 26).CompletionMatches.CompletionText | Should -Be 'search'
    }

    It 'shows text from the gateway without what steers a terminal' {
        Add-EmulatorFault replaceBody -Service aimp -Body '{"data":[{"slug":"a\u001b[31m","deep":{"x":"b\u001b]0;c\u0007"},"list":["d\u009b1m"]}]}'
        $model = Get-AimpModel
        ($model | Out-String) | Should -Not -Match '[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]'
        ($model | Out-String) | Should -Match 'slug : a\\u001B\[31m'
        ($model.deep | Out-String) | Should -Not -Match '[\x1b\x07]'
        $model.slug | Should -Be "a$([char]27)[31m" -Because 'the object has what came'
    }
}

Describe 'Invoke-AimpModel' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'runs a model as the contract shows it' {
        $run = Invoke-AimpModel demo-model @{ text = 'Hello' } -Scope playground -Parameter @{}
        $run.output.echo.text | Should -Be 'Hello'
        $run.run_id | Should -Be (Get-Run).runId
        $request = Get-EmulatorRequest
        $request.method, $request.target, $request.headers.'Content-Type' | Should -Be 'POST', '/api/runs', 'application/json'
        $request.headers.'X-API-Key' | Should -Be $emulator.aimpKey
        $request.body | Should -Be '{"model":"demo-model","mode":"execute","scope":"playground","input":{"text":"Hello"},"params":{}}'
    }

    It 'takes <Name> as the input' -ForEach @(
        @{ Name = 'an ordered dictionary'; Value = { [ordered]@{ b = 1; a = [ordered]@{ d = $true; c = $null } } }; Json = '{"b":1,"a":{"d":true,"c":null}}' }
        @{ Name = 'an object'; Value = { [pscustomobject]@{ text = 'x'; list = @(1); empty = @() } }; Json = '{"text":"x","list":[1],"empty":[]}' }
        @{ Name = 'JSON text'; Value = { ' { "n": 1.10, "big": 12345678901234567890 }' }; Json = '{"n":1.10,"big":12345678901234567890}' }
        @{ Name = 'other text'; Value = { 'Hello' }; Json = '"Hello"' }
        @{ Name = 'a number'; Value = { 5 }; Json = '5' }
    ) {
        & $Value | Invoke-AimpModel demo-model | Should -Not -BeNullOrEmpty
        (Get-EmulatorRequest).body | Should -Be "{`"model`":`"demo-model`",`"mode`":`"execute`",`"input`":$Json}"
    }

    It 'runs once for each input, and goes on after an error' {
        $run = Invoke-Captured { @{ n = 1 }, '{ broken', @{ n = 3 } | Invoke-AimpModel demo-model }
        $run.Output.output.echo.n | Should -Be 1, 3
        $run.Errors[0].FullyQualifiedErrorId | Should -Be 'INVALID_ARGUMENT,Ojin.PowerShell.Commands.InvokeAimpModelCommand'
        $run.Errors[0].TargetObject | Should -Be '{ broken'
        (Get-Run).Count | Should -Be 2
    }

    It 'takes the model from the pipeline, and not as its own input' {
        (Get-AimpModel demo-model | Invoke-AimpModel -InputObject @{ text = 'x' }).output.echo.text | Should -Be 'x'
        $run = Invoke-Captured { Get-AimpModel demo-model | Invoke-AimpModel }
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match '-InputObject'
        (Get-Run).Count | Should -Be 1
    }

    It 'gives the output of one model to the next' {
        $null = Set-EmulatorState aimp/models/caption @{ output = @{ text = 'a cat'; score = 0.5; tags = @('one') } }
        (Invoke-AimpModel caption @{ a = 1 }).output | Invoke-AimpModel demo-model | Should -Not -BeNullOrEmpty
        (Get-EmulatorRequest)[-1].Json.input.tags | Should -Be 'one'
        (Get-EmulatorRequest)[-1].body | Should -Match '"tags":\["one"\]'
    }

    It 'indexes and searches with one scope' {
        $null = @{ text = 'red shoe' }, @{ text = 'blue hat' } | Invoke-AimpModel product-search -Mode index -Scope test
        $null = @{ text = 'green scarf' } | Invoke-AimpModel product-search -Mode index -Scope other
        (Invoke-AimpModel product-search @{ text = 'shoe' } -Mode search -Scope test).output.matches.text | Should -Be 'red shoe', 'blue hat'
    }

    It 'refuses <Name> before any call' -ForEach @(
        @{ Name = 'hardware_tier'; With = @{ Option = @{ hardware_tier = 'a100' } }; Says = '*hardware_tier*' }
        @{ Name = 'resources'; With = @{ Option = @{ resources = @() } }; Says = '*resources*' }
        @{ Name = 'alias'; With = @{ Option = '{"alias":"a"}' }; Says = '*alias*' }
        @{ Name = 'collection'; With = @{ Option = [pscustomobject]@{ Collection = 'c' } }; Says = '*collection*' }
        @{ Name = 'namespace'; With = @{ Option = @{ namespace = 'n' } }; Says = '*namespace*' }
        @{ Name = 'parameters that are no object'; With = @{ Parameter = 1, 2 }; Says = '*-Parameter*' }
        @{ Name = 'options that are no object'; With = @{ Option = 'fast' }; Says = '*-Option*' }
        @{ Name = 'index without a scope'; With = @{ Mode = 'index' }; Says = '*needs a scope*' }
        @{ Name = 'search without a scope'; With = @{ Mode = 'search' }; Says = '*needs a scope*' }
        @{ Name = 'a scope that is none'; With = @{ Scope = '-a' }; Says = '*no scope*' }
        @{ Name = 'a scope of 65 letters'; With = @{ Scope = 'a' * 65 }; Says = '*no scope*' }
        @{ Name = 'a file as the whole input'; With = @{ InputObject = { $cat } }; Says = '*which field*' }
        @{ Name = 'a folder'; With = @{ InputObject = { @{ image = Get-Item $folder } } }; Says = '*DirectoryInfo*' }
        @{ Name = 'a file that is not there'; With = @{ InputObject = { @{ image = [System.IO.FileInfo](Join-Path $folder 'no.png'); other = $cat } } }; Says = '*no.png*' }
    ) {
        $given = @{ InputObject = @{ text = 'x' } }
        foreach ($name in $With.Keys) { $given[$name] = $With[$name] -is [scriptblock] ? (& $With[$name]) : $With[$name] }
        Invoke-AimpModel demo-model @given -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems.Count | Should -Be 1
        "$($problems[0])" | Should -BeLike $Says
        $problems[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'sends params and input as they are, whatever their fields are called' {
        $null = Invoke-AimpModel demo-model @{ namespace = 'n' } -Parameter @{ collection = 'c' } -Option @{ priority = 1 }
        (Get-EmulatorRequest).Json.input.namespace | Should -Be 'n'
        (Get-EmulatorRequest).Json.params.collection | Should -Be 'c'
        (Get-EmulatorRequest).Json.options.priority | Should -Be 1
    }

    It 'is sent once when it is refused with <Status>' -ForEach @(
        @{ Status = 402; Category = 'QuotaExceeded'; Unknown = $false; Todo = 'Get-AimpWallet' }
        @{ Status = 409; Category = 'ResourceExists'; Unknown = $false; Todo = 'conflict' }
        @{ Status = 502; Category = 'ResourceUnavailable'; Unknown = $true; Todo = 'Get-AimpUsage' }
    ) {
        $null = Set-EmulatorState aimp/options @{ refuseStatus = $Status; refuseTimes = 10; refuseAfterRun = $Unknown }
        Invoke-AimpModel demo-model @{ a = 1 } -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].CategoryInfo.Category | Should -Be $Category
        $problems[0].Exception.StatusCode, $problems[0].Exception.OutcomeUnknown | Should -Be $Status, $Unknown
        $problems[0].ErrorDetails.RecommendedAction | Should -Match $Todo
        @(Get-EmulatorRequest).Count | Should -Be 1
        (Get-Run).Count | Should -Be ([int]$Unknown)
    }

    It 'is charged once when the answer is lost' {
        Add-EmulatorFault cutAfterHandler -Service aimp -Always
        Invoke-AimpModel demo-model @{ a = 1 } -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'OUTCOME_UNKNOWN,*'
        (Get-Run).Count | Should -Be 1
    }

    It 'waits its turn after a 429' {
        $null = Set-EmulatorState aimp/options @{ refuseStatus = 429; refuseTimes = 2; refuseRetryAfter = 0 }
        Invoke-AimpModel demo-model @{ a = 1 } | Should -Not -BeNullOrEmpty
        @(Get-EmulatorRequest).Count | Should -Be 3
        (Get-Run).Count | Should -Be 1
    }

    It 'sends and uploads nothing with -WhatIf' {
        Invoke-AimpModel image-tagger @{ image = $cat } -WhatIf | Should -BeNullOrEmpty
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'uploads a file in the input and runs, in one line' {
        $run = Invoke-AimpModel image-tagger @{ image = Get-Item $cat }
        $run.output.tags.label | Should -Be 'cat', 'sofa'
        (Get-EmulatorRequest).target -replace '\?.*' | Should -BeLikeExactly '/*'
        (Get-EmulatorRequest -Service aimp).target | Should -Be '/api/media/upload/init', '/api/media/upload/complete', '/api/runs'
        (Get-Run).input.image | Should -Be (Get-EmulatorState aimp).uploads.mediaRef
    }

    It 'uploads files at any depth, each once' {
        $null = Invoke-AimpModel demo-model @{ pages = @(@{ file = $cat }, @{ file = $film }, @{ file = $cat }); text = 'x' }
        $uploads = (Get-EmulatorState aimp).uploads
        $uploads.fileName | Sort-Object | Should -Be 'cat.png', 'film.mp4'
        $files = (Get-Run).input.pages.file
        $files[0] | Should -Be $files[2]
        $files | Sort-Object -Unique | Should -Be ($uploads.mediaRef | Sort-Object)
    }

    It 'uploads a folder of files, one run each' {
        $runs = Get-ChildItem $folder -Filter *.png | ForEach-Object { Invoke-AimpModel image-tagger @{ image = $_ } }
        $runs.status | Should -Be 'succeeded'
    }
}

Describe 'Send-AimpMedia' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'uploads a file in three steps' {
        $media = Send-AimpMedia $cat.FullName
        $media.PSTypeNames[0] | Should -Be 'Ojin.AimpMedia'
        $media.FileName, $media.ContentType, $media.MediaType, $media.SizeBytes | Should -Be 'cat.png', 'image/png', 'image', $cat.Length
        $requests = @(Get-EmulatorRequest)
        $requests.service | Should -Be 'aimp', 'storage', 'aimp'
        $requests.method | Should -Be 'POST', 'PUT', 'POST'
        $requests[0].target, $requests[2].target | Should -Be '/api/media/upload/init', '/api/media/upload/complete'
        $requests[0].body | Should -Be "{`"filename`":`"cat.png`",`"content_type`":`"image/png`",`"media_type`":`"image`",`"size_bytes`":$($cat.Length)}"
        $requests[1].headers.'Content-Type', $requests[1].headers.'Content-Length' | Should -Be 'image/png', "$($cat.Length)"
        $requests[1].headers.PSObject.Properties.Name | Should -Not -Contain 'X-API-Key'
        $requests[2].body | Should -Be "{`"upload_id`":`"$($media.UploadId)`"}"
        $requests[0, 2].headers.'X-API-Key' | Select-Object -Unique | Should -Be $emulator.aimpKey
        $media.MediaRef | Should -Be (Get-EmulatorState aimp).uploads.mediaRef
    }

    It 'takes files from the pipeline, and goes on after an error' {
        $empty = New-Item (Join-Path $folder 'empty.bin') -Force
        try {
            $run = Invoke-Captured { $cat, (Join-Path $folder 'no.png'), $empty, $film, [System.IO.FileInfo]$cat.FullName | Send-AimpMedia }
            ($run.Output | Sort-Object FileName).FileName | Should -Be 'cat.png', 'cat.png', 'film.mp4'
            ($run.Output | Sort-Object FileName).MediaType | Should -Be 'image', 'image', 'video'
            $run.Errors.FullyQualifiedErrorId | Should -Be 'FILE_NOT_FOUND,Ojin.PowerShell.Commands.SendAimpMediaCommand', 'FILE_UNUSABLE,Ojin.PowerShell.Commands.SendAimpMediaCommand'
        } finally { Remove-Item $empty }
    }

    It 'sends so many files at a time as it is told' {
        Add-EmulatorFault delay -Service storage -Method PUT -Always -DelayMs 600000
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript('param($manifest, $file) Import-Module $manifest; @($file) * 5 | Send-AimpMedia -ThrottleLimit 3').AddArgument((Get-OjinManifest)).AddArgument($cat.FullName)
            $running = $shell.BeginInvoke()
            $null = Get-EmulatorRequest -Service storage -Method PUT -Count 3
            @(Get-EmulatorRequest -Path /init).Count | Should -Be 3
            Clear-EmulatorFault
            $shell.EndInvoke($running).Count | Should -Be 5
            $shell.Streams.Error | Should -BeNullOrEmpty
        } finally { $shell.Dispose() }
    }

    It 'takes wildcards with -Path and none with -LiteralPath' {
        $odd = Copy-Item -LiteralPath $cat.FullName (Join-Path $folder 'a[1].png') -PassThru
        try {
            (Send-AimpMedia (Join-Path $folder 'c*.png')).FileName | Should -Be 'cat.png'
            (Send-AimpMedia -LiteralPath $odd.FullName).FileName | Should -Be 'a[1].png'
            ($odd | Send-AimpMedia).FileName | Should -Be 'a[1].png'
            $run = Invoke-Captured { Send-AimpMedia (Join-Path $folder 'x*.png') }
            $run.Errors.Count | Should -Be 1
        } finally { Remove-Item -LiteralPath $odd }
    }

    It 'sends the type and the kind that are given' {
        $media = Send-AimpMedia $cat.FullName -ContentType application/x-own -MediaType audio
        $media.ContentType, $media.MediaType | Should -Be 'application/x-own', 'audio'
        (Get-EmulatorRequest -Service storage).headers.'Content-Type' | Should -Be 'application/x-own'
        (Get-EmulatorRequest)[0].Json.media_type | Should -Be 'audio'
    }

    It 'gives the bytes to the gateway''s own origin with the key' {
        $null = Set-EmulatorState aimp/options @{ uploadTo = 'gateway'; nestMediaAnswers = $true }
        $run = Invoke-Captured { $DebugPreference = 'Continue'; Send-AimpMedia $cat.FullName -Verbose -Debug }
        $run.Output.MediaRef | Should -Not -BeNullOrEmpty
        @(Get-EmulatorRequest).service | Select-Object -Unique | Should -Be 'aimp'
        (Get-EmulatorRequest -Method PUT).headers.'X-API-Key' | Should -Be $emulator.aimpKey
        $run.Text | Should -Not -Match 'token-of-' -Because 'the query of an upload URL is a secret'
    }

    It 'passes a reference of any shape unchanged into an input' {
        $null = Set-EmulatorState aimp/options @{ objectMediaRefs = $true }
        $media = Send-AimpMedia $cat.FullName
        # The emulator refuses a reference in which a single letter has changed.
        (Invoke-AimpModel image-tagger @{ image = $media }).status | Should -Be 'succeeded'
        (Invoke-AimpModel image-tagger @{ image = $media.MediaRef }).status | Should -Be 'succeeded'
        (Invoke-AimpModel image-tagger ([pscustomobject]@{ image = $media.MediaRef })).status | Should -Be 'succeeded'
        ($media | ForEach-Object { Invoke-AimpModel image-tagger @{ image = $_ } }).status | Should -Be 'succeeded'
        (Get-Run).Count | Should -Be 4
    }

    It 'does not take a media reference as a whole input' {
        $run = Invoke-Captured { Send-AimpMedia $cat.FullName | Invoke-AimpModel image-tagger }
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match '@\{ image = \$media \}'
        (Get-Run).Count | Should -Be 0
    }

    It 'sends the bytes again when they are lost, and the rest once' {
        Add-EmulatorFault cutBeforeHandler -Service storage
        (Send-AimpMedia $film.FullName).SizeBytes | Should -Be $film.Length
        @(Get-EmulatorRequest -Service storage).Count | Should -Be 2
        @(Get-EmulatorRequest -Service aimp).Count | Should -Be 2
        Clear-EmulatorRequest
        Add-EmulatorFault cutAfterHandler -Service aimp -Path complete -Always
        Send-AimpMedia $cat.FullName -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'OUTCOME_UNKNOWN,*'
        @(Get-EmulatorRequest -Path complete).Count | Should -Be 1
    }

    It 'sends nothing with -WhatIf' {
        Get-ChildItem $folder -File | Send-AimpMedia -WhatIf | Should -BeNullOrEmpty
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'shows what it uploaded in a table' {
        ($cat, $film | Send-AimpMedia -ThrottleLimit 1 | Out-String -Width 120) | Should -Match '(?s)MediaRef\s+MediaType\s+Size\s+FileName.*mref_.*image.*cat\.png.*mref_.*video.*3\.0 MB.*film\.mp4'
    }
}

Describe 'Get-AimpWallet and Get-AimpUsage' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'show what the gateway says' {
        (Get-AimpWallet).balance | Should -BeExactly '42.50'
        $null = Invoke-AimpModel demo-model @{ a = 1 }
        (Get-AimpUsage).by_model[0].runs | Should -Be 1
        (Get-EmulatorRequest).target | Should -Be '/api/billing/wallet', '/api/runs', '/api/billing/usage/summary'
        (Get-EmulatorRequest).headers.'X-API-Key' | Select-Object -Unique | Should -Be $emulator.aimpKey
    }

    It 'take any shape' {
        Add-EmulatorFault replaceBody -Service aimp -Body '[{"a":1},{"a":2}]'
        (Get-AimpWallet).a | Should -Be 1, 2
        Add-EmulatorFault replaceBody -Service aimp -Body '{"deep":{"list":[{"n":1.10}]}}'
        "$((Get-AimpUsage).deep.list[0].n)" | Should -Be '1.10'
        Add-EmulatorFault replaceBody -Service aimp -Body 'null'
        Get-AimpUsage | Should -BeNullOrEmpty
        Add-EmulatorFault replaceBody -Service aimp -Body '<html>'
        (Invoke-Captured { Get-AimpWallet }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'INVALID_ANSWER,*'
    }

    It 'go again when the gateway fails' {
        Add-EmulatorFault status -Service aimp -Status 503 -Times 2
        Get-AimpWallet | Should -Not -BeNullOrEmpty
        @(Get-EmulatorRequest).Count | Should -Be 3
    }

    It 'tell a key that may not from one that is wrong' {
        Connect-Aimp aimp-forbidden-key -GatewayUri $emulator.aimp
        (Invoke-Captured { Get-AimpWallet }).Errors[0].CategoryInfo.Category | Should -Be 'PermissionDenied'
        Connect-Aimp wrong -GatewayUri $emulator.aimp
        $run = Invoke-Captured { Get-AimpWallet }
        $run.Errors[0].CategoryInfo.Category | Should -Be 'AuthenticationError'
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match 'Connect-Aimp'
    }
}

Describe 'The gateway''s address' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator }

    It 'comes with or without /api and a slash: <_>' -ForEach '', '/', '/api', '/api/' {
        Connect-Aimp $emulator.aimpKey -GatewayUri "$($emulator.aimp.TrimEnd('/'))$_"
        $null = Get-AimpWallet
        Disconnect-Aimp
        $env:AIMP_GATEWAY_URL = "$($emulator.aimp.TrimEnd('/'))$_"
        $env:AIMP_API_KEY = $emulator.aimpKey
        $null = Get-AimpWallet
        (Get-EmulatorRequest).target | Should -Be '/api/billing/wallet', '/api/billing/wallet'
    }

    It 'is asked for where there is none' {
        foreach ($command in { Get-AimpModel }, { Invoke-AimpModel demo-model @{ a = 1 } }, { Get-AimpUsage }) {
            $run = Invoke-Captured $command
            $run.Errors[0].FullyQualifiedErrorId | Should -BeLike 'NOT_CONNECTED,*'
            $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match 'AIMP_GATEWAY_URL'
        }
    }
}
