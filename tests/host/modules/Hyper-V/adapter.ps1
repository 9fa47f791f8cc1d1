# The network adapter cmdlets. Names are not unique, -Name takes no wildcard, and without it every adapter of the VM is meant.

$Body['Get-VMNetworkAdapter'] = { param($call) Use-Adapter $call { param($call, $machine, $adapter) [VMNetworkAdapter]::new($machine, $adapter) } }

$Body['Add-VMNetworkAdapter'] = {
    param($call)
    Edit-Machine $call {
        param($call, $machine)
        $bound = $call.Bound
        if ($bound['IsLegacy'] -and $machine['Generation'] -eq 2) { throw (New-Failure 'InvalidParameter' InvalidArgument -Key 'Generation' -Values @(2)) }
        if ($machine['State'] -ne 'Off' -and ($machine['State'] -ne 'Running' -or $machine['Generation'] -eq 1)) { throw (New-StateFailure $machine) }
        $switch = if ($bound.ContainsKey('SwitchName')) { Find-Switch $bound['SwitchName'] } else { $null }
        $name = if ($bound.ContainsKey('Name')) { $bound['Name'] } else { Get-DefaultAdapterName }
        $adapter = New-AdapterRecord $name $switch
        $adapter['IsLegacy'] = [bool]$bound['IsLegacy']
        if ($bound.ContainsKey('DeviceNaming')) { $adapter['DeviceNaming'] = "$($bound['DeviceNaming'])" }
        if ($bound.ContainsKey('StaticMacAddress')) { Set-StaticMac $adapter $bound['StaticMacAddress'] }
        $machine['Adapters'] = @($machine['Adapters']) + $adapter
        if ($machine['Generation'] -eq 2) { Add-BootEntry $machine 'Network' $adapter['Id'] }
        if ($bound['Passthru']) { [VMNetworkAdapter]::new($machine, $adapter) }
    }
}

$Body['Remove-VMNetworkAdapter'] = {
    param($call)
    Edit-Adapter $call {
        param($call, $machine, $adapter)
        if ($machine['State'] -ne 'Off' -and ($machine['State'] -ne 'Running' -or $machine['Generation'] -eq 1)) { throw (New-StateFailure $machine) }
        $machine['Adapters'] = @($machine['Adapters'] | Where-Object { $_['Id'] -ne $adapter['Id'] })
        Remove-BootEntry $machine $adapter['Id']
    }
}

$Body['Set-VMNetworkAdapter'] = {
    param($call)
    Edit-Adapter $call {
        param($call, $machine, $adapter)
        $bound = $call.Bound
        if ($bound.ContainsKey('StaticMacAddress')) { Assert-Off $machine; Set-StaticMac $adapter $bound['StaticMacAddress'] }
        if ($bound['DynamicMacAddress']) { Assert-Off $machine; $adapter['MacAddress'] = '000000000000'; $adapter['DynamicMac'] = $true }
        foreach ($name in 'MacAddressSpoofing', 'DhcpGuard', 'RouterGuard', 'DeviceNaming') { if ($bound.ContainsKey($name)) { $adapter[$name] = "$($bound[$name])" } }
        if ($bound.ContainsKey('MaximumBandwidth')) { $adapter['MaximumBandwidth'] = [long]$bound['MaximumBandwidth'] }
    }
}

$Body['Connect-VMNetworkAdapter'] = {
    param($call)
    $bound = $call.Bound
    $switch = if ($bound.ContainsKey('VMSwitch')) { Get-SwitchRecord "$($bound['VMSwitch'].Id)" } else { Find-Switch $bound['SwitchName'] }
    if ($null -eq $switch) { throw (New-GoneFailure $bound['VMSwitch']) }
    Edit-Adapter $call { param($call, $machine, $adapter) $adapter['SwitchId'] = $switch['Id'] }
}

