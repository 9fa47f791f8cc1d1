# Stop-VM, Save-VM, Suspend-VM, Resume-VM, Restart-VM, Remove-VMSavedState.

$Body['Stop-VM'] = {
    param($call)
    Edit-Machine $call {
        param($call, $machine)
        if ($machine['State'] -eq 'Off') { Write-CallWarning $call 'AlreadyInState' }
        elseif (-not (Test-HoldsMemory $machine)) { throw (New-StateFailure $machine) }
        elseif ($call.Bound['TurnOff']) { Set-MachineState $machine 'Off' }
        elseif ($call.Bound['Save']) { Set-MachineState $machine 'Saved' }
        else { Stop-Guest $call $machine }
        if ($call.Bound['Passthru']) { [VirtualMachine]::new($machine) }
    }
}

# Politely. Without -Force a guest that cannot be asked is an error at once; with it the VM is turned off in the end.
function Stop-Guest {
    param($Call, $Machine)
    if ($Machine['State'] -ne 'Running') { throw (New-StateFailure $Machine) }
    $guest = $Machine['Guest']['Shutdown']
    if ($guest -ne 'polite' -and -not $Call.Bound['Force']) {
        throw (New-Failure 'InvalidOperation' InvalidOperation -Key 'StopRefused' -Values @($Machine['Name']) -Target $Machine['Name'])
    }
    Set-MachineState $Machine 'Off'
}

$Body['Save-VM'] = {
    param($call)
    Edit-Machine $call {
        param($call, $machine)
        if ($machine['State'] -eq 'Saved') { Write-CallWarning $call 'AlreadyInState' }
        elseif ($machine['State'] -notin 'Running', 'Paused') { throw (New-StateFailure $machine) }
        else { Set-MachineState $machine 'Saved' }
        if ($call.Bound['Passthru']) { [VirtualMachine]::new($machine) }
    }
}

$Body['Suspend-VM'] = {
    param($call)
    Edit-Machine $call {
        param($call, $machine)
        if ($machine['State'] -ne 'Running') { throw (New-StateFailure $machine) }
        Set-MachineState $machine 'Paused'
        if ($call.Bound['Passthru']) { [VirtualMachine]::new($machine) }
    }
}

$Body['Resume-VM'] = {
    param($call)
    Edit-Machine $call {
        param($call, $machine)
        if ($machine['State'] -ne 'Paused') { throw (New-StateFailure $machine) }
        Set-MachineState $machine 'Running'
        if ($call.Bound['Passthru']) { [VirtualMachine]::new($machine) }
    }
}

# A hard reset. Hyper-V asks first, unless -Force.
$Body['Restart-VM'] = {
    param($call)
    if (-not (Confirm-Danger $call 'Are you sure you want to restart the virtual machine?')) { return }
    Edit-Machine $call {
        param($call, $machine)
        if ($machine['State'] -notin 'Running', 'Paused') { throw (New-StateFailure $machine) }
        Set-MachineState $machine 'Running'
        if ($call.Bound['Passthru']) { [VirtualMachine]::new($machine) }
    }
}

$Body['Remove-VMSavedState'] = {
    param($call)
    Edit-Machine $call {
        param($call, $machine)
        if ($machine['State'] -ne 'Saved') { throw (New-StateFailure $machine) }
        Set-MachineState $machine 'Off'
    }
}

function Set-MachineState {
    param($Machine, [string] $State)
    $Machine['State'] = $State
    $Machine['StateChanged'] = Get-WorldTime
    $Machine['Pending'] = $null
}
