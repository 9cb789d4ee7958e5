# Every operation of the module with a canary for a key, everything that a person can switch on switched on, errors
# provoked, objects exported; and then every byte that the emulator received and every byte that was written is read.

BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/Emulator.psm1" -Force
    Import-OjinModule
    $state = Enter-TestState
    $root = Join-Path $state 'everything'
    $null = 'state', 'tmp', 'cache', 'exports', 'saved' | ForEach-Object { New-Item -ItemType Directory -Path (Join-Path $root $_) }
    $media = Join-Path $state 'media'
    foreach ($name in 'cat.png', 'film.mp4', 'pitch.pptx') { $null = New-TestMedia (Join-Path $media $name) }

    function New-Canary([string] $Service) { "canary-$Service-$([guid]::NewGuid().ToString('N'))" }
    $canaries = @(
        @{ Name = 'ojinKey'; Service = 'ojin'; Header = 'X-API-Key'; Prefix = ''; Key = New-Canary ojin }
        @{ Name = 'ozorKey'; Service = 'ozor'; Header = 'X-API-Key'; Prefix = ''; Key = "sk_live_$([guid]::NewGuid().ToString('N'))" }
        @{ Name = 'firebaseToken'; Service = 'ozor'; Header = 'Authorization'; Prefix = 'Bearer '; Key = New-Canary firebase }
        @{ Name = 'aimpKey'; Service = 'aimp'; Header = 'X-API-Key'; Prefix = ''; Key = New-Canary aimp }
    )
    $keys = @{}
    foreach ($canary in $canaries) { $keys[$canary.Name] = $canary.Key }

    # The 40 operations, by what calls them. Credential: the header that each has to have, and no other.
    $operations = @(
        foreach ($line in @'
            ojin    GET    ^/v1/model-variants(\?|$)                          X-API-Key     Get-OjinModelVariant
            ojin    GET    ^/v1/model-variants/[^?]+$                         X-API-Key     Get-OjinModelVariant
            ojin    GET    ^/v1/model-configs\?                               X-API-Key     Get-OjinModelConfig
            ojin    POST   ^/v1/model-configs$                                X-API-Key     New-OjinModelConfig
            ojin    GET    ^/v1/model-configs/[^?]+$                          X-API-Key     Get-OjinModelConfig
            ojin    PUT    ^/v1/model-configs/[^?]+$                          X-API-Key     Set-OjinModelConfig
            ojin    DELETE ^/v1/model-configs/                                X-API-Key     Remove-OjinModelConfig
            ojin    POST   ^/v1/assets/initiate-upload$                       X-API-Key     Send-OjinAsset
            ojin    POST   ^/v1/assets/sign-part$                             X-API-Key     Send-OjinAsset
            ojin    POST   ^/v1/assets$                                       X-API-Key     Send-OjinAsset
            ojin    GET    ^/v1/assets\?                                      X-API-Key     Get-OjinAsset
            ojin    GET    ^/v1/assets/[^/]+/download$                        X-API-Key     Save-OjinAsset
            ojin    GET    ^/v1/assets/[^/?]+$                                X-API-Key     Get-OjinAsset
            ojin    DELETE ^/v1/assets/                                       X-API-Key     Remove-OjinAsset
            ojin    POST   ^/v1/assets/generate/ojin/oris-1\.0-idle-video-generator$ X-API-Key Start-OjinIdleVideo
            ojin    GET    ^/v1/public/model-configs/                         -             Get-OjinModelConfig
            ojin    GET    ^/v1/public/assets/                                -             Get-OjinAsset
            agents  POST   ^/v1/public/agents/connect$                        -             Start-OjinAgentSession
            ozor    POST   ^/api/api-keys$                                    Authorization New-OzorApiKey
            ozor    GET    ^/api/api-keys$                                    Authorization Get-OzorApiKey
            ozor    DELETE ^/api/api-keys/                                    Authorization Revoke-OzorApiKey
            ozor    POST   ^/api/v1/videos/generate$                          X-API-Key     Start-OzorVideo
            ozor    GET    ^/api/v1/videos\?                                  X-API-Key     Get-OzorVideo
            ozor    GET    ^/api/v1/videos/[^/?]+$                            X-API-Key     Get-OzorVideo
            ozor    POST   ^/api/v1/videos/[^/]+/export$                      X-API-Key     Start-OzorExport
            ozor    POST   ^/api/v1/videos/[^/]+/message$                     X-API-Key     Send-OzorMessage
            ozor    GET    ^/api/v1/videos/[^/]+/jobs/                        X-API-Key     Get-OzorJob
            ozor    GET    ^/api/v1/videos/[^/]+/conversations/[^/]+/tool-trace$ X-API-Key  Get-OzorToolTrace
            ozor    GET    ^/api/v1/documents/voices$                         X-API-Key     Get-OzorVoice
            ozor    POST   ^/api/v1/documents/analyze$                        X-API-Key     New-OzorPlan
            ozor    GET    ^/api/v1/documents/plans/[^/]+$                    X-API-Key     Get-OzorPlan
            ozor    PATCH  ^/api/v1/documents/plans/[^/]+$                    X-API-Key     Set-OzorPlan
            ozor    POST   ^/api/v1/documents/plans/[^/]+/generate$           X-API-Key     Invoke-OzorPlan
            aimp    POST   ^/api/runs$                                        X-API-Key     Invoke-AimpModel
            aimp    POST   ^/api/media/upload/init$                           X-API-Key     Send-AimpMedia
            aimp    POST   ^/api/media/upload/complete$                       X-API-Key     Send-AimpMedia
            aimp    GET    ^/api/marketplace/models$                          X-API-Key     Get-AimpModel
            aimp    GET    ^/api/marketplace/models/                          X-API-Key     Get-AimpModel
            aimp    GET    ^/api/billing/wallet$                              X-API-Key     Get-AimpWallet
            aimp    GET    ^/api/billing/usage/summary$                       X-API-Key     Get-AimpUsage
'@ -split '\r?\n') {
            $service, $method, $path, $credential, $cmdlet = -split $line
            [pscustomobject]@{ Service = $service; Method = $method; Path = $path; Credential = $credential; Cmdlet = $cmdlet }
        }
    )

    # What a key can look like to somebody who wants to have it, each as the letters of Latin-1, which has one for each byte.
    function Get-Disguise([string] $Key) {
        $forms = [ordered]@{}
        foreach ($encoding in [System.Text.Encoding]::UTF8, [System.Text.Encoding]::Unicode, [System.Text.Encoding]::BigEndianUnicode) {
            $bytes = $encoding.GetBytes($Key)
            $forms["bytes as $($encoding.WebName)"] = [System.Text.Encoding]::Latin1.GetString($bytes)
            $forms["hex of $($encoding.WebName)"] = [Convert]::ToHexString($bytes)
            $forms["small hex of $($encoding.WebName)"] = [Convert]::ToHexString($bytes).ToLowerInvariant()
            # Base64 has three forms, by where the key begins; its first and last letters depend on what is around it.
            foreach ($shift in 0..2) {
                $forms["Base64 of $($encoding.WebName) at $shift"] = [Convert]::ToBase64String([byte[]]::new($shift) + $bytes).TrimEnd('=').Substring($shift + 1).TrimEnd().Substring(0, 30)
            }
        }
        $forms['URL'] = [uri]::EscapeDataString($Key)
        $forms['backwards'] = -join $Key[($Key.Length - 1)..0]
        $forms
    }

    $searches = @{}
    function Find-Disguise([string] $Latin1, [string] $Key) {
        # One search for all forms; which one it was is asked only of what was found.
        $search = $searches[$Key] ??= [regex]::new((@((Get-Disguise $Key).Values | ForEach-Object { [regex]::Escape($_) }) -join '|'), 'CultureInvariant')
        foreach ($found in $search.Matches($Latin1).Value | Select-Object -Unique) {
            foreach ($form in (Get-Disguise $Key).GetEnumerator()) { if ($form.Value -ceq $found) { $form.Key } }
        }
    }

    # Where a key is in the log of the emulator, but for the one header of the one service that it belongs to.
    function Find-InLog($Requests, $Canary) {
        foreach ($request in $Requests) {
            $places = [ordered]@{ target = $request.target; body = $request.body }
            foreach ($header in $request.headers.PSObject.Properties) { $places["header $($header.Name)"] = $header.Value }
            foreach ($place in $places.GetEnumerator()) {
                if ($place.Key -eq "header $($Canary.Header)" -and $request.service -eq $Canary.Service -and $place.Value -ceq $Canary.Prefix + $Canary.Key) { continue }
                foreach ($form in Find-Disguise ([System.Text.Encoding]::Latin1.GetString([System.Text.Encoding]::UTF8.GetBytes("$($place.Value)"))) $Canary.Key) {
                    "$($Canary.Name) in $($request.service) $($request.method) $($request.path): $($place.Key), $form"
                }
            }
        }
    }

    function Find-InFile([string] $Folder, [string] $Name, [string] $Key) {
        foreach ($file in Get-ChildItem -LiteralPath $Folder -Recurse -File -Force) {
            $text = [System.Text.Encoding]::Latin1.GetString([System.IO.File]::ReadAllBytes($file.FullName))
            foreach ($form in Find-Disguise $text $Key) { "$Name in $([System.IO.Path]::GetRelativePath($Folder, $file.FullName)): $form" }
        }
    }

    # Runs in a PowerShell of its own. What it is told it gets as variables; no key is in its text.
    $drive = {
        $root, $media, $addresses = $args
        $info = $addresses | ConvertFrom-Json
        $keys = $env:CANARIES | ConvertFrom-Json
        Remove-Item env:CANARIES
        $quiet = @{ Verbose = $false; Debug = $false; NoProxy = $true }
        function Set-Control($Method, $Path, $Body) { $null = Invoke-RestMethod "$($info.control.TrimEnd('/'))$Path" -Method $Method -Body (ConvertTo-Json $Body -Depth 9) -ContentType application/json @quiet }
        function Add-Fault($Service, $Path, $Action, $Times = 1) { Set-Control POST /faults @{ service = $Service; pathContains = $Path; times = $Times; action = $Action } }
        $number = 0

        function Export-Everything($Item) {
            $file = Join-Path $root 'exports' ('{0:d4}' -f $script:number++)
            # A verbose line or a warning is its text; a file is read itself.
            if ($Item -is [System.Management.Automation.InformationalRecord] -or $Item -is [System.IO.FileSystemInfo]) {
                [System.IO.File]::WriteAllText("$file.txt", "$Item")
                return
            }
            $exception = $Item -is [System.Management.Automation.ErrorRecord] ? $Item.Exception : ($Item -as [System.Exception])
            $isError = $null -ne $exception
            $Item | Export-Clixml "$file.xml" -Depth ($isError ? 2 : 6)
            @(
                $isError ? ($exception | Select-Object * -ExcludeProperty Data, TargetSite | ConvertTo-Json -Depth 3 -WarningAction Ignore) : ($Item | ConvertTo-Json -Depth 6 -WarningAction Ignore)
                $Item | Out-String -Width 500
                $Item | Format-List * -Force | Out-String -Width 500
                "$Item"
                if (-not $isError) {
                    $Item | Format-Table * -Force | Out-String -Width 500
                    $Item | Format-Custom * -Depth 3 | Out-String -Width 500
                    $Item | ConvertTo-Csv
                    $Item | Get-Member -Force | Out-String -Width 500
                } else {
                    for ($one = $exception; $one; $one = $one.InnerException) { $one.ToString(); $one | Format-List * -Force | Out-String -Width 500 }
                    if ($Item -is [System.Management.Automation.ErrorRecord]) { $Item.InvocationInfo, $Item.TargetObject, $Item.ErrorDetails | Format-List * -Force | Out-String -Width 500 }
                    $Item | Get-Error | Out-String -Width 500
                }
            ) | Set-Content "$file.txt"
        }

        function Step([scriptblock] $Script) {
            try { $items = @(. $Script *>&1) } catch { $items = @($_) }
            foreach ($item in $items) {
                $item | Out-Host
                Export-Everything $item
            }
        }

        $script:VerbosePreference = $script:DebugPreference = $script:InformationPreference = 'Continue'
        $script:ConfirmPreference = 'None'
        $script:ProgressPreference = 'Continue'
        $null = Start-Transcript "$root/transcript.txt" -IncludeInvocationHeader
        Set-Location "$root/saved"

        Step { Connect-Ojin -ApiKey $keys.ojinKey -BaseUri $info.ojin -AgentsUri $info.agents -PassThru }
        Step { Connect-Ozor -ApiKey (ConvertTo-SecureString $keys.ozorKey -AsPlainText -Force) -FirebaseToken $keys.firebaseToken -BaseUri $info.ozor -PassThru }
        Step { Connect-Aimp -ApiKey ([pscredential]::new('me', (ConvertTo-SecureString $keys.aimpKey -AsPlainText -Force))) -GatewayUri $info.aimp -PassThru }
        Step { Get-OjinSession; Test-OjinSession; Get-OjinSession | Test-OjinSession }

        Step { Get-OjinModelVariant -First 1; Get-OjinModelVariant ojin/oris-1.0/standard; Get-OjinModelVariant -Anonymous }
        Step { Get-OjinModelConfig; $script:made = New-OjinModelConfig -Title Canary -ModelVariantId ojin/oris-1.0/standard -Configuration @{ voice = 'amber' }; $made }
        Step { $made | Get-OjinModelConfig; $made | Get-OjinModelConfig -Public; $made | Set-OjinModelConfig -Title Bird; Test-OjinModelConfig ojin/oris-1.0/standard @{ voice = 'x' } }
        Step { Export-OjinModelConfig "$root/saved/configs"; Sync-OjinModelConfig "$root/saved/configs" -WhatIf; $made | Remove-OjinModelConfig -Confirm:$false }
        Step { $script:asset = Send-OjinAsset "$media/film.mp4"; $asset; Get-OjinAsset -First 2; $asset | Get-OjinAsset; $asset | Get-OjinAsset -IncludeUrl; $asset | Get-OjinAsset -Public }
        Step { $asset | Save-OjinAsset -Path "$root/saved/film.mp4"; $asset | Save-OjinAsset -Path "$root/saved/public.mp4" -Public }
        Step { $script:image = Send-OjinAsset "$media/cat.png"; $image | Start-OjinIdleVideo -ReferenceTemplate v1; $asset | Remove-OjinAsset -Confirm:$false }
        Step { Start-OjinAgentSession agent-open -ClientUserRef somebody; Start-OjinAgentSession agent-hosts -Origin https://example.com; 'agent-private', 'agent-room-down', 'agent-nowhere' | Start-OjinAgentSession }

        Step { $script:video = Start-OzorVideo 'A canary in a mine' -Image "$media/cat.png"; $video; $video | Get-OzorJob; $video | Wait-OzorJob -PollIntervalSec 0.1 }
        Step { Get-OzorVideo; $video | Get-OzorVideo; $script:message = Send-OzorMessage $video.VideoId 'More light'; $message; $message | Wait-OzorJob -PollIntervalSec 0.1 }
        Step { $script:export = Start-OzorExport $video.VideoId; $export; $export | Wait-OzorExport -PollIntervalSec 0.1; $video | Get-OzorVideo; Save-OzorVideo $video.VideoId "$root/saved/ozor.mp4" }
        Step { Get-OzorToolTrace videoready conv_ready }
        Step { Get-OzorVoice }
        Step { $script:plan = New-OzorPlan "$media/pitch.pptx"; $plan; $plan | Get-OzorPlan }
        Step { $plan | Measure-OzorCost }
        Step { $plan | Set-OzorPlan -SpeakingRate 1.1; $plan | Invoke-OzorPlan }
        Step { $script:key = New-OzorApiKey canary; $key; Get-OzorApiKey; $key | Revoke-OzorApiKey -Confirm:$false }

        Step { Get-AimpModel; Get-AimpModel demo-model; Get-AimpWallet; Get-AimpUsage; Invoke-AimpModel demo-model @{ text = 'Hello' } }
        Step { $script:cat = Send-AimpMedia "$media/cat.png"; $cat; Invoke-AimpModel image-tagger @{ image = $cat }; Invoke-AimpModel image-tagger @{ image = Get-Item "$media/cat.png" } }
        Set-Control PUT /state/aimp/options @{ uploadTo = 'gateway'; objectMediaRefs = $true }
        Step { Send-AimpMedia "$media/film.mp4" }

        Step { Invoke-OjinRequest Ojin assets -Query @{ limit = 1 }; Invoke-OjinRequest Ozor api/v1/videos; Invoke-OjinRequest Ozor api/api-keys; Invoke-OjinRequest Aimp billing/wallet -OutFile "$root/saved/wallet.json" }
        Step { Invoke-OjinRequest Ojin "$($info.elsewhere.TrimEnd('/'))/x"; Invoke-OjinRequest Aimp //elsewhere.example/x; Invoke-OjinRequest Ozor ../../x; Invoke-OjinRequest Ojin "$($info.ozor.TrimEnd('/'))/api/v1/videos" }

        # Services that say the key aloud, send it elsewhere, cut the line, or are none.
        $reads = @(
            @{ Service = 'ojin'; Key = $keys.ojinKey; Path = '/model-configs'; Read = { Get-OjinModelConfig -First 1 } }
            @{ Service = 'ozor'; Key = $keys.ozorKey; Path = '/videos'; Read = { Get-OzorVideo -First 1 } }
            @{ Service = 'ozor'; Key = $keys.firebaseToken; Path = '/api-keys'; Read = { Invoke-OjinRequest Ozor api/api-keys } }
            @{ Service = 'aimp'; Key = $keys.aimpKey; Path = '/wallet'; Read = { Get-AimpWallet } }
        )
        foreach ($one in $reads) {
            foreach ($body in @{ code = $one.Key; message = "No $($one.Key)"; details = @{ key = $one.Key } }, @{ error_code = 'x'; message = [uri]::EscapeDataString($one.Key) }, @{ detail = @(@{ loc = @('header', $one.Key); msg = $one.Key }) }, @{ error = @{ message = "Bearer $($one.Key)" } }) {
                Add-Fault $one.Service $one.Path @{ kind = 'status'; status = 400; body = (ConvertTo-Json $body -Depth 5 -Compress) }
                Step $one.Read
            }
            Add-Fault $one.Service $one.Path @{ kind = 'status'; status = 401; body = "<html>$($one.Key)</html>"; contentType = 'text/html' }
            Step $one.Read
            Add-Fault $one.Service $one.Path @{ kind = 'replaceBody'; body = "not JSON: $($one.Key)" }
            Step $one.Read
            Add-Fault $one.Service $one.Path @{ kind = 'status'; status = 503; headers = @{ 'X-Echo' = $one.Key }; body = "{`"message`":`"$($one.Key)`"}" }
            Step $one.Read
            Add-Fault $one.Service $one.Path @{ kind = 'status'; status = 501; body = "{`"message`":`"$($one.Key)`"}" }
            Step $one.Read
            foreach ($status in 301, 302, 303, 307, 308) {
                Add-Fault $one.Service $one.Path @{ kind = 'redirect'; status = $status; location = "{elsewhere}/$($one.Key)?api_key=$($one.Key)" }
                Step $one.Read
            }
            Add-Fault $one.Service $one.Path @{ kind = 'cutAnswer'; afterBytes = 5 }
            Step $one.Read
            Add-Fault $one.Service $one.Path @{ kind = 'cutBeforeHandler' }
            Step $one.Read
        }
        Add-Fault aimp /wallet @{ kind = 'cutBeforeHandler' } 9
        Step { Get-AimpWallet }
        Set-Control DELETE /faults @{}
        Add-Fault aimp /runs @{ kind = 'cutAfterHandler' }
        Step { Invoke-AimpModel demo-model @{ text = 'x' } }
        Add-Fault storage $null @{ kind = 'redirect'; location = '{elsewhere}/x' } 9
        Step { Send-AimpMedia "$media/film.mp4"; Send-OjinAsset "$media/cat.png" -Name redirected.png; $image | Save-OjinAsset -Path "$root/saved/redirected.png" }
        Set-Control DELETE /faults @{}
        # An upload that does not get to its end stays in the journal.
        Add-Fault ojin /assets/sign-part @{ kind = 'status'; status = 400; body = '{"code":"VALIDATION_ERROR","message":"Not now."}' } 9
        Step { Send-OjinAsset "$media/film.mp4" -Name unfinished.mp4; Get-OjinUpload }
        Set-Control DELETE /faults @{}

        # Wrong addresses, and nobody there.
        Step { Connect-Ojin -ApiKey $keys.ojinKey -BaseUri http://api.example.com/v1; Connect-Ozor -ApiKey $keys.ozorKey -BaseUri "https://user:$($keys.ozorKey)@example.com"; Connect-Aimp -ApiKey $keys.aimpKey -GatewayUri "https://example.com/?key=$($keys.aimpKey)" }
        Step { Connect-Ojin -ApiKey @{ Key = $keys.ojinKey }; Connect-Ojin -ApiKey "$($keys.ojinKey) $($keys.ojinKey)"; Connect-Aimp -ApiKey ([pscustomobject]@{ Key = $keys.aimpKey }) -GatewayUri $info.aimp }
        $free = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $free.Start(); $port = $free.LocalEndpoint.Port; $free.Stop()
        Step { Connect-Ojin $keys.ojinKey -BaseUri "http://127.0.0.1:$port/v1" -PassThru | Test-OjinSession; Connect-Ozor $keys.ozorKey -BaseUri "http://127.0.0.1:$port" -PassThru | Test-OjinSession; Connect-Aimp $keys.aimpKey -GatewayUri "http://127.0.0.1:$port" -PassThru | Test-OjinSession }
        Step { Get-OjinSession }

        foreach ($problem in @($global:Error)) { if ($problem) { Export-Everything $problem } }
        $global:Error | Out-Host
        $null = Stop-Transcript
        [System.IO.File]::WriteAllText("$root/count.txt", "$script:number")
    }

    $emulator = Start-Emulator -Key $keys
    # The bodies of the storage too.
    Invoke-EmulatorControl PUT /recording @{ recordBodies = $true }
    $addresses = [ordered]@{}
    foreach ($name in 'ojin', 'storage', 'agents', 'ozor', 'aimp', 'elsewhere', 'control') { $addresses[$name] = $emulator.$name }
    $run = Invoke-InFreshPwsh $drive -ArgumentList $root, $media, (ConvertTo-Json $addresses -Compress) -Environment @{
        CANARIES       = ConvertTo-Json $keys -Compress
        XDG_STATE_HOME = Join-Path $root 'state'
        LOCALAPPDATA   = Join-Path $root 'state'
        XDG_CACHE_HOME = Join-Path $root 'cache'
        TMPDIR         = Join-Path $root 'tmp'
        TMP            = Join-Path $root 'tmp'
        TEMP           = Join-Path $root 'tmp'
    } -TimeoutSec 900
    Set-Content -LiteralPath (Join-Path $root 'stdout.txt') $run.Output
    Set-Content -LiteralPath (Join-Path $root 'stderr.txt') $run.Errors
    $requests = @(Get-EmulatorRequest)
}

AfterAll {
    Stop-Emulator
    Exit-TestState
}

Describe 'A drive through every operation with a canary for each key' {
    It 'came to its end' {
        $run.ExitCode | Should -Be 0 -Because $run.Errors
        [int](Get-Content (Join-Path $root 'count.txt')) | Should -BeGreaterThan 300
        $run.Output | Should -Match 'VERBOSE: '
        $run.Output | Should -Match 'DEBUG: '
        $transcript = Get-Content -Raw (Join-Path $root 'transcript.txt')
        $transcript | Should -Match ' -> 200 in ' -Because 'the transcript has the verbose stream'
        $transcript | Should -Match 'model-configs < ' -Because 'the transcript has the debug stream'
    }

    It 'knows all 40 operations' {
        $operations.Count | Should -Be 40
        $operations.Service | Group-Object -NoElement | ForEach-Object { "$($_.Name) $($_.Count)" } | Sort-Object | Should -Be 'agents 1', 'aimp 7', 'ojin 17', 'ozor 15'
    }

    It 'called each of them, with its own credential and no other' {
        foreach ($operation in $operations) {
            $calls = @($requests | Where-Object { $_.service -eq $operation.Service -and $_.method -eq $operation.Method -and $_.target -match $operation.Path })
            $calls.Count | Should -BeGreaterThan 0 -Because "$($operation.Cmdlet) calls $($operation.Method) $($operation.Path)"
            @($calls | Where-Object status -In 200, 201, 202, 204).Count | Should -BeGreaterThan 0 -Because "$($operation.Method) $($operation.Path) was answered"
            foreach ($call in $calls) {
                # Variants may be listed without a key.
                $has = @('X-API-Key', 'Authorization', 'Cookie' | Where-Object { $call.headers.PSObject.Properties[$_] })
                if ($has.Count -eq 0 -and $operation.Cmdlet -eq 'Get-OjinModelVariant') { continue }
                "$has" | Should -Be ($operation.Credential -eq '-' ? '' : $operation.Credential) -Because "$($call.method) $($call.target)"
            }
        }
    }

    It 'sent the <_> nowhere but in its own header to its own origin' -ForEach 'ojinKey', 'ozorKey', 'firebaseToken', 'aimpKey' {
        $name = $_
        $canary = $canaries | Where-Object { $_.Name -eq $name }
        @($requests | Where-Object { $_.headers.$($canary.Header) -eq $canary.Prefix + $canary.Key }).Count | Should -BeGreaterThan 3
        Find-InLog $requests $canary | Should -BeNullOrEmpty
    }

    It 'was read to the last byte' {
        # What the log does not keep of a body could hide a key.
        $requests | Where-Object { $_.bodyBytes -gt 1MB } | Should -BeNullOrEmpty
        $requests | Where-Object { $_.bodyBytes -gt 0 -and -not $_.body } | Should -BeNullOrEmpty
        @($requests | Where-Object { $_.service -eq 'storage' -and $_.method -eq 'PUT' -and $_.bodyBytes -gt 0 }).Count | Should -BeGreaterThan 2
    }

    It 'sent nothing to a foreign origin, and was never told off' {
        $requests | Where-Object service -EQ elsewhere | Should -BeNullOrEmpty
        Get-EmulatorViolation | Should -BeNullOrEmpty
    }

    It 'wrote the <_> nowhere: no stream, transcript, export, journal or file has it' -ForEach 'ojinKey', 'ozorKey', 'firebaseToken', 'aimpKey' {
        Find-InFile $root $_ $keys[$_] | Should -BeNullOrEmpty
    }

    It 'kept an unfinished upload in a journal that was read too' {
        @(Get-ChildItem (Join-Path $root 'state') -Recurse -File).Count | Should -BeGreaterThan 0
    }

    It 'showed no room token, no new key and no signature' {
        $secrets = @((Get-EmulatorState agents).sessions.token) + @((Get-EmulatorState ozor).keys | Where-Object name -EQ canary | ForEach-Object rawKey)
        $secrets.Count | Should -Be 3
        $secrets | ForEach-Object { $_ | Should -Match '^(room-token-|sk_live_)' }
        foreach ($file in Get-ChildItem -LiteralPath $root -Recurse -File -Force) {
            $text = [System.IO.File]::ReadAllText($file.FullName)
            foreach ($secret in $secrets + 'X-Amz-Signature=', 'X-Amz-Security-Token=', 'upload_token=') {
                if ($text.Contains($secret)) { "$($file.Name) has $secret" | Should -BeNullOrEmpty }
            }
        }
    }
}

Describe 'The search for canaries' {
    BeforeAll {
        $planted = Join-Path $state 'planted'
        $null = New-Item -ItemType Directory -Path $planted
        $canary = $canaries[0]
    }

    It 'finds one in a file as <Form>' -ForEach @(
        @{ Form = 'text'; Bytes = { [System.Text.Encoding]::UTF8.GetBytes("before $($canary.Key) after") } }
        @{ Form = 'text of two bytes a letter'; Bytes = { [System.Text.Encoding]::Unicode.GetBytes("x$($canary.Key)") } }
        @{ Form = 'a SecureString in CliXml'; Bytes = { [System.Text.Encoding]::UTF8.GetBytes([System.Management.Automation.PSSerializer]::Serialize((ConvertTo-SecureString $canary.Key -AsPlainText -Force))) } }
        @{ Form = 'Base64 at 0'; Bytes = { [System.Text.Encoding]::UTF8.GetBytes([Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($canary.Key + 'abc'))) } }
        @{ Form = 'Base64 at 1'; Bytes = { [System.Text.Encoding]::UTF8.GetBytes([Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes('a' + $canary.Key))) } }
        @{ Form = 'Base64 at 2'; Bytes = { [System.Text.Encoding]::UTF8.GetBytes([Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes('me:' + $canary.Key))) } }
        @{ Form = 'Base64 of two bytes a letter'; Bytes = { [System.Text.Encoding]::UTF8.GetBytes([Convert]::ToBase64String([System.Text.Encoding]::Unicode.GetBytes('ab' + $canary.Key))) } }
        @{ Form = 'hexadecimal digits'; Bytes = { [System.Text.Encoding]::UTF8.GetBytes([Convert]::ToHexString([System.Text.Encoding]::UTF8.GetBytes($canary.Key))) } }
        @{ Form = 'letters backwards'; Bytes = { [System.Text.Encoding]::UTF8.GetBytes(-join $canary.Key[($canary.Key.Length - 1)..0]) } }
    ) {
        $file = Join-Path $planted 'deep/er/file.bin'
        $null = New-Item -ItemType Directory -Force -Path (Split-Path $file)
        [System.IO.File]::WriteAllBytes($file, (& $Bytes))
        if ($Form -eq 'a SecureString in CliXml' -and $IsWindows) { return }
        Find-InFile $planted $canary.Name $canary.Key | Should -Not -BeNullOrEmpty
        [System.IO.File]::WriteAllText($file, 'nothing')
        Find-InFile $planted $canary.Name $canary.Key | Should -BeNullOrEmpty
    }

    It 'finds one that strays over the wire: <Form>' -ForEach @(
        @{ Form = 'its header at a foreign origin'; Send = { Invoke-WebRequest "$($emulator.elsewhere.TrimEnd('/'))/x" -Headers @{ 'X-API-Key' = $canary.Key } } }
        @{ Form = 'its header at another service'; Send = { Invoke-WebRequest "$($emulator.ozor.TrimEnd('/'))/api/v1/videos" -Headers @{ 'X-API-Key' = $canary.Key } -SkipHttpErrorCheck } }
        @{ Form = 'another header at its own service'; Send = { Invoke-WebRequest "$($emulator.ojin.TrimEnd('/'))/assets" -Headers @{ 'X-API-Key' = $canary.Key; 'X-Trace' = $canary.Key } -SkipHttpErrorCheck } }
        @{ Form = 'a bearer token at its own service'; Send = { Invoke-WebRequest "$($emulator.ojin.TrimEnd('/'))/assets" -Headers @{ Authorization = "Bearer $($canary.Key)" } -SkipHttpErrorCheck } }
        @{ Form = 'a query'; Send = { Invoke-WebRequest "$($emulator.ojin.TrimEnd('/'))/assets?key=$($canary.Key)" -Headers @{ 'X-API-Key' = $canary.Key } -SkipHttpErrorCheck } }
        @{ Form = 'a body'; Send = { Invoke-WebRequest "$($emulator.aimp.TrimEnd('/'))/api/runs" -Method Post -Body "{`"key`":`"$($canary.Key)`"}" -SkipHttpErrorCheck } }
        @{ Form = 'the body of a PUT to the storage'; Send = { Invoke-WebRequest "$($emulator.storage.TrimEnd('/'))/x" -Method Put -Body "ab$($canary.Key)" -SkipHttpErrorCheck } }
        @{ Form = 'Base64 in a header'; Send = { Invoke-WebRequest "$($emulator.agents.TrimEnd('/'))/x" -Headers @{ 'X-Who' = [Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes("me:$($canary.Key)")) } -SkipHttpErrorCheck } }
    ) {
        Clear-EmulatorRequest
        $null = & $Send
        Find-InLog @(Get-EmulatorRequest) $canary | Should -Not -BeNullOrEmpty
    }

    It 'does not find one where it belongs' {
        Clear-EmulatorRequest
        $null = Invoke-WebRequest "$($emulator.ojin.TrimEnd('/'))/assets" -Headers @{ 'X-API-Key' = $canary.Key }
        Find-InLog @(Get-EmulatorRequest) $canary | Should -BeNullOrEmpty
    }
}
