# Get-VM, Set-VM, Rename-VM, Remove-VM.

$Body['Get-VM'] = {
    param($call)
    if ($call.Bound.ContainsKey('Id')) {
        $id = "$($call.Bound['Id'])"
        $found = @(Get-VisibleMachine | Where-Object { $_['Id'] -eq $id })
        # Without rights a list comes back empty; for one Id Hyper-V says that there is none.
        if ($found.Count -eq 0) { throw (New-Failure 'InvalidParameter' InvalidArgument -Key 'VMIdNotFound' -Values @($id) -Target $call.Bound['Id']) }
        return [VirtualMachine]::new($found[0])
    }
    if (-not $call.Bound.ContainsKey('Name')) { foreach ($machine in @(Get-VisibleMachine)) { [VirtualMachine]::new($machine) }; return }
    foreach ($name in $call.Bound['Name']) {
        try { foreach ($machine in @(Find-MachineByName $call $name)) { [VirtualMachine]::new($machine) } } catch { Write-CallError $_ }
    }
}

$Body['Set-VM'] = {
    param($call)
    if ($call.Bound['StaticMemory'] -and $call.Bound['DynamicMemory']) { throw (New-InvalidParameter 'StaticMemory' 'with DynamicMemory') }
    Edit-Machine $call {
        param($call, $machine)
        $bound = $call.Bound
        # Seen on a host: while a VM is between two states Set-VM says InvalidState, whatever is to be set.
        if ($machine['State'] -notin 'Off', 'Saved', 'Running', 'Paused') { throw (New-StateFailure $machine) }
        Set-MachineHardware $machine $bound
        foreach ($name in 'AutomaticStartAction', 'AutomaticStopAction', 'CheckpointType', 'LockOnDisconnect') { if ($bound.ContainsKey($name)) { $machine[$name] = "$($bound[$name])" } }
        foreach ($name in 'AutomaticStartDelay', 'Notes', 'SnapshotFileLocation', 'SmartPagingFilePath') { if ($bound.ContainsKey($name)) { $machine[$name] = $bound[$name] } }
        if ($bound.ContainsKey('AutomaticCheckpointsEnabled')) {
            if ($machine['State'] -notin 'Off', 'Running') { throw (New-StateFailure $machine) }
            $machine['AutomaticCheckpointsEnabled'] = [bool]$bound['AutomaticCheckpointsEnabled']
        }
        if ($bound.ContainsKey('NewVMName')) { $machine['Name'] = $bound['NewVMName'] }
        if ($bound['Passthru']) { [VirtualMachine]::new($machine) }
    }
}

# Processors and the kind of memory need the VM off; Notes and actions do not.
function Set-MachineHardware {
    param($Machine, $Bound)
    $memory = @{}
    foreach ($name in 'Startup', 'Minimum', 'Maximum') { if ($Bound.ContainsKey("Memory${name}Bytes")) { $memory["${name}Bytes"] = $Bound["Memory${name}Bytes"] } }
    if ($Bound['StaticMemory']) { $memory['DynamicMemoryEnabled'] = $false }
    if ($Bound['DynamicMemory']) { $memory['DynamicMemoryEnabled'] = $true }
    if ($memory.Count -gt 0) { Set-MemoryRecord $Machine $memory }
    if ($Bound.ContainsKey('ProcessorCount')) { Set-ProcessorRecord $Machine @{ Count = $Bound['ProcessorCount'] } }
}

$Body['Rename-VM'] = {
    param($call)
    Edit-Machine $call {
        param($call, $machine)
        $machine['Name'] = $call.Bound['NewName']
        if ($call.Bound['Passthru']) { [VirtualMachine]::new($machine) }
    }
}

# The configuration goes, the disks and the empty folders stay. What checkpoints held is merged afterwards.
$Body['Remove-VM'] = {
    param($call)
    if (-not (Confirm-Danger $call 'Are you sure you want to remove the virtual machine?')) { return }
    Edit-Machine $call {
        param($call, $machine, $world)
        if (@('Off', 'Saved') -notcontains $machine['State']) { throw (New-StateFailure $machine) }
        Remove-MachineFile $machine
        foreach ($snapshot in @($machine['Snapshots'])) { Remove-SnapshotRecord $world $machine $snapshot }
        $world['Machines'] = @($world['Machines'] | Where-Object { $_['Id'] -ne $machine['Id'] })
        if ($call.Bound['Passthru']) { [VirtualMachine]::new($machine) }
    }
}

function Remove-MachineFile {
    param($Machine)
    $folder = (Resolve-WindowsPath $Machine['Path']).Local
    $files = @("Virtual Machines/$($Machine['Id'].ToUpperInvariant()).vmcx", "Virtual Machines/$($Machine['Id'].ToUpperInvariant()).vmrs")
    $files += @(foreach ($snapshot in @($Machine['Snapshots'])) { if ($null -ne $snapshot) { "Snapshots/$($snapshot['Id'].ToUpperInvariant()).vmcx" } })
    foreach ($file in $files) { if ([IO.File]::Exists("$folder/$file")) { [IO.File]::Delete("$folder/$file") } }
}
