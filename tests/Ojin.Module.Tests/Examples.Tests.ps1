# Every example of the pages and of the README, as it stands, against the emulator: each in a folder of its own with the
# files that it names, and with the emulator as at the start. It must end without an error.

BeforeDiscovery {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/../../build/HelpPages.psm1" -Force
    Import-OjinModule
    $root = [System.IO.Path]::GetFullPath("$PSScriptRoot/../..")
    $all = @(
        foreach ($page in Get-ChildItem "$root/docs/en-US/*-*.md") {
            foreach ($example in (Read-HelpPage $page.FullName).Examples) { @{ Where = $page.BaseName; Title = $example.Title; Code = $example.Code -join "`n" } }
        }
        foreach ($document in @(Get-ChildItem "$root/docs/en-US/about_*.md") + @(Get-Item "$root/README.md" -ErrorAction Ignore)) {
            $number = 0
            foreach ($block in Split-Block (Get-Content -LiteralPath $document.FullName -Raw) | Where-Object { $_.Kind -eq 'code' -and $_.Language -eq 'powershell' }) {
                $number++
                @{ Where = $document.BaseName; Title = "block $number"; Code = $block.Text }
            }
        }
    )
}

BeforeAll {
    Import-Module "$PSScriptRoot/TestTools.psm1", "$PSScriptRoot/Emulator.psm1" -Force
    Import-OjinModule
    $null = Enter-TestState
    $emulator = Start-Emulator

    # What the pages call things, and what the emulator does.
    $ids = [ordered]@{
        '1f0c6a9e-5b7d-4a43-9d0e-8f2f6d6a1c11' = '00000000-0000-4000-9000-000000000001'
        '4b6f2f6e-97c2-4c0e-a1c5-0d6b9f0a7e21' = '00000000-0000-4000-8000-000000000001'
        'c2a1d9b4-3e0f-4f57-8c6a-5d1e7b90a3f2' = '00000000-0000-4000-8000-000000000002'
        'plan_a1b2c3d4e5f6'                    = 'plan_000000000001'
        'abc123xyz'                            = 'keyemulator0'
        'abc123'                               = 'videoready'
        'conv_xyz'                             = 'conv_ready'
    }

    # The files that examples name.
    $files = Join-Path $TestDrive 'files'
    foreach ($name in 'portrait.png', 'images/one.png', 'images/two.png', 'clips/tour.mp4', 'clips/walk.mp4', 'pitch.pptx', 'report.docx') { $null = New-TestMedia "$files/$name" }
    Set-Content -LiteralPath "$files/night-desk.json" -Value '{ "voice": "amber" }'
    Set-Content -LiteralPath "$files/desks.csv" -Value 'Title,ModelVariantId,Voice', 'Desk A,ojin/oris-1.0/standard,amber', 'Desk B,ojin/oris-1.0/standard,birch'
    Connect-ToEmulator -Environment
    $null = Export-OjinModelConfig "$files/configs"
    $null = git -C "$files/configs" init --quiet 2>&1

    # A prompt with nothing of this file in it, where a vault and a person are played; each example gets it new.
    $prompt = {
        function global:Get-Secret([string] $Name) { ConvertTo-SecureString ($Name -like 'Ozor*' ? $env:OZOR_API_KEY : $Name -like 'Aimp*' ? $env:AIMP_API_KEY : $env:OJIN_API_KEY) -AsPlainText -Force }
        function global:Set-Secret([string] $Name, $Secret) { if (-not $Name -or $Secret -isnot [securestring]) { throw 'A secret has a name and is a SecureString.' } }
        function global:Read-Host([string] $Prompt, [switch] $AsSecureString) { $null = $AsSecureString; ConvertTo-SecureString ($Prompt -like '*Firebase*' ? $env:OZOR_FIREBASE_TOKEN : $Prompt -like 'Ozor*' ? $env:OZOR_API_KEY : $env:OJIN_API_KEY) -AsPlainText -Force }
        'studioKey', 'customerKey' | ForEach-Object { Set-Variable -Scope Global -Name $_ -Value $env:OJIN_API_KEY }
        # The person answers yes.
        $global:ConfirmPreference = 'None'
        $global:ProgressPreference = 'SilentlyContinue'
        Set-Location -LiteralPath $args[0]
    }
    $runspace = [runspacefactory]::CreateRunspace([System.Management.Automation.Runspaces.InitialSessionState]::CreateDefault2())
    $runspace.Open()
    function Invoke-AtPrompt([string] $Code, [string] $Folder) {
        $runspace.ResetRunspaceState()
        $shell = [powershell]::Create($runspace)
        try {
            $null = $shell.AddScript($prompt).AddArgument($Folder).Invoke()
            $shell.Commands.Clear()
            try {
                # As text, so that the views are run too.
                $null = $shell.AddScript($Code).AddCommand('Out-String').Invoke()
            } catch [System.Management.Automation.RuntimeException] {
                $_.Exception.InnerException.ErrorRecord ?? $_
            }
            $shell.Streams.Error
        } finally {
            $shell.Dispose()
        }
    }
    # Installed, the module is found by itself.
    $modulePath = $env:PSModulePath
    $env:PSModulePath = (Split-Path (Split-Path (Get-OjinManifest))) + [System.IO.Path]::PathSeparator + $modulePath
}

AfterAll {
    if ($runspace) { $runspace.Dispose() }
    if ($modulePath) { $env:PSModulePath = $modulePath }
    Disconnect-FromEmulator
    Stop-Emulator
    Exit-TestState
}

Describe 'The examples' {
    BeforeEach {
        Reset-Emulator
        Connect-ToEmulator -Environment
        foreach ($agent in @{ id = 'my-agent'; hosts = @('*') }, @{ id = 'shop-agent'; hosts = @('https://example.com') }) { $null = Set-EmulatorState "agents/agents/$($agent.id)" @{ allowedOrigins = $agent.hosts } }
        $folder = Join-Path $TestDrive ([guid]::NewGuid().ToString('N'))
        Copy-Item -LiteralPath $files -Destination $folder -Recurse
    }

    AfterEach {
        Disconnect-Ojin; Disconnect-Ozor; Disconnect-Aimp
    }

    It '<Where>, <Title>' -ForEach $all {
        foreach ($id in $ids.Keys) { $Code = $Code.Replace($id, $ids[$id]) }
        if ($Code -match 'job_s0m3R4nd0mId') { $Code = $Code.Replace('job_s0m3R4nd0mId', (Send-OzorMessage videoready 'Larger captions').JobId) }
        # A film to save, and an upload that was interrupted.
        if ($Where -eq 'Save-OzorVideo') { $null = Start-OzorExport videoready | Wait-OzorExport }
        if ($Where -like '*-OjinUpload') {
            Add-EmulatorFault status -Service storage -Method PUT -Status 403 -Always
            Send-OjinAsset "$folder/clips/tour.mp4" -ErrorAction SilentlyContinue
            Clear-EmulatorFault
        }
        $errors = Invoke-AtPrompt $Code $folder
        ($errors | ForEach-Object { "$_ ($($_.FullyQualifiedErrorId))" }) -join "`n" | Should -BeNullOrEmpty
        Get-EmulatorViolation | Should -BeNullOrEmpty
    }
}
