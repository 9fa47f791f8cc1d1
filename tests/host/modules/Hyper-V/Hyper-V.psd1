@{
    RootModule        = 'Hyper-V.psm1'
    ModuleVersion     = '2.0.0.0'
    GUID              = 'b6a6a0b6-5d5a-4d53-9a3c-0a6d1c6a1f03'
    Description       = 'A stand-in for the Hyper-V module of Windows Server, for tests.'
    FunctionsToExport = @(
        'Get-VM', 'New-VM', 'Set-VM', 'Rename-VM', 'Remove-VM', 'Start-VM', 'Stop-VM', 'Restart-VM', 'Resume-VM', 'Suspend-VM', 'Save-VM', 'Remove-VMSavedState'
        'Get-VMHost', 'Get-VMSwitch'
        'Get-VMNetworkAdapter', 'Add-VMNetworkAdapter', 'Remove-VMNetworkAdapter', 'Set-VMNetworkAdapter', 'Connect-VMNetworkAdapter'
        'Disconnect-VMNetworkAdapter', 'Rename-VMNetworkAdapter', 'Get-VMNetworkAdapterVlan', 'Set-VMNetworkAdapterVlan'
        'Get-VMNetworkAdapterIsolation', 'Set-VMNetworkAdapterIsolation'
        'Get-VMHardDiskDrive', 'Add-VMHardDiskDrive', 'Remove-VMHardDiskDrive', 'Set-VMHardDiskDrive'
        'Get-VMDvdDrive', 'Add-VMDvdDrive', 'Remove-VMDvdDrive', 'Set-VMDvdDrive'
        'Get-VMFirmware', 'Set-VMFirmware', 'Get-VMBios', 'Set-VMBios', 'Get-VMMemory', 'Set-VMMemory', 'Get-VMProcessor', 'Set-VMProcessor'
        'Get-VHD', 'New-VHD', 'Resize-VHD', 'Get-VMSnapshot', 'Checkpoint-VM', 'Restore-VMSnapshot', 'Remove-VMSnapshot'
        'Get-StandInHostFacts'
    )
    CmdletsToExport   = @()
    AliasesToExport   = @('Get-HostFacts')
    VariablesToExport = @()
}
