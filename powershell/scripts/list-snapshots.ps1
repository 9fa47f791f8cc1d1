<#
.SYNOPSIS
Lists the snapshots of a VM, oldest first. Changes nothing.

.DESCRIPTION
Needs the prologue and errors, record, machine, snapshot. A snapshot's parent is the next one before it that users know.
#>
param(
    [Parameter(Mandatory = $true)] [string] $Name,
    [Parameter(Mandatory = $true)] [string] $Uuid,
    [Parameter(Mandatory = $true)] [string] $VhdPath
)

# The id of the next known snapshot from here on towards the first. Between them may be some of a backup product.
function Get-KnownId {
    param($Id, $Known, $Parents)
    $current = "$Id".ToLowerInvariant()
    while ($current -ne '' -and -not $Known.Contains($current)) {
        if (-not $Parents.Contains($current)) { return '' }
        $current = $Parents[$current]
    }
    $current
}

$run.Step = 'look'
$vm = (Find-Known $Name $Uuid (Get-RecordPath $VhdPath $Name)).Vm
$parents = @{}
foreach ($snapshot in @(Hyper-V\Get-VMSnapshot -VM $vm)) { $parents[(Get-SnapshotId $snapshot)] = "$($snapshot.ParentSnapshotId)".ToLowerInvariant() }
$snapshots = @(Get-Snapshot $vm)
$known = @{}
foreach ($snapshot in $snapshots) { $known[(Get-SnapshotId $snapshot)] = $true }
$current = Get-KnownId $vm.ParentSnapshotId $known $parents
$rows = @(foreach ($snapshot in $snapshots) {
    $id = Get-SnapshotId $snapshot
    [ordered]@{
        Name         = "$($snapshot.Name)"
        CreationTime = $snapshot.CreationTime.ToString('yyyy-MM-ddTHH:mm:ss', [Globalization.CultureInfo]::InvariantCulture)
        Id           = $id
        Parent       = Get-KnownId $parents[$id] $known $parents
        Current      = $id -eq $current
    }
})
[ordered]@{ Snapshots = $rows }
