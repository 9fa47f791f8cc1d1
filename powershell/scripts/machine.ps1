<#
.SYNOPSIS
Finds the VM that a CloudStack name and UUID mean on this host, and says whose it is.
#>

# The VM of this name and UUID, or $null. Parked: it stands under the name that a stop of an unseen create gave it.
function Resolve-Machine {
    param(
        [Parameter(Mandatory = $true)] [string] $Name,
        [Parameter(Mandatory = $true)] [string] $Uuid,
        [Parameter(Mandatory = $true)] [hashtable] $Sidecar
    )
    $parkedName = '^' + [regex]::Escape($Name) + '\.unclaimed-[0-9a-f]{8}$'
    $found = @(Find-MachineRow $Name | ForEach-Object { Get-Machine $_ })
    $named = @($found | Where-Object { $_.Name -ceq $Name })
    $parked = @($found | Where-Object { $_.Name -cmatch $parkedName -and $_.Marker.Uuid -eq $Uuid })
    if ($named.Count -gt 1) { $named = @(Select-Marked $named $Uuid $Name) }
    $candidates = @($named) + @($parked)
    if ($candidates.Count -eq 0) { $candidates = @(Find-Renamed $Sidecar $Uuid) }
    if ($candidates.Count -eq 0) { $candidates = @(Find-ByMarker $Uuid) }
    if ($candidates.Count -gt 1) {
        Stop-Script 'vm_ambiguous' "this host has several VMs for $Name with the CloudStack UUID $Uuid`: $(($candidates | ForEach-Object { "$($_.Name) ($($_.Id))" }) -join ', ')"
    }
    if ($candidates.Count -eq 0) { Assert-Sight; return $null }
    $machine = $candidates[0]
    $machine.Parked = $machine.Name -cmatch $parkedName -or $machine.Marker.Phase -eq 'unclaimed'
    $machine.Renamed = -not $machine.Parked -and $machine.Name -cne $Name
    $machine
}

# Hyper-V names are not unique; our marker decides.
function Select-Marked {
    param([Parameter(Mandatory = $true)] [object[]] $Machines, [Parameter(Mandatory = $true)] [string] $Uuid, [Parameter(Mandatory = $true)] [string] $Name)
    $ours = @($Machines | Where-Object { $_.Marker.Uuid -eq $Uuid })
    if ($ours.Count -ne 1) {
        Stop-Script 'vm_ambiguous' "this host has $($Machines.Count) VMs named $Name, and $($ours.Count) of them carry the CloudStack UUID $Uuid in their Notes: $(($Machines | ForEach-Object { $_.Id }) -join ', ')"
    }
    $ours
}

# An administrator may have given it another name: the sidecar knows its GUID.
function Find-Renamed {
    param([Parameter(Mandatory = $true)] [hashtable] $Sidecar, [Parameter(Mandatory = $true)] [string] $Uuid)
    if ($null -eq $Sidecar.Record -or "$($Sidecar.Record.vm_id)" -notmatch '^[0-9A-Fa-f-]{36}$') { return }
    $id = "$($Sidecar.Record.vm_id)"
    foreach ($row in @(Get-MachineRow "Name = '$id'")) {
        $machine = Get-Machine $row
        if ($machine.Marker.Uuid -eq $Uuid -or ($machine.Marker.Uuid -eq '' -and $Sidecar.Record.uuid -eq $Uuid)) { $machine }
    }
}

# And where the folder of the record has changed as well, only the Notes know. One query for those of all VMs.
function Find-ByMarker {
    param([Parameter(Mandatory = $true)] [string] $Uuid)
    $query = "SELECT VirtualSystemIdentifier, Notes FROM Msvm_VirtualSystemSettingData WHERE VirtualSystemType = 'Microsoft:Hyper-V:System:Realized'"
    foreach ($settings in @(Get-CimInstance -Namespace 'root\virtualization\v2' -Query $query)) {
        if ("$($settings.Notes)" -notmatch "cloudstack-vm-id: *$Uuid" -or "$($settings.VirtualSystemIdentifier)" -notmatch '^[0-9A-Fa-f-]{36}$') { continue }
        foreach ($row in @(Get-MachineRow "Name = '$($settings.VirtualSystemIdentifier)'")) {
            $machine = Get-Machine $row
            if ($machine.Marker.Uuid -eq $Uuid) { $machine }
        }
    }
}

