#Requires -Version 7.4
# Builds what is measured and runs the benchmarks: pwsh ./build.ps1 Bench [-Count 5] [-SizeMiB 1024] [-Files 500]
# [-Assets 20000] [-Case up,down,...] [-Folder PATH] [-NoReport]. docs/performance.md says what they mean.
param([Parameter(ValueFromRemainingArguments)] [object[]] $Option = @())

$ErrorActionPreference = 'Stop'
$root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
foreach ($project in 'src/Ojin.Emulator', 'tests/Ojin.Benchmarks') {
    & dotnet build "$root/$project" --configuration Release --nologo --verbosity quiet
    if ($LASTEXITCODE -ne 0) { throw "$project does not build." }
}
& "$root/build.ps1" Build

# The PowerShell that runs this: an executable, or the dotnet tool's library.
$pwsh = (Get-Process -Id $PID).Path
# A package of PowerShell has its own code compiled ahead of time, the .NET tool has not: commands and scripts start more slowly there.
$engine = [System.IO.File]::OpenRead([PSObject].Assembly.Location)
$reader = [System.Reflection.PortableExecutable.PEReader]::new($engine)
$compiled = $reader.PEHeaders.CorHeader.ManagedNativeHeaderDirectory.Size -gt 0
$reader.Dispose()
$line = @('--pwsh', $pwsh, '--pwsh-version', "$($PSVersionTable.PSVersion) ($($compiled ? 'compiled ahead of time' : 'not compiled ahead of time'))")
if ([System.IO.Path]::GetFileNameWithoutExtension($pwsh) -eq 'dotnet') { $line += '--pwsh-library', "$PSHOME/pwsh.dll" }
& dotnet "$PSScriptRoot/bin/Release/net10.0/Ojin.Benchmarks.dll" run --root $root @line @($Option | ForEach-Object { $_ -join ',' }) | Out-Host
if ($LASTEXITCODE -ne 0) { throw "The benchmarks ended with code $LASTEXITCODE." }
