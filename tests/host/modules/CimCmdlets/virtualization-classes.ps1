# Classes of root\virtualization\v2. The first property of each is its key. Without rights they have no instances.

$EnabledStates = @{
    Other = 1; Running = 2; Off = 3; Stopping = 32774; Saved = 32769; Paused = 32768; Starting = 32770; Reset = 10; Saving = 32773; Pausing = 32776; Resuming = 32777
    FastSaved = 32779; FastSaving = 32780; ForceShutdown = 32781; ForceReboot = 32782
}

$Classes['Msvm_ComputerSystem'] = @{
    Name       = 'Msvm_ComputerSystem'; Namespace = 'root/virtualization/v2'; Methods = @{}
    Properties = @('Name', 'ElementName', 'Caption', 'Description', 'EnabledState', 'RequestedState', 'EnabledDefault', 'HealthState', 'InstallDate', 'TimeOfLastStateChange', 'OnTimeInMilliseconds', 'ProcessID', 'OperationalStatus', 'ReplicationMode', 'ReplicationState', 'ReplicationHealth', 'FailedOverReplicationType')
    Rows       = {
        if ((Get-HostSetting 'Rights') -ne 'full') { return }
        $isGerman = (Get-HostSetting 'Language') -eq 'de'
        $computer = Get-HostSetting 'ComputerName'
        New-ComputerSystemRow $computer $computer $(if ($isGerman) { 'Hostcomputersystem' } else { 'Hosting Computer System' }) 2 $null
        foreach ($machine in (Get-World)['Machines']) {
            New-ComputerSystemRow $machine['Id'].ToUpperInvariant() $machine['Name'] $(if ($isGerman) { 'Virtueller Computer' } else { 'Virtual Machine' }) $EnabledStates[$machine['State'].Replace('Critical', '')] $machine
        }
    }
}

function New-ComputerSystemRow {
    param([string] $Name, [string] $ElementName, [string] $Caption, $EnabledState, $Machine)
    $row = @{
        Name = $Name; ElementName = $ElementName; Caption = $Caption; Description = "Microsoft $Caption"; EnabledState = [uint16]$EnabledState; RequestedState = [uint16]12
        EnabledDefault = [uint16]2; HealthState = [uint16]5; OnTimeInMilliseconds = [uint64]0; ProcessID = $null; ReplicationMode = [uint16]0; ReplicationState = [uint16]0
        OperationalStatus = [uint16[]]@(2); ReplicationHealth = [uint16]0; FailedOverReplicationType = [uint16]0; InstallDate = $null; TimeOfLastStateChange = $null
    }
    if ($null -eq $Machine) { return $row }
    if (@((Get-World)['Merges'] | Where-Object { $_['MachineId'] -eq $Machine['Id'] }).Count -gt 0) { $row['OperationalStatus'] = [uint16[]]@(2, 32772) }
    $row['ReplicationMode'] = [uint16]$Machine['ReplicationMode']
    $row['ReplicationState'] = [uint16]$Machine['ReplicationState']
    $row['InstallDate'] = (ConvertFrom-WorldTime $Machine['CreationTime']).ToLocalTime()
    if (-not [string]::IsNullOrEmpty($Machine['StateChanged'])) { $row['TimeOfLastStateChange'] = (ConvertFrom-WorldTime $Machine['StateChanged']).ToLocalTime() }
    $row
}

# The configuration of each VM; its Notes are one element of an array.
$Classes['Msvm_VirtualSystemSettingData'] = @{
    Name       = 'Msvm_VirtualSystemSettingData'; Namespace = 'root/virtualization/v2'; Methods = @{}
    Properties = @('InstanceID', 'VirtualSystemIdentifier', 'VirtualSystemType', 'ElementName', 'Notes')
    Rows       = {
        if ((Get-HostSetting 'Rights') -ne 'full') { return }
        foreach ($machine in (Get-World)['Machines']) {
            @{
                InstanceID = "Microsoft:$($machine['Id'].ToUpperInvariant())"; VirtualSystemIdentifier = $machine['Id'].ToUpperInvariant(); VirtualSystemType = 'Microsoft:Hyper-V:System:Realized'
                ElementName = $machine['Name']; Notes = [string[]]@("$($machine['Notes'])")
            }
        }
    }
}

# Disks and DVDs in drives, of VMs and of their checkpoints. The InstanceID begins with the GUID of whose configuration it is.
$Classes['Msvm_StorageAllocationSettingData'] = @{
    Name       = 'Msvm_StorageAllocationSettingData'; Namespace = 'root/virtualization/v2'; Methods = @{}
    Properties = @('InstanceID', 'ElementName', 'Caption', 'Parent', 'HostResource', 'ResourceType', 'ResourceSubType', 'Access', 'PoolID')
    Rows       = {
        if ((Get-HostSetting 'Rights') -ne 'full') { return }
        foreach ($machine in (Get-World)['Machines']) {
            Get-StorageRow $machine['Id'] $machine['Drives']
            foreach ($snapshot in @($machine['Snapshots'])) { Get-StorageRow $snapshot['Id'] $snapshot['Configuration']['Drives'] }
        }
    }
}

function Get-StorageRow {
    param([string] $Owner, $Drives)
    $controllers = @{ IDE = '83F8638B-8DCA-4152-9EDA-2CA8B33039B4'; SCSI = 'BA6163D9-04A1-4D29-B605-72E2FFB1DC7F' }
    foreach ($drive in @($Drives)) {
        if ($null -eq $drive -or [string]::IsNullOrEmpty($drive['Path'])) { continue }
        $isDvd = $drive['Kind'] -eq 'Dvd'
        $kind = if ($isDvd) { 'Microsoft:Hyper-V:Virtual CD/DVD Disk' } else { 'Microsoft:Hyper-V:Virtual Hard Disk' }
        $instance = "Microsoft:$($Owner.ToUpperInvariant())\$($controllers[$drive['ControllerType']])\$($drive['ControllerNumber'])\$($drive['ControllerLocation'])\L"
        @{
            InstanceID = $instance; ElementName = $(if ($isDvd) { 'ISO Disk Image' } else { 'Hard Disk Image' }); Caption = 'Storage Allocation Setting Data'; Parent = ''
            HostResource = [string[]]@($drive['Path']); ResourceType = [uint16]31; ResourceSubType = $kind; Access = [uint16]3; PoolID = ''
        }
    }
}
