BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/Emulator.psm1" -Force
    Import-OjinModule
    $script:state = Enter-TestState
    $script:emulator = Start-Emulator
    $script:folder = Join-Path ([System.IO.Path]::GetTempPath()) "ojin-transfer-$([guid]::NewGuid().ToString('N'))"

    function Get-JournalFile { @(Get-ChildItem $script:state -Recurse -File -Force) }

    # An upload that is refused a signature for its third part, and stays in the journal.
    function Stop-Upload([string] $Path) {
        Add-EmulatorFault status -Service ojin -Method POST -Path sign-part -Skip 2 -Status 403 -Body '{"code":"FORBIDDEN","message":"Not today."}'
        $null = Send-OjinAsset $Path -PartSize 5MB -ThrottleLimit 1 -ErrorAction SilentlyContinue
        Clear-EmulatorFault
        Clear-EmulatorRequest
    }
}

AfterAll {
    Disconnect-FromEmulator
    Stop-Emulator
    Exit-TestState
}

Describe 'Send-OjinAsset' {
    BeforeEach {
        Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator
        $null = New-Item -ItemType Directory $folder
        Push-Location $folder
    }
    AfterEach {
        Pop-Location
        Remove-Item $folder -Recurse -Force
        @(Get-EmulatorViolation) | Should -BeNullOrEmpty
        Get-JournalFile | Remove-Item -Force
    }

    It 'sends files from the pipeline side by side, and they come back the same' {
        $files = @((New-TestFile $folder/film.mp4 11MB), (New-TestMedia $folder/a.png), (New-TestMedia $folder/b.jpg))
        $assets = Get-ChildItem | Send-OjinAsset
        $assets.Count | Should -Be 3
        $assets[0].PSTypeNames[0] | Should -Be 'Ojin.Asset'
        ($assets | Sort-Object Name).Category | Should -Be 'image', 'image', 'video'
        ($assets | Sort-Object Name).ContentType | Should -Be 'image/png', 'image/jpeg', 'video/mp4'
        $saved = $assets | Save-OjinAsset -Path ./down/
        $saved | Should -BeOfType System.IO.FileInfo
        foreach ($file in $files) { (Get-FileHash "down/$($file.Name)").Hash | Should -Be (Get-FileHash $file).Hash }
        @(Get-ChildItem ./down -Force).Count | Should -Be 3
        Get-JournalFile | Should -BeNullOrEmpty
    }

    It 'takes paths with wildcards, literal paths, text and files that were made by hand' {
        $null = New-TestMedia "$folder/a[1].png"; $null = New-TestMedia $folder/b.png; $null = New-Item -ItemType Directory ./c.png
        (Send-OjinAsset *.png | Sort-Object Name).Name | Should -Be 'a[1].png', 'b.png'
        (Send-OjinAsset -LiteralPath 'a[1].png').Name | Should -Be 'a[1].png'
        ('./b.png' | Send-OjinAsset).Name | Should -Be 'b.png'
        ([System.IO.FileInfo]::new("$folder/b.png") | Send-OjinAsset).Name | Should -Be 'b.png'
        ([pscustomobject]@{ LiteralPath = 'b.png' } | Send-OjinAsset -Name other.png).Name | Should -Be 'other.png'
    }

    It 'takes category, name and type as they are given, else from the extension, else from the first bytes' {
        Copy-Item (New-TestMedia $folder/a.png) ./picture
        $null = New-TestFile $folder/model.weights 1000
        (Send-OjinAsset picture).ContentType | Should -Be 'image/png'
        $asset = Send-OjinAsset model.weights -Category weight -Name 'model v1.bin' -ContentType application/x-weights
        $asset.Category, $asset.Name, $asset.ContentType | Should -Be 'weight', 'model v1.bin', 'application/x-weights'
        $run = Invoke-Captured { Send-OjinAsset model.weights }
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match '-Category'
    }

    It 'tells what is wrong with each file, and sends the rest' {
        $null = New-TestMedia $folder/a.png; $null = New-TestMedia $folder/b.png; $null = New-Item ./empty.png; $null = New-Item -ItemType Directory ./sub
        $run = Invoke-Captured { 'nothing.png', 'a.png', 'empty.png', 'sub', 'Env:/PATH', '*.zip', 'nowhere:/x.png', 'b.png' | Send-OjinAsset }
        ($run.Output | Sort-Object Name).Name | Should -Be 'a.png', 'b.png'
        $run.Errors.TargetObject | Should -Be 'nothing.png', 'empty.png', 'sub', 'Env:/PATH', '*.zip', 'nowhere:/x.png'
        $run.Errors.FullyQualifiedErrorId | ForEach-Object { $_ | Should -Match '^FILE_(NOT_FOUND|UNUSABLE),Ojin\.PowerShell\.Commands\.SendOjinAssetCommand$' }
        $run.Errors.ErrorDetails.RecommendedAction | ForEach-Object { $_ | Should -Not -BeNullOrEmpty }
        @(Get-EmulatorRequest -Path initiate-upload).Count | Should -Be 2
    }

    It 'refuses <Why> before any call' -ForEach @(
        @{ Why = 'a part of 4 MiB'; With = @{ PartSize = 4MB } }, @{ Why = 'a part of 6 GiB'; With = @{ PartSize = 6GB } }, @{ Why = 'a negative part'; With = @{ PartSize = -1 } }
        @{ Why = 'a name with a slash'; With = @{ Name = 'a/b.png' } }, @{ Why = 'a name of two dots'; With = @{ Name = '..' } }, @{ Why = 'a name with quotes'; With = @{ Name = 'a"b.png' } }
        @{ Why = 'a name with control characters'; With = @{ Name = "a$([char]27)[31m.png" } }, @{ Why = 'a name of 300 letters'; With = @{ Name = 'x' * 300 } }
        @{ Why = 'a type that is none'; With = @{ ContentType = 'png' } }
    ) {
        $null = New-TestMedia $folder/a.png
        $run = Invoke-Captured { Send-OjinAsset a.png @With; 'the rest' }
        $run.Output | Should -Be 'the rest'
        $run.Errors[0].FullyQualifiedErrorId | Should -Be 'INVALID_ARGUMENT,Ojin.PowerShell.Commands.SendOjinAssetCommand'
        $run.Text | Should -Not -Match "$([char]27)\[31m\.png"
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'refuses more than 10,000 parts, and says what would do' {
        $file = [System.IO.File]::Create("$folder/huge.mp4")
        $file.SetLength(60GB); $file.Dispose()
        $run = Invoke-Captured { Send-OjinAsset huge.mp4 -PartSize 5MB }
        "$($run.Errors[0])" | Should -Match '12288 parts'
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match '7MB'
    }

    It 'names one file with -Name' {
        $null = New-TestMedia $folder/a.png; $null = New-TestMedia $folder/b.png
        $run = Invoke-Captured { Send-OjinAsset *.png -Name c.png }
        $run.Output.Name | Should -Be 'c.png'
        $run.Errors.Count | Should -Be 1
    }

    It 'sends nothing with -WhatIf' {
        $null = New-TestMedia $folder/a.png
        Send-OjinAsset a.png -WhatIf | Should -BeNullOrEmpty
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
        Get-JournalFile | Should -BeNullOrEmpty
    }

    It 'asks for a key where there is none' {
        $null = New-TestMedia $folder/a.png
        Disconnect-FromEmulator
        (Invoke-Captured { Send-OjinAsset a.png }).Errors[0].FullyQualifiedErrorId | Should -Be 'NOT_CONNECTED,Ojin.PowerShell.Commands.SendOjinAssetCommand'
    }

    It 'emits each asset as it is finished' {
        $null = New-TestFile $folder/a.mp4 100000; $null = New-TestFile $folder/b.mp4 100000
        Add-EmulatorFault delay -Service storage -Method PUT -DelayMs 600000
        Send-OjinAsset a.mp4, b.mp4 | ForEach-Object { $null = Clear-EmulatorFault; $_.Name } | Sort-Object | Should -Be 'a.mp4', 'b.mp4'
    }

    It 'shows the storage''s own words when it refuses' {
        $null = New-TestMedia $folder/a.png
        Add-EmulatorFault status -Service storage -Method PUT -Status 403 -Body '<Error><Code>InvalidAccessKeyId</Code><Message>No such key.</Message></Error>'
        $run = Invoke-Captured { Send-OjinAsset a.png -Verbose -Debug }
        $run.Errors[0].FullyQualifiedErrorId | Should -BeLike 'InvalidAccessKeyId,*'
        "$($run.Errors[0])" | Should -Match 'No such key\.'
        $run.Text | Should -Not -Match 'X-Amz-'
    }

    It 'goes on by itself with what an earlier run began' {
        $null = New-TestFile $folder/film.mp4 11MB
        Stop-Upload film.mp4
        $upload = Get-OjinUpload
        $upload.PSTypeNames[0] | Should -Be 'Ojin.UnfinishedUpload'
        $upload.Path, $upload.PartsSent, $upload.PartCount, $upload.SentBytes, $upload.CanResume | Should -Be "$folder/film.mp4", 2, 3, 10MB, $true
        $upload | Out-String -Width 80 | Should -Match '2/3'
        $upload | Format-List | Out-String -Width 80 | Should -Match 'Sent +: 10\.0 MB of 11\.0 MB'
        $upload | Format-List | Out-String -Width 80 | Should -Match 'Parts +: 2 of 3, 5\.0 MB each'
        $asset = Send-OjinAsset film.mp4 -PartSize 5MB
        $asset.AssetId | Should -Be $upload.AssetId
        @(Get-EmulatorRequest -Service storage -Method PUT).Count | Should -Be 1
        Get-OjinUpload | Should -BeNullOrEmpty
    }

    It 'does another process that sends the same file no harm' {
        $null = New-TestFile $folder/film.mp4 11MB
        Add-EmulatorFault delay -Service storage -Method PUT -DelayMs 600000
        $send = { (Send-OjinAsset $args[0] -PartSize 5MB -WarningVariable warnings -WarningAction SilentlyContinue).AssetId; "$warnings" }
        $first = Start-FreshPwsh $send -ArgumentList "$folder/film.mp4" -Environment (Get-EmulatorEnvironment)
        $null = Get-EmulatorRequest -Service storage -Method PUT -Count 1
        $second = Invoke-InFreshPwsh $send -ArgumentList "$folder/film.mp4" -Environment (Get-EmulatorEnvironment)
        Clear-EmulatorFault
        $first = $first | Wait-FreshPwsh
        $first.ExitCode, $first.Errors, $second.ExitCode, $second.Errors | Should -Be 0, '', 0, ''
        $first.Output | Should -Match '^[0-9a-f-]{36}$'
        $second.Output | Should -Match '^[0-9a-f-]{36}\r?\n.*by somebody else'
        foreach ($id in $first.Output, ($second.Output -split '\s')[0]) { (Get-FileHash (Save-OjinAsset $id "$folder/$id.mp4")).Hash | Should -Be (Get-FileHash film.mp4).Hash }
        @(Get-ChildItem *.mp4).Count | Should -Be 3 -Because 'each has its own asset'
        Get-JournalFile | Should -BeNullOrEmpty
    }

    It 'starts over with -NoResume, and leaves the journal as it is' {
        $null = New-TestFile $folder/film.mp4 11MB
        Stop-Upload film.mp4
        $null = Send-OjinAsset film.mp4 -PartSize 5MB -NoResume
        @(Get-EmulatorRequest -Service storage -Method PUT).Count | Should -Be 3
        @(Get-OjinUpload).Count | Should -Be 1
    }

    It 'forgets uploads' {
        $null = New-TestFile $folder/film.mp4 11MB; $null = New-TestFile $folder/other.mp4 11MB
        Stop-Upload film.mp4; Stop-Upload other.mp4
        (Get-OjinUpload film.mp4).Path | Should -Be "$folder/film.mp4"
        @(Get-OjinUpload *.mp4).Count | Should -Be 2
        (Get-Item film.mp4 | Get-OjinUpload).Path | Should -Be "$folder/film.mp4"
        Get-OjinUpload | Remove-OjinUpload -WhatIf
        @(Get-OjinUpload).Count | Should -Be 2
        (Invoke-Captured { Get-OjinUpload nothing.mp4 }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'FILE_NOT_FOUND,*'
        (Invoke-Captured { Remove-OjinUpload nothing.mp4 -Confirm:$false }).Errors[0].FullyQualifiedErrorId | Should -BeLike 'FILE_NOT_FOUND,*'
        Remove-OjinUpload film.mp4 -Confirm:$false
        (Get-OjinUpload).Path | Should -Be "$folder/other.mp4"
        Get-OjinUpload | Remove-OjinUpload -Confirm:$false
        Get-JournalFile | Should -BeNullOrEmpty
        (Get-Command Remove-OjinUpload).ImplementingType.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false).ConfirmImpact | Should -Be 'High'
        @(Get-EmulatorRequest) | Should -BeNullOrEmpty
    }

    It 'warns of a damaged journal and starts over' {
        $null = New-TestFile $folder/film.mp4 11MB
        Stop-Upload film.mp4
        Set-Content (Get-JournalFile)[0] '{"version":1,'
        $run = Invoke-Captured { Send-OjinAsset film.mp4 -PartSize 5MB }
        $run.Output.SizeBytes | Should -Be 11MB
        "$($run.Warnings)" | Should -Match 'set aside'
    }

    It 'ends within a second when it is stopped, and goes on later' {
        $null = New-TestFile $folder/film.mp4 22MB
        Add-EmulatorFault stallRequest -Service storage -Method PUT -Skip 1 -Always -AfterBytes 1000
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript('param($manifest, $key, $uri, $file) Import-Module $manifest; Connect-Ojin $key -BaseUri $uri; Send-OjinAsset $file -PartSize 5MB -ThrottleLimit 2').AddArgument((Get-OjinManifest)).AddArgument($emulator.ojinKey).AddArgument($emulator.ojin).AddArgument("$folder/film.mp4")
            $running = $shell.BeginInvoke()
            $null = Get-EmulatorRequest -Service storage -Method PUT -Count 1 -Finished
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 1
            { $shell.EndInvoke($running) } | Should -Throw
        } finally { $shell.Dispose() }
        Clear-EmulatorFault
        (Get-OjinUpload).PartsSent | Should -Be 1
        Clear-EmulatorRequest
        $null = Send-OjinAsset film.mp4 -PartSize 5MB
        @(Get-EmulatorRequest -Service storage -Method PUT).Count | Should -Be 4
    }

    It 'shows one bar with bytes and rate and one for each file in flight, and takes them away' {
        $null = New-TestFile $folder/film.mp4 11MB; $null = New-TestFile $folder/other.mp4 6MB
        Add-EmulatorFault delay -Service storage -Method PUT -DelayMs 2500 -Times 5
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript('param($manifest, $key, $uri, $folder) Import-Module $manifest; Connect-Ojin $key -BaseUri $uri; Get-ChildItem $folder | Send-OjinAsset -PartSize 5MB').AddArgument((Get-OjinManifest)).AddArgument($emulator.ojinKey).AddArgument($emulator.ojin).AddArgument($folder)
            $shell.Invoke().Count | Should -Be 2
            $records = @($shell.Streams.Progress | Where-Object Activity -NotMatch 'Preparing modules')
        } finally { $shell.Dispose() }
        $parents = @($records | Where-Object { $_.ParentActivityId -eq -1 -and $_.RecordType -eq 'Processing' })
        $parents[-1].Activity | Should -Be 'Sending files'
        $parents[-1].StatusDescription | Should -Match '\d done, \d in flight; [\d.]+ MB of 17\.0 MB, [\d.]+ .?B/s'
        ($parents.SecondsRemaining | Measure-Object -Maximum).Maximum | Should -BeGreaterOrEqual 0 -Because 'the time that is left is told'
        ($records.PercentComplete | Measure-Object -Maximum).Maximum | Should -BeLessOrEqual 100
        ($records | Where-Object { $_.ParentActivityId -eq $parents[0].ActivityId -and $_.RecordType -eq 'Processing' }).Activity | Sort-Object -Unique | Should -Be 'film.mp4', 'other.mp4'
        foreach ($id in $records.ActivityId | Sort-Object -Unique) { @($records | Where-Object ActivityId -EQ $id)[-1].RecordType | Should -Be 'Completed' }
        $parents.Count | Should -BeLessThan 60 -Because 'a few updates a second are enough'
    }

    It 'takes the bars away when it ends with an error too' {
        $null = New-TestFile $folder/film.mp4 11MB
        Add-EmulatorFault delay -Service storage -Method PUT -DelayMs 1500
        Add-EmulatorFault status -Service storage -Method PUT -Always -Skip 1 -Status 403 -Body '<Error><Code>AccessDenied</Code></Error>'
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript('param($manifest, $key, $uri, $file) Import-Module $manifest; Connect-Ojin $key -BaseUri $uri; try { Send-OjinAsset $file -PartSize 5MB -ThrottleLimit 1 -ErrorAction Stop } catch { "caught" }; try { Get-Item $file | Send-OjinAsset -PartSize 5MB -ErrorAction Stop } catch { "caught" }').AddArgument((Get-OjinManifest)).AddArgument($emulator.ojinKey).AddArgument($emulator.ojin).AddArgument("$folder/film.mp4")
            $shell.Invoke() | Should -Be 'caught', 'caught'
            $records = @($shell.Streams.Progress | Where-Object Activity -NotMatch 'Preparing modules')
        } finally { $shell.Dispose() }
        $records.Count | Should -BeGreaterThan 0
        foreach ($id in $records.ActivityId | Sort-Object -Unique) { @($records | Where-Object ActivityId -EQ $id)[-1].RecordType | Should -Be 'Completed' }
    }

    It 'shows no progress where none is wanted' {
        $null = New-TestFile $folder/film.mp4 1MB
        Add-EmulatorFault delay -Service storage -Method PUT -DelayMs 1000
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript('param($manifest, $key, $uri, $file) $ProgressPreference = "SilentlyContinue"; Import-Module $manifest; Connect-Ojin $key -BaseUri $uri; Send-OjinAsset $file').AddArgument((Get-OjinManifest)).AddArgument($emulator.ojinKey).AddArgument($emulator.ojin).AddArgument("$folder/film.mp4")
            $shell.Invoke().Count | Should -Be 1
            @($shell.Streams.Progress).Count | Should -Be 0
        } finally { $shell.Dispose() }
    }
}

