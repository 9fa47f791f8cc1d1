<#
.SYNOPSIS
Gives a VM exactly the network that CloudStack gave it, and reads it back.

.DESCRIPTION
A NIC is an object of Name (NIC1..n), MacAddress (12 upper-case digits), SwitchName (empty: on none) and VlanId ($null: untagged).
Adapters are matched by MAC address, then by name. Missing ones are added, surplus NICn removed, other adapters only logged.
#>

# Sets what differs. Stops before the first change if something differs that cannot be set in the VM's state.
function Set-Network {
    param([Parameter(Mandatory = $true)] $Vm, [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]] $Nics)
    $switches = Get-NeededSwitch $Nics
    $plan = Get-NetworkPlan $Vm $Nics
    foreach ($pair in $plan.Pairs) {
        if ($null -eq $pair.Adapter) { $pair.Adapter = New-Adapter $Vm $pair.Nic }
        Set-Adapter $pair.Adapter $pair.Nic $switches["$($pair.Nic.SwitchName)"]
    }
    # Last, since nothing brings an adapter back.
    foreach ($adapter in $plan.Surplus) { Remove-Adapter $Vm $adapter }
    Assert-Network $Vm $Nics
}

# The switch objects by name. Switch names are not unique either.
function Get-NeededSwitch {
    param([Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]] $Nics)
    $needed = @{}
    $all = @(Hyper-V\Get-VMSwitch)
    foreach ($name in @($Nics | ForEach-Object { "$($_.SwitchName)" } | Where-Object { $_ -ne '' } | Select-Object -Unique)) {
        $found = @($all | Where-Object { $_.Name -eq $name })
        if ($found.Count -eq 0) { Stop-Script 'switch_not_found' "this host has no virtual switch named '$name'; it has: $(($all | ForEach-Object { $_.Name }) -join ', ')" }
        if ($found.Count -gt 1) { Stop-Script 'switch_ambiguous' "this host has $($found.Count) virtual switches named '$name'" }
        $needed[$name] = $found[0]
    }
    $needed
}

# Pairs of NIC and adapter ($null: to be added) and the surplus, after all that could refuse them has been looked at.
function Get-NetworkPlan {
    param([Parameter(Mandatory = $true)] $Vm, [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]] $Nics)
    $free = New-Object 'System.Collections.Generic.List[object]'
    foreach ($adapter in @(Hyper-V\Get-VMNetworkAdapter -VM $Vm)) { $free.Add($adapter) }
    $pairs = @(foreach ($nic in $Nics) { [pscustomobject]@{ Nic = $nic; Adapter = Get-Match $free { $args[0].MacAddress -eq $args[1] } $nic.MacAddress } })
    foreach ($pair in $pairs) {
        if ($null -eq $pair.Adapter) { $pair.Adapter = Get-Match $free { $args[0].Name -ceq $args[1] } $pair.Nic.Name }
    }
    $surplus = @($free | Where-Object { $_.Name -cmatch '^NIC[0-9]+$' })
    foreach ($other in @($free | Where-Object { $_.Name -cnotmatch '^NIC[0-9]+$' })) {
        Write-Log "the VM has an adapter '$($other.Name)' ($($other.MacAddress)) that is not CloudStack's; it was left alone"
    }
    foreach ($pair in $pairs) { if ($null -ne $pair.Adapter) { Assert-Settable $Vm $pair.Adapter $pair.Nic } }
    if ("$($Vm.State)" -ne 'Off' -and ($surplus.Count -gt 0 -or @($pairs | Where-Object { $null -eq $_.Adapter }).Count -gt 0)) {
        Assert-HotPlug $Vm
    }
    @{ Pairs = $pairs; Surplus = $surplus }
}

# Takes the first adapter for which the test holds out of the list.
function Get-Match {
    param([Parameter(Mandatory = $true)] [AllowEmptyCollection()] $Free, [Parameter(Mandatory = $true)] [scriptblock] $Test, [string] $Wanted)
    foreach ($adapter in $Free) {
        if (& $Test $adapter $Wanted) { $null = $Free.Remove($adapter); return $adapter }
    }
}

function Assert-Settable {
    param([Parameter(Mandatory = $true)] $Vm, [Parameter(Mandatory = $true)] $Adapter, [Parameter(Mandatory = $true)] $Nic)
    Assert-NotIsolated $Vm $Adapter
    $mode = "$((Hyper-V\Get-VMNetworkAdapterVlan -VMNetworkAdapter $Adapter).OperationMode)"
    if (@('Untagged', 'Access') -notcontains $mode) { Stop-Script 'network_mode' "the adapter '$($Adapter.Name)' of the VM $($Vm.Name) has the VLAN mode $mode, which CloudStack never gives" }
    if ("$($Vm.State)" -ne 'Off' -and "$($Adapter.MacAddress)" -ne $Nic.MacAddress) {
        $code = 'network_refused'
        if ("$($Vm.State)" -match 'Saved') { $code = 'network_saved' }
        Stop-Script $code "the adapter '$($Adapter.Name)' has the MAC address $($Adapter.MacAddress), CloudStack gave $($Nic.MacAddress), and it can be set only while the VM is off; it is $($Vm.State)"
    }
}

