BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/Emulator.psm1" -Force
    Import-OjinModule
    $state = Enter-TestState
    $emulator = Start-Emulator
    $folder = Join-Path $state 'documents'
    $deck = New-TestMedia (Join-Path $folder 'deck "größe" 東京.pptx')
    $null = New-TestMedia (Join-Path $folder 'letter.docx')
    $null = New-TestMedia (Join-Path $folder 'paper.pdf')
    $bad = Join-Path $state 'bad'
    $plan = 'plan_000000000001'

    function New-BadFile {
        # What is no document, each in its own way; returns what is to be piped.
        param([Parameter(Mandatory)] [string] $Name)
        $null = New-Item -ItemType Directory -Force -Path $bad
        $path = Join-Path $bad $Name
        switch ($Name) {
            'text.pdf' { [System.IO.File]::WriteAllText($path, 'Just text.') }
            'text.txt' { [System.IO.File]::WriteAllText($path, 'Just text.') }
            'empty.pdf' { [System.IO.File]::WriteAllBytes($path, @()) }
            'folder.pdf' { $null = New-Item -ItemType Directory -Force -Path $path }
            'deck.docx' { Copy-Item -LiteralPath $deck.FullName -Destination $path }
            'large.pdf' {
                # Sparse: it takes no room on the disk.
                $file = [System.IO.File]::Create($path)
                try { $file.Write([System.Text.Encoding]::ASCII.GetBytes('%PDF-1.7')); $file.SetLength(50MB + 1) } finally { $file.Dispose() }
            }
            'none.pdf' { return $path }
        }
        Get-Item -LiteralPath $path
    }
}

AfterAll {
    Disconnect-FromEmulator
    Stop-Emulator
    Exit-TestState
}

Describe 'From documents to films' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator -Service Ozor }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'is one line' {
        $null = Set-EmulatorState ozor/balance @{ credits = 100 }
        $null = Set-EmulatorState ozor/options @{ eventMs = 1; doneTwice = $true }
        $films = Join-Path $state 'films'
        $null = New-Item -ItemType Directory -Force -Path $films
        $saved = Get-ChildItem $folder | New-OzorPlan -TargetDurationSec 20 | Set-OzorPlan -VoiceId nova | Invoke-OzorPlan |
            Start-OzorExport -Quality 1080p -Public | Wait-OzorExport -PollIntervalSec 0.1 | Save-OzorVideo -Path $films
        @($saved).Count | Should -Be 3
        $saved.FullName | Sort-Object | Should -Be ((Get-ChildItem $films).FullName | Sort-Object)
        $saved | ForEach-Object { $_.Extension | Should -Be '.mp4'; $_.Length | Should -BeGreaterThan 500 }
        $charges = @(Get-EmulatorState ozor/charges)
        ($charges.operation | Group-Object -NoElement | Sort-Object Name | ForEach-Object { "$($_.Name) $($_.Count)" }) | Should -Be 'analyze 3', 'plan 3'
        (Get-EmulatorRequest -Method PATCH).body | Should -Be (@('{"voiceSettings":{"voiceId":"nova"}}') * 3)
        @(Get-EmulatorRequest -Method POST -Path analyze).Count | Should -Be 3
    }
}

