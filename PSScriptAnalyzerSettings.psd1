@{
    # The module's cmdlets are compiled; the scripts are the build's, the demo's and the tests'.
    IncludeDefaultRules = $true
    Severity            = @('Error', 'Warning')
    Rules               = @{
        PSUseCompatibleSyntax = @{ Enable = $true; TargetVersions = @('7.4') }
        PSPlaceOpenBrace      = @{ Enable = $true; OnSameLine = $true; NewLineAfter = $false; IgnoreOneLineBlock = $true }
    }
    ExcludeRules        = @(
        # PowerShell 7 reads and writes UTF-8 without one.
        'PSUseBOMForUnicodeEncodedFile'
        # A variable that a block of a test or of a script sets is used in another block, which these rules cannot see.
        'PSUseDeclaredVarsMoreThanAssignments'
        'PSReviewUnusedParameter'
        # A helper of a test that starts, sets or removes something is called to do it.
        'PSUseShouldProcessForStateChangingFunctions'
        # The key of the emulator is no secret.
        'PSAvoidUsingConvertToSecureStringWithPlainText'
    )
}