$Body['Disconnect-VMNetworkAdapter'] = { param($call) Edit-Adapter $call { param($call, $machine, $adapter) $adapter['SwitchId'] = $null } }

$Body['Rename-VMNetworkAdapter'] = { param($call) Edit-Adapter $call { param($call, $machine, $adapter) $adapter['Name'] = $call.Bound['NewName'] } }

# With colons, hyphens or bare; kept bare and upper case. An odd first byte would be a multicast address.
function Set-StaticMac {
    param($Adapter, [string] $Address)
    $bare = $Address.Replace(':', '').Replace('-', '').ToUpperInvariant()
    if ($bare -notmatch '^[0-9A-F]{12}$') { throw (New-Failure 'InvalidParameter' InvalidArgument -Key 'MacFormat' -Target $Address) }
    if (([Convert]::ToInt32($bare.Substring(0, 2), 16) -band 1) -eq 1) { throw (New-Failure 'OperationFailed' NotSpecified -Key 'MacRefused' -Values @($bare)) }
    $Adapter['MacAddress'] = $bare
    $Adapter['DynamicMac'] = $false
}

# Runs a block for each adapter that the call means: adapter objects, or adapters of VMs or of a checkpoint, by name or all.
function Use-Adapter {
    param($Call, [Parameter(Mandatory)] [scriptblock] $ForEachAdapter)
    $bound = $Call.Bound
    if ($bound.ContainsKey('VMNetworkAdapter')) {
        foreach ($object in @($bound['VMNetworkAdapter'])) {
            try {
                $machine = Find-MachineRecord "$($object.VMId)"
                $adapter = if ($null -ne $machine) { $machine['Adapters'] | Where-Object { $_['Id'] -eq $object.AdapterId } }
                if ($null -eq $adapter) { throw (New-GoneFailure $object) }
                & $ForEachAdapter $Call $machine $adapter
            }
            catch { Write-CallError $_ }
        }
        return
    }
    if ($bound.ContainsKey('VMSnapshot')) {
        $record = $bound['VMSnapshot'].Record()
        foreach ($adapter in @(Select-Adapter $Call $record)) { & $ForEachAdapter $Call $record $adapter }
        return
    }
    if ($bound['All']) { foreach ($machine in @(Get-VisibleMachine)) { foreach ($adapter in @(Select-Adapter $Call $machine)) { & $ForEachAdapter $Call $machine $adapter } }; return }
    Use-MachineId $Call {
        param($call, $id)
        $machine = Get-ExistingMachine $id
        foreach ($adapter in @(Select-Adapter $call $machine)) { & $ForEachAdapter $call $machine $adapter }
    }
}

# The same inside one change of the world; with -Passthru the adapter as it is then.
function Edit-Adapter {
    param($Call, [Parameter(Mandatory)] [scriptblock] $ChangeAdapter)
    Edit-World {
        Use-Adapter $Call {
            param($call, $machine, $adapter)
            & $ChangeAdapter $call $machine $adapter
            if ($call.Bound['Passthru']) { [VMNetworkAdapter]::new($machine, $adapter) }
        }
    }
}

function Select-Adapter {
    param($Call, $Machine)
    $bound = $Call.Bound
    $names = @(foreach ($parameter in 'VMNetworkAdapterName', 'Name') { if ($bound.ContainsKey($parameter)) { $bound[$parameter] } })
    $adapters = @($Machine['Adapters'])
    if ($bound.ContainsKey('IsLegacy')) { $adapters = @($adapters | Where-Object { $_['IsLegacy'] -eq $bound['IsLegacy'] }) }
    if ($names.Count -eq 0) { return $adapters }
    $found = @($adapters | Where-Object { $names -contains $_['Name'] })
    if ($found.Count -eq 0) { throw (New-Failure 'InvalidParameter' InvalidArgument -Key 'AdapterNotFound' -Values @($names[0]) -Target $names[0]) }
    $found
}
