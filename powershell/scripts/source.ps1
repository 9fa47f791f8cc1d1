<#
.SYNOPSIS
Looks at what a new VM needs from the host: its folders, the template or the ISO, room on the drive. Changes nothing.
#>

# A template must be a whole disk that nobody writes to: a disk of a VM, whoever owns it, is none.
function Assert-Template {
    param([Parameter(Mandatory = $true)] [string] $Path)
    if (-not (Test-Path -LiteralPath $Path -PathType Leaf)) { Stop-Script 'template_not_found' "there is no template $Path on this host" }
    Assert-Unused 'template' $Path
    $disk = Hyper-V\Get-VHD -Path $Path
    if ("$($disk.VhdType)" -eq 'Differencing') { Stop-Script 'template_differencing' "the template $Path holds only the differences to another disk" }
}

function Assert-Iso {
    param([Parameter(Mandatory = $true)] [string] $Path)
    if (-not (Test-Path -LiteralPath $Path -PathType Leaf)) { Stop-Script 'iso_not_found' "there is no ISO $Path on this host" }
    Assert-Unused 'ISO' $Path
}

# A tenant may have named the file.
function Assert-Unused {
    param([Parameter(Mandatory = $true)] [string] $Kind, [Parameter(Mandatory = $true)] [string] $Path)
    $marker = $Path.Substring(0, $Path.LastIndexOf('.')) + '.cloudstack.json'
    if ((Test-Path -LiteralPath $marker) -or (Test-Path -LiteralPath "$marker.new")) { Stop-Script 'template_in_use' "the $Kind $Path is the disk of a VM: $marker lies beside it" }
    if (@(Get-Attachment | Where-Object { $_.Path -eq $Path }).Count -gt 0) { Stop-Script 'template_in_use' "the $Kind $Path is attached to a VM as its disk" }
}

# Bytes free on the drive of a folder, or $null where a drive letter does not tell: behind a mounted volume or a cluster's, and on
# ReFS, where a copy may share the template's blocks.
function Get-FreeSpace {
    param([Parameter(Mandatory = $true)] [string] $Folder)
    $current = $Folder
    while ($current.LastIndexOf('\') -gt 1) {
        if ("$((Get-Item -LiteralPath $current -Force).Attributes)" -match 'ReparsePoint') { return $null }
        $current = $current.Substring(0, $current.LastIndexOf('\'))
    }
    $query = "SELECT DeviceID, FileSystem, FreeSpace FROM Win32_LogicalDisk WHERE DeviceID = '$($Folder.Substring(0, 2))'" # ps51-check: ignore interpolation
    foreach ($drive in @(Get-CimInstance -Namespace 'root\cimv2' -Query $query)) {
        if ("$($drive.FileSystem)" -ne 'ReFS' -and $null -ne $drive.FreeSpace) { return [long]$drive.FreeSpace }
    }
    $null
}
