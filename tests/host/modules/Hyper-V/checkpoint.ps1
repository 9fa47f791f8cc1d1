# Checkpoints: a whole copy of the configuration, and for each disk a new file above the old one.

$Body['Get-VMSnapshot'] = {
    param($call)
    $bound = $call.Bound
    if ($bound.ContainsKey('Id')) {
        foreach ($machine in @(Get-VisibleMachine)) { foreach ($snapshot in @($machine['Snapshots'])) { if ($snapshot['Id'] -eq "$($bound['Id'])") { return [VMSnapshot]::new($machine, $snapshot) } } }
        throw (New-Failure 'ObjectNotFound' ObjectNotFound -Key 'SnapshotNotFound' -Values @($bound['Id']) -Target $bound['Id'])
    }
    $names = if ($bound.ContainsKey('Name')) { $bound['Name'] } else { '' }
    Use-MachineId @{ Name = $call.Name; Bound = (Get-OwnerBound $call.Bound) } {
        param($ignored, $id)
        $machine = Get-ExistingMachine $id
        $found = @($machine['Snapshots'] | Where-Object { $null -ne $_ -and ($names -eq '' -or $_['Name'] -like $names) -and (-not $bound.ContainsKey('SnapshotType') -or $_['Type'] -eq "$($bound['SnapshotType'])") })
        if ($found.Count -eq 0 -and $names -ne '') { throw (New-Failure 'ObjectNotFound' ObjectNotFound -Key 'SnapshotNotFound' -Values @($names) -Target $names) }
        foreach ($snapshot in $found) { [VMSnapshot]::new($machine, $snapshot) }
    }
}

# In these cmdlets -Name is the checkpoint's: only VM and VMName name the machine.
function Get-OwnerBound {
    param($Bound)
    $owner = @{}
    foreach ($name in 'VM', 'VMName') { if ($Bound.ContainsKey($name)) { $owner[$name] = $Bound[$name] } }
    if ($owner.Count -eq 0) { $owner['VMName'] = '*' }
    $owner
}

$Body['Checkpoint-VM'] = {
    param($call)
    Edit-Machine $call {
        param($call, $machine)
        if ($machine['CheckpointType'] -eq 'Disabled') { throw (New-Failure 'OperationFailed' NotSpecified -Key 'CheckpointsOff' -Values @($machine['Name']) -Target $machine['Name']) }
        if ($machine['State'] -notin 'Off', 'Saved', 'Running', 'Paused') { throw (New-StateFailure $machine) }
        $name = if ($call.Bound.ContainsKey('SnapshotName')) { $call.Bound['SnapshotName'] } else { "$($machine['Name']) - ($(Get-WorldTime))" }
        $snapshot = New-SnapshotRecord $machine $name
        if ($call.Bound['Passthru']) { [VMSnapshot]::new($machine, $snapshot) }
    }
}

# A standard checkpoint of a running VM holds its memory: restored, the VM is Saved. A production checkpoint holds none.
function New-SnapshotRecord {
    param($Machine, [string] $Name)
    $id = [guid]::NewGuid().ToString()
    $configuration = Copy-Configuration $Machine
    $withMemory = $Machine['CheckpointType'] -eq 'Standard' -and (Test-HoldsMemory $Machine)
    $configuration['State'] = if ($withMemory -or $Machine['State'] -eq 'Saved') { 'Saved' } else { 'Off' }
    $snapshot = [ordered]@{ Id = $id; Name = $Name; Type = 'Standard'; CreationTime = Get-WorldTime; ParentId = $Machine['ParentSnapshotId']; Configuration = $configuration }
    foreach ($drive in @($Machine['Drives'])) { if ($drive['Kind'] -eq 'Disk' -and $drive['Path'] -ne '') { $drive['Path'] = New-ChildDisk $drive['Path'] $id } }
    $Machine['Snapshots'] = @($Machine['Snapshots']) + $snapshot
    $Machine['ParentSnapshotId'] = $id
    $folder = (Resolve-WindowsPath $Machine['SnapshotFileLocation']).Local
    if ([IO.Directory]::Exists($folder)) { $null = [IO.Directory]::CreateDirectory("$folder/Snapshots"); [IO.File]::WriteAllText("$folder/Snapshots/$($id.ToUpperInvariant()).vmcx", $id) }
    $snapshot
}

