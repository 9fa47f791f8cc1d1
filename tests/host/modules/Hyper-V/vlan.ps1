# VLAN and isolation of adapters. The isolation mode wins over the VLAN, and only its own cmdlet shows it.

$Body['Get-VMNetworkAdapterVlan'] = { param($call) Use-Adapter $call { param($call, $machine, $adapter) New-VlanSetting ([VMNetworkAdapter]::new($machine, $adapter)) $adapter['Vlan'] } }

$Body['Set-VMNetworkAdapterVlan'] = {
    param($call)
    $vlan = Get-WantedVlan $call.Bound
    Edit-Adapter $call { param($call, $machine, $adapter) $adapter['Vlan'] = $vlan }
}

$Body['Get-VMNetworkAdapterIsolation'] = { param($call) Use-Adapter $call { param($call, $machine, $adapter) New-IsolationSetting ([VMNetworkAdapter]::new($machine, $adapter)) $adapter['Isolation'] } }

$Body['Set-VMNetworkAdapterIsolation'] = {
    param($call)
    Edit-Adapter $call {
        param($call, $machine, $adapter)
        foreach ($name in 'IsolationMode', 'MultiTenantStack') { if ($call.Bound.ContainsKey($name)) { $adapter['Isolation'][$name] = "$($call.Bound[$name])" } }
        foreach ($name in 'AllowUntaggedTraffic', 'DefaultIsolationID') { if ($call.Bound.ContainsKey($name)) { $adapter['Isolation'][$name] = $call.Bound[$name] } }
    }
}

# Exactly one mode, with the numbers that belong to it.
function Get-WantedVlan {
    param($Bound)
    $modes = @('Untagged', 'Access', 'Trunk', 'Isolated', 'Community', 'Promiscuous' | Where-Object { $Bound[$_] })
    if ($modes.Count -ne 1) { throw (New-Failure 'InvalidParameter' InvalidArgument -Key 'VlanArguments' -Values @($modes -join ', ')) }
    $numbers = @('VlanId', 'NativeVlanId', 'AllowedVlanIdList' | Where-Object { $Bound.ContainsKey($_) }) -join ' '
    $fitting = @{ Untagged = ''; Access = 'VlanId'; Trunk = 'NativeVlanId AllowedVlanIdList' }
    if ($numbers -ne $fitting[$modes[0]]) { throw (New-Failure 'InvalidParameter' InvalidArgument -Key 'VlanArguments' -Values @($modes[0])) }
    $vlan = [ordered]@{ OperationMode = $modes[0]; AccessVlanId = 0; NativeVlanId = 0; AllowedVlanIdListString = '' }
    if ($modes[0] -eq 'Access') {
        Assert-VlanNumber $Bound['VlanId'] 1
        $vlan['AccessVlanId'] = [int]$Bound['VlanId']
    }
    if ($modes[0] -eq 'Trunk') {
        Assert-VlanNumber $Bound['NativeVlanId'] 0
        if ($Bound['AllowedVlanIdList'] -notmatch '^\d+(-\d+)?(,\d+(-\d+)?)*$') { throw (New-InvalidParameter 'AllowedVlanIdList' $Bound['AllowedVlanIdList']) }
        $vlan['NativeVlanId'] = [int]$Bound['NativeVlanId']
        $vlan['AllowedVlanIdListString'] = $Bound['AllowedVlanIdList']
    }
    $vlan
}

function Assert-VlanNumber {
    param([int] $Number, [int] $Lowest)
    if ($Number -lt $Lowest -or $Number -gt 4094) { throw (New-Failure 'InvalidParameter' InvalidArgument -Key 'VlanRange' -Values @($Number) -Target $Number) }
}

function New-VlanSetting {
    param($Adapter, $Vlan)
    [pscustomobject]@{
        OperationMode = [VMNetworkAdapterVlanMode]$Vlan['OperationMode']; AccessVlanId = [int]$Vlan['AccessVlanId']; NativeVlanId = [int]$Vlan['NativeVlanId']
        AllowedVlanIdList = @(Expand-VlanList $Vlan['AllowedVlanIdListString']); AllowedVlanIdListString = $Vlan['AllowedVlanIdListString']
        ParentAdapter = $Adapter; VMName = $Adapter.VMName; VMId = $Adapter.VMId
    }
}

function Expand-VlanList {
    param([string] $Text)
    foreach ($part in $Text.Split(',') | Where-Object { $_ -ne '' }) {
        $first, $last = $part.Split('-', 2)
        if ($null -eq $last) { $last = $first }
        [int]$first..[int]$last
    }
}

function New-IsolationSetting {
    param($Adapter, $Isolation)
    [pscustomobject]@{
        IsolationMode = [VMNetworkAdapterIsolationMode]$Isolation['IsolationMode']; AllowUntaggedTraffic = [bool]$Isolation['AllowUntaggedTraffic']
        DefaultIsolationID = [int]$Isolation['DefaultIsolationID']; MultiTenantStack = [OnOffState]$Isolation['MultiTenantStack']
        ParentAdapter = $Adapter; VMName = $Adapter.VMName; VMId = $Adapter.VMId
    }
}
