@{
    RootModule             = 'Ojin.PowerShell.dll'
    ModuleVersion          = '0.1.0'
    GUID                   = '5b0c2a53-2f4c-4b39-9b0e-6f5c3b1f6a0d'
    Author                 = 'The Ojin PowerShell authors'
    CompanyName            = 'Community'
    Copyright              = '(c) 2026 the Ojin PowerShell authors. MIT License.'
    Description            = 'Unofficial cmdlets for the Ojin REST API, the Ojin Session API, Ozor and the AIMP Gateway: upload and download media, keep model configurations, turn prompts and documents into videos and wait for them, run models. Typed objects that pipe, transfers that resume, and no request that charges is ever sent twice.'
    PowerShellVersion      = '7.4'
    CompatiblePSEditions   = @('Core')
    # The loader comes first: it gives the client and what it needs a load context of their own.
    NestedModules          = @('Ojin.Loader.dll')
    FormatsToProcess       = @('Ojin.Format.ps1xml')
    TypesToProcess         = @('Ojin.Types.ps1xml')
    FunctionsToExport      = @()
    VariablesToExport      = @()
    AliasesToExport        = @()
    CmdletsToExport        = @(
        'Connect-Aimp'
        'Connect-Ojin'
        'Connect-Ozor'
        'Copy-OjinModelConfig'
        'Disconnect-Aimp'
        'Disconnect-Ojin'
        'Disconnect-Ozor'
        'Export-OjinModelConfig'
        'Get-AimpModel'
        'Get-AimpUsage'
        'Get-AimpWallet'
        'Get-OjinAsset'
        'Get-OjinModelConfig'
        'Get-OjinModelVariant'
        'Get-OjinSession'
        'Get-OjinUpload'
        'Get-OzorApiKey'
        'Get-OzorJob'
        'Get-OzorPlan'
        'Get-OzorToolTrace'
        'Get-OzorVideo'
        'Get-OzorVoice'
        'Invoke-AimpModel'
        'Invoke-OjinRequest'
        'Invoke-OzorPlan'
        'Measure-OzorCost'
        'New-OjinModelConfig'
        'New-OzorApiKey'
        'New-OzorPlan'
        'Remove-OjinAsset'
        'Remove-OjinModelConfig'
        'Remove-OjinUpload'
        'Revoke-OzorApiKey'
        'Save-OjinAsset'
        'Save-OzorVideo'
        'Send-AimpMedia'
        'Send-OjinAsset'
        'Send-OzorMessage'
        'Set-OjinModelConfig'
        'Set-OzorPlan'
        'Start-OjinAgentSession'
        'Start-OjinIdleVideo'
        'Start-OzorExport'
        'Start-OzorVideo'
        'Sync-OjinModelConfig'
        'Test-OjinModelConfig'
        'Test-OjinSession'
        'Wait-OzorExport'
        'Wait-OzorJob'
    )
    PrivateData            = @{
        PSData = @{
            Tags         = @('Ojin', 'Ozor', 'AIMP', 'video', 'avatar', 'media', 'upload', 'automation', 'REST', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            LicenseUri   = 'https://github.com/ojin-powershell/ojin-powershell/blob/main/LICENSE'
            IconUri      = 'https://raw.githubusercontent.com/ojin-powershell/ojin-powershell/main/docs/icon.png'
            ProjectUri   = 'https://github.com/ojin-powershell/ojin-powershell'
            ReleaseNotes = 'See CHANGELOG.md'
        }
    }
}