function Copy-Configuration {
    param($Machine)
    $copy = [ordered]@{}
    foreach ($name in $Machine.Keys) { if ($name -notin 'Snapshots', 'Pending', 'Guest') { $copy[$name] = $Machine[$name] } }
    ConvertFrom-Json -InputObject (ConvertTo-Json -InputObject $copy -Depth 20 -Compress) -AsHashtable -DateKind String
}

# <disk>_<GUID>.avhdx beside the base disk.
function New-ChildDisk {
    param([string] $Path, [string] $SnapshotId)
    $base = $Path -replace '(_[0-9A-Fa-f-]{36})?\.a?vhdx?$', ''
    $child = "${base}_$([guid]::NewGuid().ToString().ToUpperInvariant()).avhdx"
    $size = if ((Resolve-WindowsPath $Path).Exists) { [long](Get-DiskObject $Path).Size } else { [long]0 }
    Write-DiskFacts (Resolve-WindowsPath $child).Local ([ordered]@{ Size = $size; Type = 'Differencing'; Parent = $Path })
    $child
}

$Body['Restore-VMSnapshot'] = {
    param($call)
    foreach ($pair in @(Find-Snapshot $call)) {
        try {
            Edit-World {
                $machine = Get-ExistingMachine $pair.MachineId
                $snapshot = $machine['Snapshots'] | Where-Object { $_['Id'] -eq $pair.SnapshotId }
                Restore-Configuration $machine $snapshot
                if ($call.Bound['Passthru']) { [VMSnapshot]::new($machine, $snapshot) }
            }
        }
        catch { Write-CallError $_ }
    }
}

# The disks since the last checkpoint are thrown away; everything of the configuration comes back, Notes and network too.
function Restore-Configuration {
    param($Machine, $Snapshot)
    $given = @($Machine['Drives'] | Where-Object { $_['Kind'] -eq 'Disk' } | ForEach-Object { $_['Path'] })
    $old = Copy-Configuration $Snapshot['Configuration']
    foreach ($name in @($old.Keys)) { if ($name -notin 'Id', 'Name', 'CreationTime', 'StateChanged', 'Path', 'Version') { $Machine[$name] = $old[$name] } }
    foreach ($drive in @($Machine['Drives'])) { if ($drive['Kind'] -eq 'Disk' -and $drive['Path'] -ne '') { $drive['Path'] = New-ChildDisk $drive['Path'] $Snapshot['Id'] } }
    $Machine['ParentSnapshotId'] = $Snapshot['Id']
    Set-MachineState $Machine $old['State']
    foreach ($path in $given) { if ($path -match '\.avhdx$') { [IO.File]::Delete((Resolve-WindowsPath $path).Local) } }
}

$Body['Remove-VMSnapshot'] = {
    param($call)
    foreach ($pair in @(Find-Snapshot $call)) {
        try {
            Edit-World {
                param($world)
                $machine = Get-ExistingMachine $pair.MachineId
                $doomed = @($pair.SnapshotId)
                if ($call.Bound['IncludeAllChildSnapshots']) { $doomed = @(Get-Descendant $machine $pair.SnapshotId) + $doomed }
                foreach ($id in $doomed) { $machine['Snapshots'] | Where-Object { $_['Id'] -eq $id } | ForEach-Object { Remove-SnapshotRecord $world $machine $_ } }
            }
        }
        catch { Write-CallError $_ }
    }
}

function Get-Descendant {
    param($Machine, [string] $Id)
    foreach ($snapshot in @($Machine['Snapshots'] | Where-Object { $_['ParentId'] -eq $Id })) { Get-Descendant $Machine $snapshot['Id']; $snapshot['Id'] }
}

