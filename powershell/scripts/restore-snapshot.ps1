<#
.SYNOPSIS
Brings a VM back to a snapshot: its disks and its memory, but neither its network nor its Notes, and to run if it ran.

.DESCRIPTION
Needs the prologue and errors, turn, record, machine, disk, claim, network, power, shutdown, run, snapshot. A snapshot holds the VM's
configuration too, and the VLAN in it may be another tenant's by now. So network, Notes and power state are written down first (phase
"restoring"), and the VM runs again only when the network stands and was read back. A restore that was killed is finished by the next
one, from what the first has written down.
#>
param(
    [Parameter(Mandatory = $true)] [string] $Name,
    [Parameter(Mandatory = $true)] [string] $Uuid,
    [Parameter(Mandatory = $true)] [string] $VhdPath,
    [Parameter(Mandatory = $true)] [string] $Snapshot
)

# How long the VM may be down. A host that CloudStack asks 90 seconds after it went off says so, and then its network is given away.
$mostSecondsDown = 60

# The network to come back to.
function Get-WantedNetwork {
    param($Own)
    $record = $Own.Sidecar.Record
    if ($null -ne $record -and $null -ne $record.network) { return $record.network }
    Get-FoundNetwork $Own.Machine.Vm
}

# A VM that comes back with its memory has the adapters of then, and they cannot be changed before it runs.
function Assert-Restorable {
    param($Vm, $Target, [object[]] $Nics)
    $null = Get-NeededSwitch $Nics
    if ("$($Target.State)" -notmatch 'Saved') { return }
    $then = @(Hyper-V\Get-VMNetworkAdapter -VMSnapshot $Target | ForEach-Object { "$($_.MacAddress)" } | Sort-Object) -join ', '
    $now = @($Nics | ForEach-Object { "$($_.MacAddress)" } | Sort-Object) -join ', '
    if ($then -ne $now) {
        Stop-Script 'network_unrestorable' "the snapshot holds the memory of the VM $($Vm.Name) with adapters of the MAC addresses $then, and CloudStack has given it $now"
    }
}

# Writes down what is to be put back, unless a restore before this one has. Returns the record.
function Save-Intent {
    param($Own, [string] $Before, [object[]] $Nics)
    $record = $Own.Sidecar.Record
    if ($null -eq $record) { $record = New-Record $Uuid 'restoring'; if ($Own.IsOurs) { $record.disks = @(Get-DrivePath $Own.Machine.Vm) } }
    if ($Own.Phase -ne 'restoring') {
        $notes = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes("$($Own.Machine.Vm.Notes)"))
        $record.restore = [ordered]@{ power = $Before; notes = $notes; phase = Get-LastingPhase $Own }
        if ("$($record.restore.phase)" -eq '') { $record.restore.phase = 'adopted' }
        $record.phase = 'restoring'
    }
    $record.vm_id = $Own.Machine.Id
    $record.claimed = $true
    $record.network = @(ConvertTo-NetworkRecord $Nics)
    Write-Record $recordPath $record
    if ($Own.Machine.Marker.Record -ne '' -and $Own.Machine.Marker.Record -ne $recordPath) { Remove-OldRecord $Own.Machine.Marker.Record $Uuid $recordPath $record }
    $Own.Sidecar = @{ Path = $recordPath; Exists = $true; Record = $record }
    $record
}

# From here on nothing may stop half way but by failing: the VM is down.
function Restore-Machine {
    param($Own, $Target, $Record)
    $vm = $Own.Machine.Vm
    $problem = $null
    $clock = [Diagnostics.Stopwatch]::StartNew()
    if ("$($vm.State)" -notmatch '^(Off|Saved|FastSaved|Hibernated)') { Stop-Hard $vm }
    $run.Step = 'restore'
    try { Hyper-V\Restore-VMSnapshot -VMSnapshot $Target -Confirm:$false }
    catch { $problem = $_ }
    # Whether it came back or not, it must not stay down for that.
    $run.Step = 'network after the restore'
    try {
        if ("$($vm.Name)" -cne $Name) { Hyper-V\Rename-VM -VM $vm -NewName $Name }
        Set-Network $vm @($Record.network)
    }
    catch { Stop-Script 'restore_down' "the snapshot was restored, but the VM stays down, because its network could not be set: $(Get-InnermostMessage $_)" }
    $wasRunning = @('Running', 'Paused') -contains "$($Record.restore.power)"
    if ($wasRunning -and $clock.Elapsed.TotalSeconds -gt $mostSecondsDown) {
        Stop-Script 'restore_late' "restoring the snapshot took $([int]$clock.Elapsed.TotalSeconds) s, and the VM stays down: CloudStack may know it as stopped by now"
    }
    if ($wasRunning) { Start-Restored $vm "$($Record.restore.power)" }
    $before = "$($Record.restore.power)"
    $run.Step = 'record'
    $null = Save-Claim $Own $Uuid $recordPath (Get-LastingPhase $Own) $true
    if ($null -ne $problem) { throw $problem }
    $before
}

function Start-Restored {
    param($Vm, [string] $Power)
    $run.Step = 'start after the restore'
    try {
        Start-Machine $Vm
        $null = Assert-Running $Vm
        if ($Power -eq 'Paused') { Hyper-V\Suspend-VM -VM $Vm }
    }
    catch { Stop-Script 'restore_down' "the snapshot was restored, but the VM could not be started: $(Get-InnermostMessage $_)" }
}

$recordPath = Get-RecordPath $VhdPath $Name
Enter-Turn $Name $VhdPath
$run.Step = 'look'
$own = Get-Present $Name $Uuid $recordPath
$vm = $own.Machine.Vm
$target = Select-Snapshot $vm $Snapshot
$before = Wait-SettledState $vm
$nics = @(Get-WantedNetwork $own)
Assert-Restorable $vm $target $nics
# What takes the VM down must have the time to bring it up again.
if ((Get-SecondsLeft) -lt 10) { Stop-Script 'deadline' 'there was not enough time left to restore the snapshot' }
Enter-Step 'record'
$record = Save-Intent $own $before $nics
$own.Phase = 'restoring'
$run.Step = 'turn off'
$before = Restore-Machine $own $target $record
[ordered]@{ Id = Get-SnapshotId $target; Before = $before; State = "$($vm.State)" }
