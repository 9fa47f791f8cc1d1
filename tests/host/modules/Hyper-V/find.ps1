# From what a call names (objects, names, an id) to the records of the world.

# Off and Saved give back memory and open files; every other state holds both.
function Test-HoldsMemory { param($Machine) @('Off', 'Saved', 'FastSaved', 'OffCritical', 'SavedCritical') -notcontains $Machine['State'] }

function Find-MachineRecord {
    param([string] $Id)
    foreach ($machine in (Get-World)['Machines']) { if ($machine['Id'] -eq $Id) { return $machine } }
}

function Get-SwitchRecord {
    param([AllowNull()] $Id)
    foreach ($switch in (Get-World)['Switches']) { if ($switch['Id'] -eq $Id) { return $switch } }
}

# Every cmdlet needs the service, and sees nothing without rights: lists come back empty, and only Get-VMHost says why.
function Assert-Service {
    if ((Get-HostSetting 'Vmms') -ne 'up') { throw (New-Failure 'Unspecified' ResourceUnavailable -Key 'ServiceDown' -Values @(Get-HostSetting 'ComputerName')) }
}

function Get-VisibleMachine {
    Assert-Service
    if ((Get-HostSetting 'Rights') -ne 'full') { return }
    (Get-World)['Machines']
}

# Names are not unique, and -Name takes wildcards. The error of Get-VM differs from that of all others.
function Find-MachineByName {
    param($Call, [string] $Name)
    $found = @(Get-VisibleMachine | Where-Object { $_['Name'] -like $Name })
    if ($found.Count -eq 0 -and -not ([Management.Automation.WildcardPattern]::ContainsWildcardCharacters($Name))) {
        if ($Call.Name -eq 'Get-VM') { throw (New-Failure 'InvalidParameter' InvalidArgument -Key 'VMNotFound' -Values @($Name) -Target $Name) }
        throw (New-Failure 'ObjectNotFound' ObjectNotFound -Key 'VMNotFound' -Values @($Name) -Target $Name)
    }
    $found
}

# Runs a block for the id of each VM that the call names by object or by name. An error of one does not stop the others.
# (A block sees the variables of the functions that call it: their names differ from layer to layer.)
function Use-MachineId {
    param($Call, [Parameter(Mandatory)] [scriptblock] $ForEachMachine)
    foreach ($machineId in @(Resolve-MachineId $Call)) {
        try { & $ForEachMachine $Call $machineId } catch { Write-CallError $_ }
    }
}

function Resolve-MachineId {
    param($Call)
    Assert-Service
    $bound = $Call.Bound
    foreach ($vm in @($bound['VM'])) {
        if ($null -eq $vm) { continue }
        try {
            if ($null -eq (Find-MachineRecord "$($vm.Id)")) { throw (New-GoneFailure $vm) }
            "$($vm.Id)"
        }
        catch { Write-CallError $_ }
    }
    if ($bound.ContainsKey('VM')) { return }
    foreach ($name in @($(if ($bound.ContainsKey('VMName')) { $bound['VMName'] } else { $bound['Name'] }))) {
        if ($null -eq $name) { continue }
        try { foreach ($machine in @(Find-MachineByName $Call $name)) { $machine['Id'] } } catch { Write-CallError $_ }
    }
}

# The same with the record, inside one change of the world: what the block throws changes nothing.
function Edit-Machine {
    param($Call, [Parameter(Mandatory)] [scriptblock] $ChangeMachine)
    Use-MachineId $Call {
        param($call, $id)
        Edit-World { param($world) & $ChangeMachine $call (Get-ExistingMachine $id) $world }
    }
}

function Get-ExistingMachine {
    param([string] $Id)
    $machine = Find-MachineRecord $Id
    if ($null -eq $machine) { throw (New-GoneFailure $Id) }
    $machine
}

function New-GoneFailure {
    param($Target)
    New-Failure 'ObjectNotFound' ObjectNotFound -Key 'ObjectGone' -Values @(Get-HostSetting 'ComputerName') -Target $Target
}

function New-StateFailure {
    param($Machine)
    New-Failure 'InvalidState' InvalidOperation -Key 'WrongState' -Values @($Machine['Name'], $Machine['Id']) -Target $Machine['Name']
}

# Hardware settings need the VM off; a saved one holds them too.
function Assert-Off { param($Machine) if ($Machine['State'] -ne 'Off') { throw (New-StateFailure $Machine) } }

function Write-CallWarning {
    param($Call, [string] $Key)
    $WarningPreference = if ($Call.Bound.ContainsKey('WarningAction')) { $Call.Bound['WarningAction'] } else { $Call.Cmdlet.SessionState.PSVariable.GetValue('WarningPreference', 'Continue') }
    $Call.Cmdlet.WriteWarning((Get-LocalText $Key))
}

function New-InvalidParameter {
    param([string] $Parameter, $Value)
    New-Failure 'InvalidParameter' InvalidArgument -Key 'BadValue' -Values @($Parameter, $Value)
}
