# Get-VHD, New-VHD, Resize-VHD.

$Body['Get-VHD'] = {
    param($call)
    Assert-Service
    $paths = @($call.Bound['Path'])
    if ($call.Bound.ContainsKey('VMId')) { $paths = @(foreach ($id in $call.Bound['VMId']) { (Get-ExistingMachine "$id")['Drives'] | Where-Object { $_['Kind'] -eq 'Disk' } | ForEach-Object { $_['Path'] } }) }
    foreach ($path in $paths) { try { Get-DiskObject $path } catch { Write-CallError $_ } }
}

function Get-DiskObject {
    param([string] $Path)
    $file = Get-DiskFile $Path
    $facts = Read-DiskFacts $file.Local
    # A file that does not say what it is counts as a dynamic disk of 40 GB; one that has no byte is no disk.
    if ($null -eq $facts) {
        if ([IO.FileInfo]::new($file.Local).Length -eq 0) { throw (New-Failure 'InvalidArgument' InvalidArgument -Key 'VhdCorrupt' -Values @($Path) -Target $Path) }
        $facts = @{ Size = 42949672960; Type = 'Dynamic'; Parent = $null }
    }
    $holders = @(Find-DiskUser $file.Text)
    [pscustomobject]@{
        ComputerName = Get-HostSetting 'ComputerName'; Path = $file.Text
        VhdFormat = $(if ($file.Local -match '\.a?vhdx$') { [VhdFormat]'VHDX' } else { [VhdFormat]'VHD' }); VhdType = [VhdType]$facts['Type']
        FileSize = [uint64][IO.FileInfo]::new($file.Local).Length; Size = [uint64]$facts['Size']; MinimumSize = [uint64]1048576
        LogicalSectorSize = 512; PhysicalSectorSize = 4096; BlockSize = 33554432; ParentPath = "$($facts['Parent'])"
        DiskIdentifier = $(if ($facts.Contains('Identifier')) { $facts['Identifier'] } else { '5D4AB2C3-0000-4000-8000-000000000000' }); FragmentationPercentage = 0; Alignment = 1
        Attached = $holders.Count -gt 0; DiskNumber = $null; IsPMEMCompatible = $false
    }
}

function Get-DiskFile {
    param([string] $Path)
    $file = Resolve-WindowsPath $Path
    if ($file.Problem -eq 'denied') { throw (New-Failure 'AccessDenied' PermissionDenied -Key 'AttachDenied' -Values @($Path) -Target $Path) }
    if (-not $file.Exists -or $file.IsFolder) { throw (New-Failure 'InvalidArgument' ObjectNotFound -Key 'VhdNotFound' -Values @($Path) -Target $Path) }
    if ($file.Local -notmatch '\.(vhdx|vhd|avhdx|avhd|vhds)$') { throw (New-InvalidParameter 'Path' $Path) }
    $file
}

# VMs that run on the disk.
function Find-DiskUser {
    param([string] $Path)
    foreach ($machine in (Get-World)['Machines']) {
        if (-not (Test-HoldsMemory $machine)) { continue }
        foreach ($drive in @($machine['Drives'])) { if ($drive['Kind'] -eq 'Disk' -and @(Get-DiskChain $drive['Path'] | Where-Object { Test-SamePath $_ $Path }).Count -gt 0) { $machine } }
    }
}

$Body['New-VHD'] = {
    param($call)
    Assert-Service
    $bound = $call.Bound
    foreach ($path in $bound['Path']) {
        try {
            if ($bound.ContainsKey('ParentPath')) {
                $parent = Get-DiskFile $bound['ParentPath']
                $facts = [ordered]@{ Size = [long](Get-DiskObject $parent.Text).Size; Type = 'Differencing'; Parent = $parent.Text }
                if ($bound.ContainsKey('SizeBytes')) { $facts['Size'] = [long]$bound['SizeBytes'] }
            }
            else { $facts = [ordered]@{ Size = [long]$bound['SizeBytes']; Type = $(if ($bound['Fixed']) { 'Fixed' } else { 'Dynamic' }); Parent = $null } }
            Get-DiskObject (New-DiskFile $path $facts)
        }
        catch { Write-CallError $_ }
    }
}

# Makes the file and gives its path back. VHDX: 3 MB to 64 TB in whole sectors; VHD: to 2 TB.
function New-DiskFile {
    param([string] $Path, $Facts)
    $file = Resolve-WindowsPath $Path
    $limit = if ($file.Text -match '\.a?vhd$') { 2199023255552 } else { 70368744177664 }
    if ($Path -notmatch '\.a?vhdx?$' -or $Facts['Size'] -lt 3145728 -or $Facts['Size'] -gt $limit -or $Facts['Size'] % 512 -ne 0) { throw (New-InvalidParameter 'SizeBytes' $Facts['Size']) }
    if ($file.Problem -ne '' -or -not [IO.Directory]::Exists([IO.Path]::GetDirectoryName($file.Local))) { throw (New-Failure 'OperationFailed' NotSpecified -Key 'PathNotRealized' -Values @($Path) -Target $Path) }
    if ($file.Exists) { throw (New-Failure 'OperationFailed' NotSpecified -Key 'VhdExists' -Values @($Path) -Target $Path) }
    if ($file.Drive -ne '' -and (Get-Capacity $file.Drive).Free -lt 256) { throw (New-Failure 'OperationFailed' NotSpecified -Key 'DiskFull' -Target $Path) }
    Write-DiskFacts $file.Local $Facts
    $file.Text
}

$Body['Resize-VHD'] = {
    param($call)
    Assert-Service
    foreach ($path in $call.Bound['Path']) {
        try {
            $file = Get-DiskFile $path
            if (Test-Held $file.Text 'write') { throw (New-Failure 'OperationFailed' ResourceUnavailable -Key 'VhdInUse' -Values @($path) -Target $path) }
            $disk = Get-DiskObject $path
            $size = [long]$call.Bound['SizeBytes']
            if ($size -lt $disk.Size -or $size -gt 70368744177664 -or $size % 512 -ne 0) { throw (New-InvalidParameter 'SizeBytes' $size) }
            Write-DiskFacts $file.Local ([ordered]@{ Size = $size; Type = "$($disk.VhdType)"; Parent = $(if ($disk.ParentPath -ne '') { $disk.ParentPath }) })
            if ($call.Bound['Passthru']) { Get-DiskObject $path }
        }
        catch { Write-CallError $_ }
    }
}
