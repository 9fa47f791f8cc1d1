<#
.SYNOPSIS
What an action does about a VM's two records before it works: keeps the sidecar at today's place, claims a finished VM, cleans up a
half-made one.
#>

# A found VM with its record, after all that makes it untouchable has been looked at. Phase is empty where there is no marker.
function Open-Machine {
    param(
        [Parameter(Mandatory = $true)] $Machine,
        [Parameter(Mandatory = $true)] [string] $Uuid,
        [Parameter(Mandatory = $true)] [string] $RecordPath
    )
    $sidecar = Find-Record $RecordPath $Machine
    $isOurs = Confirm-Ownership $Machine $Uuid $sidecar
    if ($sidecar.Exists -and $null -eq $sidecar.Record) { Stop-Script 'record_unreadable' "the record $($sidecar.Path) cannot be read" }
    $isHalfMade = Test-HalfMade $Machine $Uuid $sidecar $isOurs
    $phase = Get-Phase $Machine $sidecar
    if (-not $isOurs -and $null -ne $sidecar.Record) { $phase = "$($sidecar.Record.phase)" }
    if (-not $isHalfMade -and $phase -eq 'creating') {
        Stop-Script 'vm_unproven' "the VM $($Machine.Name) looks half made (it was never finished), but it is $($Machine.Vm.State), or has checkpoints or a disk"
    }
    [pscustomobject]@{ Machine = $Machine; Sidecar = $sidecar; IsOurs = $isOurs; IsHalfMade = $isHalfMade; Phase = $phase }
}

# The phase that an action leaves which does not change it. A restore that was cut short is over with whatever comes next.
function Get-LastingPhase {
    param([Parameter(Mandatory = $true)] $Own)
    if ($Own.Phase -ne 'restoring') { return $Own.Phase }
    if ($Own.IsOurs) { 'complete' } else { 'adopted' }
}

# Writes the sidecar at today's place and the Notes that lead to it, and returns the record. Claimed: CloudStack knows this VM by now,
# so that no clean-up after a failed create may take it for one that was never seen. Nics: what CloudStack gives it now.
function Save-Claim {
    param(
        [Parameter(Mandatory = $true)] $Own,
        [Parameter(Mandatory = $true)] [string] $Uuid,
        [Parameter(Mandatory = $true)] [string] $RecordPath,
        [Parameter(Mandatory = $true)] [string] $Phase,
        [Parameter(Mandatory = $true)] [bool] $Claimed,
        [object[]] $Nics
    )
    $machine = $Own.Machine
    $record = $Own.Sidecar.Record
    if ($null -eq $record) {
        $record = New-Record $Uuid $Phase
        if ($Own.IsOurs) { $record.disks = @(Get-DrivePath $machine.Vm) }
    }
    # Whatever is done with the VM now, a restore that was cut short is over, and the Notes that it may have brought go.
    $restore = $record.restore
    $record.restore = $null
    $record.phase = $Phase
    $record.vm_id = $machine.Id
    $record.claimed = $Claimed
    if ($null -ne $Nics) { $record.network = @(ConvertTo-NetworkRecord $Nics) }
    if ($null -ne $restore) { Restore-Notes $Own $Uuid $RecordPath $Phase $restore }
    Write-Record $RecordPath $record
    # Before the Notes lead elsewhere: they are what finds it.
    if ($machine.Marker.Record -ne '' -and $machine.Marker.Record -ne $RecordPath) { Remove-OldRecord $machine.Marker.Record $Uuid $RecordPath $record }
    if ($null -ne $restore) { return $record }
    $isNamed = $machine.Marker.Phase -eq $Phase -and $machine.Marker.Record -eq $RecordPath
    # Between two states Hyper-V takes no Notes. The record is where it is looked for first, and the next action writes them.
    if ($Own.IsOurs -and -not $isNamed -and (Test-Settled $machine.Vm)) { Write-Marker $machine.Vm $Uuid $Phase $RecordPath }
    $record
}

# The Notes from before the snapshot was brought back, with our lines as they are now if the VM has any. Written while the record still
# knows them.
function Restore-Notes {
    param(
        [Parameter(Mandatory = $true)] $Own,
        [Parameter(Mandatory = $true)] [string] $Uuid,
        [Parameter(Mandatory = $true)] [string] $RecordPath,
        [Parameter(Mandatory = $true)] [string] $Phase,
        [Parameter(Mandatory = $true)] $Restore
    )
    $vm = $Own.Machine.Vm
    if (-not (Test-Settled $vm)) { return }
    $text = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String("$($Restore.notes)"))
    if ($Own.IsOurs) { Write-Marker $vm $Uuid $Phase $RecordPath $text }
    elseif ("$((Hyper-V\Get-VM -Id $vm.Id).Notes)" -cne $text) { Hyper-V\Set-VM -VM $vm -Notes $text }
}

# The folder of the host's details has changed since. Two records would one day disagree.
function Remove-OldRecord {
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [string] $Uuid,
        [Parameter(Mandatory = $true)] [string] $RecordPath,
        [Parameter(Mandatory = $true)] [Collections.IDictionary] $Record
    )
    $old = Read-Record $Path
    if ($null -ne $old.Record -and $old.Record.uuid -eq $Uuid) { Remove-Record $Path }
    # Two names may lead to one file.
    if (-not (Test-Path -LiteralPath $RecordPath)) { Write-Record $RecordPath $Record }
}

