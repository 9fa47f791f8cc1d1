# Get-VMHost and Get-VMSwitch.

$Body['Get-VMHost'] = {
    param($call)
    Assert-Service
    $settings = (Get-World)['Host']
    if ($settings['Rights'] -ne 'full') {
        throw (New-Failure 'AccessDenied' PermissionDenied -Key 'AccessDenied' -Values @($settings['ComputerName']) -Target $settings['ComputerName'])
    }
    [pscustomobject]@{
        ComputerName = $settings['ComputerName']; Name = $settings['ComputerName']; FullyQualifiedDomainName = 'WORKGROUP'
        LogicalProcessorCount = [int]$settings['Processors']; MemoryCapacity = [long]$settings['MemoryBytes']
        VirtualMachinePath = $settings['VirtualMachinePath']; VirtualHardDiskPath = $settings['VirtualHardDiskPath']
        NumaSpanningEnabled = $true; EnableEnhancedSessionMode = $false; VirtualMachineMigrationEnabled = $false
        MacAddressMinimum = '00155D010000'; MacAddressMaximum = '00155D0100FF'
    }
}

$Body['Get-VMSwitch'] = {
    param($call)
    Assert-Service
    if ((Get-HostSetting 'Rights') -ne 'full') { return }
    $switches = @((Get-World)['Switches'])
    if ($call.Bound.ContainsKey('Id')) { $switches = @($switches | Where-Object { $call.Bound['Id'] -contains [guid]$_['Id'] }) }
    if ($call.Bound.ContainsKey('SwitchType')) { $switches = @($switches | Where-Object { $call.Bound['SwitchType'] -contains [VMSwitchType]$_['Type'] }) }
    if ($call.Bound.ContainsKey('Name')) {
        $name = $call.Bound['Name']
        $switches = @($switches | Where-Object { $_['Name'] -like $name })
        if ($switches.Count -eq 0 -and -not [Management.Automation.WildcardPattern]::ContainsWildcardCharacters($name)) {
            throw (New-Failure 'InvalidParameter' InvalidArgument -Key 'SwitchNotFound' -Values @($name) -Target $name)
        }
    }
    foreach ($switch in $switches) { [VMSwitch]::new($switch) }
}

# The one switch of a name; Hyper-V takes the first where several have it.
function Find-Switch {
    param([string] $Name)
    $found = @((Get-World)['Switches'] | Where-Object { $_['Name'] -eq $Name })
    if ($found.Count -eq 0) { throw (New-Failure 'InvalidParameter' InvalidArgument -Key 'SwitchNotFound' -Values @($Name) -Target $Name) }
    $found[0]
}
