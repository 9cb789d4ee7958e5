# What one writes without the module: one request after the other, 8 MiB parts.
param([string] $Case, [string] $Module, [string] $Target, [string] $Folder)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$api = $env:OJIN_BASE_URI
$headers = @{ 'X-API-Key' = $env:OJIN_API_KEY }

function Invoke-Api([string] $Path, $Body) {
    Invoke-RestMethod "$api/$Path" -Method Post -Headers $headers -ContentType 'application/json' -Body ($Body | ConvertTo-Json -Depth 5)
}

function Send-File([string] $Path) {
    $file = Get-Item $Path
    $about = @{ name = $file.Name; category = 'weight'; content_type = 'application/octet-stream'; size_bytes = $file.Length }
    $upload = Invoke-Api 'assets/initiate-upload' $about
    $stream = [System.IO.File]::OpenRead($file.FullName)
    $parts = for ($number = 1; $stream.Position -lt $stream.Length; $number++) {
        $bytes = [byte[]]::new([Math]::Min(8MB, $stream.Length - $stream.Position))
        $stream.ReadExactly($bytes, 0, $bytes.Length)
        $signed = Invoke-Api 'assets/sign-part' @{ asset_id = $upload.asset_id; upload_id = $upload.upload_id; s3_key = $upload.s3_key; part_number = $number }
        $answer = Invoke-WebRequest $signed.upload_url -Method Put -Body $bytes
        @{ part_number = $number; etag = "$($answer.Headers.ETag)" }
    }
    $stream.Dispose()
    Invoke-Api 'assets' ($about + @{ asset_id = $upload.asset_id; upload_id = $upload.upload_id; parts = @($parts) })
}

function Save-File([string] $Id) {
    $asset = Invoke-RestMethod "$api/assets/$Id/download" -Headers $headers
    $path = Join-Path $Folder $asset.name
    Invoke-WebRequest $asset.asset_url -OutFile $path
    Get-Item $path
}

function Get-List {
    for ($offset = 0; ; $offset += 100) {
        $page = Invoke-RestMethod "$api/assets?limit=100&offset=$offset" -Headers $headers
        $page.data
        if ($offset + 100 -ge $page.pagination.total_items) { return }
    }
}

$clock = [System.Diagnostics.Stopwatch]::StartNew()
$count = switch ($Case) {
    'up' { (Send-File $Target).size_bytes }
    'down' { (Save-File $Target).Length }
    'files' { (Get-ChildItem $Target | ForEach-Object { Send-File $_.FullName } | Measure-Object).Count }
    'list' { (Get-List | Measure-Object).Count }
    'first' { (Get-List | Select-Object -First 1 | Measure-Object).Count }
}
$seconds = $clock.Elapsed.TotalSeconds
@{ Seconds = $seconds; Count = $count; Peak = [System.Diagnostics.Process]::GetCurrentProcess().PeakWorkingSet64 } | ConvertTo-Json -Compress
