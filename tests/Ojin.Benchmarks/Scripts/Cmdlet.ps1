# The module's cmdlets, as a user runs them. Prints what was measured inside as one line of JSON.
param([string] $Case, [string] $Module, [string] $Target, [string] $Folder)

$ErrorActionPreference = 'Stop'
$loaded = [AppDomain]::CurrentDomain.GetAssemblies().ForEach({ $_.GetName().Name })
if ($Case -ne 'bare') { Import-Module $Module }
$new = [AppDomain]::CurrentDomain.GetAssemblies().ForEach({ $_.GetName().Name }).Where({ $_ -notin $loaded })
$clock = [System.Diagnostics.Stopwatch]::StartNew()
$count = switch ($Case) {
    'bare' { 0 }
    'import' { 0 }
    'up' { (Send-OjinAsset $Target -Category weight).SizeBytes }
    'down' { (Save-OjinAsset $Target -Path $Folder).Length }
    'files' { (Get-ChildItem $Target | Send-OjinAsset -Category weight | Measure-Object).Count }
    'list' { (Get-OjinAsset | Measure-Object).Count }
    'first' { (Get-OjinAsset | Select-Object -First 1 | Measure-Object).Count }
}
$seconds = $clock.Elapsed.TotalSeconds
@{ Seconds = $seconds; Count = $count; Assemblies = @($new); Peak = [System.Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64 } | ConvertTo-Json -Compress