# An account without rights sees no VMs and gets no error; so it may be with a service that is just starting. Then nothing is absent.
function Assert-Sight {
    $null = Hyper-V\Get-VMHost
}

function Find-MachineRow {
    param([Parameter(Mandatory = $true)] [ValidatePattern('^[A-Za-z0-9._-]{1,80}$')] [string] $Name)
    $pattern = $Name.Replace('_', '[_]')
    Get-MachineRow "ElementName = '$Name' OR ElementName LIKE '$pattern.unclaimed-%'" | Where-Object {
        $_.ElementName -ceq $Name -or $_.ElementName -cmatch ('^' + [regex]::Escape($Name) + '\.unclaimed-')
    }
}

# One query instead of Get-VM, which takes seconds on a host of 500 VMs. The host itself is a row too, but its Name is no GUID.
function Get-MachineRow {
    param([Parameter(Mandatory = $true)] [string] $Condition)
    $query = "SELECT Name, ElementName, EnabledState, ReplicationMode, ReplicationState FROM Msvm_ComputerSystem WHERE $Condition" # ps51-check: ignore interpolation
    Get-CimInstance -Namespace 'root\virtualization\v2' -Query $query | Where-Object {
        $_.Name -match '^[0-9A-Fa-f-]{36}$' -and -not (Test-ReplicaCopy $_)
    }
}

# A copy that Hyper-V Replica keeps is nobody's, unless it holds memory or was failed over (5 recovered, 6 committed).
function Test-ReplicaCopy {
    param([Parameter(Mandatory = $true)] $Row)
    $isReplica = @(2, 3, 4) -contains [int]$Row.ReplicationMode
    $isDown = @(3, 6, 32769, 32779) -contains [int]$Row.EnabledState
    $isFailedOver = @(5, 6) -contains [int]$Row.ReplicationState
    $isReplica -and $isDown -and -not $isFailedOver
}

function Get-Machine {
    param([Parameter(Mandatory = $true)] $Row)
    $vm = Hyper-V\Get-VM -Id ([guid]$Row.Name)
    [pscustomobject]@{
        Vm = $vm; Id = "$($vm.Id)".ToLowerInvariant(); Name = "$($vm.Name)"; Marker = Read-Marker $vm; Parked = $false; Renamed = $false; ReplicationMode = [int]$Row.ReplicationMode
    }
}

# How the VM is known to be ours: marked (by its Notes), recorded (by a sidecar that names its GUID), or none (it has no marker).
# Stops where it belongs to another CloudStack VM. Changes nothing.
function Get-Ownership {
    param(
        [Parameter(Mandatory = $true)] $Machine,
        [Parameter(Mandatory = $true)] [string] $Uuid,
        [Parameter(Mandatory = $true)] [hashtable] $Sidecar
    )
    $record = $Sidecar.Record
    $isNamed = $null -ne $record -and "$($record.vm_id)" -eq $Machine.Id
    if ($isNamed -and $record.phase -eq 'restoring') {
        # A snapshot has brought its own Notes with it: the file alone counts.
        Assert-RecordOwner $record $Sidecar.Path $Uuid
        if ($record.restore.phase -eq 'adopted') { return 'none' }
        return 'marked'
    }
    if ($Machine.Marker.Uuid -ne '' -and $Machine.Marker.Uuid -ne $Uuid) {
        Stop-Script 'vm_foreign' "the VM $($Machine.Name) on this host belongs to the CloudStack VM $($Machine.Marker.Uuid), not to $Uuid"
    }
    if ($null -ne $record) { Assert-RecordOwner $record $Sidecar.Path $Uuid }
    if ($Machine.Marker.Uuid -eq $Uuid) { return 'marked' }
    if ($isNamed) {
        # A VM of CloudStack's own script never had a marker, and is given none.
        if (@('adopted', 'deleting') -contains $record.phase) { return 'none' }
        return 'recorded'
    }
    if ($null -ne $record) {
        Assert-OwnRecord $record $Sidecar.Path $Machine.Name $Uuid
        # Ours had a marker and was another VM: this one only has its name.
        if ("$($record.vm_id)" -ne '' -and @('complete', 'unclaimed', 'restoring', 'deleting') -contains $record.phase) {
            Stop-Script 'vm_foreign' "the VM $($Machine.Name) ($($Machine.Id)) carries no CloudStack UUID, and the record $($Sidecar.Path) names another VM, $($record.vm_id)"
        }
        Assert-NoOther $Machine $record $Sidecar.Path
    }
    'none'
}

