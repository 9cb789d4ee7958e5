BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/Emulator.psm1" -Force
    Import-OjinModule
    $null = Enter-TestState
    $emulator = Start-Emulator
    $media = Join-Path ([System.IO.Path]::GetTempPath()) "ojin-media-$([guid]::NewGuid().ToString('N'))"
    $png = New-TestMedia "$media/logo.png"
    $mp4 = New-TestMedia "$media/clip [1].mp4"
}

AfterAll {
    Disconnect-FromEmulator
    Stop-Emulator
    Exit-TestState
    Remove-Item -LiteralPath $media -Recurse -Force -ErrorAction Ignore
}

Describe 'Start-OzorVideo' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'makes a video from a prompt' {
        $job = Start-OzorVideo 'A 15-second ad for a minimalist desk lamp'
        $job.PSTypeNames[0] | Should -Be 'Ojin.OzorJob'
        $job.VideoId, $job.JobId | Should -Match '^\S+$'
        $job.Status | Should -BeExactly 'pending'
        $request = Get-EmulatorRequest
        $request.method, $request.target | Should -Be 'POST', '/api/v1/videos/generate'
        $request.body | Should -BeExactly '{"prompt":"A 15-second ad for a minimalist desk lamp"}'
        $request.headers.'X-API-Key' | Should -Be $emulator.ozorKey
        $request.headers.PSObject.Properties.Name | Should -Not -Contain 'Authorization'
    }

    It 'sends what is given under the names of the contract' {
        $null = Start-OzorVideo P -Aspect 9:16 -Export -ExportQuality 4K -ExportPublic
        (Get-EmulatorRequest).body | Should -BeExactly '{"prompt":"P","aspect":"9:16","export":true,"exportQuality":"4k","exportIsPublic":true}'
    }

    It 'takes prompts from the pipeline, and from a table' {
        $csv = @'
Prompt,Owner
One,a
"Two, too",b
'@ | ConvertFrom-Csv
        @('Zero' | Start-OzorVideo; $csv | Start-OzorVideo).Count | Should -Be 3
        (Get-EmulatorRequest).Json.prompt | Should -Be 'Zero', 'One', 'Two, too'
    }

    It 'takes no object for a prompt that merely turns into text: it would be paid for' {
        $run = Invoke-Captured { (Get-Item $PSHOME), @{ prompt = 'x' }, 5, [pscustomobject]@{ Text = 'x' }, 'good' | Start-OzorVideo }
        $run.Errors.Count | Should -Be 4
        $run.Errors.FullyQualifiedErrorId | Should -Be (@('InputObjectNotBound,Ojin.PowerShell.Commands.StartOzorVideoCommand') * 4)
        $run.Output.Count | Should -Be 1
        { Start-OzorVideo 5 } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*'
        (Get-EmulatorRequest).Json.prompt | Should -Be 'good'
    }

    It 'tells before any call: <Name>' -ForEach @(
        @{ Name = 'a prompt that is too long'; With = @{ Prompt = 'x' * 2001 }; Says = '2001 characters' }
        @{ Name = 'a blank prompt'; With = @{ Prompt = " `n" }; Says = 'empty' }
        @{ Name = '-ExportQuality without -Export'; With = @{ ExportQuality = '4k' }; Says = 'no export' }
        @{ Name = '-ExportPublic without -Export'; With = @{ ExportPublic = $true }; Says = 'no export' }
        @{ Name = 'a picture that is not there'; With = @{ Image = 'no-such.png' }; Says = 'no file' }
        @{ Name = 'a film as a picture'; With = @{ Image = { $mp4 } }; Says = 'video/mp4' }
        @{ Name = 'a picture as a film'; With = @{ Video = { $png.FullName } }; Says = 'image/png' }
        @{ Name = 'plain http'; With = @{ Image = 'http://example.com/x.png' }; Says = 'https' }
        @{ Name = 'a field that the contract does not name'; With = @{ Image = @{ uri = 'https://example.com/x.png' } }; Says = "'uri'" }
        @{ Name = 'an object with nothing'; With = @{ Image = @{ mimeType = 'image/png' } }; Says = 'neither url nor base64' }
        @{ Name = 'a number'; With = @{ Image = 5 }; Says = 'Int32' }
        @{ Name = 'a folder'; With = @{ Image = { $media } }; Says = 'folder' }
        @{ Name = 'a path of another drive'; With = @{ Image = 'env:PATH' }; Says = 'file system' }
    ) {
        $parameters = @{ Prompt = 'P' }
        foreach ($key in $With.Keys) { $parameters[$key] = $With[$key] -is [scriptblock] ? (& $With[$key]) : $With[$key] }
        foreach ($whatIf in $false, $true) {
            $run = Invoke-Captured { Start-OzorVideo @parameters -WhatIf:$whatIf; 'the rest' }
            $run.Output | Should -Be 'the rest'
            $run.Errors.Count | Should -Be 1
            "$($run.Errors[0])" | Should -Match ([regex]::Escape($Says))
            $run.Errors[0].FullyQualifiedErrorId | Should -BeLike '*,Ojin.PowerShell.Commands.StartOzorVideoCommand'
            $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match 'Nothing was sent'
        }
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'takes the words of the contract and no others' {
        { Start-OzorVideo P -Aspect 4:3 } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Start-OzorVideo P -Export -ExportQuality 8k } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*'
        { Start-OzorVideo '' } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
        (TabExpansion2 'Start-OzorVideo P -ExportQuality ').CompletionMatches.CompletionText | Should -Be '1080p', '4k', '720p'
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'takes 2000 characters of any alphabet' {
        $prompt = [char]::ConvertFromUtf32(0x1F600) * 2000
        $null = Start-OzorVideo $prompt
        (Get-EmulatorRequest).Json.prompt | Should -BeExactly $prompt
    }

    It 'attaches files, URLs and objects' {
        Push-Location $media
        try {
            $null = Start-OzorVideo P -Image logo.png, https://example.com/a.jpg, @{ base64 = 'iVBORw0KGgo='; mimeType = 'image/png' } -Video $mp4, ([pscustomobject]@{ Path = './clip [1].mp4'; DurationSec = 8.5 }), @{ url = 'https://example.com/c.mp4'; thumbnailUrl = 'https://example.com/c.jpg' }
        } finally { Pop-Location }
        $sent = (Get-EmulatorRequest).Json
        $sent.images.Count, $sent.videos.Count | Should -Be 3, 3
        $sent.images[0].base64 | Should -BeExactly ([Convert]::ToBase64String([System.IO.File]::ReadAllBytes($png.FullName)))
        $sent.images[0].mimeType | Should -Be 'image/png'
        $sent.images[1].url, $sent.images[1].Count | Should -Be 'https://example.com/a.jpg', 1
        $sent.images[2].base64 | Should -BeExactly 'iVBORw0KGgo='
        $sent.videos[0].mimeType, $sent.videos[1].durationSec | Should -Be 'video/mp4', 8.5
        $sent.videos[1].base64 | Should -BeExactly $sent.videos[0].base64
        $sent.videos[2].Keys | Sort-Object | Should -Be 'thumbnailUrl', 'url'
    }

    It 'shows no content of a file in -Debug' {
        $run = Invoke-Captured { Start-OzorVideo P -Image $png -Debug -Verbose; Start-OzorVideo P -Image @{ base64 = 'iVBORw0KGgo=' } -Debug }
        $run.Debug.Count | Should -BeGreaterThan 1
        $run.Text | Should -Not -Match 'iVBORw0KGgo'
        $run.Text | Should -Not -Match $emulator.ozorKey
    }

    It 'names the credit with -WhatIf, and sends nothing' {
        $out = (Invoke-InFreshPwsh { Start-OzorVideo lamp -WhatIf; Send-OzorMessage v m -WhatIf; Start-OzorExport v -WhatIf }).Output
        $out | Should -Match 'costs 1 credit when it succeeds" on target "prompt ''lamp'''
        $out | Should -Match 'costs 1 credit when it succeeds" on target "video v"'
        $out | Should -Match 'costs 0 credits" on target "video v"'
        Start-OzorVideo P -Image $png -WhatIf | Should -BeNullOrEmpty
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'spends no more than -CreditLimit, before any call' {
        Connect-Ozor $emulator.ozorKey -BaseUri $emulator.ozor -CreditLimit 2
        $run = Invoke-Captured { 'One', 'Two', 'Three' | Start-OzorVideo; Send-OzorMessage videoready m; Start-OzorExport videoready }
        $run.Output.Count | Should -Be 3
        $run.Errors.FullyQualifiedErrorId | Should -Be 'CREDIT_LIMIT,Ojin.PowerShell.Commands.StartOzorVideoCommand', 'CREDIT_LIMIT,Ojin.PowerShell.Commands.SendOzorMessageCommand'
        $run.Errors[0].CategoryInfo.Category, $run.Errors[0].TargetObject | Should -Be 'QuotaExceeded', 'Three'
        @(Get-EmulatorRequest).Count | Should -Be 3
    }

    It 'tells when credits are gone, in the words of the service' {
        Set-EmulatorState ozor/balance @{ credits = 0 }
        $run = Invoke-Captured { Start-OzorVideo P }
        $run.Errors[0].CategoryInfo.Category | Should -Be 'QuotaExceeded'
        $run.Errors[0].FullyQualifiedErrorId | Should -BeLike 'PAYMENT_REQUIRED,*'
        "$($run.Errors[0])" | Should -Match 'credit'
        $run.Errors[0].Exception.OutcomeUnknown | Should -BeFalse
    }

    It 'is sent once when <Kind> happens, and says how to look' -ForEach @(@{ Kind = 'cutBeforeRead' }, @{ Kind = 'cutAfterHandler' }, @{ Kind = 'cutAnswer' }, @{ Kind = 'status' }) {
        $more = $Kind -eq 'status' ? @{ Status = 500; Body = '{"detail":"Upstream failure"}' } : @{}
        Add-EmulatorFault $Kind -Service ozor -Method POST -Always @more
        $run = Invoke-Captured { Start-OzorVideo P -Image $png; Send-OzorMessage videoready m }
        $run.Errors.Exception.OutcomeUnknown | Should -Be $true, $true
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match 'Get-OzorVideo'
        @(Get-EmulatorRequest -Method POST).Count | Should -Be 2
    }
}

Describe 'Send-OzorMessage' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'tells the agent what to change' {
        $job = Send-OzorMessage videoready 'Add our logo' -Image $png
        $job.VideoId, $job.Status | Should -Be 'videoready', 'queued'
        $request = Get-EmulatorRequest
        $request.method, $request.target | Should -Be 'POST', '/api/v1/videos/videoready/message'
        $request.Json.message, $request.Json.images[0].mimeType | Should -Be 'Add our logo', 'image/png'
    }

    It 'takes videos and jobs from the pipeline' {
        (Get-OzorVideo videoready | Send-OzorMessage -Message m).VideoId | Should -Be 'videoready'
        (Send-OzorMessage videoready m | Wait-OzorJob -PollIntervalSec 0.1 | Send-OzorMessage -Message again | Wait-OzorJob -PollIntervalSec 0.1).Status | Should -Be 'completed'
        'videoready' | Send-OzorMessage -Message m | Should -Not -BeNullOrEmpty
    }

    It 'goes on after a video that is not there' {
        $run = Invoke-Captured { 'nope', 'videoforeign', ' ', 'videoready' | Send-OzorMessage -Message m }
        $run.Errors.CategoryInfo.Category | Should -Be 'ObjectNotFound', 'PermissionDenied', 'InvalidArgument'
        $run.Errors.TargetObject | Should -Be 'nope', 'videoforeign', ' '
        $run.Output.Count | Should -Be 1
    }

    It 'tells a message that is too long before any call' {
        (Invoke-Captured { Send-OzorMessage videoready ('x' * 2001) }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'INVALID_ARGUMENT,*'
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }
}

Describe 'Get-OzorVideo' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'lists as many as the service reaches, the newest first' {
        Set-EmulatorState ozor/videos @{ count = 150 } -Method POST
        $videos = @(Get-OzorVideo)
        $videos.Count, $videos[0].Title, $videos[99].Title | Should -Be 100, 'Video 150', 'Video 51'
        (Get-EmulatorRequest).target | Should -Be '/api/v1/videos?limit=100'
        @(Get-OzorVideo -First 5).Title | Should -Be 'Video 150', 'Video 149', 'Video 148', 'Video 147', 'Video 146'
        @(Get-EmulatorRequest)[1].target | Should -Be '/api/v1/videos?limit=5'
    }

    It 'reads videos by their ids' {
        $video = Get-OzorVideo videoready
        $video.PSTypeNames[0], $video.Title, $video.Status | Should -Be 'Ojin.OzorVideo', 'Product showcase for a wireless headphone', 'draft'
        $video.CreatedAt | Should -BeOfType DateTimeOffset
        $video.ExportId, $video.DownloadUrl | Should -Be $null, $null
        (Get-OzorVideo videoready, videoplan).VideoId | Should -Be 'videoready', 'videoplan'
        ('videoready', 'videoplan' | Get-OzorVideo).VideoId | Should -Be 'videoready', 'videoplan'
        (Get-OzorVideo | Get-OzorVideo).VideoId | Should -Be 'videoplan', 'videoready'
        (Get-OzorVideo videoready | ConvertTo-Json | ConvertFrom-Json | Get-OzorVideo).VideoId | Should -Be 'videoready'
    }

    It 'shows a finished export without the query of its URL' {
        $shared = Start-OzorExport videoready -Public | Wait-OzorExport -PollIntervalSec 0.1
        $video = Get-OzorVideo videoready
        $video.ExportStatus, $video.ExportId, $video.Status | Should -Be 'complete', $shared.ExportId, 'completed'
        $video.ShareCode | Should -Match '^[0-9a-z]{7}$'
        $video.ShareUrl.AbsoluteUri | Should -Not -Match '\?'
        "$($video.DownloadUrl)" | Should -Match '\?\*\*\*$'
        ([uri]$video.DownloadUrl).Query | Should -Match 'Signature='
        $text = ($video | Format-List * | Out-String -Width 400) + ($video | Format-List | Out-String -Width 400) + ($video | ConvertTo-Json -Depth 5 -WarningAction Ignore) + ($video | ConvertTo-Csv | Out-String)
        $text | Should -Not -Match 'Signature='
    }

    It 'goes on after a video that is not there or somebody else''s' {
        $run = Invoke-Captured { Get-OzorVideo nope, videoforeign, videoready, '..' }
        $run.Output.VideoId | Should -Be 'videoready'
        $run.Errors.CategoryInfo.Category | Should -Be 'ObjectNotFound', 'PermissionDenied', 'InvalidArgument'
        $run.Errors.TargetObject | Should -Be 'nope', 'videoforeign', '..'
    }

    It 'tells a number out of its range before any call' {
        foreach ($first in 0, 101, -1) { { Get-OzorVideo -First $first } | Should -Throw -ErrorId 'ParameterArgumentValidationError,*' }
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'completes ids, with the title as a hint' {
        Set-EmulatorState ozor/videos @{ title = 'Zebra crossing' } -Method POST
        $found = (TabExpansion2 'Get-OzorVideo Zeb').CompletionMatches
        $found.ListItemText | Should -Be 'Zebra crossing'
        (Get-OzorVideo $found.CompletionText).Title | Should -Be 'Zebra crossing'
        foreach ($command in 'Send-OzorMessage', 'Get-OzorJob', 'Wait-OzorJob', 'Start-OzorExport', 'Wait-OzorExport', 'Get-OzorToolTrace') {
            (TabExpansion2 "$command -VideoId videor").CompletionMatches.CompletionText | Should -Be 'videoready'
        }
    }

    It 'shows a table of 80 columns, and no control character' {
        Set-EmulatorState ozor/videos/videoready @{ overrides = @{ title = "A$([char]27)[31mB" + 'x' * 100 } }
        $text = Get-OzorVideo videoready | Out-String -Width 80
        $text | Should -Match 'VideoId\s+Status\s+Export\s+Created\s+Title'
        $text | Should -Not -Match ([char]27)
        ($text -split '\r?\n').Length | Should -BeLessThan 9
        foreach ($line in $text -split '\r?\n') { $line.Length | Should -BeLessOrEqual 80 }
    }

    It 'keeps fields and words that the contract does not name' {
        Set-EmulatorState ozor/videos/videoready @{ overrides = @{ fps = 30; status = 'Archived!' } }
        $video = Get-OzorVideo videoready
        $video.Fps, $video.Status | Should -Be 30, 'Archived!'
    }
}

Describe 'Start-OzorExport' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'starts a render' {
        $export = Start-OzorExport videoready -Quality 4K -Public
        $export.PSTypeNames[0], $export.VideoId, $export.ExportStatus | Should -Be 'Ojin.OzorExport', 'videoready', 'queued'
        $export.ExportId | Should -Match '^exp_'
        $export.ShareCode | Should -Match '^[0-9a-z]{7}$'
        $request = Get-EmulatorRequest
        $request.target, $request.body | Should -Be '/api/v1/videos/videoready/export', '{"quality":"4k","isPublic":true}'
        $export | Out-String -Width 80 | Should -Match 'VideoId\s+ExportId\s+ExportStatus\s+Share'
    }

    It 'leaves to the service what is not given' {
        $null = Start-OzorExport videoready
        (Get-EmulatorRequest).body | Should -BeExactly '{}'
    }

    It 'takes jobs and videos from the pipeline' {
        (Start-OzorVideo P | Wait-OzorJob -PollIntervalSec 0.1 | Start-OzorExport).ExportStatus | Should -Be 'queued'
        (Get-OzorVideo videoready, videoplan | Start-OzorExport).VideoId | Should -Be 'videoready', 'videoplan'
    }

    It 'is sent once when the service fails' {
        Set-EmulatorState ozor/options @{ failExportRequests = 1 }
        $run = Invoke-Captured { Start-OzorExport videoready }
        $run.Errors[0].Exception.StatusCode, $run.Errors[0].CategoryInfo.Category | Should -Be 500, 'ResourceUnavailable'
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match 'Nothing is charged'
        @(Get-EmulatorRequest).Count | Should -Be 1
    }
}