Describe 'New-OzorPlan' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator -Service Ozor }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'makes the plan of a document, typed' {
        $made = New-OzorPlan $deck.FullName -TargetDurationSec 60 -Prompt 'For children' -Aspect 9:16
        $made.PSTypeNames[0] | Should -Be 'Ojin.OzorPlan'
        $made.PlanId | Should -Match '^plan_[0-9a-f]{12}$'
        $made.FileName, $made.FileType, $made.Status, $made.AspectRatio | Should -Be $deck.Name.Replace('"', '%22'), 'pptx', 'draft', '9:16'
        $made.CreatedAt | Should -BeOfType [DateTimeOffset]
        [Math]::Abs(($made.CreatedAt - [DateTimeOffset]::UtcNow).TotalMinutes) | Should -BeLessThan 10
        $made.Scenes.Count | Should -Be 12
        $made.Scenes[0].PSTypeNames[0] | Should -Be 'Ojin.OzorScene'
        $request = Get-EmulatorRequest
        $request.method, $request.target | Should -Be 'POST', '/api/v1/documents/analyze'
        $request.headers.'Content-Type' | Should -BeLike 'multipart/form-data; boundary=*'
        (Get-EmulatorState ozor/charges).credits | Should -Be 1
    }

    It 'takes paths as text, with wildcards, and files from Get-ChildItem and Get-Item' {
        (New-OzorPlan (Join-Path $folder '*')).Count | Should -Be 3
        ((Join-Path $folder 'paper.pdf'), (Join-Path $folder 'letter.docx') | New-OzorPlan).FileName | Sort-Object | Should -Be 'letter.docx', 'paper.pdf'
        (Get-Item (Join-Path $folder 'paper.pdf') | New-OzorPlan).FileName | Should -Be 'paper.pdf'
        (New-OzorPlan -LiteralPath $deck.FullName).FileType | Should -Be 'pptx'
    }

    It 'makes the plan of a web page over <_>' -ForEach 'http', 'https' {
        (New-OzorPlan -Uri "${_}://example.com/a?b=c").SourceUrl | Should -Be "${_}://example.com/a?b=c"
    }

    It 'refuses <Uri> before any call' -ForEach @(
        @{ Uri = 'ftp://example.com/a.pdf' }
        @{ Uri = 'example.com' }
        @{ Uri = 'file:///etc/hosts' }
        @{ Uri = 'https://' }
    ) {
        $run = Invoke-Captured { New-OzorPlan -Uri $Uri }
        $run.Errors[0].FullyQualifiedErrorId | Should -Be 'INVALID_ARGUMENT,Ojin.PowerShell.Commands.NewOzorPlanCommand'
        $run.Errors[0].CategoryInfo.Category | Should -Be InvalidArgument
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'goes on after <Name>' -ForEach @(
        @{ Name = 'text.pdf'; Id = 'FILE_UNUSABLE'; Part = 'no PDF file' }
        @{ Name = 'text.txt'; Id = 'FILE_UNUSABLE'; Part = 'takes .pdf, .pptx and .docx' }
        @{ Name = 'empty.pdf'; Id = 'FILE_UNUSABLE'; Part = 'is empty' }
        @{ Name = 'folder.pdf'; Id = 'FILE_UNUSABLE'; Part = 'is a folder' }
        @{ Name = 'deck.docx'; Id = 'FILE_UNUSABLE'; Part = 'no DOCX file' }
        @{ Name = 'large.pdf'; Id = 'FILE_UNUSABLE'; Part = 'at most 50 MiB' }
        @{ Name = 'none.pdf'; Id = 'FILE_NOT_FOUND'; Part = 'no file' }
    ) {
        $wrong = New-BadFile $Name
        $run = Invoke-Captured { $wrong, (Get-Item (Join-Path $folder 'paper.pdf')) | New-OzorPlan }
        $run.Output.FileName | Should -Be 'paper.pdf'
        $run.Errors.Count | Should -Be 1
        $run.Errors[0].FullyQualifiedErrorId | Should -Be "$Id,Ojin.PowerShell.Commands.NewOzorPlanCommand"
        "$($run.Errors[0])" | Should -Match ([regex]::Escape($Part))
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match 'Nothing was sent'
        "$($run.Errors[0].TargetObject)" | Should -BeLike "*$Name"
        @(Get-EmulatorRequest).Count | Should -Be 1
    }

    It 'refuses <Name> at once' -ForEach @(
        @{ Name = 'no duration'; With = @{ TargetDurationSec = 0 } }
        @{ Name = 'another aspect'; With = @{ Aspect = '4:3' } }
        @{ Name = 'an empty prompt'; With = @{ Prompt = '' } }
        @{ Name = 'an empty path'; With = @{ Path = '' } }
        @{ Name = 'a document and a page'; With = @{ Uri = 'https://example.com'; LiteralPath = 'a.pdf' } }
    ) {
        $all = $With.Clone()
        if (-not ($With.ContainsKey('Path') -or $With.ContainsKey('LiteralPath'))) { $all.Path = Join-Path $folder 'paper.pdf' }
        { New-OzorPlan @all } | Should -Throw
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'goes on after a document that the service cannot read, and says that the credit may be spent' {
        $null = Set-EmulatorState ozor/options @{ failAnalyses = 1 }
        $run = Invoke-Captured { Get-ChildItem $folder -Filter *.pdf | New-OzorPlan; Get-ChildItem $folder -Filter *.docx | New-OzorPlan }
        $run.Output.FileName | Should -Be 'letter.docx'
        $run.Errors[0].CategoryInfo.Category | Should -Be ResourceUnavailable
        "$($run.Errors[0])" | Should -Match 'the document could not be read'
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match 'not sent again'
        "$($run.Errors[0].TargetObject)" | Should -BeLike '*paper.pdf'
        @(Get-EmulatorRequest -Method POST).Count | Should -Be 2
    }

    It 'says what the service says when the credits are gone' {
        $null = Set-EmulatorState ozor/balance @{ credits = 0 }
        $run = Invoke-Captured { New-OzorPlan -Uri https://example.com }
        $run.Errors[0].CategoryInfo.Category | Should -Be QuotaExceeded
        "$($run.Errors[0])" | Should -Match 'out of credits'
    }

    It 'refuses what goes over the credit limit before any call' {
        $limited = Connect-Ozor $emulator.ozorKey -BaseUri $emulator.ozor -CreditLimit 2 -PassThru
        $run = Invoke-Captured { Get-ChildItem $folder | New-OzorPlan }
        $run.Output.Count | Should -Be 2
        $run.Errors.FullyQualifiedErrorId | Should -Be 'CREDIT_LIMIT,Ojin.PowerShell.Commands.NewOzorPlanCommand'
        $run.Errors[0].CategoryInfo.Category | Should -Be QuotaExceeded
        @(Get-EmulatorRequest).Count | Should -Be 2
        $limited.CreditsStarted | Should -Be 2
    }

    It 'ends with -ErrorAction Stop' {
        { New-BadFile text.pdf | New-OzorPlan -ErrorAction Stop } | Should -Throw -ErrorId 'FILE_UNUSABLE,*'
    }
}

Describe 'Get-OzorPlan' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator -Service Ozor }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'reads plans, from the pipeline too, and goes on after an error' {
        $run = Invoke-Captured { $plan, 'plan_none', 'plan_foreign0000', ' ', 'plan_000000000002' | Get-OzorPlan }
        $run.Output.PlanId | Should -Be $plan, 'plan_000000000002'
        $run.Errors.CategoryInfo.Category | Should -Be ObjectNotFound, PermissionDenied, InvalidArgument
        $run.Errors.TargetObject | Should -Be 'plan_none', 'plan_foreign0000', ' '
        ($run.Output | Get-OzorPlan).PlanId | Should -Be $plan, 'plan_000000000002'
        (Get-OzorPlan plan_000000000002).VideoId | Should -Be 'videoplan' -Because 'the video commands take it from there'
    }

    It 'gives fresh URLs of pictures and shows no signature' {
        $read = Get-OzorPlan $plan
        $uri = $read.Scenes[0].ImageRefs[0].Url.ToUri()
        $uri.Query | Should -Not -BeNullOrEmpty
        (Invoke-WebRequest -Uri $uri -NoProxy).StatusCode | Should -Be 200
        $secret = ($uri.Query.TrimStart('?') -split '&' | Where-Object { $_ -match 'Signature' }) -replace '^[^=]*='
        $secret | Should -Not -BeNullOrEmpty
        foreach ($text in ($read | Format-List * | Out-String -Width 500), ($read | ConvertTo-Json -Depth 20), ($read.Scenes | Format-List * | Out-String -Width 500), ($read.Scenes.ImageRefs | Out-String -Width 500), ($read | ConvertTo-Csv | Out-String)) {
            $text | Should -Not -Match ([regex]::Escape($secret))
        }
        $run = Invoke-Captured { Get-OzorPlan $plan -Verbose -Debug }
        $run.Text | Should -Not -Match ([regex]::Escape($secret))
        $run.Text | Should -Not -Match ([regex]::Escape($emulator.ozorKey))
    }

    It 'shows a plan and its scenes as tables' {
        $lines = (Get-OzorPlan $plan | Out-String -Width 80) -split '\r?\n'
        $lines -match '^PlanId' | Should -Not -BeNullOrEmpty
        ($lines -match $plan)[0] | Should -Match "$plan\s+draft\s+6\s+3\s+"
        ((Get-OzorPlan $plan).Scenes | Out-String -Width 80) | Should -Match '(?m)^\s*6 '
    }

    It 'shows text from the service without what steers a terminal' {
        $null = Set-EmulatorState "ozor/plans/$plan" @{ overrides = @{ fileName = "a$([char]27)[31m"; error = "b$([char]27)]0;c$([char]7)" } }
        $read = Get-OzorPlan $plan
        ($read | Out-String) + ($read | Format-List | Out-String) | Should -Not -Match '[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]'
        $read.FileName | Should -Be "a$([char]27)[31m" -Because 'the object has what came'
    }
}