# $false for a VM without any marker, $true for one of ours, whose Notes are written again if they were lost.
function Confirm-Ownership {
    param(
        [Parameter(Mandatory = $true)] $Machine,
        [Parameter(Mandatory = $true)] [string] $Uuid,
        [Parameter(Mandatory = $true)] [hashtable] $Sidecar
    )
    $ownership = Get-Ownership $Machine $Uuid $Sidecar
    if ($ownership -eq 'recorded') {
        $Machine.Marker = @{ Uuid = $Uuid; Phase = "$($Sidecar.Record.phase)"; Record = $Sidecar.Path }
        # Between two states Hyper-V takes no Notes. The next action finds the same record.
        if (Test-Settled $Machine.Vm) { Write-Marker $Machine.Vm $Uuid $Sidecar.Record.phase $Sidecar.Path }
    }
    $ownership -ne 'none'
}

# The VM under its own name, for a look at it. Changes nothing.
function Find-Known {
    param([Parameter(Mandatory = $true)] [string] $Name, [Parameter(Mandatory = $true)] [string] $Uuid, [Parameter(Mandatory = $true)] [string] $RecordPath)
    $sidecar = Read-Record $RecordPath
    $machine = Resolve-Machine $Name $Uuid $sidecar
    if ($null -eq $machine -or $machine.Parked) { Stop-Script 'vm_not_found' "there is no VM $Name on this host" }
    if ($machine.Renamed) { Stop-Script 'vm_renamed' "the VM of $Name is named $($machine.Name) on this host" }
    $null = Get-Ownership $machine $Uuid (Find-Record $RecordPath $machine)
    $machine
}

# Where the VM is marked its Notes decide, except that an unfinished delete or restore in the sidecar wins.
function Get-Phase {
    param([Parameter(Mandatory = $true)] $Machine, [Parameter(Mandatory = $true)] [hashtable] $Sidecar)
    if ($null -ne $Sidecar.Record -and @('deleting', 'restoring') -contains $Sidecar.Record.phase) { return $Sidecar.Record.phase }
    $Machine.Marker.Phase
}

# The sidecar at today's folder or, where there is none, where the Notes say that it lies.
function Find-Record {
    param([Parameter(Mandatory = $true)] [string] $Path, $Machine)
    $sidecar = Read-Record $Path
    if ($sidecar.Exists -or $null -eq $Machine -or $Machine.Marker.Record -eq '' -or $Machine.Marker.Record -eq $Path) { return $sidecar }
    Read-Record $Machine.Marker.Record
}

# The VM that the record names may be here under another name. Then this one, without a marker, is a stranger with its name.
function Assert-NoOther {
    param([Parameter(Mandatory = $true)] $Machine, [Parameter(Mandatory = $true)] $Record, [Parameter(Mandatory = $true)] [string] $Path)
    if ("$($Record.vm_id)" -notmatch '^[0-9A-Fa-f-]{36}$') { return }
    if (@(Get-MachineRow "Name = '$($Record.vm_id)'").Count -gt 0) {
        Stop-Script 'vm_ambiguous' "the VM $($Machine.Name) ($($Machine.Id)) carries no CloudStack UUID, and the record $Path names another VM of this host, $($Record.vm_id)"
    }
}

function Assert-RecordOwner {
    param([Parameter(Mandatory = $true)] $Record, [Parameter(Mandatory = $true)] [string] $Path, [Parameter(Mandatory = $true)] [string] $Uuid)
    if ($Record.uuid -ne $Uuid) { Stop-Script 'record_foreign' "the record $Path belongs to the CloudStack VM $($Record.uuid), not to $Uuid" }
}

# Without a VM of ours on this host the record must be of this host: a folder on a cluster volume is shared.
function Assert-OwnRecord {
    param(
        [Parameter(Mandatory = $true)] $Record,
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [string] $Name,
        [Parameter(Mandatory = $true)] [string] $Uuid
    )
    Assert-RecordOwner $Record $Path $Uuid
    if ($Record.host -ne $run.Facts.ComputerName) { Stop-Script 'record_foreign' "the record $Path was written by the host $($Record.host); the VM $Name may be there" }
}
