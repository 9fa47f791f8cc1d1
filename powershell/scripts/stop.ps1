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
        # A create that was killed while it wrote its first record has made nothing else.
        $isFirst = -not (Test-Path -LiteralPath $recordPath) -and -not (Test-Path -LiteralPath "$VhdPath\$Name.vhdx") -and @(Get-PartFile $VhdPath $Name).Count -eq 0
        if (-not $isFirst) { Stop-Script 'record_unreadable' "the record $recordPath cannot be read" }
        Remove-Record $recordPath
        return 'cleaned'
    }
    Assert-OwnRecord $record $recordPath $Name $Uuid
    if ($record.phase -ne 'creating') { return 'absent' }
    Clear-HalfMade $null $Name $Sidecar
    'cleaned'
}

function Stop-Found {
    param($Machine)
    $sidecar = Find-Record $recordPath $Machine
    $isOurs = Confirm-Ownership $Machine $Uuid $sidecar
    if ($sidecar.Exists -and $null -eq $sidecar.Record) { Stop-Script 'record_unreadable' "the record $($sidecar.Path) cannot be read" }
    if (Test-HalfMade $Machine $Uuid $sidecar $isOurs) { Clear-HalfMade $Machine $Name $sidecar; return 'cleaned' }
    $record = $sidecar.Record
    if ($isOurs) {
        $phase = Get-Phase $Machine $sidecar
        if ($phase -eq 'creating') { Stop-Script 'vm_unfinished' "the VM $($Machine.Name) was never finished, but it is $($Machine.Vm.State) or has checkpoints" }
        $wasSeen = $null -ne $record -and $record.claimed
        if ($Machine.Parked -or ($Unseen -and -not $wasSeen -and $phase -eq 'complete')) { return Suspend-Unclaimed $Machine $sidecar }
        $record = Save-Claim $Machine $Uuid $sidecar $recordPath $phase $true
    }
    elseif ($null -ne $record -and $record.phase -eq 'creating') { Stop-Script 'vm_unfinished' "the VM $($Machine.Name) looks half made, but it is $($Machine.Vm.State) or has a disk or checkpoints" }
    Stop-Machine $Machine.Vm $record
}

# Off and out of the way, with its disk and record: nothing but a delete destroys it, and the next create here takes it back.
function Suspend-Unclaimed {
    param($Machine, $Sidecar)
    $run.Step = 'park'
    # A saved VM holds no memory, and its saved state is kept.
    if ("$($Machine.Vm.State)" -notmatch 'Saved') { Stop-Hard $Machine.Vm }
    if ($Machine.Name -ceq $Name) { Hyper-V\Rename-VM -VM $Machine.Vm -NewName (New-ParkedName $Name) }
    $record = Save-Claim $Machine $Uuid $Sidecar $recordPath 'unclaimed' $false
    $disks = @(foreach ($path in $record.disks) { if (Test-Path -LiteralPath $path) { "$path ($((Get-Item -LiteralPath $path).Length) bytes)" } })
    Write-Log "the VM $Name was finished here, but CloudStack has not seen it; it is kept, off, as $($Machine.Vm.Name), with $($disks -join ', ')"
    'parked'
}

Enter-Turn $Name $VhdPath -CallOff
$run.Step = 'look'
$sidecar = Read-Record $recordPath
$machine = Resolve-Machine $Name $Uuid $sidecar
if ($null -eq $machine) { $method = Stop-Absent $sidecar } else { $method = Stop-Found $machine }
[ordered]@{ Method = $method }
