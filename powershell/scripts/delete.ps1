<#
.SYNOPSIS
Removes a VM, whatever its state: its checkpoints, its own disks with all they are made of, its record. What is not proven to be its own
stays and is listed.

.DESCRIPTION
Needs the prologue and errors, turn, record, machine, disk, chain, claim, network, power, shutdown. The record is written first, with all
that is to go, and removed last: a delete that was killed is finished by the next one. An absent VM is success.
#>
param(
    [Parameter(Mandatory = $true)] [string] $Name,
    [Parameter(Mandatory = $true)] [string] $Uuid,
    [Parameter(Mandatory = $true)] [string] $VhdPath
)

function Remove-Found {
    param($Machine)
    $own = Open-Machine $Machine $Uuid $recordPath
    if ($own.IsHalfMade) { Clear-HalfMade $Machine $Name $own.Sidecar; return }
    # 1 is the primary: its copies elsewhere would be orphaned, and might be what CloudStack runs by now.
    if ($Machine.ReplicationMode -eq 1) {
        Stop-Script 'replication_active' "the VM $($Machine.Name) is replicated to another host; remove that first, on both hosts, with: Remove-VMReplication -VMName '$($Machine.Name)'"
    }
    $run.Step = 'record'
    Assert-Folder $VhdPath
    $record = Save-Plan $own
    $owners = @($Machine.Id) + @(Hyper-V\Get-VMSnapshot -VM $Machine.Vm | ForEach-Object { "$($_.Id)".ToLowerInvariant() })
    Enter-Step 'turn off'
    if ("$($Machine.Vm.State)" -notmatch '^(Off|Saved|FastSaved|Hibernated)') { Stop-Hard $Machine.Vm }
    Enter-Step 'remove VM'
    # Its checkpoints go with it. Their disks are merged meanwhile, for nothing, and the host holds them until it is done.
    Hyper-V\Remove-VM -VM $Machine.Vm -Force
    Remove-Rest $record $owners
    $record.kept
}

# Writes down what goes and what stays, while the VM can still tell it.
function Save-Plan {
    param($Own)
    $vm = $Own.Machine.Vm
    $folders = @(Get-FolderOf $recordPath)
    $recorded = @()
    if ($null -ne $Own.Sidecar.Record) { $recorded = @($Own.Sidecar.Record.disks | Where-Object { Test-OwnFile $_ $Name }) }
    $chain = @(Get-DiskChain $vm)
    if ($Own.IsOurs) {
        # A disk that was moved is still ours where it lies now, and what is below it in the same folder.
        $folders += @($chain | Where-Object { $_.IsAttached -and (Test-OwnFile $_.Path $Name) } | ForEach-Object { Get-FolderOf $_.Path })
    }
    $goes = @($chain | Where-Object { (Test-OwnFile $_.Path $Name) -and $folders -contains (Get-FolderOf $_.Path) } | ForEach-Object { $_.Path })
    $stays = @($chain | Where-Object { $goes -notcontains $_.Path -and $recorded -notcontains $_.Path } | ForEach-Object { Get-ReasonToKeep $_.Path })
    $stays += @(Hyper-V\Get-VMDvdDrive -VM $vm | Where-Object { "$($_.Path)" -ne '' } | ForEach-Object { "$($_.Path): an ISO" })
    $record = $Own.Sidecar.Record
    try { $record = Save-Claim $Own $Uuid $recordPath 'deleting' $true }
    catch { if ($null -eq $record) { throw }; Assert-DriveFull $_ }
    $record.disks = @($recorded + $goes | Select-Object -Unique)
    $record.kept = @($stays | Select-Object -Unique)
    if ($null -eq $record.vm_folder -and "$($vm.Path)" -match ('\\' + [regex]::Escape($Name) + '$')) { $record.vm_folder = "$($vm.Path)" }
    try { Write-Record $recordPath $record } catch { Assert-DriveFull $_ }
    $record
}

# This very delete makes room. Killed half way, it goes on by the record as it was and by what lies in its folder.
function Assert-DriveFull {
    param($Problem)
    if ((Get-ErrorCode $Problem) -ne 'disk_full') { throw $Problem }
    Write-Log "the drive is full, and the record $recordPath stays as it is"
}

function Get-ReasonToKeep {
    param([string] $Path)
    if (Test-OwnFile $Path $Name) { return "${Path}: outside the folder of this VM's disk" }
    "${Path}: another name than this VM's disk"
}

