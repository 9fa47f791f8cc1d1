# The hard disk and DVD drive cmdlets. Two VMs on one disk are accepted here and refused at the start.

$Body['Get-VMHardDiskDrive'] = { param($call) Use-Drive $call 'Disk' { param($call, $machine, $drive) [HardDiskDrive]::new($machine, $drive) } }

$Body['Get-VMDvdDrive'] = { param($call) Use-Drive $call 'Dvd' { param($call, $machine, $drive) [DvdDrive]::new($machine, $drive) } }

$Body['Add-VMHardDiskDrive'] = { param($call) Add-Drive $call 'Disk' }

$Body['Add-VMDvdDrive'] = { param($call) Add-Drive $call 'Dvd' }

function Add-Drive {
    param($Call, [string] $Kind)
    Edit-Machine $Call {
        param($call, $machine)
        $slot = Get-WantedSlot $machine $call.Bound $Kind
        Assert-Pluggable $machine $slot.ControllerType
        $path = "$($call.Bound['Path'])"
        if ($path -ne '') { $path = Resolve-Attachment $call $path $Kind }
        Add-DriveRecord $machine $Kind $slot $path
        if ($call.Bound['Passthru']) { ConvertTo-Drive $machine (Find-DriveRecord $machine $slot.ControllerType $slot.ControllerNumber $slot.ControllerLocation) }
    }
}

# The service opens the file itself, as the computer's account: a share that denies it is an error of its own.
function Resolve-Attachment {
    param($Call, [string] $Path, [string] $Kind)
    $file = Resolve-WindowsPath $Path
    if ($file.Problem -eq 'denied') { throw (New-Failure 'AccessDenied' PermissionDenied -Key 'AttachDenied' -Values @($Path) -Target $Path) }
    if (-not $file.Exists -or $file.IsFolder) {
        $id, $category = if ($Kind -eq 'Dvd') { 'InvalidParameter', 'InvalidArgument' } else { 'ObjectNotFound', 'ObjectNotFound' }
        throw (New-Failure $id $category -Key 'AttachMissing' -Values @($Path) -Target $Path)
    }
    $extensions = if ($Kind -eq 'Dvd') { @('.iso') } else { @('.vhdx', '.vhd', '.avhdx', '.avhd', '.vhds') }
    if ($extensions -notcontains [IO.Path]::GetExtension($file.Local)) { throw (New-InvalidParameter 'Path' $Path) }
    $file.Text
}

$Body['Remove-VMHardDiskDrive'] = { param($call) Edit-Drive $call 'Disk' { param($call, $machine, $drive) Remove-DriveRecord $machine $drive } }

$Body['Remove-VMDvdDrive'] = { param($call) Edit-Drive $call 'Dvd' { param($call, $machine, $drive) Remove-DriveRecord $machine $drive } }

function Remove-DriveRecord {
    param($Machine, $Drive)
    Assert-Pluggable $Machine $Drive['ControllerType']
    $slot = Get-SlotName $Drive
    $Machine['Drives'] = @($Machine['Drives'] | Where-Object { (Get-SlotName $_) -ne $slot })
    Remove-BootEntry $Machine $slot
}

$Body['Set-VMHardDiskDrive'] = { param($call) Set-DrivePath $call 'Disk' }

$Body['Set-VMDvdDrive'] = { param($call) Set-DrivePath $call 'Dvd' }

# A DVD can be changed while the VM runs; an empty path ejects it.
function Set-DrivePath {
    param($Call, [string] $Kind)
    if (-not $Call.Bound.ContainsKey('Path')) { return }
    Edit-Drive $Call $Kind {
        param($call, $machine, $drive)
        if ($drive['Kind'] -eq 'Disk') { Assert-Off $machine }
        $path = "$($call.Bound['Path'])"
        $drive['Path'] = if ($path -eq '') { '' } else { Resolve-Attachment $call $path $drive['Kind'] }
    }
}

function ConvertTo-Drive {
    param($Machine, $Drive)
    if ($Drive['Kind'] -eq 'Dvd') { [DvdDrive]::new($Machine, $Drive) } else { [HardDiskDrive]::new($Machine, $Drive) }
}

# Runs a block for each drive that the call means: drive objects, or drives of VMs or of a checkpoint, by place or all.
function Use-Drive {
    param($Call, [string] $Kind, [Parameter(Mandatory)] [scriptblock] $ForEachDrive)
    $bound = $Call.Bound
    foreach ($parameter in 'VMHardDiskDrive', 'VMDvdDrive') {
        if (-not $bound.ContainsKey($parameter)) { continue }
        foreach ($object in @($bound[$parameter])) {
            try {
                $machine = Find-MachineRecord "$($object.VMId)"
                $drive = if ($null -ne $machine) { Find-DriveRecord $machine "$($object.ControllerType)" $object.ControllerNumber $object.ControllerLocation }
                if ($null -eq $drive) { throw (New-GoneFailure $object) }
                & $ForEachDrive $Call $machine $drive
            }
            catch { Write-CallError $_ }
        }
        return
    }
    if ($bound.ContainsKey('VMSnapshot')) {
        $record = $bound['VMSnapshot'].Record()
        foreach ($drive in @(Select-Drive $Call $record $Kind)) { & $ForEachDrive $Call $record $drive }
        return
    }
    Use-MachineId $Call {
        param($call, $id)
        $machine = Get-ExistingMachine $id
        $drives = @(Select-Drive $call $machine $Kind)
        if ($drives.Count -eq 0 -and $call.Name -notlike 'Get-*') {
            throw (New-Failure 'InvalidParameter' InvalidArgument -Key 'NoSuchDrive' -Values @($call.Bound['ControllerNumber'], $call.Bound['ControllerLocation'], $machine['Name']))
        }
        foreach ($drive in $drives) { & $ForEachDrive $call $machine $drive }
    }
}

function Edit-Drive {
    param($Call, [string] $Kind, [Parameter(Mandatory)] [scriptblock] $ChangeDrive)
    Edit-World {
        Use-Drive $Call $Kind {
            param($call, $machine, $drive)
            & $ChangeDrive $call $machine $drive
            if ($call.Bound['Passthru']) { ConvertTo-Drive $machine $drive }
        }
    }
}

function Select-Drive {
    param($Call, $Machine, [string] $Kind)
    $drives = @($Machine['Drives'] | Where-Object { $null -ne $_ -and $_['Kind'] -eq $Kind })
    foreach ($parameter in 'ControllerType', 'ControllerNumber', 'ControllerLocation') {
        if ($Call.Bound.ContainsKey($parameter)) { $drives = @($drives | Where-Object { "$($_[$parameter])" -eq "$($Call.Bound[$parameter])" }) }
    }
    $drives
}