Describe 'Set-OzorPlan' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator -Service Ozor }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'sets the voice and leaves the scenes alone' {
        $written = Get-OzorPlan $plan | Set-OzorPlan -VoiceId nova -SpeakingStyle warm -SpeakingRate 1.5
        $written.PlanId, $written.Scenes.Count | Should -Be $plan, 6
        (Get-EmulatorRequest -Method PATCH).Json.Keys | Should -Be 'voiceSettings'
        (Get-EmulatorRequest -Method PATCH).Json.voiceSettings | ForEach-Object { $_.voiceId, $_.speakingStyle, $_.speakingRate } | Should -Be 'nova', 'warm', 1.5
    }

    It 'takes edited, dropped, added and reordered scenes, and sends no URLs' {
        $read = Get-OzorPlan $plan
        $read.Scenes[0].VoiceoverText = 'Grüße — "ja".'
        $scenes = @($read.Scenes[5], $read.Scenes[0], @{ SceneTitle = 'New'; ScenePrompt = 'Rain'; KeyPoints = 'wet' }, [pscustomobject]@{ sceneTitle = 'Newer'; scenePrompt = 'Snow'; voiceoverText = 'Hush.' })
        $written = $read | Set-OzorPlan -Scene $scenes
        $written.Scenes.Order | Should -Be 1, 2, 3, 4
        $written.Scenes.SceneTitle | Should -Be $read.Scenes[5].SceneTitle, $read.Scenes[0].SceneTitle, 'New', 'Newer'
        $written.Scenes[1].VoiceoverText | Should -Be 'Grüße — "ja".'
        $written.Scenes[1].ImageRefs[0].StoragePath | Should -Be $read.Scenes[0].ImageRefs[0].StoragePath
        $written.Scenes[2].VoiceoverText, $written.Scenes[2].KeyPoints[0] | Should -Be '', 'wet'
        (Get-EmulatorRequest -Method PATCH).body | Should -Not -Match 'http|"url"'
        ($written | Measure-OzorCost).Credits | Should -Be 1
    }

    It 'takes a plan that was kept as <Name>' -ForEach @(
        @{ Name = 'JSON'; Again = { $read | ConvertTo-Json -Depth 20 | ConvertFrom-Json } }
        @{ Name = 'JSON of less depth'; Again = { $kept = $read | Select-Object PlanId; $kept | Add-Member Scenes @($read.Scenes | ConvertTo-Json -Depth 3 -WarningAction Ignore | ConvertFrom-Json) -PassThru } }
        @{ Name = 'a hashtable'; Again = { $read | ConvertTo-Json -Depth 20 | ConvertFrom-Json -AsHashtable } }
        @{ Name = 'CLIXML'; Again = { [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($read, 6)) } }
    ) {
        $read = Get-OzorPlan $plan
        $kept = & $Again
        $written = Set-OzorPlan $kept.PlanId -Scene $kept.Scenes
        $written.Scenes.Count | Should -Be 6
        foreach ($i in 0..5) {
            $was, $is = $read.Scenes[$i], $written.Scenes[$i]
            $is.Order, $is.SceneTitle, $is.ScenePrompt, $is.VoiceoverText | Should -Be $was.Order, $was.SceneTitle, $was.ScenePrompt, $was.VoiceoverText
            "$($is.ImageRefs)", "$($is.KeyPoints)" | Should -Be "$($was.ImageRefs)", "$($was.KeyPoints)"
        }
        (Get-EmulatorRequest -Method PATCH).body | Should -Not -Match 'http|"url"'
    }

    It 'takes a kept plan from the pipeline by its id' {
        (Get-OzorPlan $plan | ConvertTo-Json -Depth 20 | ConvertFrom-Json | Set-OzorPlan -VoiceId aria).PlanId | Should -Be $plan
    }

    It 'refuses <Name> before any call' -ForEach @(
        @{ Name = 'no scenes'; With = @{ Scene = @() }; Part = 'without scenes' }
        @{ Name = 'a scene without a title'; With = @{ Scene = @(@{ ScenePrompt = 'p'; VoiceoverText = 'v' }) }; Part = 'Scene 1 has no SceneTitle' }
        @{ Name = 'a scene with an empty prompt'; With = @{ Scene = @(@{ SceneTitle = 't'; ScenePrompt = 'p' }, @{ SceneTitle = 't'; ScenePrompt = ' ' }) }; Part = 'Scene 2 has no ScenePrompt' }
        @{ Name = 'a field that no scene has'; With = @{ Scene = @(@{ Title = 't' }) }; Part = "no field 'Title'" }
        @{ Name = 'a scene that is a number'; With = @{ Scene = @(5) }; Part = '-Scene' }
        @{ Name = 'nothing to change'; With = @{}; Part = 'Nothing is to be changed' }
    ) {
        $run = Invoke-Captured { Set-OzorPlan $plan @With }
        "$($run.Errors[0])" | Should -Match ([regex]::Escape($Part))
        $run.Errors[0].CategoryInfo.Category | Should -Be InvalidArgument
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'refuses a speaking rate of <_> at once' -ForEach 3, 0.4, -1 {
        { Set-OzorPlan $plan -SpeakingRate $_ } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Set-OzorPlan $plan -Scene @($null) } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'goes on after a plan that cannot be edited any more' {
        $run = Invoke-Captured { 'plan_000000000002', $plan | Set-OzorPlan -VoiceId nova }
        $run.Output.PlanId | Should -Be $plan
        $run.Errors[0].CategoryInfo.Category | Should -Be InvalidArgument
        $run.Errors[0].TargetObject | Should -Be 'plan_000000000002'
    }

    It 'completes the voices, from the service and without it' {
        $line = "Set-OzorPlan $plan -VoiceId "
        (TabExpansion2 "${line}n" ($line.Length + 1)).CompletionMatches.CompletionText | Should -Be 'nova'
        (TabExpansion2 $line $line.Length).CompletionMatches.Count | Should -Be 8
        Connect-Ozor $emulator.ozorKey -BaseUri http://127.0.0.1:9
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        (TabExpansion2 "${line}n" ($line.Length + 1)).CompletionMatches.CompletionText | Should -Be 'nova'
        (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText | Should -Be 'aria', 'nova', 'felix', 'marcus', 'thor', 'luna', 'owen', 'sky'
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 30
    }
}

Describe 'Get-OzorVoice' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator -Service Ozor }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'lists the voices, and one of them is set by its property' {
        $voices = Get-OzorVoice
        $voices.VoiceId | Should -Be 'aria', 'nova', 'felix', 'marcus', 'thor', 'luna', 'owen', 'sky'
        ($voices | Where-Object Gender -eq neutral).Label | Should -Be 'Sky'
        $request = Get-EmulatorRequest
        $request.target | Should -Be '/api/v1/documents/voices'
        $request.headers.'X-API-Key' | Should -Be $emulator.ozorKey
        ($voices | Out-String -Width 80) | Should -Match 'Deep, authoritative'
    }
}

