# The other objects of Microsoft.HyperV.PowerShell, as the cmdlets hand them out. They hold what was true when they were read.

class VMComponentObject {
    [string] $Name
    [string] $Id
    [guid] $VMId
    [string] $VMName
    [string] $ComputerName
    VMComponentObject([object] $machine, [string] $name, [string] $id) {
        $this.Name = $name
        $this.Id = $id
        $this.VMId = [guid]$machine['Id']
        $this.VMName = $machine['Name']
        $this.ComputerName = Get-HostSetting 'ComputerName'
    }
    [string] ToString() { return $this.Name }
}

class VMNetworkAdapterBase : VMComponentObject {
    VMNetworkAdapterBase([object] $machine, [string] $name, [string] $id) : base($machine, $name, $id) { }
}

class VMNetworkAdapter : VMNetworkAdapterBase {
    [string] $AdapterId
    [string] $SwitchName
    [object] $SwitchId
    [string] $MacAddress
    [bool] $DynamicMacAddressEnabled
    [bool] $IsLegacy
    [bool] $Connected
    [bool] $IsManagementOs = $false
    [OnOffState] $MacAddressSpoofing
    [OnOffState] $DhcpGuard
    [OnOffState] $RouterGuard
    [OnOffState] $DeviceNaming
    [string[]] $IPAddresses = @()
    [object] $VlanSetting
    [object] $IsolationSetting
    VMNetworkAdapter([object] $machine, [object] $adapter) : base($machine, $adapter['Name'], "Microsoft:$($machine['Id'].ToUpperInvariant())\$($adapter['Id'].ToUpperInvariant())") {
        $switch = Get-SwitchRecord $adapter['SwitchId']
        $this.AdapterId = $adapter['Id']
        $this.SwitchName = if ($null -ne $switch) { $switch['Name'] } else { '' }
        $this.SwitchId = if ($null -ne $switch) { [guid]$switch['Id'] } else { $null }
        $this.Connected = $null -ne $switch
        $this.MacAddress = $adapter['MacAddress']
        $this.DynamicMacAddressEnabled = $adapter['DynamicMac']
        $this.IsLegacy = $adapter['IsLegacy']
        foreach ($setting in 'MacAddressSpoofing', 'DhcpGuard', 'RouterGuard', 'DeviceNaming') { $this.$setting = $adapter[$setting] }
        $this.VlanSetting = New-VlanSetting $this $adapter['Vlan']
        $this.IsolationSetting = New-IsolationSetting $this $adapter['Isolation']
    }
}

class Drive : VMComponentObject {
    [string] $Path
    [ControllerType] $ControllerType
    [int] $ControllerNumber
    [int] $ControllerLocation
    Drive([object] $machine, [object] $drive, [string] $name) : base($machine, $name, "Microsoft:$($machine['Id'].ToUpperInvariant())\$($drive['ControllerType'])\$($drive['ControllerNumber'])\$($drive['ControllerLocation'])") {
        $this.Path = $drive['Path']
        $this.ControllerType = $drive['ControllerType']
        $this.ControllerNumber = $drive['ControllerNumber']
        $this.ControllerLocation = $drive['ControllerLocation']
    }
}

class HardDiskDrive : Drive {
    HardDiskDrive([object] $machine, [object] $drive) : base($machine, $drive, "Hard Drive on $($drive['ControllerType']) controller number $($drive['ControllerNumber']) at location $($drive['ControllerLocation'])") { }
}

class DvdDrive : Drive {
    [string] $DvdMediaType
    DvdDrive([object] $machine, [object] $drive) : base($machine, $drive, "DVD Drive on $($drive['ControllerType']) controller number $($drive['ControllerNumber']) at location $($drive['ControllerLocation'])") {
        $this.DvdMediaType = if ([string]::IsNullOrEmpty($drive['Path'])) { 'None' } else { 'ISO' }
    }
}

class VMBootSource : VMComponentObject {
    [BootSourceType] $BootType
    [object] $Device
    [string] $Reference
    VMBootSource([object] $machine, [object] $entry, [object] $device) : base($machine, "$($entry['Type'])", "$($entry['Reference'])") {
        $this.BootType = $entry['Type']
        $this.Reference = $entry['Reference']
        $this.Device = $device
    }
}

class VMFirmware : VMComponentObject {
    [OnOffState] $SecureBoot
    [string] $SecureBootTemplate
    [object[]] $BootOrder
    VMFirmware([object] $machine) : base($machine, 'Firmware', "$($machine['Id'])") {
        $this.SecureBoot = $machine['Firmware']['SecureBoot']
        $this.SecureBootTemplate = $machine['Firmware']['SecureBootTemplate']
        $this.BootOrder = @(Get-BootSource $machine)
    }
}

class VMBios : VMComponentObject {
    [BootDevice[]] $StartupOrder
    [bool] $NumLockEnabled
    VMBios([object] $machine) : base($machine, 'Bios', "$($machine['Id'])") {
        $this.StartupOrder = $machine['Bios']['StartupOrder']
        $this.NumLockEnabled = $machine['Bios']['NumLock']
    }
}

class VMMemory : VMComponentObject {
    [long] $Startup
    [long] $Minimum
    [long] $Maximum
    [bool] $DynamicMemoryEnabled
    [int] $Buffer
    [int] $Priority
    VMMemory([object] $machine) : base($machine, 'Memory', "$($machine['Id'])") {
        foreach ($name in 'Startup', 'Minimum', 'Maximum', 'Buffer', 'Priority') { $this.$name = $machine['Memory'][$name] }
        $this.DynamicMemoryEnabled = $machine['Memory']['Dynamic']
    }
}

class VMProcessor : VMComponentObject {
    [long] $Count
    [long] $Maximum
    [long] $Reserve
    [int] $RelativeWeight
    [bool] $ExposeVirtualizationExtensions
    VMProcessor([object] $machine) : base($machine, 'Processor', "$($machine['Id'])") {
        foreach ($name in 'Count', 'Maximum', 'Reserve', 'RelativeWeight', 'ExposeVirtualizationExtensions') { $this.$name = $machine['Processors'][$name] }
    }
}

class VMSwitch {
    [string] $Name
    [guid] $Id
    [VMSwitchType] $SwitchType
    [string] $Notes = ''
    VMSwitch([object] $switch) {
        $this.Name = $switch['Name']
        $this.Id = [guid]$switch['Id']
        $this.SwitchType = $switch['Type']
    }
    [string] ToString() { return $this.Name }
}

# A checkpoint is a whole configuration of its own; its live properties are those of a machine, read from it.
class VMSnapshot : VirtualMachineBase {
    [guid] $OwnerId
    [SnapshotType] $SnapshotType
    VMSnapshot([object] $machine, [object] $snapshot) {
        $this.Id = [guid]$snapshot['Id']
        $this.OwnerId = [guid]$machine['Id']
        $this.SnapshotType = $snapshot['Type']
        $this.Last = Get-SnapshotRecord $machine $snapshot
    }
    hidden [object] Record() {
        $machine = Find-MachineRecord "$($this.OwnerId)"
        if ($null -eq $machine) { return $this.Last }
        foreach ($snapshot in $machine['Snapshots']) { if ($snapshot['Id'] -eq "$($this.Id)") { $this.Last = Get-SnapshotRecord $machine $snapshot } }
        return $this.Last
    }
}
