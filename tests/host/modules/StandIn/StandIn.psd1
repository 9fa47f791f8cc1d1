@{
    RootModule        = 'StandIn.psm1'
    ModuleVersion     = '1.0'
    GUID              = 'b6a6a0b6-5d5a-4d53-9a3c-0a6d1c6a1f01'
    Description       = 'What the stand-in modules share: the world on disk, calls and faults, errors, paths, parameter tables.'
    FunctionsToExport = @(
        'Get-World', 'Edit-World', 'Get-HostSetting', 'Get-Capacity', 'Get-StateFolder', 'New-MachineRecord', 'New-AdapterRecord'
        'Invoke-StandInCall', 'Invoke-DuringFault', 'Open-File', 'Close-File', 'Confirm-Danger', 'New-Failure', 'Write-CallError', 'Get-LocalText'
        'Get-FunctionText', 'ConvertTo-FunctionText'
        'Get-WorldTime', 'ConvertFrom-WorldTime', 'Complete-Merge'
        'Resolve-WindowsPath', 'Test-SamePath', 'Read-DiskFacts', 'Write-DiskFacts', 'Get-DiskChain', 'Test-Held', 'Test-Attribute', 'Get-StandInHostFacts'
    )
    CmdletsToExport   = @()
    AliasesToExport   = @()
    VariablesToExport = @()
}
