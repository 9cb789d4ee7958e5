Describe 'The module' {
    It 'is imported from the folder that the build left' {
        $module = Import-Module "$PSScriptRoot/../../out/Ojin/Ojin.psd1" -PassThru
        $module.Name | Should -Be 'Ojin'
        [Ojin.Asset].FullName | Should -Be 'Ojin.Asset'
    }
}
