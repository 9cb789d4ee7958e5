# The emulator as a program, for one test file: start it in BeforeAll, stop it in AfterAll, reset it in BeforeEach.
# src/Ojin.Emulator/README.md describes the control API behind these functions.

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$script:Emulator = $null
$script:Root = [System.IO.Path]::GetFullPath((Join-Path $PSScriptRoot '../..'))

function Get-EmulatorProgram {
    # The build that build.ps1 names, else the newest one.
    $folder = Join-Path $script:Root 'src/Ojin.Emulator/bin'
    $configurations = $env:OJIN_TEST_CONFIGURATION ? @($env:OJIN_TEST_CONFIGURATION) : @('Release', 'Debug')
    $found = Get-Item -Path @($configurations | ForEach-Object { Join-Path $folder "$_/net10.0/Ojin.Emulator.dll" }) -ErrorAction Ignore |
        Sort-Object LastWriteTimeUtc -Descending | Select-Object -First 1
    if (-not $found) { throw 'The emulator is not built: run dotnet build src/Ojin.Emulator.' }
    $found.FullName
}

function Start-Emulator {
    <#
    .SYNOPSIS
    Starts the emulator on ports of its own and returns its addresses and keys (ojin, storage, agents, ozor, aimp,
    elsewhere, control, ojinKey, ozorKey, firebaseToken, aimpKey).

    .PARAMETER Key
    Keys of your own, by the names above.
    #>
    [CmdletBinding()]
    param([int] $LatencyMs = 0, [long] $BytesPerSecond = 0, [int] $Assets = -1, [hashtable] $Key = @{})

    Stop-Emulator
    $start = [System.Diagnostics.ProcessStartInfo]@{ FileName = 'dotnet'; RedirectStandardInput = $true; RedirectStandardOutput = $true }
    $start.ArgumentList.Add((Get-EmulatorProgram))
    if ($LatencyMs) { '--latency', "$LatencyMs" | ForEach-Object { $start.ArgumentList.Add($_) } }
    if ($BytesPerSecond) { '--bandwidth', "$BytesPerSecond" | ForEach-Object { $start.ArgumentList.Add($_) } }
    if ($Assets -ge 0) { '--assets', "$Assets" | ForEach-Object { $start.ArgumentList.Add($_) } }
    $option = @{ ojinKey = '--ojin-key'; ozorKey = '--ozor-key'; firebaseToken = '--firebase-token'; aimpKey = '--aimp-key' }
    foreach ($name in $Key.Keys) { $option[$name], $Key[$name] | ForEach-Object { $start.ArgumentList.Add($_) } }
    # Its input is ours alone: the emulator ends when this process does, however that ends.
    $process = [System.Diagnostics.Process]::Start($start)
    $first = $process.StandardOutput.ReadLineAsync()
    if (-not $first.Wait(120000) -or -not $first.Result) {
        if (-not $process.HasExited) { $process.Kill($true) }
        throw "The emulator said nothing within two minutes (exit code $($process.ExitCode))."
    }
    $script:Emulator = $first.Result | ConvertFrom-Json
    $script:Emulator | Add-Member -NotePropertyName Process -NotePropertyValue $process
    $script:Emulator
}

function Stop-Emulator {
    <#
    .SYNOPSIS
    Ends the emulator that Start-Emulator started, if there is one.
    #>
    [CmdletBinding()]
    param()

    if (-not $script:Emulator) { return }
    $process = $script:Emulator.Process
    $script:Emulator = $null
    if (-not $process.HasExited) {
        $process.StandardInput.Close()
        if (-not $process.WaitForExit(20000)) { $process.Kill($true); $process.WaitForExit() }
    }
    $process.Dispose()
}

function Get-Emulator {
    <#
    .SYNOPSIS
    The addresses and keys of the emulator that runs.
    #>
    if (-not $script:Emulator) { throw 'No emulator runs: call Start-Emulator in BeforeAll.' }
    $script:Emulator
}