Describe 'Save-OjinAsset' {
    BeforeEach {
        Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator
        $null = New-Item -ItemType Directory $folder
        Push-Location $folder
    }
    AfterEach {
        Pop-Location
        Remove-Item $folder -Recurse -Force
        @(Get-EmulatorViolation) | Should -BeNullOrEmpty
    }

    It 'saves into the current folder, a folder or a file' {
        (Save-OjinAsset 00000000-0000-4000-8000-000000000001).FullName | Should -Be "$folder/asset-00001.mp4"
        (Save-OjinAsset 00000000-0000-4000-8000-000000000001 new/deep/).FullName | Should -Be "$folder/new/deep/asset-00001.mp4"
        (Save-OjinAsset 00000000-0000-4000-8000-000000000001 film.mp4).FullName | Should -Be "$folder/film.mp4"
        (Get-OjinAsset | Save-OjinAsset -Path new).Count | Should -Be 3
        (Get-Item film.mp4).Length | Should -Be (Get-OjinAsset 00000000-0000-4000-8000-000000000001).SizeBytes
    }

    It 'sends the key to the service only, and none with -Public' {
        $null = Save-OjinAsset 00000000-0000-4000-a000-000000000002 -Public
        $requests = @(Get-EmulatorRequest)
        $requests[0].path | Should -Be '/v1/public/assets/00000000-0000-4000-a000-000000000002'
        $requests.headers | ForEach-Object { $_.PSObject.Properties.Name | Should -Not -Contain 'X-API-Key' }
        $requests[1].headers.PSObject.Properties.Name | Sort-Object | Should -Be 'Host', 'If-Match'
    }

    It 'says what the check came to with -Verbose' {
        (Invoke-Captured { Save-OjinAsset 00000000-0000-4000-8000-000000000001 -Verbose }).Text | Should -Match 'asset-00001\.mp4: verified: '
        $null = Set-EmulatorState storage/options @{ opaqueETags = $true }
        $null = New-TestMedia $folder/a.png
        $asset = Send-OjinAsset a.png
        $run = Invoke-Captured { $asset | Save-OjinAsset -Path copy.png -Verbose }
        $run.Text | Should -Match 'copy\.png: not verifiable: the ETag is no MD5'
    }

    It 'leaves a file that is there, unless -Force says otherwise' {
        Set-Content asset-00001.mp4 precious
        $run = Invoke-Captured { Get-OjinAsset | Save-OjinAsset }
        $run.Output.Count | Should -Be 2
        $run.Errors[0].FullyQualifiedErrorId | Should -Be 'FILE_UNUSABLE,Ojin.PowerShell.Commands.SaveOjinAssetCommand'
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match '-Force'
        Get-Content asset-00001.mp4 | Should -Be 'precious'
        (Save-OjinAsset 00000000-0000-4000-8000-000000000001 -Force).Length | Should -BeGreaterThan 10
    }

    It 'downloads nothing with -WhatIf' {
        Get-OjinAsset | Save-OjinAsset -Path down/ -WhatIf | Should -BeNullOrEmpty
        Test-Path down | Should -BeFalse
        @(Get-EmulatorRequest -Service storage) | Should -BeNullOrEmpty
    }

    It 'goes on after a bad id and an asset that is not there' {
        $run = Invoke-Captured { 'nonsense', '00000000-0000-4000-8000-0000000000ff', '00000000-0000-4000-8000-000000000002' | Save-OjinAsset }
        $run.Output.Name | Should -Be 'asset-00002.png'
        ($run.Errors.FullyQualifiedErrorId | Sort-Object) | Should -Be 'INVALID_ARGUMENT,Ojin.PowerShell.Commands.SaveOjinAssetCommand', 'RESOURCE_NOT_FOUND,Ojin.PowerShell.Commands.SaveOjinAssetCommand'
        ($run.Errors.TargetObject | Sort-Object) | Should -Be '00000000-0000-4000-8000-0000000000ff', 'nonsense'
    }

    It 'keeps a name from the server in the folder: <Name>' -ForEach @(
        @{ Name = '../../evil.sh'; Expected = '.._.._evil.sh' }, @{ Name = '/etc/passwd'; Expected = '_etc_passwd' }, @{ Name = '..'; Expected = '00000000-0000-4000-8000-000000000001' }
        @{ Name = "a`nb$([char]27)[31m.mp4"; Expected = 'a_b_[31m.mp4' }, @{ Name = 'CON'; Expected = '_CON' }, @{ Name = ('x' * 300) + '.mp4'; Expected = ('x' * 196) + '.mp4' }
    ) {
        $null = Set-EmulatorState ojin/assets/00000000-0000-4000-8000-000000000001/overrides @{ name = $Name }
        $null = New-Item -ItemType Directory ./a/b
        (Save-OjinAsset 00000000-0000-4000-8000-000000000001 a/b).Name | Should -Be $Expected
        @(Get-ChildItem a -Recurse -File -Force).FullName | Should -Be (Join-Path "$folder/a/b" $Expected)
    }

    It 'tells of <What>, and leaves nothing under the target''s name' -ForEach @(
        @{ What = 'bytes that arrive wrong'; Set = { $null = Set-EmulatorState storage/options @{ corruptDownloads = 9 } }; Code = 'INTEGRITY_FAILED' }
        @{ What = 'a size that is another'; Set = { $null = Set-EmulatorState ojin/assets/00000000-0000-4000-8000-000000000001/overrides @{ size_bytes = 5 } }; Code = 'INTEGRITY_FAILED' }
        @{ What = 'a size that no disk has room for'; Set = { $null = Set-EmulatorState ojin/assets/00000000-0000-4000-8000-000000000001/overrides @{ size_bytes = 1152921504606846976 } }; Code = 'FILE_UNUSABLE' }
        @{ What = 'a connection that is always cut'; Set = { Add-EmulatorFault cutAnswer -Service storage -Always -AfterBytes 0 }; Code = 'CONNECTION_LOST' }
        @{ What = 'a storage that refuses'; Set = { Add-EmulatorFault status -Service storage -Always -Status 403 -Body '<Error><Code>AccessDenied</Code><Message>No.</Message></Error>' }; Code = 'AccessDenied' }
    ) {
        & $Set
        $run = Invoke-Captured { Save-OjinAsset 00000000-0000-4000-8000-000000000001 film.mp4 }
        $run.Errors.Count | Should -Be 1
        $run.Errors[0].FullyQualifiedErrorId | Should -Be "$Code,Ojin.PowerShell.Commands.SaveOjinAssetCommand"
        $run.Text | Should -Not -Match 'X-Amz-'
        Get-ChildItem -Force | Should -BeNullOrEmpty
    }

    It 'fetches an expired URL anew' {
        $null = Set-EmulatorState storage/options @{ expiredDownloadUrls = 2 }
        (Save-OjinAsset 00000000-0000-4000-8000-000000000001).Length | Should -BeGreaterThan 10
        @(Get-EmulatorRequest -Path /download).Count | Should -Be 3
    }

    It 'ends within a second when it is stopped, and goes on later' {
        $null = New-TestFile $folder/film.mp4 40MB
        $asset = Send-OjinAsset film.mp4
        Clear-EmulatorRequest
        Add-EmulatorFault stallAnswer -Service storage -Method GET -Skip 1 -Always -AfterBytes 1000
        $shell = [powershell]::Create()
        try {
            $null = $shell.AddScript('param($manifest, $key, $uri, $id, $file) Import-Module $manifest; Connect-Ojin $key -BaseUri $uri; Save-OjinAsset $id $file -ThrottleLimit 2').AddArgument((Get-OjinManifest)).AddArgument($emulator.ojinKey).AddArgument($emulator.ojin).AddArgument($asset.AssetId).AddArgument("$folder/copy.mp4")
            $running = $shell.BeginInvoke()
            $null = Get-EmulatorRequest -Service storage -Method GET -Count 1 -Finished
            $null = Get-EmulatorRequest -Service storage -Method GET -Count 3
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 1
            { $shell.EndInvoke($running) } | Should -Throw
        } finally { $shell.Dispose() }
        Clear-EmulatorFault
        Test-Path copy.mp4 | Should -BeFalse
        Clear-EmulatorRequest
        (Get-FileHash ($asset | Save-OjinAsset -Path copy.mp4)).Hash | Should -Be (Get-FileHash film.mp4).Hash
        @(Get-EmulatorRequest -Service storage -Method GET).Count | Should -Be 4
        (Get-ChildItem -Force).Name | Should -Be 'copy.mp4', 'film.mp4'
    }
}

