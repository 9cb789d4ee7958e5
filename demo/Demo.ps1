<#
.SYNOPSIS
A walk through the four services, against the emulator or, with your own keys, against the services themselves.

.DESCRIPTION
Expects the sessions in the environment (OJIN_API_KEY, OZOR_API_KEY, AIMP_API_KEY, AIMP_GATEWAY_URL, ...);
`build.ps1 Demo` sets them to the emulator's. Read it, copy from it. Every step is a command as you would type it.
#>
[CmdletBinding()]
param(
    # Files of your own to send; without them the demo makes a picture and a video.
    [string[]] $Path,

    # Where the demo puts what it makes and downloads.
    [string] $Folder = (Join-Path ([System.IO.Path]::GetTempPath()) 'ojin-demo')
)

$ErrorActionPreference = 'Stop'
Import-Module (Join-Path $PSScriptRoot 'DemoMedia.psm1')
$null = New-Item -ItemType Directory -Force -Path $Folder, "$Folder/documents", "$Folder/downloads", "$Folder/films"

function Step([string] $Text) { Write-Information "`n# $Text" -InformationAction Continue }

Step 'Who answers?'
Test-OjinSession | Format-Table

Step 'What variants are there?'
Get-OjinModelVariant -First 3 | Format-Table

Step 'Create a configuration and check it against the schema of its variant'
$variant = Get-OjinModelVariant -First 1
$settings = @{ persona = @{ name = 'Ada'; language = 'en' }; temperature = 0.5 }
"It fits: $(Test-OjinModelConfig $variant.ModelVariantId $settings)"
$config = New-OjinModelConfig -Title "Demo $(Get-Date -Format s)" -ModelVariantId $variant.ModelVariantId -Configuration $settings
$config = $config | Set-OjinModelConfig -Configuration @{ persona = @{ language = 'fr' } } -Merge
"The persona is $($config.Configuration.persona.name) and speaks $($config.Configuration.persona.language)."

Step 'Upload a picture and a video of more than one part'
$files = if ($Path) { Get-Item -Path $Path } else {
    New-DemoPicture "$Folder/portrait.png"
    New-DemoVideo "$Folder/clip.avi"
}
$assets = $files | Send-OjinAsset
$assets | Format-Table

Step 'Start an idle video from the picture'
$picture = $assets | Where-Object Category -EQ image | Select-Object -First 1
if ($picture) { $picture | Start-OjinIdleVideo -ReferenceTemplate v2 | Format-List }

Step 'Download the files and compare them with what was sent'
$saved = $assets | Save-OjinAsset -Path "$Folder/downloads" -Force
foreach ($file in $files) {
    $same = (Get-FileHash -LiteralPath $file).Hash -eq (Get-FileHash -LiteralPath ($saved | Where-Object Name -EQ $file.Name)).Hash
    "$($file.Name) came back $($same ? 'the same' : 'CHANGED')."
}

Step 'Clean up'
$assets | Remove-OjinAsset -Confirm:$false
$config | Remove-OjinModelConfig -Confirm:$false

Step 'Documents become films'
$null = foreach ($name in 'pitch.pptx', 'report.docx', 'paper.pdf') { New-DemoDocument "$Folder/documents/$name" -Confirm:$false -ErrorAction Ignore }
Get-ChildItem "$Folder/documents" | New-OzorPlan -TargetDurationSec 15 | Set-OzorPlan -VoiceId nova | Invoke-OzorPlan |
    Start-OzorExport -Quality 1080p -Public | Wait-OzorExport | Save-OzorVideo -Path "$Folder/films/" -Force | Format-Table Name, Length

Step 'A prompt becomes a film, and what it costs is known before'
'A 15-second ad for a minimalist desk lamp' | Measure-OzorCost | Format-Table
$job = Start-OzorVideo 'A 15-second ad for a minimalist desk lamp' -Aspect 9:16 | Wait-OzorJob
$job | Format-List VideoId, Status, Response

Step 'Run a model on a file: the file goes up by itself'
Get-AimpModel | Select-Object -First 1 | Invoke-AimpModel -InputObject @{ text = 'What is this?'; image = Get-Item "$Folder/portrait.png" -ErrorAction Ignore } | Format-List
Get-AimpWallet | Format-List

Step 'Start an agent session'
Start-OjinAgentSession agent-open -ClientUserRef demo | Format-List SessionId, AgentId, RoomUrl

Step 'And whatever has no cmdlet yet'
Invoke-OjinRequest Ozor api/v1/documents/voices | ForEach-Object voices | Select-Object -First 3 | Format-Table
