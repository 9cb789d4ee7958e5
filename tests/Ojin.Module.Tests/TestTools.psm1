# What every test file needs beside the emulator: the built module, a state folder of its own, media files, other processes.

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$script:Root = [System.IO.Path]::GetFullPath((Join-Path $PSScriptRoot '../..'))
$script:StateFolder = $null
$script:Kept = @{}

function Get-OjinManifest {
    <#
    .SYNOPSIS
    The manifest of the built module.
    #>
    $manifest = Join-Path $script:Root 'out/Ojin/Ojin.psd1'
    if (-not (Test-Path -LiteralPath $manifest)) { throw 'The module is not built: run pwsh ./build.ps1 Build.' }
    $manifest
}

function Import-OjinModule {
    <#
    .SYNOPSIS
    Imports the built module for the test file.
    #>
    Import-Module (Get-OjinManifest) -Global
}

function Enter-TestState {
    <#
    .SYNOPSIS
    Gives the module an empty state folder (upload journal, caches) and returns it; Exit-TestState takes it away.
    #>
    Exit-TestState
    $script:StateFolder = Join-Path ([System.IO.Path]::GetTempPath()) "ojin-state-$([guid]::NewGuid().ToString('N'))"
    $null = New-Item -ItemType Directory -Path $script:StateFolder
    foreach ($name in 'XDG_STATE_HOME', 'LOCALAPPDATA') {
        $script:Kept[$name] = [Environment]::GetEnvironmentVariable($name)
        [Environment]::SetEnvironmentVariable($name, $script:StateFolder)
    }
    $script:StateFolder
}

function Exit-TestState {
    <#
    .SYNOPSIS
    Removes the state folder and sets the environment back.
    #>
    if (-not $script:StateFolder) { return }
    foreach ($name in $script:Kept.Keys) { [Environment]::SetEnvironmentVariable($name, $script:Kept[$name]) }
    $script:Kept = @{}
    Remove-Item -LiteralPath $script:StateFolder -Recurse -Force -ErrorAction Ignore
    $script:StateFolder = $null
}

function Get-PwshCommandLine {
    <#
    .SYNOPSIS
    The PowerShell that runs the tests, as a program and its first arguments.
    #>
    $process = (Get-Process -Id $PID).Path
    if ([System.IO.Path]::GetFileNameWithoutExtension($process) -eq 'dotnet') { $process; Join-Path $PSHOME 'pwsh.dll' } else { $process }
}

