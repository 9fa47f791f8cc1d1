# The VirtualMachine object. Its properties are live: each is read from the world when it is asked for, as State is on a real host.

class VirtualMachineBase {
    [guid] $Id
    hidden [object] $Last
    [string] ToString() { return "$($this.Name)" }
    hidden [object] Record() {
        $record = Find-MachineRecord "$($this.Id)"
        if ($null -ne $record) { $this.Last = $record }
        return $this.Last
    }
    hidden [object] Read([string] $property) { return (& $script:MachineProperties[$property] $this.Record()) }
}

class VirtualMachine : VirtualMachineBase {
    VirtualMachine([object] $record) { $this.Id = [guid]$record['Id']; $this.Last = $record }
}

# Property and how to read it from the record $r (for the object $v).
$script:MachineProperties = [ordered]@{
    Name                                = { param($r) $r['Name'] }
    VMName                              = { param($r) if ($r.Contains('MachineName')) { $r['MachineName'] } else { $r['Name'] } }
    VMId                                = { param($r) if ($r.Contains('MachineId')) { [guid]$r['MachineId'] } else { [guid]$r['Id'] } }
    State                               = { param($r) [VMState]$r['State'] }
    Status                              = { param($r) if ((Get-HostSetting 'Language') -eq 'de') { 'Normaler Betrieb' } else { 'Operating normally' } }
    Generation                          = { param($r) [int]$r['Generation'] }
    Version                             = { param($r) $r['Version'] }
    Notes                               = { param($r) $r['Notes'] }
    Path                                = { param($r) $r['Path'] }
    ConfigurationLocation               = { param($r) $r['Path'] }
    SnapshotFileLocation                = { param($r) $r['SnapshotFileLocation'] }
    SmartPagingFilePath                 = { param($r) $r['SmartPagingFilePath'] }
    ProcessorCount                      = { param($r) [long]$r['Processors']['Count'] }
    MemoryStartup                       = { param($r) [long]$r['Memory']['Startup'] }
    MemoryMinimum                       = { param($r) [long]$r['Memory']['Minimum'] }
    MemoryMaximum                       = { param($r) [long]$r['Memory']['Maximum'] }
    MemoryAssigned                      = { param($r) if (Test-HoldsMemory $r) { [long]$r['Memory']['Startup'] } else { [long]0 } }
    MemoryDemand                        = { param($r) if (Test-HoldsMemory $r) { [long]$r['Memory']['Startup'] } else { [long]0 } }
    DynamicMemoryEnabled                = { param($r) [bool]$r['Memory']['Dynamic'] }
    AutomaticStartAction                = { param($r) [StartAction]$r['AutomaticStartAction'] }
    AutomaticStopAction                 = { param($r) [StopAction]$r['AutomaticStopAction'] }
    AutomaticStartDelay                 = { param($r) [int]$r['AutomaticStartDelay'] }
    CheckpointType                      = { param($r) [CheckpointType]$r['CheckpointType'] }
    ParentSnapshotId                    = { param($r) if ($null -ne $r['ParentSnapshotId']) { [guid]$r['ParentSnapshotId'] } }
    ParentSnapshotName                  = { param($r) $parent = $r['ParentSnapshotId']; $r['Snapshots'] | Where-Object { $_['Id'] -eq $parent } | ForEach-Object { $_['Name'] } }
    CreationTime                        = { param($r) (ConvertFrom-WorldTime $r['CreationTime']).ToLocalTime() }
    Uptime                              = { param($r) if (Test-HoldsMemory $r) { (Get-StandInHostFacts).UtcNow - (ConvertFrom-WorldTime $r['StateChanged']) } else { [TimeSpan]::Zero } }
    IsClustered                         = { param($r) [bool]$r['IsClustered'] }
    ReplicationMode                     = { param($r) [VMReplicationMode][int]$r['ReplicationMode'] }
    ReplicationState                    = { param($r) [int]$r['ReplicationState'] }
    ComputerName                        = { param($r) Get-HostSetting 'ComputerName' }
    NetworkAdapters                     = { param($r) , @($r['Adapters'] | ForEach-Object { [VMNetworkAdapter]::new($r, $_) }) }
    HardDrives                          = { param($r) , @($r['Drives'] | Where-Object { $_['Kind'] -eq 'Disk' } | ForEach-Object { [HardDiskDrive]::new($r, $_) }) }
    DVDDrives                           = { param($r) , @($r['Drives'] | Where-Object { $_['Kind'] -eq 'Dvd' } | ForEach-Object { [DvdDrive]::new($r, $_) }) }
}

# Server 2016 has no automatic checkpoints, and strict mode fails on a property that is not there.
if ([int](Get-HostSetting 'Version') -ge 2019) {
    $script:MachineProperties['AutomaticCheckpointsEnabled'] = { param($r) [bool]$r['AutomaticCheckpointsEnabled'] }
}

$type = [Management.Automation.Runspaces.TypeData]::new('VirtualMachineBase')
foreach ($name in $script:MachineProperties.Keys) {
    $type.Members.Add($name, [Management.Automation.Runspaces.ScriptPropertyData]::new($name, [scriptblock]::Create("`$this.Read('$name')")))
}
Update-TypeData -TypeData $type -Force