Describe 'Invoke-OzorPlan' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator -Service Ozor; $null = Set-EmulatorState ozor/options @{ eventMs = 1 } }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'renders plans by id, and what comes out goes on to the other commands' {
        $result = Invoke-OzorPlan $plan
        $result.PSTypeNames[0] | Should -Be 'Ojin.OzorPlanResult'
        $result.PlanId | Should -Be $plan
        ($result | Get-OzorVideo).VideoId | Should -Be $result.VideoId
        ($result | Get-OzorPlan).Status | Should -Be 'generated'
        (Get-EmulatorState ozor/charges).credits | Should -Be 3
        (Get-EmulatorRequest -Method POST).target | Should -Be "/api/v1/documents/plans/$plan/generate"
    }

    It 'goes on after a plan that fails, with the plan as it is then as the target' {
        $null = Set-EmulatorState ozor/options @{ failGenerations = 1; generationError = 'TTS failed: the voice is not available.' }
        $run = Invoke-Captured { Invoke-OzorPlan $plan; Invoke-OzorPlan plan_000000000003 }
        $run.Output.PlanId | Should -Be 'plan_000000000003'
        $run.Errors[0].FullyQualifiedErrorId | Should -Be 'JOB_FAILED,Ojin.PowerShell.Commands.InvokeOzorPlanCommand'
        $run.Errors[0].CategoryInfo.Category | Should -Be OperationStopped
        "$($run.Errors[0])" | Should -Match 'TTS failed: the voice is not available'
        $run.Errors[0].TargetObject.Status | Should -Be 'failed'
        $again = $run.Errors[0].TargetObject | Set-OzorPlan -VoiceId aria | Invoke-OzorPlan
        $again.PlanId | Should -Be $plan
        @(Get-EmulatorState ozor/charges).Count | Should -Be 2
    }

    It 'tells what cannot be rendered, and goes on' {
        $run = Invoke-Captured { 'plan_none', 'plan_000000000002', 'plan_foreign0000', $plan | Invoke-OzorPlan }
        $run.Output.PlanId | Should -Be $plan
        $run.Errors.CategoryInfo.Category | Sort-Object | Should -Be ([System.Management.Automation.ErrorCategory[]]@('InvalidArgument', 'ObjectNotFound', 'PermissionDenied') | Sort-Object)
        @(Get-EmulatorState ozor/charges).Count | Should -Be 1
    }

    It 'gives the video when the stream <Name>' -ForEach @(
        @{ Name = 'is cut before its first event'; Options = @{ cutAfterEvents = 0 } }
        @{ Name = 'is cut in the middle'; Options = @{ cutAfterEvents = 4 } }
        @{ Name = 'ends without done'; Options = @{ omitDone = $true } }
        @{ Name = 'comes with CR LF, comments and in single bytes'; Options = @{ streamCrLf = $true; streamComments = $true; streamChunkBytes = 1 } }
        @{ Name = 'has text that is no JSON'; Options = @{ streamEvents = @("data: hello`n`n", ": c`n`n", @{ step = 'done'; detail = 'Ready'; pct = 100; projectId = '{projectId}' }) } }
    ) {
        $null = Set-EmulatorState ozor/options $Options
        $run = Invoke-Captured { Get-OzorPlan $plan | Invoke-OzorPlan }
        $run.Errors | Should -BeNullOrEmpty
        $run.Output.VideoId | Should -Be (Get-EmulatorState "ozor/plans/$plan").projectId
        @(Get-EmulatorRequest -Method POST).Count | Should -Be 1
        (Get-EmulatorState ozor/charges).credits | Should -Be 3
    }

    It 'says that the outcome is unknown when nothing tells it, with the plan as the target' {
        Add-EmulatorFault cutBeforeHandler -Service ozor -Method POST
        $run = Invoke-Captured { Invoke-OzorPlan $plan }
        $run.Errors[0].FullyQualifiedErrorId | Should -Be 'OUTCOME_UNKNOWN,Ojin.PowerShell.Commands.InvokeOzorPlanCommand'
        "$($run.Errors[0])" | Should -Match "not known; the plan says 'draft'"
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match "It was not sent again. Look with Get-OzorPlan $plan"
        $run.Errors[0].TargetObject.PlanId | Should -Be $plan
        @(Get-EmulatorRequest -Method POST).Count | Should -Be 1
        @(Get-EmulatorState ozor/charges) | Should -BeNullOrEmpty
    }

    It 'refuses what goes over the credit limit' {
        $limited = Connect-Ozor $emulator.ozorKey -BaseUri $emulator.ozor -CreditLimit 2 -PassThru
        $run = Invoke-Captured { Invoke-OzorPlan $plan }
        $run.Errors.FullyQualifiedErrorId | Should -Be 'CREDIT_LIMIT,Ojin.PowerShell.Commands.InvokeOzorPlanCommand'
        "$($run.Errors[0])" | Should -Match '3 credits'
        @(Get-EmulatorRequest -Method POST) | Should -BeNullOrEmpty
        $limited.CreditsStarted | Should -Be 0
    }

    It 'shows how far it is, in percent' {
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript('param($manifest, $key, $uri, $plan) Import-Module $manifest; Connect-Ozor $key -BaseUri $uri; Invoke-OzorPlan $plan').AddArgument((Get-OjinManifest)).AddArgument($emulator.ozorKey).AddArgument($emulator.ozor).AddArgument($plan)
            $shell.Invoke().PlanId | Should -Be $plan
            $records = @($shell.Streams.Progress | Where-Object Activity -eq "Rendering plan $plan")
            $shown = @($records | Where-Object RecordType -eq Processing)
            $shown[0].PercentComplete, $shown[0].StatusDescription | Should -Be 0, 'Starting generation'
            $shown[-1].PercentComplete, $shown[-1].StatusDescription | Should -Be 100, 'Video project ready!'
            $shown.PercentComplete | Should -Be ($shown.PercentComplete | Sort-Object)
            $shown.StatusDescription | Should -Contain 'Rendering scene 3/6'
            $records[-1].RecordType | Should -Be Completed
        } finally { $shell.Dispose() }
    }

    It 'ends at once when it is stopped in its stream, and sends nothing more' {
        $null = Set-EmulatorState ozor/options @{ manual = $true }
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript('param($manifest, $key, $uri, $plan) Import-Module $manifest; Connect-Ozor $key -BaseUri $uri; Invoke-OzorPlan $plan').AddArgument((Get-OjinManifest)).AddArgument($emulator.ozorKey).AddArgument($emulator.ozor).AddArgument($plan)
            Register-ObjectEvent -InputObject $shell.Streams.Progress -EventName DataAdded -SourceIdentifier ozor-progress
            $running = $shell.BeginInvoke()
            $null = Get-EmulatorRequest -Count 1 -Path generate
            $null = Set-EmulatorState "ozor/plans/$plan/advance" -Method POST
            Wait-Event -SourceIdentifier ozor-progress -Timeout 60 | Should -Not -BeNullOrEmpty -Because 'the first event has come'
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $clock.Stop()
            { $shell.EndInvoke($running) } | Should -Throw
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 1
            @(Get-EmulatorRequest -Method POST).Count | Should -Be 1
            $null = Set-EmulatorState "ozor/plans/$plan/advance" @{ toEnd = $true } -Method POST
            (Get-OzorPlan $plan).Status | Should -Be 'generated' -Because 'the service goes on by itself'
        } finally {
            Unregister-Event -SourceIdentifier ozor-progress -ErrorAction Ignore
            Remove-Event -SourceIdentifier ozor-progress -ErrorAction Ignore
            $shell.Dispose()
        }
    }
}