# The checkpoint is gone at once; the file that stood above its disk is merged into it, now or after the world's MergeSeconds.
function Remove-SnapshotRecord {
    param($World, $Machine, $Snapshot)
    $Machine['Snapshots'] = @($Machine['Snapshots'] | Where-Object { $_['Id'] -ne $Snapshot['Id'] })
    foreach ($child in @($Machine['Snapshots'] | Where-Object { $_['ParentId'] -eq $Snapshot['Id'] })) { $child['ParentId'] = $Snapshot['ParentId'] }
    if ($Machine['ParentSnapshotId'] -eq $Snapshot['Id']) { $Machine['ParentSnapshotId'] = $Snapshot['ParentId'] }
    $folder = (Resolve-WindowsPath $Machine['SnapshotFileLocation']).Local
    $file = "$folder/Snapshots/$($Snapshot['Id'].ToUpperInvariant()).vmcx"
    if ([IO.File]::Exists($file)) { [IO.File]::Delete($file) }
    foreach ($drive in @($Snapshot['Configuration']['Drives'])) {
        if ($drive['Kind'] -ne 'Disk' -or $drive['Path'] -eq '') { continue }
        $children = @(Get-ChildDisk $drive['Path'])
        if ($children.Count -eq 1) { Start-Merge $World $Machine $children[0] $drive['Path'] }
        elseif ($children.Count -eq 0 -and $drive['Path'] -match '\.avhdx$') { [IO.File]::Delete((Resolve-WindowsPath $drive['Path']).Local) }
    }
}

function Get-ChildDisk {
    param([string] $Path)
    $file = Resolve-WindowsPath $Path
    $folder = $file.Text.Substring(0, $file.Text.LastIndexOf('\'))
    if (-not [IO.Directory]::Exists([IO.Path]::GetDirectoryName($file.Local))) { return }
    foreach ($candidate in [IO.Directory]::GetFiles([IO.Path]::GetDirectoryName($file.Local), '*.avhdx')) {
        $facts = Read-DiskFacts $candidate
        if ($null -ne $facts -and (Test-SamePath $facts['Parent'] $file.Text)) { "$folder\$([IO.Path]::GetFileName($candidate))" }
    }
}

function Start-Merge {
    param($World, $Machine, [string] $Child, [string] $Into)
    $seconds = [double](Get-HostSetting 'MergeSeconds')
    if ($seconds -le 0) { Complete-Merge $World $Child $Into; return }
    $World['Merges'] = @($World['Merges']) + [ordered]@{ MachineId = $Machine['Id']; Child = $Child; Into = $Into; At = Get-WorldTime $seconds }
}

# The checkpoints that the call means: objects, or by name among those of the VMs. Without a name: all of them.
function Find-Snapshot {
    param($Call)
    $bound = $Call.Bound
    if ($bound.ContainsKey('VMSnapshot')) { foreach ($object in @($bound['VMSnapshot'])) { @{ MachineId = "$($object.OwnerId)"; SnapshotId = "$($object.Id)" } }; return }
    Use-MachineId @{ Name = $Call.Name; Bound = (Get-OwnerBound $Call.Bound) } {
        param($ignored, $id)
        $machine = Get-ExistingMachine $id
        $found = @($machine['Snapshots'] | Where-Object { $snapshot = $_; $null -ne $_ -and (-not $bound.ContainsKey('Name') -or @($bound['Name'] | Where-Object { $snapshot['Name'] -like $_ }).Count -gt 0) })
        if ($found.Count -eq 0 -and $bound.ContainsKey('Name')) { throw (New-Failure 'ObjectNotFound' ObjectNotFound -Key 'SnapshotNotFound' -Values @($bound['Name']) -Target $bound['Name']) }
        foreach ($snapshot in $found) { @{ MachineId = $id; SnapshotId = $snapshot['Id'] } }
    }
}

function Get-SnapshotRecord {
    param($Machine, $Snapshot)
    $record = [ordered]@{}
    foreach ($name in $Snapshot['Configuration'].Keys) { $record[$name] = $Snapshot['Configuration'][$name] }
    $record['Id'] = $Snapshot['Id']; $record['Name'] = $Snapshot['Name']; $record['CreationTime'] = $Snapshot['CreationTime']
    $record['ParentSnapshotId'] = $Snapshot['ParentId']; $record['MachineId'] = $Machine['Id']; $record['MachineName'] = $Machine['Name']; $record['Snapshots'] = $Machine['Snapshots']
    $record
}
