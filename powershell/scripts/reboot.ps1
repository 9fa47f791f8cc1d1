<#
.SYNOPSIS
Lets a VM begin anew on the network that CloudStack gives: by its guest if it can, else off and on, else by a reset. One that does not run
is started.

.DESCRIPTION
Needs the prologue and errors, turn, record, machine, disk, claim, network, power, shutdown, run.
#>
param(
    [Parameter(Mandatory = $true)] [string] $Name,
    [Parameter(Mandatory = $true)] [string] $Uuid,
    [Parameter(Mandatory = $true)] [string] $VhdPath,
    [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]] $Nics,
    [Parameter(Mandatory = $true)] [int] $ShutdownSeconds
)

# A guest that takes the request restarts by itself, and nobody waits for it.
function Restart-Running {
    param($Vm)
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $seconds = Get-PoliteSeconds
    $answer = Wait-Acceptance $Vm 'InitiateReboot' $seconds
    if ($answer -eq 'accepted') { return 'guest_reboot' }
    # A guest that cannot be told to restart may still be told to shut down. One that is deaf is so to both.
    if ($answer -eq 'unknown' -and (Stop-Politely $Vm ($seconds - $clock.Elapsed.TotalSeconds))) {
        Start-Again $Vm
        return 'shutdown_and_start'
    }
    $run.Step = 'reset'
    if ("$($Vm.State)" -eq 'Running') { Hyper-V\Restart-VM -VM $Vm -Force }
    else { Stop-Hard $Vm; Start-Again $Vm }
    $null = Assert-Running $Vm
    'hard_reset'
}

# Off is only a passage here, whatever the time: a host that tells CloudStack so would have it stop the VM.
function Start-Again {
    param($Vm)
    $run.Step = 'start again'
    try { Hyper-V\Start-VM -VM $Vm }
    catch { Stop-Script 'restart_failed' "the VM $($Vm.Name) was shut down for the restart and could not be started again: $(Get-InnermostMessage $_)" }
}

$recordPath = Get-RecordPath $VhdPath $Name
Enter-Turn $Name $VhdPath
$run.Step = 'look'
$own = Get-Runnable $Name $Uuid $recordPath
$vm = $own.Machine.Vm
$before = Set-GivenNetwork $own $Name $Uuid $recordPath $Nics
$method = 'started'
if ($before -ne 'Running') {
    Enter-Step 'start'
    Start-Machine $vm
    $null = Assert-Running $vm
}
if (@('Running', 'Paused') -contains $before) {
    Enter-Step 'restart'
    $method = Restart-Running $vm
}
[ordered]@{ Method = $method }
