<#
.SYNOPSIS
Deletes one snapshot of a VM, and tells whether the host still puts its disks together.

.DESCRIPTION
Needs the prologue and errors, turn, record, machine, disk, chain, claim, network, power, run, snapshot. Snapshots that were taken after it stay.
#>
param(
    [Parameter(Mandatory = $true)] [string] $Name,
    [Parameter(Mandatory = $true)] [string] $Uuid,
    [Parameter(Mandatory = $true)] [string] $VhdPath,
    [Parameter(Mandatory = $true)] [string] $Snapshot
)

# 32770: a snapshot is being deleted, 32772: disks are being merged. The second element of the status, where there is one.
function Test-Merging {
    param($Vm)
    $query = "SELECT Name, OperationalStatus FROM Msvm_ComputerSystem WHERE Name = '$($Vm.Id)'" # ps51-check: ignore interpolation
    foreach ($system in @(Get-CimInstance -Namespace 'root\virtualization\v2' -Query $query)) {
        foreach ($status in @($system.OperationalStatus)) { if (@(32770, 32772) -contains [int]$status) { return $true } }
    }
    $false
}

# How many files the VM's disks are made of. A merge that has not begun shows here.
function Get-FileCount {
    param($Vm)
    @(Get-DiskChain $Vm).Count
}

# The snapshot is deleted, whatever comes of this look.
function Wait-Merge {
    param($Vm, [int] $Before)
    $seconds = [Math]::Min(30, (Get-SecondsLeft) / 2)
    $clock = [Diagnostics.Stopwatch]::StartNew()
    try {
        # A snapshot from which several others start leaves its file to them, and nothing is merged: three seconds tell.
        while ((Test-Merging $Vm) -or ($clock.Elapsed.TotalSeconds -lt 3 -and (Get-FileCount $Vm) -ge $Before)) {
            if ($clock.Elapsed.TotalSeconds -ge $seconds) { return 'running' }
            Start-Sleep -Milliseconds 500
        }
        'done'
    }
    catch {
        Write-Log "whether the disks are still being merged could not be found out: $(Get-InnermostMessage $_)"
        'running'
    }
}

$recordPath = Get-RecordPath $VhdPath $Name
Enter-Turn $Name $VhdPath
$run.Step = 'look'
$own = Get-Present $Name $Uuid $recordPath
Assert-NotRestoring $own
$vm = $own.Machine.Vm
$doomed = Select-Snapshot $vm $Snapshot
$id = Get-SnapshotId $doomed
$null = Wait-SettledState $vm
if ($own.IsOurs) { $null = Save-Claim $own $Uuid $recordPath $own.Phase $true }
$files = Get-FileCount $vm
Enter-Step 'delete snapshot'
Hyper-V\Remove-VMSnapshot -VMSnapshot $doomed -Confirm:$false
$run.Step = 'merge'
[ordered]@{ Id = $id; Merge = Wait-Merge $vm $files }
