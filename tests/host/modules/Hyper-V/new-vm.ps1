# New-VM: a second VM of the same name is no error, a network adapter comes with every VM, an empty DVD drive with generation 1.

$Body['New-VM'] = {
    param($call)
    Assert-Service
    if ((Get-HostSetting 'Rights') -ne 'full') { throw (New-Failure 'AccessDenied' PermissionDenied -Key 'AccessDenied' -Values @(Get-HostSetting 'ComputerName')) }
    $bound = $call.Bound
    $generation = if ($bound.ContainsKey('Generation')) { [int]$bound['Generation'] } else { 1 }
    if ($generation -eq 2 -and "$($bound['BootDevice'])" -in 'Floppy', 'IDE', 'LegacyNetworkAdapter') { throw (New-InvalidParameter 'BootDevice' $bound['BootDevice']) }
    Assert-Version $bound['Version']
    $name = if ($bound.ContainsKey('Name')) { $bound['Name'] } else { 'New Virtual Machine' }
    $machine = New-MachineRecord $name $generation (Get-World)
    if ($bound.ContainsKey('MemoryStartupBytes')) { Assert-MemorySize 'MemoryStartupBytes' $bound['MemoryStartupBytes']; $machine['Memory']['Startup'] = [long]$bound['MemoryStartupBytes'] }
    if ($bound.ContainsKey('SwitchName')) { $switch = Find-Switch $bound['SwitchName'] } else { $switch = $null }
    $disk = Get-FirstDisk $bound
    New-MachineFolder $machine $bound['Path']
    # A New-VM that fails was seen to leave its folder.
    Invoke-DuringFault $call
    Add-MachineFile $machine
    $machine['Adapters'] = @(New-AdapterRecord (Get-DefaultAdapterName) $switch)
    if ($generation -eq 2) { Add-BootEntry $machine 'Network' $machine['Adapters'][0]['Id'] }
    if ($null -ne $disk) { Add-DriveRecord $machine 'Disk' (Get-FirstSlot $machine) $disk }
    if ($generation -eq 1) { Add-DriveRecord $machine 'Dvd' @{ ControllerType = 'IDE'; ControllerNumber = 1; ControllerLocation = 0 } '' }
    Edit-World { param($world) $world['Machines'] = @($world['Machines']) + $machine }
    [VirtualMachine]::new($machine)
}

function Get-FirstDisk {
    param($Bound)
    if ($Bound.ContainsKey('VHDPath')) {
        if (-not (Resolve-WindowsPath $Bound['VHDPath']).Exists) { throw (New-Failure 'ObjectNotFound' ObjectNotFound -Key 'AttachMissing' -Values @($Bound['VHDPath'])) }
        return $Bound['VHDPath']
    }
    if ($Bound.ContainsKey('NewVHDPath')) { return New-DiskFile $Bound['NewVHDPath'] ([ordered]@{ Size = [long]$Bound['NewVHDSizeBytes']; Type = 'Dynamic'; Parent = $null }) }
}

function Get-DefaultAdapterName { if ((Get-HostSetting 'Language') -eq 'de') { 'Netzwerkkarte' } else { 'Network Adapter' } }

function Assert-Version {
    param($Version)
    if ($null -eq $Version) { return }
    $known = @('5.0', '8.0') + $(switch (Get-HostSetting 'Version') { '2016' { } '2019' { '9.0' } '2022' { '9.0', '10.0' } '2025' { '9.0', '10.0', '11.0', '12.0' } })
    if ($known -notcontains "$Version") { throw (New-InvalidParameter 'Version' $Version) }
}

# <Path>\<Name>\Virtual Machines\<GUID>.vmcx. Where <Path>\<Name> was left over, a host was seen to number the new folder.
function New-MachineFolder {
    param($Machine, [AllowNull()] [string] $Path)
    $parent = if ([string]::IsNullOrEmpty($Path)) { Get-HostSetting 'VirtualMachinePath' } else { $Path.TrimEnd('\') }
    $place = Resolve-WindowsPath $parent
    if ($place.Problem -ne '') { throw (New-Failure 'ObjectNotFound' ObjectNotFound -Key 'PathNotRealized' -Values @($Machine['Name']) -Target $parent) }
    $folder = if ([string]::IsNullOrEmpty($Path)) { $parent } else { Get-FreeFolder "$parent\$($Machine['Name'])" }
    $local = (Resolve-WindowsPath $folder).Local
    $null = [IO.Directory]::CreateDirectory("$local/Virtual Machines")
    $null = [IO.Directory]::CreateDirectory("$local/Snapshots")
    $Machine['Path'] = $folder
    $Machine['SnapshotFileLocation'] = $folder
    $Machine['SmartPagingFilePath'] = $folder
}

function Add-MachineFile {
    param($Machine)
    $local = (Resolve-WindowsPath $Machine['Path']).Local
    foreach ($extension in 'vmcx', 'vmrs') { [IO.File]::WriteAllText("$local/Virtual Machines/$($Machine['Id'].ToUpperInvariant()).$extension", $Machine['Id']) }
}

function Get-FreeFolder {
    param([string] $Folder)
    if ((Get-HostSetting 'LeftoverFolder') -eq 'reused' -or -not (Resolve-WindowsPath $Folder).Exists) { return $Folder }
    for ($number = 2; ; $number++) {
        if (-not (Resolve-WindowsPath "$Folder ($number)").Exists) { return "$Folder ($number)" }
    }
}
