<#
.SYNOPSIS
Finds the snapshots that users know: Hyper-V's checkpoints of the type Standard. Those of backup and replication are of other types.
#>

# Oldest first.
function Get-Snapshot {
    param([Parameter(Mandatory = $true)] $Vm)
    @(Hyper-V\Get-VMSnapshot -VM $Vm -SnapshotType Standard) | Sort-Object -Property CreationTime
}

# The one that a name or an id means. Names are compared character by character: to Windows' languages some characters are nothing.
function Select-Snapshot {
    param([Parameter(Mandatory = $true)] $Vm, [Parameter(Mandatory = $true)] [string] $Wanted)
    $id = [guid]::Empty
    $isId = [guid]::TryParse($Wanted, [ref]$id)
    $found = @(Get-Snapshot $Vm | Where-Object { ($isId -and $_.Id -eq $id) -or (Test-SameName "$($_.Name)" $Wanted) })
    if ($found.Count -eq 0) { Stop-Script 'snapshot_not_found' "the VM has no snapshot '$Wanted'" }
    if ($found.Count -gt 1) {
        Stop-Script 'snapshot_ambiguous' "the VM has $($found.Count) snapshots '$Wanted', with the ids: $(($found | ForEach-Object { Get-SnapshotId $_ }) -join ', ')"
    }
    $found[0]
}

function Test-SameName {
    param([Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $One, [Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Other)
    [string]::Equals($One, $Other, [StringComparison]::Ordinal)
}

function Get-SnapshotId {
    param([Parameter(Mandatory = $true)] $Snapshot)
    "$($Snapshot.Id)".ToLowerInvariant()
}

# A VM in the middle of a restore is neither the old one nor the new one.
function Assert-NotRestoring {
    param([Parameter(Mandatory = $true)] $Own)
    if ($Own.Phase -eq 'restoring') { Stop-Script 'restore_unfinished' "a snapshot of the VM $($Own.Machine.Name) was being restored, and that was not finished" }
}
