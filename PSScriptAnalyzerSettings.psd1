@{
    IncludeDefaultRules = $true
    Severity            = @('Error', 'Warning', 'Information')
    Rules               = @{
        PSUseCompatibleSyntax      = @{ Enable = $true; TargetVersions = @('7.4') }
        PSPlaceOpenBrace           = @{ Enable = $true; OnSameLine = $true; NewLineAfter = $false; IgnoreOneLineBlock = $true }
        PSUseConsistentIndentation = @{ Enable = $true; Kind = 'space'; IndentationSize = 4 }
    }
    ExcludeRules        = @(
        # A variable that a Pester block sets is read in another block, which the rule cannot see.
        'PSUseDeclaredVarsMoreThanAssignments'
    )
}