Describe 'Get-OzorJob' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator; Set-EmulatorState ozor/options @{ manual = $true } }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'reads a job in each of its states' {
        $job = Start-OzorVideo P
        $seen = @(
            $job | Get-OzorJob
            Set-EmulatorState "ozor/jobs/$($job.JobId)/advance" -Method POST | Out-Null
            Get-OzorJob $job.VideoId $job.JobId
            Set-EmulatorState "ozor/jobs/$($job.JobId)/advance" -Method POST | Out-Null
            $job | ConvertTo-Json | ConvertFrom-Json | Get-OzorJob
        )
        $seen.Status | Should -BeExactly 'queued', 'processing', 'completed'
        $seen[2].Response | Should -Not -BeNullOrEmpty
        @(Get-EmulatorRequest -Method GET)[0].target | Should -Be "/api/v1/videos/$($job.VideoId)/jobs/$($job.JobId)"
        $seen | Out-String -Width 80 | Should -Match 'VideoId\s+JobId\s+Status\s+Response'
    }

    It 'tells why a job failed' {
        Set-EmulatorState ozor/options @{ failJobs = 1; jobError = 'Agent encountered an error: no.' }
        $job = Start-OzorVideo P
        Set-EmulatorState ozor/advance @{ toEnd = $true } -Method POST
        ($job | Get-OzorJob).Error | Should -Be 'Agent encountered an error: no.'
    }

    It 'goes on after a job that is not there' {
        $job = Send-OzorMessage videoready m
        $run = Invoke-Captured { Get-OzorJob videoready job_none, $job.JobId; Get-OzorJob nope $job.JobId }
        $run.Output.JobId | Should -Be $job.JobId
        $run.Errors.TargetObject | Should -Be 'job_none', $job.JobId
        $run.Errors.CategoryInfo.Category | Should -Be 'ObjectNotFound', 'ObjectNotFound'
    }
}

