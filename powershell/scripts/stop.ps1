<#
.SYNOPSIS
Stops a VM: politely first, then hard. Cleans up after a create that was killed, and parks a VM that CloudStack never saw.

.DESCRIPTION
Needs the prologue and errors, turn, record, machine, disk, claim, network, power. Absent, off and saved are success.
Unseen: the call is CloudStack's clean-up after a create whose end it did not see. The VM may be made anew on another host, so a
finished one must not keep the name under which this host would report it off.
#>
param(
    [Parameter(Mandatory = $true)] [string] $Name,
    [Parameter(Mandatory = $true)] [string] $Uuid,
    [Parameter(Mandatory = $true)] [string] $VhdPath,
    [Parameter(Mandatory = $true)] [bool] $Unseen,
    [Parameter(Mandatory = $true)] [int] $ShutdownSeconds
)

$recordPath = Get-RecordPath $VhdPath $Name

function Stop-Absent {
    param($Sidecar)
    $record = $Sidecar.Record
    if ($null -eq $record) {
        if (-not $Sidecar.Exists) { return 'absent' }
        Remove-TornRecord $recordPath $VhdPath $Name
        return 'cleaned'
    }
    Assert-OwnRecord $record $recordPath $Name $Uuid
    if ($record.phase -ne 'creating') { return 'absent' }
    Clear-HalfMade $null $Name $Sidecar
    'cleaned'
}

function Stop-Found {
    param($Machine)
    $own = Open-Machine $Machine $Uuid $recordPath
    if ($own.IsHalfMade) { Clear-HalfMade $Machine $Name $own.Sidecar; return 'cleaned' }
    $record = $own.Sidecar.Record
    $phase = Get-LastingPhase $own
    if ($own.IsOurs) {
        $wasSeen = $null -ne $record -and $record.claimed
        if ($Machine.Parked -or ($Unseen -and -not $wasSeen -and $phase -eq 'complete')) { return Suspend-Unclaimed $own }
    }
    if ($own.IsOurs -or $own.Phase -eq 'restoring') { Save-ClaimIfPossible $own $phase $true }
    Stop-Machine $Machine.Vm $record
}

# A full drive or a lost one must not keep a VM running.
function Save-ClaimIfPossible {
    param($Own, [string] $Phase, [bool] $Claimed)
    try { $null = Save-Claim $Own $Uuid $recordPath $Phase $Claimed }
    catch { Write-Log "the record $recordPath could not be written: $(Get-InnermostMessage $_)" }
}

# Off and out of the way, with its disk and record: nothing but a delete destroys it, and the next create here takes it back.
function Suspend-Unclaimed {
    param($Own)
    $machine = $Own.Machine
    $run.Step = 'park'
    # A saved VM holds no memory, and its saved state is kept. One that somebody has started since is asked first.
    if ($machine.Parked -and -not $Unseen) { $null = Stop-Machine $machine.Vm $Own.Sidecar.Record }
    elseif ("$($machine.Vm.State)" -notmatch 'Saved|Hibernated') { Stop-Hard $machine.Vm }
    if ($machine.Name -ceq $Name) { Hyper-V\Rename-VM -VM $machine.Vm -NewName (New-ParkedName $Name) }
    Save-ClaimIfPossible $Own 'unclaimed' $false
    if ((Read-Marker (Hyper-V\Get-VM -Id $machine.Vm.Id)).Phase -ne 'unclaimed') { Write-Marker $machine.Vm $Uuid 'unclaimed' $recordPath }
    $disks = @(foreach ($path in @(Get-DrivePath $machine.Vm)) { if (Test-Path -LiteralPath $path) { "$path ($((Get-Item -LiteralPath $path -Force).Length) bytes)" } })
    Write-Log "the VM $Name was finished here, but CloudStack has not seen it; it is kept, off, as $($machine.Vm.Name), with $($disks -join ', ')"
    'parked'
}

Enter-Turn $Name $VhdPath -CallOff
$run.Step = 'look'
$sidecar = Read-Record $recordPath
$machine = Resolve-Machine $Name $Uuid $sidecar
if ($null -eq $machine) { $method = Stop-Absent $sidecar } else { $method = Stop-Found $machine }
[ordered]@{ Method = $method }