function Invoke-EmulatorControl {
    <#
    .SYNOPSIS
    One request to the control API: Invoke-EmulatorControl PUT /link @{ latencyMs = 30 }.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Method, [Parameter(Mandatory)] [string] $Path, $Body)

    $request = @{
        Uri        = (Get-Emulator).control.TrimEnd('/') + '/' + $Path.TrimStart('/')
        Method     = $Method
        NoProxy    = $true
        TimeoutSec = 600
    }
    if ($null -ne $Body) {
        $request.Body = $Body -is [string] ? $Body : (ConvertTo-Json -InputObject $Body -Depth 50 -Compress)
        $request.ContentType = 'application/json; charset=utf-8'
    }
    try {
        # The parentheses take a list apart, an empty one too.
        (Invoke-RestMethod @request) | ForEach-Object { $_ }
    } catch [Microsoft.PowerShell.Commands.HttpResponseException] {
        throw "The emulator refused $Method ${Path}: $($_.ErrorDetails)"
    }
}

function Reset-Emulator {
    <#
    .SYNOPSIS
    Everything as at the start: state, faults, log, link.
    #>
    Invoke-EmulatorControl POST /reset
}

function Get-EmulatorRequest {
    <#
    .SYNOPSIS
    The requests that arrived, in their order, as on the wire: service, method, target, path, query, headers, body,
    bodyBytes, bodyComplete, bodyMd5, status, fault, handled, aborted, finished; and Json, the body read as JSON.

    .PARAMETER Path
    A part of path and query.

    .PARAMETER Count
    Waits until so many requests match, and fails when they don't come in time.
    #>
    [CmdletBinding()]
    param([string] $Service, [string] $Method, [string] $Path, [int] $Count, [switch] $Finished, [int] $TimeoutSec = 60)

    $query = @(
        if ($Service) { "service=$Service" }
        if ($Method) { "method=$Method" }
        if ($Path) { "path=$([uri]::EscapeDataString($Path))" }
        if ($Finished) { 'finished=true' }
        if ($Count) { "count=$Count"; "timeoutMs=$($TimeoutSec * 1000)" }
    ) -join '&'
    $found = @(Invoke-EmulatorControl GET "/requests?$query" | Where-Object { -not $Finished -or $_.finished })
    if ($found.Count -lt $Count) { throw "$($found.Count) requests of $Count arrived within $TimeoutSec s ($query)." }
    $found | Add-Member -PassThru -MemberType ScriptProperty -Name Json -Value { $this.body ? ($this.body | ConvertFrom-Json -AsHashtable) : $null }
}

function Clear-EmulatorRequest {
    <#
    .SYNOPSIS
    Empties the log and the violations.
    #>
    Invoke-EmulatorControl DELETE /requests
}

function Get-EmulatorViolation {
    <#
    .SYNOPSIS
    What a client must never do: credentials at the wrong place, headers that a presigned request must not have.
    #>
    Invoke-EmulatorControl GET /violations
}

function Add-EmulatorFault {
    <#
    .SYNOPSIS
    Makes the next matching request (or the next -Times, or -Always) go wrong. The first rule that matches is taken.

    .EXAMPLE
    Add-EmulatorFault -Service ojin -Method GET -Times 2 -Kind status -Status 503 -Headers @{ 'Retry-After' = '0' }
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)]
        [ValidateSet('status', 'redirect', 'cutBeforeRead', 'cutBeforeHandler', 'cutAfterHandler', 'cutAnswer', 'delay',
            'stallRequest', 'stallAnswer', 'slowAnswer', 'replaceBody', 'truncateBody')]
        [string] $Kind,
        [string] $Service,
        [string] $Method,
        # A part of path and query as on the wire.
        [Alias('PathContains')] [string] $Path,
        [string] $PathRegex,
        [int] $Times = 1,
        [switch] $Always,
        [int] $Skip,
        [int] $Status,
        [hashtable] $Headers,
        [string] $Body,
        [string] $ContentType,
        [long] $GarbageBytes,
        [long] $AfterBytes,
        [int] $DelayMs,
        [long] $BytesPerSecond,
        [string] $Location
    )

    $action = @{ kind = $Kind }
    $rule = @{ action = $action; times = $Always ? $null : $Times }
    foreach ($name in 'Service', 'Method', 'PathRegex', 'Skip') { if ($PSBoundParameters.ContainsKey($name)) { $rule[$name.Substring(0, 1).ToLowerInvariant() + $name.Substring(1)] = $PSBoundParameters[$name] } }
    if ($Path) { $rule.pathContains = $Path }
    foreach ($name in 'Status', 'Headers', 'Body', 'ContentType', 'GarbageBytes', 'AfterBytes', 'DelayMs', 'BytesPerSecond', 'Location') {
        if ($PSBoundParameters.ContainsKey($name)) { $action[$name.Substring(0, 1).ToLowerInvariant() + $name.Substring(1)] = $PSBoundParameters[$name] }
    }
    $null = Invoke-EmulatorControl POST /faults $rule
}

