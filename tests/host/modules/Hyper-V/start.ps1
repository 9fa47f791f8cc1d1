# Start-VM and what can keep a VM from starting: a missing, held, read-only or sparse disk file, and memory.

$Body['Start-VM'] = {
    param($call)
    Edit-Machine $call {
        param($call, $machine)
        if ($machine['State'] -eq 'Running') { Write-CallWarning $call 'AlreadyInState' }
        elseif ($machine['State'] -notin 'Off', 'Saved') { throw (New-StateFailure $machine) }
        else {
            Assert-Startable $machine
            Set-MachineState $machine 'Running'
        }
        if ($call.Bound['Passthru']) { [VirtualMachine]::new($machine) }
    }
}

function Assert-Startable {
    param($Machine)
    foreach ($drive in @($Machine['Drives'])) { if (-not [string]::IsNullOrEmpty($drive['Path'])) { Assert-Attachable $Machine $drive } }
    $used = [long]0
    foreach ($other in (Get-World)['Machines']) { if ($other['Id'] -ne $Machine['Id'] -and (Test-HoldsMemory $other)) { $used += [long]$other['Memory']['Startup'] } }
    $need = [long]$Machine['Memory']['Startup']
    if ($used + $need -gt [long](Get-HostSetting 'MemoryBytes')) {
        throw (New-Failure 'OutOfMemory' FromStdErr -Key 'OutOfMemory' -Values @($Machine['Name'], [long]($need / 1MB)) -Target $Machine['Name'])
    }
}

function Assert-Attachable {
    param($Machine, $Drive)
    $values = @($Machine['Name'], $Drive['Path'])
    $access = if ($Drive['Kind'] -eq 'Dvd') { 'read' } else { 'write' }
    foreach ($path in @(Get-DiskChain $Drive['Path'])) {
        $file = Resolve-WindowsPath $path
        if (-not $file.Exists) { throw (New-Failure 'ObjectNotFound' ObjectNotFound -Key 'DiskMissing' -Values $values -Target $Machine['Name']) }
        # Only the file itself is written; its parents are shared with whoever else reads them.
        if (Test-Held $path $access $Machine['Id']) { throw (New-Failure 'Unspecified' NotSpecified -Key 'DiskInUse' -Values $values -Target $Machine['Name']) }
        if ($access -eq 'write' -and [IO.FileInfo]::new($file.Local).IsReadOnly) { throw (New-Failure 'AccessDenied' PermissionDenied -Key 'DiskDenied' -Values $values -Target $Machine['Name']) }
        foreach ($attribute in 'SparseFile', 'Compressed', 'Encrypted') {
            if ($Drive['Kind'] -eq 'Disk' -and (Test-Attribute $file.Text $attribute)) { throw (New-Failure 'Unspecified' NotSpecified -Key 'DiskNotPlain' -Values $values -Target $Machine['Name']) }
        }
        $access = 'read'
    }
}
