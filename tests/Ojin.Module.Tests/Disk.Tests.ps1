# Disks that are full, read-only or too small, for real: a small one in memory, mounted in a namespace of its own.
BeforeDiscovery {
    Import-Module "$PSScriptRoot/TestTools.psm1" -Force
    $obstacle = Get-TestDiskObstacle
}

BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/Emulator.psm1" -Force
    Import-OjinModule
    $script:state = Enter-TestState
    $null = Start-Emulator
    $script:folder = Join-Path ([System.IO.Path]::GetTempPath()) "ojin-disk-test-$([guid]::NewGuid().ToString('N'))"

    function New-Disk([string] $Options) { $script:disk = New-TestDisk $Options }

    # dd ends when nothing more goes onto the disk.
    function Complete-Disk { Invoke-OnTestDisk $disk 'dd if=/dev/zero of=filler bs=4096 2>/dev/null; test "$(df --output=avail . | tail -n 1)" -eq 0' }

    # The files of the journal, wherever it is.
    function Get-StateFile { , @(Get-ChildItem $env:XDG_STATE_HOME -Recurse -File -Force | Where-Object Name -NE filler) }

    # Sends a file until it is refused a signature for so many more parts.
    function Stop-Upload([string] $Path, [int] $After) {
        Add-EmulatorFault status -Service ojin -Method POST -Path sign-part -Skip $After -Status 403 -Body '{"code":"FORBIDDEN","message":"Not today."}'
        Invoke-Captured { Send-OjinAsset $Path -PartSize 5MB -ThrottleLimit 1 }
        Clear-EmulatorFault
    }
}

AfterAll {
    Disconnect-FromEmulator
    Stop-Emulator
    Exit-TestState
}