Describe 'Get-OzorToolTrace' {
    BeforeEach { Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator }
    AfterEach { @(Get-EmulatorViolation) | Should -BeNullOrEmpty }

    It 'reads what the agent did, with arguments of any shape' {
        $trace = Get-OzorToolTrace videoready conv_ready
        $trace.PSTypeNames[0], $trace.TotalAssistantTurns, $trace.TotalToolCalls | Should -Be 'Ojin.OzorToolTrace', 1, 1
        $trace.Messages[0].TextPreview | Should -Match 'opening scene'
        $trace.Messages.ToolCalls.Name | Should -Be 'create_scene'
        $trace.Messages.ToolCalls.Args.title | Should -Be 'Intro'
        (Get-EmulatorRequest).target | Should -Be '/api/v1/videos/videoready/conversations/conv_ready/tool-trace'
        $trace | Format-List | Out-String -Width 120 | Should -Match '\[create_scene\]'
        $trace.Messages | Out-String -Width 80 | Should -Match 'MessageId\s+Created\s+Tools\s+TextPreview'
        $trace.Messages.ToolCalls | Out-String -Width 80 | Should -Match '\{"order":1,"title":"Intro"\}'
    }

    It 'takes videos from the pipeline' {
        $run = Invoke-Captured { Get-OzorVideo | Get-OzorToolTrace -ConversationId conv_ready }
        $run.Output.VideoId | Should -Be 'videoready'
        $run.Errors.TargetObject | Should -Be 'videoplan'
    }
}
