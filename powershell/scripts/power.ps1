<#
.SYNOPSIS
Brings a VM to run from whatever state it is in, sets its size while it is off, and removes one.
#>

# Waits until the VM is in a state that lasts, and returns it. States are compared by their names, which are never localized.
function Wait-SettledState {
    param([Parameter(Mandatory = $true)] $Vm)
    while (-not (Test-Settled $Vm)) {
        if ("$($Vm.State)" -like '*Critical') { Stop-Script 'storage_lost' "the VM $($Vm.Name) is in the state $($Vm.State): the host has lost its storage" }
        if ((Get-SecondsLeft) -le 0) { Stop-Script 'deadline' "the VM $($Vm.Name) was still in the state $($Vm.State) when the time was up" }
        Start-Sleep -Milliseconds 500
    }
    "$($Vm.State)"
}

function Test-Settled {
    param([Parameter(Mandatory = $true)] $Vm)
    @('Off', 'Running', 'Paused', 'Saved', 'FastSaved', 'Hibernated') -contains "$($Vm.State)"
}

# Its network must have been set and read back before.
function Start-Machine {
    param([Parameter(Mandatory = $true)] $Vm)
    switch (Wait-SettledState $Vm) {
        'Off' { Hyper-V\Start-VM -VM $Vm }
        'Saved' { Hyper-V\Start-VM -VM $Vm }
        'FastSaved' { Hyper-V\Start-VM -VM $Vm }
        'Hibernated' { Hyper-V\Start-VM -VM $Vm }
        'Paused' { Hyper-V\Resume-VM -VM $Vm }
    }
}

function Assert-Running {
    param([Parameter(Mandatory = $true)] $Vm)
    $state = Wait-SettledState $Vm
    if ($state -ne 'Running') { Stop-Script 'not_running' "the VM $($Vm.Name) was started, but it is $state now" }
    $state
}

# Static memory and processors, set only while the VM is off. Where an administrator has switched dynamic memory on, memory is left alone.
function Set-Size {
    param([Parameter(Mandatory = $true)] $Vm, [Parameter(Mandatory = $true)] [int] $Processors, [Parameter(Mandatory = $true)] [long] $MemoryBytes)
    if ("$($Vm.State)" -ne 'Off') { return }
    if ([int]$Vm.ProcessorCount -ne $Processors) { Hyper-V\Set-VMProcessor -VM $Vm -Count $Processors }
    if ($Vm.DynamicMemoryEnabled) { Write-Log "the VM $($Vm.Name) has dynamic memory; its memory was left alone"; return }
    if ([long]$Vm.MemoryStartup -ne $MemoryBytes) { Hyper-V\Set-VMMemory -VM $Vm -DynamicMemoryEnabled $false -StartupBytes $MemoryBytes }
}

# The VM alone; its disks stay.
function Remove-Machine {
    param([Parameter(Mandatory = $true)] $Vm)
    if ("$($Vm.State)" -ne 'Off') { Hyper-V\Stop-VM -VM $Vm -TurnOff -Force }
    Hyper-V\Remove-VM -VM $Vm -Force
}
