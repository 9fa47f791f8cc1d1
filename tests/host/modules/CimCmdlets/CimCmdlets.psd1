@{
    RootModule        = 'CimCmdlets.psm1'
    ModuleVersion     = '1.0.0.0'
    GUID              = 'b6a6a0b6-5d5a-4d53-9a3c-0a6d1c6a1f04'
    Description       = 'A stand-in for Get-CimInstance and Invoke-CimMethod over the classes that the scripts use.'
    FunctionsToExport = @('Get-CimInstance', 'Invoke-CimMethod')
    CmdletsToExport   = @()
    AliasesToExport   = @()
    VariablesToExport = @()
}
