# Places of drives: IDE two controllers with two places (generation 1), SCSI four with 64; generation 2 has SCSI only.

# The place that the call names, or the first free one of a controller that fits.
function Get-WantedSlot {
    param($Machine, $Bound, [string] $Kind)
    $type = Get-WantedController $Machine $Bound $Kind
    $places = if ($type -eq 'IDE') { 2 } else { 64 }
    $controllers = if ($type -eq 'IDE') { 2 } else { 4 }
    $number = if ($Bound.ContainsKey('ControllerNumber')) { [int]$Bound['ControllerNumber'] } else { -1 }
    $location = if ($Bound.ContainsKey('ControllerLocation')) { [int]$Bound['ControllerLocation'] } else { -1 }
    if ($number -ge $controllers -or $location -ge $places) { throw (New-InvalidParameter 'ControllerLocation' "${number}:$location") }
    foreach ($n in 0..($controllers - 1)) {
        if ($number -ge 0 -and $n -ne $number) { continue }
        foreach ($l in 0..($places - 1)) {
            if ($location -ge 0 -and $l -ne $location) { continue }
            if ($null -eq (Find-DriveRecord $Machine $type $n $l)) { return @{ ControllerType = $type; ControllerNumber = $n; ControllerLocation = $l } }
            if ($number -ge 0 -and $location -ge 0) { throw (New-Failure 'OperationFailed' ResourceExists -Key 'SlotTaken' -Values @($type, $n, $l)) }
        }
    }
    throw (New-Failure 'OperationFailed' NotSpecified -Key 'NoFreeSlot' -Values @($Machine['Name']))
}

function Get-WantedController {
    param($Machine, $Bound, [string] $Kind)
    if ($Machine['Generation'] -eq 2) {
        if ("$($Bound['ControllerType'])" -eq 'IDE') { throw (New-Failure 'InvalidParameter' InvalidArgument -Key 'Generation' -Values @(2)) }
        return 'SCSI'
    }
    if ($Kind -eq 'Dvd') { return 'IDE' }
    if ($Bound.ContainsKey('ControllerType')) { return "$($Bound['ControllerType'])" }
    'IDE'
}

function Get-FirstSlot {
    param($Machine)
    @{ ControllerType = $(if ($Machine['Generation'] -eq 2) { 'SCSI' } else { 'IDE' }); ControllerNumber = 0; ControllerLocation = 0 }
}

function Find-DriveRecord {
    param($Machine, [string] $Type, [int] $Number, [int] $Location)
    foreach ($drive in @($Machine['Drives'])) {
        if ($drive['ControllerType'] -eq $Type -and $drive['ControllerNumber'] -eq $Number -and $drive['ControllerLocation'] -eq $Location) { return $drive }
    }
}

function Add-DriveRecord {
    param($Machine, [string] $Kind, $Slot, [AllowEmptyString()] [string] $Path)
    $drive = [ordered]@{ Kind = $Kind; ControllerType = $Slot.ControllerType; ControllerNumber = $Slot.ControllerNumber; ControllerLocation = $Slot.ControllerLocation; Path = $Path }
    $Machine['Drives'] = @($Machine['Drives']) + $drive
    if ($Machine['Generation'] -eq 2) { Add-BootEntry $Machine 'Drive' (Get-SlotName $drive) }
}

function Get-SlotName { param($Drive) "$($Drive['ControllerType']):$($Drive['ControllerNumber']):$($Drive['ControllerLocation'])" }

# IDE cannot be changed while the VM runs, SCSI can; nothing can while it is saved.
function Assert-Pluggable {
    param($Machine, [string] $Type)
    if ($Machine['State'] -eq 'Off' -or ($Machine['State'] -eq 'Running' -and $Type -eq 'SCSI')) { return }
    throw (New-StateFailure $Machine)
}