Describe 'Save-OzorVideo' {
    BeforeEach {
        Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator
        $null = New-Item -ItemType Directory $folder
        Push-Location $folder
        $script:videoId = (Set-EmulatorState ozor/videos -Method POST @{ title = 'Desk lamp: the film?' }).videoId
    }
    AfterEach {
        Pop-Location
        Remove-Item $folder -Recurse -Force
        @(Get-EmulatorViolation) | Should -BeNullOrEmpty
    }

    It 'saves the film under its title, or as it is told, and the key goes nowhere else' {
        $null = Set-EmulatorState ozor/options @{ videoBytes = 20MB }
        Start-OzorExport $videoId | Wait-OzorExport | Out-Null
        $file = Save-OzorVideo $videoId
        $file | Should -BeOfType System.IO.FileInfo
        $file.Name | Should -Be 'Desk lamp_ the film_.mp4'
        $file.Length | Should -BeGreaterOrEqual 20MB
        (Get-OzorVideo $videoId | Save-OzorVideo -Path film.mp4).Name | Should -Be 'film.mp4'
        (Get-FileHash film.mp4).Hash | Should -Be (Get-FileHash -LiteralPath $file).Hash
        (Get-ChildItem -Force).Count | Should -Be 2
        Get-EmulatorRequest -Service storage | ForEach-Object { $_.headers.PSObject.Properties.Name | Should -Not -Contain 'Authorization' }
        @(Get-EmulatorRequest -Service storage).Count | Should -BeGreaterThan 5 -Because 'a large film comes in ranges'
    }

    It 'reads the video anew when its URL has expired' {
        Start-OzorExport $videoId | Wait-OzorExport | Out-Null
        $null = Set-EmulatorState storage/options @{ expiredDownloadUrls = 1 }
        Clear-EmulatorRequest
        (Save-OzorVideo $videoId film.mp4).Length | Should -BeGreaterThan 100
        @(Get-EmulatorRequest -Service ozor -Method GET).Count | Should -Be 2
    }

    It 'says what to run when there is no film yet' {
        $run = Invoke-Captured { Save-OzorVideo $videoId }
        "$($run.Errors[0])" | Should -Match 'no export yet'
        $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match 'Start-OzorExport .* Wait-OzorExport'
        $null = Set-EmulatorState ozor/options @{ manual = $true }
        $null = Start-OzorExport $videoId
        "$((Invoke-Captured { Save-OzorVideo $videoId }).Errors[0])" | Should -Match 'queued'
        Get-ChildItem -Force | Should -BeNullOrEmpty
    }

    It 'tells of a video that is not there, and downloads nothing with -WhatIf' {
        (Invoke-Captured { Save-OzorVideo nothing }).Errors[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        Save-OzorVideo $videoId -WhatIf | Should -BeNullOrEmpty
        @(Get-EmulatorRequest -Service storage) | Should -BeNullOrEmpty
    }
}