# The isolation cmdlets' setting wins over the VLAN, and Get-VMNetworkAdapterVlan does not show it.
function Assert-NotIsolated {
    param([Parameter(Mandatory = $true)] $Vm, [Parameter(Mandatory = $true)] $Adapter)
    $isolation = "$((Hyper-V\Get-VMNetworkAdapterIsolation -VMNetworkAdapter $Adapter).IsolationMode)"
    if ($isolation -ne 'None') { Stop-Script 'network_isolated' "the adapter '$($Adapter.Name)' of the VM $($Vm.Name) has the isolation mode $isolation, which wins over its VLAN" }
}

function Assert-HotPlug {
    param([Parameter(Mandatory = $true)] $Vm)
    if ("$($Vm.State)" -ne 'Running' -or $Vm.Generation -ne 2) {
        Stop-Script 'network_refused' "the VM $($Vm.Name) has other adapters than CloudStack gave it, and they can be changed only while it is off; it is $($Vm.State)"
    }
}

function Remove-Adapter {
    param([Parameter(Mandatory = $true)] $Vm, [Parameter(Mandatory = $true)] $Adapter)
    Hyper-V\Remove-VMNetworkAdapter -VMNetworkAdapter $Adapter
    Write-Log "the adapter '$($Adapter.Name)' ($($Adapter.MacAddress)), which CloudStack no longer knows, was removed"
}

# Added without a switch: it must not send a single frame before its VLAN is set.
function New-Adapter {
    param([Parameter(Mandatory = $true)] $Vm, [Parameter(Mandatory = $true)] $Nic)
    $adapter = Hyper-V\Add-VMNetworkAdapter -VM $Vm -Name $Nic.Name -StaticMacAddress $Nic.MacAddress -Passthru
    Add-Undo "network: adapter $($Nic.Name)" { param($made) Hyper-V\Remove-VMNetworkAdapter -VMNetworkAdapter $made } @($adapter)
    $adapter
}

function Set-Adapter {
    param([Parameter(Mandatory = $true)] $Adapter, [Parameter(Mandatory = $true)] $Nic, $Switch)
    if ("$($Adapter.MacAddress)" -ne $Nic.MacAddress) {
        if ($Adapter.DynamicMacAddressEnabled) { Add-Undo "network: MAC address of '$($Adapter.Name)'" { param($on) Hyper-V\Set-VMNetworkAdapter -VMNetworkAdapter $on -DynamicMacAddress } @($Adapter) }
        else { Add-Undo "network: MAC address of '$($Adapter.Name)'" { param($on, $old) Hyper-V\Set-VMNetworkAdapter -VMNetworkAdapter $on -StaticMacAddress $old } @($Adapter, "$($Adapter.MacAddress)") }
        Hyper-V\Set-VMNetworkAdapter -VMNetworkAdapter $Adapter -StaticMacAddress $Nic.MacAddress
    }
    $vlan = Hyper-V\Get-VMNetworkAdapterVlan -VMNetworkAdapter $Adapter
    $isConnected = "$($Adapter.SwitchName)" -eq $Nic.SwitchName
    $isTagged = Test-Vlan $vlan $Nic.VlanId
    if ($isConnected -and ($isTagged -or "$($Nic.SwitchName)" -eq '')) { return }
    $oldVlan = $null
    if ("$($vlan.OperationMode)" -eq 'Access') { $oldVlan = [int]$vlan.AccessVlanId }
    Add-Undo "network: switch and VLAN of '$($Adapter.Name)'" { param($on, $switch, $id) Restore-Adapter $on $switch $id } @($Adapter, "$($Adapter.SwitchName)", $oldVlan)
    # Moved to another switch it must not be seen there with the old VLAN.
    if (-not $isConnected -and "$($Adapter.SwitchName)" -ne '') { Hyper-V\Disconnect-VMNetworkAdapter -VMNetworkAdapter $Adapter }
    if ("$($Nic.SwitchName)" -eq '') { return }
    if (-not $isTagged) { Set-Vlan $Adapter $Nic.VlanId }
    if (-not $isConnected) { Hyper-V\Connect-VMNetworkAdapter -VMNetworkAdapter $Adapter -VMSwitch $Switch }
}