Describe "A disk$($obstacle ? " (skipped: $obstacle)" : '')" -Skip:([bool]$obstacle) {
    BeforeEach {
        Reset-Emulator; Disconnect-FromEmulator; Connect-ToEmulator
        $null = New-Item -ItemType Directory $folder
        $script:disk = $null
    }
    AfterEach {
        $env:XDG_STATE_HOME = $state
        if ($disk) { Remove-TestDisk $disk }
        Remove-Item $folder -Recurse -Force
        @(Get-EmulatorViolation) | Should -BeNullOrEmpty
        Get-StateFile | Should -BeNullOrEmpty
    }

    Context '<Cmdlet>' -ForEach @(
        @{ Cmdlet = 'Save-OjinAsset'; Parts = 8 }
        @{ Cmdlet = 'Save-OzorVideo'; Parts = 5 }
    ) {
        BeforeEach {
            if ($Cmdlet -eq 'Save-OjinAsset') {
                $script:id = (Send-OjinAsset (New-TestFile $folder/film.mp4 40MB) -PartSize 5MB).AssetId
            } else {
                $null = Set-EmulatorState ozor/options @{ videoBytes = 36MB }
                $script:id = (Set-EmulatorState ozor/videos -Method POST @{ title = 'film' }).videoId
                $null = Start-OzorExport $id | Wait-OzorExport
            }
            $whole = & $Cmdlet $id $folder/whole.mp4
            $script:hash = (Get-FileHash $whole).Hash
            Clear-EmulatorRequest
        }

        It 'that fills up in the middle is told, and the same command goes on when there is room' {
            New-Disk 'size=64m'
            Add-EmulatorFault delay -Service storage -Method GET -Skip 2 -Always -DelayMs 600000
            $shell = [powershell]::Create()
            try {
                $null = $shell.AddScript('param($manifest, $cmdlet, $id, $file) Import-Module $manifest; & $cmdlet $id $file -ThrottleLimit 2').AddArgument((Get-OjinManifest)).AddArgument($Cmdlet).AddArgument($id).AddArgument("$($disk.Path)/film.mp4")
                $running = $shell.BeginInvoke()
                # Two parts are there and two are held back. The record of those that are there comes a moment later.
                $null = Get-EmulatorRequest -Service storage -Method GET -Count 4
                $clock = [System.Diagnostics.Stopwatch]::StartNew()
                do {
                    $record = Get-Content "$($disk.Path)/film.mp4.ojin-partial.state" -Raw -ErrorAction Ignore
                    $clock.Elapsed.TotalSeconds | Should -BeLessThan 60
                } until ($record -and ($record | ConvertFrom-Json -AsHashtable).parts.Count -eq 2)
                Complete-Disk
                Clear-EmulatorFault
                $shell.EndInvoke($running) | Should -BeNullOrEmpty
                $errors = @($shell.Streams.Error)
            } finally { $shell.Dispose() }
            $errors.Count | Should -Be 1
            $errors[0].FullyQualifiedErrorId | Should -Be "FILE_UNUSABLE,Ojin.PowerShell.Commands.$($Cmdlet.Replace('-', ''))Command"
            "$($errors[0])" | Should -Be "'$($disk.Path)/film.mp4' could not be written: the disk is full."
            $errors[0].ErrorDetails.RecommendedAction | Should -Match '^Make room, then run the command again'
            Test-Path "$($disk.Path)/film.mp4" | Should -BeFalse

            Invoke-OnTestDisk $disk 'rm filler'
            Clear-EmulatorRequest
            (Get-FileHash (& $Cmdlet $id "$($disk.Path)/film.mp4" -ThrottleLimit 2)).Hash | Should -Be $hash
            @(Get-EmulatorRequest -Service storage -Method GET).Count | Should -Be ($Parts - 2)
            (Get-ChildItem $disk.Path -Force).Name | Should -Be 'film.mp4'
        }

        It 'that is too small is told before much has come, and keeps nothing' {
            New-Disk 'size=16m'
            $run = Invoke-Captured { & $Cmdlet $id "$($disk.Path)/film.mp4" }
            "$($run.Errors)" | Should -Match "film\.mp4' has [\d.]+ MiB, and the disk has room for [\d.]+ MiB: the disk is full\."
            $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match '^Make room'
            @(Get-EmulatorRequest -Service storage -Method GET).Count | Should -BeLessOrEqual 1
            Get-ChildItem $disk.Path -Force | Should -BeNullOrEmpty
        }

        It 'that is read-only is told before anything has come' {
            New-Disk 'size=64m'
            Invoke-OnTestDisk $disk 'mount -o remount,ro "$PWD"'
            foreach ($path in "$($disk.Path)/film.mp4", $disk.Path, "$($disk.Path)/new/") {
                $run = Invoke-Captured { & $Cmdlet $id $path }
                $run.Errors.Count | Should -Be 1
                $run.Errors[0].FullyQualifiedErrorId | Should -BeLike 'FILE_UNUSABLE,*'
                "$($run.Errors[0])" | Should -Match "'$($disk.Path)/.* could not be (written|made): Read-only file system"
                $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match '^Check '
            }
            @(Get-EmulatorRequest -Service storage) | Should -BeNullOrEmpty
            Get-ChildItem $disk.Path -Force | Should -BeNullOrEmpty
        }

        It 'whose target is a folder or in use is told before anything has come, and stays as it is' {
            New-Disk 'size=64m'
            Invoke-OnTestDisk $disk 'mkdir film.mp4'
            $run = Invoke-Captured { & $Cmdlet $id "$($disk.Path)/" }
            "$($run.Errors)" | Should -Be "'$($disk.Path)/film.mp4' is a folder."
            @(Get-EmulatorRequest -Service storage) | Should -BeNullOrEmpty

            # A program that runs: a shell that waits for a word that nobody says.
            Invoke-OnTestDisk $disk 'rmdir film.mp4; cp "/proc/$$/exe" film.mp4; mkfifo up gate; ./film.mp4 -c "echo > up; read -r word" <> gate & read -r word < up'
            $before = (Get-FileHash "$($disk.Path)/film.mp4").Hash
            $run = Invoke-Captured { & $Cmdlet $id "$($disk.Path)/film.mp4" -Force }
            $run.Errors.Count | Should -Be 1
            "$($run.Errors[0])" | Should -Match "^'$($disk.Path)/film\.mp4' could not be written: Text file busy"
            $run.Errors[0].ErrorDetails.RecommendedAction | Should -Match 'nobody else uses the file'
            (Get-FileHash "$($disk.Path)/film.mp4").Hash | Should -Be $before
            @(Get-EmulatorRequest -Service storage) | Should -BeNullOrEmpty

            Invoke-OnTestDisk $disk 'kill $!; wait; rm up gate'
            (Get-FileHash (& $Cmdlet $id "$($disk.Path)/film.mp4" -Force)).Hash | Should -Be $hash
            (Get-ChildItem $disk.Path -Force).Name | Should -Be 'film.mp4'
        }
    }

    Context 'of the journal' {
        It 'that <What> is told once, and every file is sent' -ForEach @(
            @{ What = 'is full'; Options = 'size=1m'; Prepare = { Complete-Disk }; Why = 'the disk is full\.' }
            @{ What = 'can hold no more files'; Options = 'size=1m,nr_inodes=1'; Prepare = { }; Why = 'the disk is full\.' }
            @{ What = 'is read-only'; Options = 'size=1m'; Prepare = { Invoke-OnTestDisk $disk 'mount -o remount,ro "$PWD"' }; Why = 'Read-only file system' }
        ) {
            New-Disk $Options
            & $Prepare
            $env:XDG_STATE_HOME = $disk.Path
            $null = New-TestFile $folder/a.mp4 11MB; $null = New-TestFile $folder/b.mp4 6MB; $null = New-TestMedia $folder/c.png
            $run = Invoke-Captured { Get-ChildItem $folder | Send-OjinAsset -PartSize 5MB }
            $run.Errors | Should -BeNullOrEmpty
            ($run.Output | Sort-Object Name).Name | Should -Be 'a.mp4', 'b.mp4', 'c.png'
            $run.Warnings.Count | Should -Be 1
            "$($run.Warnings[0])" | Should -Match "upload journal in '$($disk.Path)/.*cannot be written, so an upload that is interrupted cannot be resumed.*$Why"
            Get-StateFile | Should -BeNullOrEmpty
        }

        It 'that fills up in the middle keeps what it knows, and the upload goes on when there is room' {
            New-Disk 'size=1m'
            $env:XDG_STATE_HOME = $disk.Path
            $null = New-TestFile $folder/film.mp4 28MB
            $null = Stop-Upload $folder/film.mp4 -After 1
            $upload = Get-OjinUpload
            $upload.PartsSent | Should -Be 1

            Complete-Disk
            $run = Stop-Upload $folder/film.mp4 -After 3
            "$($run.Errors)" | Should -Match 'Not today'
            $run.Warnings.Count | Should -Be 1
            (Get-OjinUpload).PartsSent | Should -Be 1
            @(Get-StateFile).Count | Should -Be 1 -Because 'what could not be written leaves nothing'

            Invoke-OnTestDisk $disk 'rm filler'
            Clear-EmulatorRequest
            $run = Invoke-Captured { Send-OjinAsset $folder/film.mp4 -PartSize 5MB }
            $run.Output.AssetId | Should -Be $upload.AssetId
            $run.Warnings | Should -BeNullOrEmpty
            @(Get-EmulatorRequest -Service storage -Method PUT).Count | Should -Be 5
            Get-StateFile | Should -BeNullOrEmpty
        }

        It 'that is full lets what was begun before end' {
            New-Disk 'size=1m'
            $env:XDG_STATE_HOME = $disk.Path
            $null = New-TestFile $folder/film.mp4 28MB
            $null = Stop-Upload $folder/film.mp4 -After 4
            $upload = Get-OjinUpload
            Complete-Disk
            Clear-EmulatorRequest
            $run = Invoke-Captured { Send-OjinAsset $folder/film.mp4 -PartSize 5MB }
            $run.Output.AssetId | Should -Be $upload.AssetId
            $run.Warnings.Count | Should -Be 1
            @(Get-EmulatorRequest -Service storage -Method PUT).Count | Should -Be 2
            Get-StateFile | Should -BeNullOrEmpty
        }
    }
}
