<#
.SYNOPSIS
Takes a snapshot of a VM under a name that it does not have yet.

.DESCRIPTION
Needs the prologue and errors, turn, record, machine, disk, claim, network, power, run, snapshot. Where checkpoints are switched off for
the VM they are switched on for this one.
#>
param(
    [Parameter(Mandatory = $true)] [string] $Name,
    [Parameter(Mandatory = $true)] [string] $Uuid,
    [Parameter(Mandatory = $true)] [string] $VhdPath,
    [Parameter(Mandatory = $true)] [string] $Snapshot
)

# Hyper-V's own limit, and its own message for it is a general one.
$most = 50

function Assert-Room {
    param($Existing)
    $same = @($Existing | Where-Object { Test-SameName "$($_.Name)" $Snapshot })
    if ($same.Count -gt 0) { Stop-Script 'snapshot_exists' "the VM has a snapshot '$Snapshot' already, with the id $(Get-SnapshotId $same[0])" }
    if ($Existing.Count -ge $most) { Stop-Script 'snapshot_limit' "the VM has $($Existing.Count) snapshots, and Hyper-V allows $most" }
}

function New-Snapshot {
    param($Vm)
    $wasOff = "$($Vm.CheckpointType)" -eq 'Disabled'
    if ($wasOff) {
        Add-Undo 'checkpoint type' { param($of) Hyper-V\Set-VM -VM $of -CheckpointType Disabled } @($Vm)
        Hyper-V\Set-VM -VM $Vm -CheckpointType Production
    }
    $made = Hyper-V\Checkpoint-VM -VM $Vm -SnapshotName $Snapshot -Passthru
    if ($wasOff) {
        # The snapshot is there, and whatever becomes of the setting does not change that.
        try { Hyper-V\Set-VM -VM $Vm -CheckpointType Disabled } catch { Write-Log "checkpoints stay switched on for the VM: $($_.Exception.Message)" }
    }
    $run.Undo.Clear()
    $made
}

$recordPath = Get-RecordPath $VhdPath $Name
Enter-Turn $Name $VhdPath
$run.Step = 'look'
$own = Get-Present $Name $Uuid $recordPath
Assert-NotRestoring $own
$vm = $own.Machine.Vm
$null = Wait-SettledState $vm
Assert-Room @(Get-Snapshot $vm)
if ($own.IsOurs) { $null = Save-Claim $own $Uuid $recordPath $own.Phase $true }
Enter-Step 'snapshot'
[ordered]@{ Id = Get-SnapshotId (New-Snapshot $vm) }