Describe '-WhatIf' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator -Service Ozor }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'sends nothing and names the credits' {
        # What it would do goes to the host alone, so a host of its own is read.
        $run = Invoke-InFreshPwsh {
            param($folder, $plan)
            $read = Get-OzorPlan $plan
            '---'
            Get-ChildItem $folder | New-OzorPlan -WhatIf
            New-OzorPlan -Uri https://example.com/a?token=hidden -WhatIf
            $read | Set-OzorPlan -VoiceId nova -WhatIf
            $read | Set-OzorPlan -Scene $read.Scenes[0] -WhatIf
            $read | Invoke-OzorPlan -WhatIf
            Invoke-OzorPlan $plan -WhatIf
        } -ArgumentList $folder, $plan -Environment (Get-EmulatorEnvironment)
        $run.Errors | Should -BeNullOrEmpty
        $told = @($run.Output -split '\r?\n' | Where-Object { $_ -match 'What if' })
        $told.Count | Should -Be 8
        $told[0..3] | Should -Match 'Analyze, which costs 1 credit at once'
        $told[3] | Should -Match 'https://example.com/a'
        $run.Output | Should -Not -Match 'hidden'
        $told[4] | Should -Match 'Set its voice, which costs 0 credits'
        $told[5] | Should -Match 'Put 1 scene in the place of all, which costs 0 credits'
        $told[6] | Should -Match "Render, which costs 3 credits when it succeeds.*$plan"
        $told[7] | Should -Match 'half a credit for each scene with a voice'
        @(Get-EmulatorRequest).Count | Should -Be 1 -Because 'only the plan was read, before'
        @(Get-EmulatorState ozor/charges) | Should -BeNullOrEmpty
    }
}
