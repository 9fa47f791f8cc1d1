<#
.SYNOPSIS
Gives a VM that is there the network that CloudStack gives it, and lets it run.
#>

# The VM that is to run. Stops where it is not there, or is not fit to run.
function Get-Runnable {
    param([Parameter(Mandatory = $true)] [string] $Name, [Parameter(Mandatory = $true)] [string] $Uuid, [Parameter(Mandatory = $true)] [string] $RecordPath)
    $sidecar = Read-Record $RecordPath
    $machine = Resolve-Machine $Name $Uuid $sidecar
    if ($null -eq $machine) {
        if ($null -ne $sidecar.Record) { Assert-OwnRecord $sidecar.Record $RecordPath $Name $Uuid }
        Stop-Script 'vm_not_found' "there is no VM $Name on this host"
    }
    if ($machine.Renamed) { Stop-Script 'vm_renamed' "the VM of $Name is named $($machine.Name) on this host" }
    Assert-Folder (Get-FolderOf $RecordPath)
    $own = Open-Machine $machine $Uuid $RecordPath
    if ($own.IsHalfMade) { Stop-Script 'vm_unfinished' "the VM $Name was never finished" }
    if ($own.Phase -eq 'deleting') { Stop-Script 'vm_unfinished' "a delete of the VM $Name was begun and not finished" }
    $own
}

# The VM for an action that a user starts, and so never one that a stop has parked.
function Get-Present {
    param([Parameter(Mandatory = $true)] [string] $Name, [Parameter(Mandatory = $true)] [string] $Uuid, [Parameter(Mandatory = $true)] [string] $RecordPath)
    $own = Get-Runnable $Name $Uuid $RecordPath
    if ($own.Machine.Parked) { Stop-Script 'vm_not_found' "the VM $Name is parked on this host as $($own.Machine.Name)" }
    $own
}

# Sets and reads back the network, and returns the state in which the VM was found. What CloudStack gives is recorded before anything
# is set: even where it cannot be set, what was given before is no longer this VM's.
function Set-GivenNetwork {
    param(
        [Parameter(Mandatory = $true)] $Own,
        [Parameter(Mandatory = $true)] [string] $Name,
        [Parameter(Mandatory = $true)] [string] $Uuid,
        [Parameter(Mandatory = $true)] [string] $RecordPath,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]] $Nics,
        [bool] $Unclaimed = $false
    )
    $machine = $Own.Machine
    $before = Wait-SettledState $machine.Vm
    if ($machine.Parked) { Restore-ParkedName $machine $Name $Uuid $RecordPath $Unclaimed }
    $phase = 'complete'
    if (-not $Own.IsOurs) { $phase = 'adopted' }
    $null = Save-Claim $Own $Uuid $RecordPath $phase (-not $Unclaimed) $Nics
    Enter-Step 'network'
    Set-Network $machine.Vm $Nics
    # It stands now, and whatever fails later must not bring the old one back: its VLAN may be another tenant's by now.
    Remove-Undo 'network'
    $before
}

# ParkAgain: whatever fails from here on, the VM goes back under a name that is not reported. Under its own this host would report it off.
function Restore-ParkedName {
    param(
        [Parameter(Mandatory = $true)] $Machine,
        [Parameter(Mandatory = $true)] [string] $Name,
        [Parameter(Mandatory = $true)] [string] $Uuid,
        [Parameter(Mandatory = $true)] [string] $RecordPath,
        [Parameter(Mandatory = $true)] [bool] $ParkAgain
    )
    $parkedName = $Machine.Name
    if ($parkedName -ceq $Name) { $parkedName = New-ParkedName $Name }
    if ($ParkAgain) { Add-Undo 'taking back' { param($back, $name, $owner, $path) Undo-TakingBack $back $name $owner $path } @($Machine, $parkedName, $Uuid, $RecordPath) }
    if ($Machine.Name -cne $Name) { Hyper-V\Rename-VM -VM $Machine.Vm -NewName $Name }
    Write-Log "the VM $($Machine.Name), which a stop had parked, was taken back"
}

# Size is for VMs of ours alone: CloudStack's own script sized its VMs otherwise, and doubling them would overcommit the host.
function Start-Given {
    param(
        [Parameter(Mandatory = $true)] $Own,
        [Parameter(Mandatory = $true)] [int] $Processors,
        [Parameter(Mandatory = $true)] [long] $MemoryBytes
    )
    if ($Own.IsOurs) { Set-Size $Own.Machine.Vm $Processors $MemoryBytes }
    Enter-Step 'start'
    Start-Machine $Own.Machine.Vm
    $state = Assert-Running $Own.Machine.Vm
    $run.Undo.Clear()
    $state
}