# What is left once the VM is gone. Every file is tried; those that stay although they should not are an error, and the record knows them.
function Remove-Rest {
    param($Record, [string[]] $Owners)
    $run.Step = 'remove files'
    $bases = Get-ForeignBase $Owners
    $files = @($Record.disks | Where-Object { Test-OwnFile $_ $Name })
    $folder = Get-FolderOf $recordPath
    # Half copies, change tracking and forgotten checkpoints lie beside the root disk.
    if (@($files | Where-Object { (Get-FolderOf $_) -eq $folder }).Count -gt 0) { $files += @(Get-OwnFile $folder $Name) }
    $files = @($files + @($files | ForEach-Object { "$_.rct"; "$_.mrt" } | Where-Object { Test-OwnFile $_ $Name }) | Select-Object -Unique)
    $left = @()
    $problems = @()
    # Merges take their time; enough is kept to write down what stays.
    $patience = [int][Math]::Max(2, (Get-SecondsLeft) - [Math]::Min(5, (Get-SecondsLeft) / 3))
    $clock = [Diagnostics.Stopwatch]::StartNew()
    foreach ($file in $files) {
        if ($bases.Contains($file)) { $Record.kept = @($Record.kept) + "${file}: another VM's disk rests on it"; continue }
        try { Remove-OwnFile $file $Owners -Seconds ([Math]::Max(0.5, $patience - $clock.Elapsed.TotalSeconds)) }
        catch {
            if ((Get-ErrorCode $_) -eq 'disk_attached') { $Record.kept = @($Record.kept) + "${file}: attached to another VM"; continue }
            $left += $file
            $problems += "$file ($((Get-InnermostMessage $_).Trim().TrimEnd('.')))"
        }
    }
    # Only a folder of this VM's own name: a record is a file that anyone may have changed.
    if ("$($Record.vm_folder)" -match ('\\' + [regex]::Escape($Name) + '$')) { Remove-EmptyFolder "$($Record.vm_folder)" }
    if ($left.Count -gt 0) {
        $Record.disks = $left
        Write-Record $recordPath $Record
        Stop-Script 'delete_incomplete' "the VM $Name is gone, but not all of its files could be removed: $($problems -join ', ')"
    }
    Remove-Record $recordPath
    foreach ($disk in $Record.kept) { Write-Log "kept $disk" }
}

# No VM of ours: the record alone decides, and without one nothing is known to be ours.
function Remove-Absent {
    param($Sidecar)
    $record = $Sidecar.Record
    if ($null -eq $record) {
        if ($Sidecar.Exists) { Remove-TornRecord $recordPath $VhdPath $Name; return [ordered]@{ Found = $true; Kept = @() } }
        $kept = @()
        if (Test-Path -LiteralPath "$VhdPath\$Name.vhdx") { $kept = @("$VhdPath\$Name.vhdx`: no record says whose it is") }
        return [ordered]@{ Found = $false; Kept = $kept }
    }
    Assert-OwnRecord $record $recordPath $Name $Uuid
    if ($record.phase -eq 'creating') { Clear-HalfMade $null $Name $Sidecar; return [ordered]@{ Found = $true; Kept = @() } }
    if (Test-Copy $record) { return [ordered]@{ Found = $false; Kept = @($record.disks | ForEach-Object { "${_}: a replica's" }) } }
    if ($record.phase -ne 'deleting' -and $VhdPath -match '^[A-Za-z]:\\ClusterStorage\\') {
        Stop-Script 'vm_moved' "the VM $Name is not on this host, but its record $recordPath lies on a cluster's volume; it may run on another node"
    }
    $record.phase = 'deleting'
    try { Write-Record $recordPath $record } catch { Assert-DriveFull $_ }
    Remove-Rest $record @()
    [ordered]@{ Found = $true; Kept = @($record.kept) }
}

# The VM of the record is here, but as a copy that Hyper-V Replica keeps: nobody's.
function Test-Copy {
    param($Record)
    if ("$($Record.vm_id)" -notmatch '^[0-9A-Fa-f-]{36}$') { return $false }
    $query = "SELECT Name FROM Msvm_ComputerSystem WHERE Name = '$($Record.vm_id)'" # ps51-check: ignore interpolation
    @(Get-CimInstance -Namespace 'root\virtualization\v2' -Query $query).Count -gt 0
}

$recordPath = Get-RecordPath $VhdPath $Name
Enter-Turn $Name $VhdPath -CallOff
$run.Step = 'look'
$sidecar = Read-Record $recordPath
$machine = Resolve-Machine $Name $Uuid $sidecar
if ($null -eq $machine) { Remove-Absent $sidecar }
else { [ordered]@{ Found = $true; Kept = @(Remove-Found $machine) } }