# Parks a VM again that was taken back, unless it runs by now.
function Undo-TakingBack {
    param(
        [Parameter(Mandatory = $true)] $Machine,
        [Parameter(Mandatory = $true)] [string] $ParkedName,
        [Parameter(Mandatory = $true)] [string] $Uuid,
        [Parameter(Mandatory = $true)] [string] $RecordPath
    )
    if ("$($Machine.Vm.State)" -notmatch '^(Off|Saved|FastSaved|Hibernated)(Critical)?$') { return 'kept' }
    Hyper-V\Rename-VM -VM $Machine.Vm -NewName $ParkedName
    $Machine.Marker = Read-Marker (Hyper-V\Get-VM -Id $Machine.Vm.Id)
    $own = [pscustomobject]@{ Machine = $Machine; Sidecar = Find-Record $RecordPath $Machine; IsOurs = $true }
    $null = Save-Claim $own $Uuid $RecordPath 'unclaimed' $false
}

# The name under which nothing is reported to CloudStack.
function New-ParkedName {
    param([Parameter(Mandatory = $true)] [string] $Name)
    "$Name.unclaimed-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
}

# Never started by us: ours in the phase "creating", or made by our New-VM in a run that was killed before it wrote the Notes.
function Test-HalfMade {
    param(
        [Parameter(Mandatory = $true)] $Machine,
        [Parameter(Mandatory = $true)] [string] $Uuid,
        [Parameter(Mandatory = $true)] $Sidecar,
        [Parameter(Mandatory = $true)] [bool] $IsOurs
    )
    if (-not (Test-NeverRan $Machine.Vm)) { return $false }
    if ($IsOurs) { return (Get-Phase $Machine $Sidecar) -eq 'creating' }
    $record = $Sidecar.Record
    if ($null -eq $record -or $record.uuid -ne $Uuid -or $record.phase -ne 'creating' -or $record.host -ne $run.Facts.ComputerName) { return $false }
    # Two seconds: the host keeps the VM's time less exactly than the record's.
    $isLater = $Machine.Vm.CreationTime.ToUniversalTime() -ge (Get-RecordTime $record).AddSeconds(-2)
    $isLater -and @(Hyper-V\Get-VMHardDiskDrive -VM $Machine.Vm).Count -eq 0
}

# Undoes a New-VM that failed after it had made the VM: then nobody holds the new object.
function Remove-Unmarked {
    param([Parameter(Mandatory = $true)] [string] $Name, [Parameter(Mandatory = $true)] [string] $Uuid, [Parameter(Mandatory = $true)] [string] $RecordPath)
    $sidecar = Read-Record $RecordPath
    foreach ($machine in @(Find-MachineRow $Name | ForEach-Object { Get-Machine $_ })) {
        $isUnmarked = $machine.Name -ceq $Name -and $machine.Marker.Uuid -eq ''
        if ($isUnmarked -and (Test-HalfMade $machine $Uuid $sidecar $false)) { Remove-Machine $machine.Vm }
    }
}

# Off, without a checkpoint: it can never have run with data of its own.
function Test-NeverRan {
    param([Parameter(Mandatory = $true)] $Vm)
    "$($Vm.State)" -eq 'Off' -and @(Hyper-V\Get-VMSnapshot -VM $Vm).Count -eq 0
}

# A record that cannot be read, without its VM. A create that was killed while it wrote its first record has made nothing else.
function Remove-TornRecord {
    param([Parameter(Mandatory = $true)] [string] $RecordPath, [Parameter(Mandatory = $true)] [string] $Folder, [Parameter(Mandatory = $true)] [string] $Name)
    $isFirst = -not (Test-Path -LiteralPath $RecordPath) -and -not (Test-Path -LiteralPath "$Folder\$Name.vhdx") -and @(Get-PartFile $Folder $Name).Count -eq 0
    if (-not $isFirst) { Stop-Script 'record_unreadable' "the record $RecordPath cannot be read" }
    Remove-Record $RecordPath
}

# Removes what a killed create left, by its own record, and only files that are proven to be its. $Machine may be $null.
function Clear-HalfMade {
    param($Machine, [Parameter(Mandatory = $true)] [string] $Name, [Parameter(Mandatory = $true)] $Sidecar)
    $run.Step = 'clean up'
    $record = $Sidecar.Record
    $folder = $Sidecar.Path.Substring(0, $Sidecar.Path.LastIndexOf('\'))
    $vmId = ''
    $files = @(Get-PartFile $folder $Name)
    # Collected before the VM goes: afterwards nothing names them.
    if ($null -ne $Machine) { $vmId = $Machine.Id; $files += @(Get-DrivePath $Machine.Vm) }
    if ($null -ne $record) { $files += @($record.disks) }
    $files = @($files | Where-Object { Test-OwnName $_ $folder $Name } | Select-Object -Unique)
    if ($null -ne $Machine) { Remove-Machine $Machine.Vm }
    foreach ($file in $files) {
        try { Remove-OwnFile $file $vmId }
        catch {
            if ((Get-ErrorCode $_) -ne 'disk_attached') { throw }
            Write-Log "kept ${file}: attached to another VM"
        }
    }
    # Only a folder of this VM's own name: a record is a file that anyone may have changed.
    if ($null -ne $record -and "$($record.vm_folder)" -match ('\\' + [regex]::Escape($Name) + '$')) { Remove-EmptyFolder "$($record.vm_folder)" }
    Remove-Record $Sidecar.Path
    Write-Log "what an earlier create of $Name had left was removed"
}
