@{
    RootModule        = 'WindowsFiles.psm1'
    ModuleVersion     = '1.0'
    GUID              = 'b6a6a0b6-5d5a-4d53-9a3c-0a6d1c6a1f02'
    Description       = 'Functions over the file cmdlets: Windows paths on drives and shares of the stand-in, with the errors that Windows gives.'
    FunctionsToExport = @(
        'Test-Path', 'Get-Item', 'Get-ChildItem', 'Get-Content', 'Set-Content', 'Add-Content', 'New-Item', 'Copy-Item', 'Move-Item'
        'Remove-Item', 'Rename-Item', 'Set-ItemProperty', 'Get-PSDrive', 'fsutil.exe'
    )
    CmdletsToExport   = @()
    AliasesToExport   = @()
    VariablesToExport = @()
}