# The old switch never with the new VLAN: the VLAN comes back first, and is read, and where it does not the adapter stays unconnected.
function Restore-Adapter {
    param([Parameter(Mandatory = $true)] $Adapter, [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $SwitchName, $VlanId)
    $isTagged = { Test-Vlan (Hyper-V\Get-VMNetworkAdapterVlan -VMNetworkAdapter $Adapter) $VlanId }
    if (-not (& $isTagged)) {
        try { Set-Vlan $Adapter $VlanId }
        finally { if (-not (& $isTagged)) { Hyper-V\Disconnect-VMNetworkAdapter -VMNetworkAdapter $Adapter } }
    }
    if ($SwitchName -eq '') { Hyper-V\Disconnect-VMNetworkAdapter -VMNetworkAdapter $Adapter }
    else { Hyper-V\Connect-VMNetworkAdapter -VMNetworkAdapter $Adapter -SwitchName $SwitchName }
}

function Set-Vlan {
    param([Parameter(Mandatory = $true)] $Adapter, $VlanId)
    if ($null -eq $VlanId) { Hyper-V\Set-VMNetworkAdapterVlan -VMNetworkAdapter $Adapter -Untagged }
    else { Hyper-V\Set-VMNetworkAdapterVlan -VMNetworkAdapter $Adapter -Access -VlanId ([int]$VlanId) }
}

function Test-Vlan {
    param([Parameter(Mandatory = $true)] $Vlan, $VlanId)
    if ($null -eq $VlanId) { return "$($Vlan.OperationMode)" -eq 'Untagged' }
    "$($Vlan.OperationMode)" -eq 'Access' -and [int]$Vlan.AccessVlanId -eq [int]$VlanId
}

# What was set must stand there: a VM never runs on a network that CloudStack did not give it.
function Assert-Network {
    param([Parameter(Mandatory = $true)] $Vm, [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]] $Nics)
    $adapters = @(Hyper-V\Get-VMNetworkAdapter -VM $Vm)
    $given = @($Nics | ForEach-Object { "$($_.MacAddress)" })
    foreach ($other in @($adapters | Where-Object { $_.Name -cmatch '^NIC[0-9]+$' -and $given -notcontains "$($_.MacAddress)" })) {
        Stop-Script 'network_refused' "the VM $($Vm.Name) has an adapter '$($other.Name)' ($($other.MacAddress)) that CloudStack did not give it"
    }
    foreach ($nic in $Nics) {
        $adapter = @($adapters | Where-Object { $_.MacAddress -eq $nic.MacAddress })
        if ($adapter.Count -ne 1) { Stop-Script 'network_refused' "the VM $($Vm.Name) has $($adapter.Count) adapters with the MAC address $($nic.MacAddress) after it was set" }
        if ("$($adapter[0].SwitchName)" -eq '' -and "$($nic.SwitchName)" -eq '') { continue }
        Assert-NotIsolated $Vm $adapter[0]
        $vlan = Hyper-V\Get-VMNetworkAdapterVlan -VMNetworkAdapter $adapter[0]
        if ("$($adapter[0].SwitchName)" -ne $nic.SwitchName -or -not (Test-Vlan $vlan $nic.VlanId)) {
            Stop-Script 'network_refused' "the adapter '$($adapter[0].Name)' stands on switch '$($adapter[0].SwitchName)', VLAN mode $($vlan.OperationMode) $($vlan.AccessVlanId), after it was set to '$($nic.SwitchName)', VLAN $($nic.VlanId)"
        }
    }
}

# As it stands in the record.
function ConvertTo-NetworkRecord {
    param([Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]] $Nics)
    foreach ($nic in $Nics) { [ordered]@{ Name = "$($nic.Name)"; MacAddress = "$($nic.MacAddress)"; SwitchName = "$($nic.SwitchName)"; VlanId = $nic.VlanId } }
}

# The network on which a VM stands of which no record tells. What CloudStack can never have given is refused.
function Get-FoundNetwork {
    param([Parameter(Mandatory = $true)] $Vm)
    foreach ($adapter in @(Hyper-V\Get-VMNetworkAdapter -VM $Vm)) {
        $vlan = Hyper-V\Get-VMNetworkAdapterVlan -VMNetworkAdapter $adapter
        $mode = "$($vlan.OperationMode)"
        if (@('Untagged', 'Access') -notcontains $mode) { Stop-Script 'network_mode' "the adapter '$($adapter.Name)' of the VM $($Vm.Name) has the VLAN mode $mode, which CloudStack never gives" }
        $id = $null
        if ($mode -eq 'Access') { $id = [int]$vlan.AccessVlanId }
        [ordered]@{ Name = "$($adapter.Name)"; MacAddress = "$($adapter.MacAddress)"; SwitchName = "$($adapter.SwitchName)"; VlanId = $id }
    }
}

# Whether the VM stands on the network that CloudStack gave last. Without a record CloudStack has held its network all along.
function Test-RecordedNetwork {
    param([Parameter(Mandatory = $true)] $Vm, $Record)
    if ($null -eq $Record -or $null -eq $Record.network) { return $true }
    try { Assert-Network $Vm @($Record.network) }
    catch {
        # A record that anyone may have changed can fail in any way; a host that cannot be asked is no answer.
        if (@('access_denied', 'unavailable') -contains (Get-ErrorCode $_)) { throw }
        return $false
    }
    $true
}