function Get-EmulatorFault {
    <#
    .SYNOPSIS
    The rules, with how often each matched and was applied.
    #>
    Invoke-EmulatorControl GET /faults
}

function Clear-EmulatorFault {
    <#
    .SYNOPSIS
    Removes the rules and ends what they hold up.
    #>
    Invoke-EmulatorControl DELETE /faults
}

function Get-EmulatorState {
    <#
    .SYNOPSIS
    Get-EmulatorState ojin/configs/<id>: what the README of the emulator lists below /state.
    #>
    param([Parameter(Mandatory, Position = 0)] [string] $Path)
    Invoke-EmulatorControl GET "/state/$($Path.TrimStart('/'))"
}

function Set-EmulatorState {
    <#
    .SYNOPSIS
    Set-EmulatorState ojin/options @{ ignoreOffset = $true }; with -Method POST for what is added or done.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Path,
        [Parameter(Position = 1)] $Body,
        [ValidateSet('PUT', 'POST', 'DELETE')] [string] $Method = 'PUT'
    )
    Invoke-EmulatorControl $Method "/state/$($Path.TrimStart('/'))" $Body
}

function Get-EmulatorEnvironment {
    <#
    .SYNOPSIS
    The environment variables that lead the module to the emulator, as a hashtable.
    #>
    $emulator = Get-Emulator
    @{
        OJIN_API_KEY        = $emulator.ojinKey
        OJIN_BASE_URI       = $emulator.ojin
        OJIN_AGENTS_URI     = $emulator.agents
        OZOR_API_KEY        = $emulator.ozorKey
        OZOR_FIREBASE_TOKEN = $emulator.firebaseToken
        OZOR_BASE_URI       = $emulator.ozor
        AIMP_API_KEY        = $emulator.aimpKey
        AIMP_GATEWAY_URL    = $emulator.aimp
    }
}

function Connect-ToEmulator {
    <#
    .SYNOPSIS
    Keeps a session for each service, with the emulator's keys; the module must be imported.

    .PARAMETER Environment
    Sets the environment variables instead.
    #>
    [CmdletBinding()]
    param([ValidateSet('Ojin', 'Ozor', 'Aimp')] [string[]] $Service = @('Ojin', 'Ozor', 'Aimp'), [switch] $Environment)

    $emulator = Get-Emulator
    if ($Environment) {
        $variables = Get-EmulatorEnvironment
        foreach ($name in $variables.Keys) { Set-Item -Path "env:$name" -Value $variables[$name] }
        return
    }
    if ('Ojin' -in $Service) { Connect-Ojin -ApiKey $emulator.ojinKey -BaseUri $emulator.ojin -AgentsUri $emulator.agents }
    if ('Ozor' -in $Service) { Connect-Ozor -ApiKey $emulator.ozorKey -FirebaseToken $emulator.firebaseToken -BaseUri $emulator.ozor }
    if ('Aimp' -in $Service) { Connect-Aimp -ApiKey $emulator.aimpKey -GatewayUri $emulator.aimp }
}

function Disconnect-FromEmulator {
    <#
    .SYNOPSIS
    Forgets the kept sessions and the environment variables.
    #>
    if (Get-Module Ojin) { Disconnect-Ojin; Disconnect-Ozor; Disconnect-Aimp }
    foreach ($name in 'OJIN_API_KEY', 'OJIN_BASE_URI', 'OJIN_AGENTS_URI', 'OZOR_API_KEY', 'OZOR_FIREBASE_TOKEN', 'OZOR_BASE_URI', 'AIMP_API_KEY', 'AIMP_GATEWAY_URL') {
        Remove-Item -Path "env:$name" -ErrorAction Ignore
    }
}

$ExecutionContext.SessionState.Module.OnRemove = { Stop-Emulator }

Export-ModuleMember -Function Start-Emulator, Stop-Emulator, Reset-Emulator, Get-Emulator, Invoke-EmulatorControl, Get-EmulatorRequest,
Clear-EmulatorRequest, Get-EmulatorViolation, Add-EmulatorFault, Get-EmulatorFault, Clear-EmulatorFault, Get-EmulatorState,
Set-EmulatorState, Get-EmulatorEnvironment, Connect-ToEmulator, Disconnect-FromEmulator