function Start-FreshPwsh {
    <#
    .SYNOPSIS
    Starts a new PowerShell that imports the module and runs a script block, and returns at once: Process, Output and
    Errors (tasks with the whole text). The process has no input. Wait-FreshPwsh waits for it.

    .PARAMETER ArgumentList
    Strings that the script block gets as its arguments.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [scriptblock] $Script,
        [string[]] $ArgumentList = @(),
        [hashtable] $Environment = @{},
        [switch] $NoModule
    )

    $file = Join-Path ([System.IO.Path]::GetTempPath()) "ojin-test-$([guid]::NewGuid().ToString('N')).ps1"
    $import = $NoModule ? '' : "Import-Module '$((Get-OjinManifest).Replace("'", "''"))'`n"
    # The script block's own file may have been loaded from anywhere; its text is all that counts.
    Set-Content -LiteralPath $file -Value "`$ProgressPreference = 'SilentlyContinue'`n`$PSStyle.OutputRendering = 'PlainText'`n$import& {$Script} @args"
    $start = [System.Diagnostics.ProcessStartInfo]@{
        RedirectStandardInput = $true; RedirectStandardOutput = $true; RedirectStandardError = $true; WorkingDirectory = $PWD.ProviderPath
    }
    $start.FileName, $rest = @(Get-PwshCommandLine)
    @($rest) + @('-NoLogo', '-NoProfile', '-NonInteractive', '-File', $file) + $ArgumentList | Where-Object { $null -ne $_ } | ForEach-Object { $start.ArgumentList.Add($_) }
    foreach ($name in $Environment.Keys) {
        if ($null -eq $Environment[$name]) { $null = $start.Environment.Remove($name) } else { $start.Environment[$name] = $Environment[$name] }
    }
    $process = [System.Diagnostics.Process]::Start($start)
    $process.StandardInput.Close()
    [PSCustomObject]@{ Process = $process; Output = $process.StandardOutput.ReadToEndAsync(); Errors = $process.StandardError.ReadToEndAsync(); File = $file }
}

function Wait-FreshPwsh {
    <#
    .SYNOPSIS
    Waits for a PowerShell of Start-FreshPwsh and returns ExitCode, Output and Errors (text).
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory, ValueFromPipeline)] $Fresh, [int] $TimeoutSec = 300)

    process {
        if (-not $Fresh.Process.WaitForExit($TimeoutSec * 1000)) {
            $Fresh.Process.Kill($true)
            throw "A PowerShell did not end within $TimeoutSec s."
        }
        $Fresh.Process.WaitForExit()
        Remove-Item -LiteralPath $Fresh.File -Force -ErrorAction Ignore
        [PSCustomObject]@{
            ExitCode = $Fresh.Process.ExitCode
            Output   = $Fresh.Output.GetAwaiter().GetResult().TrimEnd()
            Errors   = $Fresh.Errors.GetAwaiter().GetResult().TrimEnd()
        }
    }
}

function Invoke-InFreshPwsh {
    <#
    .SYNOPSIS
    Runs a script block in a new PowerShell with the module and returns ExitCode, Output and Errors (text).

    .EXAMPLE
    (Invoke-InFreshPwsh { (Get-OjinAsset -First 1).Name } -Environment (Get-EmulatorEnvironment)).Output | Should -Be 'a.png'
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [scriptblock] $Script,
        [string[]] $ArgumentList = @(),
        [hashtable] $Environment = @{},
        [switch] $NoModule,
        [int] $TimeoutSec = 300
    )

    $null = $PSBoundParameters.Remove('TimeoutSec')
    Start-FreshPwsh @PSBoundParameters | Wait-FreshPwsh -TimeoutSec $TimeoutSec
}

function Invoke-Captured {
    <#
    .SYNOPSIS
    Runs a script block and returns what came out of each stream: Output, Errors, Warnings, Verbose, Debug, Information,
    and Text, all of it as a person would see it. An error that ends the script block is the last of Errors.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [scriptblock] $Script)

    $all = [System.Collections.Generic.List[object]]::new()
    try { & $Script *>&1 | ForEach-Object { $all.Add($_) } } catch { $all.Add($_) }
    $of = { param($Type) , @($all | Where-Object { $_ -is $Type }) }
    $streams = [System.Management.Automation.ErrorRecord], [System.Management.Automation.WarningRecord], [System.Management.Automation.VerboseRecord],
    [System.Management.Automation.DebugRecord], [System.Management.Automation.InformationRecord]
    [PSCustomObject]@{
        Output      = @($all | Where-Object { $one = $_; -not ($streams | Where-Object { $one -is $_ }) })
        Errors      = & $of ([System.Management.Automation.ErrorRecord])
        Warnings    = & $of ([System.Management.Automation.WarningRecord])
        Verbose     = & $of ([System.Management.Automation.VerboseRecord])
        Debug       = & $of ([System.Management.Automation.DebugRecord])
        Information = & $of ([System.Management.Automation.InformationRecord])
        Text        = ($all | Out-String -Width 400)
    }
}

function New-TestFile {
    <#
    .SYNOPSIS
    Writes a file of a size, quickly; the bytes repeat nowhere and are the same for the same size.
    #>
    [CmdletBinding()]
    [OutputType([System.IO.FileInfo])]
    param([Parameter(Mandatory, Position = 0)] [string] $Path, [Parameter(Mandatory, Position = 1)] [long] $Size)

    $null = New-Item -ItemType Directory -Force -Path ([System.IO.Path]::GetDirectoryName($Path))
    $block = [byte[]]::new(1MB)
    [System.Random]::new(42).NextBytes($block)
    $file = [System.IO.File]::Create($Path)
    try {
        for ($written = 0L; $written -lt $Size; $written += $block.Length) {
            [BitConverter]::GetBytes($written).CopyTo($block, 0)
            $file.Write($block, 0, [int][Math]::Min($block.Length, $Size - $written))
        }
    } finally {
        $file.Dispose()
    }
    Get-Item -LiteralPath $Path
}

function New-TestMedia {
    <#
    .SYNOPSIS
    Writes a small real media file of the kind that the extension says: .png, .jpg, .mp4, .avi, .pptx, .docx, .pdf.

    .PARAMETER Size
    Fills the file up to so many bytes, where its format lets anything follow (.png, .jpg, .mp4).
    #>
    [CmdletBinding()]
    [OutputType([System.IO.FileInfo])]
    param([Parameter(Mandatory, Position = 0)] [string] $Path, [long] $Size = 0)

    $null = New-Item -ItemType Directory -Force -Path ([System.IO.Path]::GetDirectoryName($Path))
    switch ([System.IO.Path]::GetExtension($Path)) {
        '.png' { $bytes = $script:Png }
        { $_ -in '.jpg', '.jpeg' } { $bytes = $script:Jpeg }
        '.mp4' { $bytes = $script:Mp4 }
        '.avi' { $null = New-DemoVideo -Path $Path -Width 16 -Height 16 -Frames 2; return Get-Item -LiteralPath $Path }
        { $_ -in '.pptx', '.docx', '.pdf' } { $null = New-DemoDocument -Path $Path; return Get-Item -LiteralPath $Path }
        default { throw "There is no media file of the kind '$_'." }
    }
    $bytes = [Convert]::FromBase64String($bytes)
    if ($Size -gt 0) {
        if ($Size -lt $bytes.Length) { throw "The smallest file of this kind has $($bytes.Length) bytes." }
        $null = New-TestFile $Path $Size
        $file = [System.IO.File]::OpenWrite($Path)
        try { $file.Write($bytes, 0, $bytes.Length) } finally { $file.Dispose() }
    } else {
        [System.IO.File]::WriteAllBytes($Path, $bytes)
    }
    Get-Item -LiteralPath $Path
}

function New-TestDisk {
    <#
    .SYNOPSIS
    A small disk, in memory and in a mount namespace of its own: Path is where everybody can use it. Invoke-OnTestDisk
    runs commands there, Remove-TestDisk takes it away; it goes with this process, however that ends.

    .PARAMETER Options
    What tmpfs takes: size, nr_inodes.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] [string] $Options)

    $folder = New-Item -ItemType Directory -Path (Join-Path ([System.IO.Path]::GetTempPath()) "ojin-disk-$([guid]::NewGuid().ToString('N'))")
    # As root, or as a user who is root in a namespace of his own.
    foreach ($way in @(, @('--mount')) + @(, @('--user', '--map-root-user', '--mount'))) {
        $start = [System.Diagnostics.ProcessStartInfo]@{ FileName = 'unshare'; RedirectStandardInput = $true; RedirectStandardOutput = $true; RedirectStandardError = $true }
        # A shell that runs what comes in, line by line, and says how each ended.
        $way + @('sh', '-c', 'mount -t tmpfs -o "$1" tmpfs "$2" && cd "$2" && echo ready && while read -r line; do eval "$line" >&2; echo "$?"; done', 'sh', $Options, $folder.FullName) |
            ForEach-Object { $start.ArgumentList.Add($_) }
        $process = [System.Diagnostics.Process]::Start($start)
        if ($process.StandardOutput.ReadLine() -eq 'ready') { return [PSCustomObject]@{ Path = "/proc/$($process.Id)/root$folder"; Process = $process; Folder = $folder } }
        $why = $process.StandardError.ReadToEnd().Trim()
    }
    Remove-Item -LiteralPath $folder
    throw "No disk can be mounted: $why"
}

function Invoke-OnTestDisk {
    <#
    .SYNOPSIS
    Runs a line of a shell with the disk as its folder, as its root, and fails when that fails.

    .EXAMPLE
    Invoke-OnTestDisk $disk 'mount -o remount,ro "$PWD"'
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0)] $Disk, [Parameter(Mandatory, Position = 1)] [string] $Line)

    $Disk.Process.StandardInput.WriteLine($Line)
    $Disk.Process.StandardInput.Flush()
    $code = $Disk.Process.StandardOutput.ReadLine()
    if ($code -ne '0') { throw "'$Line' failed on the disk with code $code." }
}

function Remove-TestDisk {
    <#
    .SYNOPSIS
    Takes a disk of New-TestDisk away, with what is on it.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory, Position = 0, ValueFromPipeline)] $Disk)

    process {
        $Disk.Process.StandardInput.Close()
        $Disk.Process.WaitForExit()
        Remove-Item -LiteralPath $Disk.Folder
    }
}

function Get-TestDiskObstacle {
    <#
    .SYNOPSIS
    Why New-TestDisk does not work here; nothing where it does.
    #>
    if (-not $IsLinux) { return 'only Linux has mount namespaces' }
    if (-not (Get-Command unshare -CommandType Application -ErrorAction Ignore)) { return 'unshare of util-linux is not installed' }
    try { New-TestDisk 'size=1m' | Remove-TestDisk } catch { return $_.Exception.Message }
}

# One pixel each, and a film of one empty track's worth of boxes.
$script:Png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=='
$script:Jpeg = '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AP//Z'
$script:Mp4 = 'AAAAHGZ0eXBpc29tAAACAGlzb21pc28ybXA0MQAAAHRtb292AAAAbG12aGQAAAAAAAAAAAAAAAAAAAPoAAAAAAABAAABAAAAAAAAAAAAAAAAAQAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABAAAACGZyZWU='

Import-Module (Join-Path $script:Root 'demo/DemoMedia.psm1')

$ExecutionContext.SessionState.Module.OnRemove = { Exit-TestState }

Export-ModuleMember -Function Get-OjinManifest, Import-OjinModule, Enter-TestState, Exit-TestState, Get-PwshCommandLine, Start-FreshPwsh,
Wait-FreshPwsh, Invoke-InFreshPwsh, Invoke-Captured, New-TestFile, New-TestMedia,
New-TestDisk, Invoke-OnTestDisk, Remove-TestDisk, Get-TestDiskObstacle
