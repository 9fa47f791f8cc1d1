<#
.SYNOPSIS
Tells which disk files a VM has: those in its drives, those of its checkpoints, and what these hold only the differences to.
#>

# Each file once, with whether a drive names it. Called while the VM is there: afterwards nothing names them.
function Get-DiskChain {
    param([Parameter(Mandatory = $true)] $Vm)
    $drives = @(Hyper-V\Get-VMHardDiskDrive -VM $Vm)
    foreach ($snapshot in @(Hyper-V\Get-VMSnapshot -VM $Vm)) { $drives += @(Hyper-V\Get-VMHardDiskDrive -VMSnapshot $snapshot) }
    $chain = [ordered]@{}
    foreach ($drive in $drives) {
        $path = "$($drive.Path)"
        # A physical disk is named otherwise.
        if ($path -match '^([A-Za-z]:|\\)\\') { $chain[$path] = $true }
    }
    foreach ($path in @($chain.Keys)) {
        $parent = Get-ParentDisk $path
        while ($parent -ne '' -and -not $chain.Contains($parent)) {
            $chain[$parent] = $false
            $parent = Get-ParentDisk $parent
        }
    }
    foreach ($path in $chain.Keys) { [pscustomobject]@{ Path = $path; IsAttached = $chain[$path] } }
}

# Empty for a disk that is whole, and for one that cannot be read.
function Get-ParentDisk {
    param([Parameter(Mandatory = $true)] [string] $Path)
    if (-not (Test-Path -LiteralPath $Path -PathType Leaf)) { return '' }
    try { "$((Hyper-V\Get-VHD -Path $Path).ParentPath)" }
    catch {
        Write-Log "the disk $Path cannot be read: $(Get-InnermostMessage $_)"
        ''
    }
}

# The disks on which other VMs' disks rest without being attached to them: linked clones. Looked for while half of the time is left;
# on a host of thousands of disks that takes a minute.
function Get-ForeignBase {
    param([Parameter(Mandatory = $true)] [AllowEmptyCollection()] [string[]] $Owners)
    $half = (Get-SecondsLeft) / 2
    $bases = @{}
    $seen = @{}
    foreach ($attachment in @(Get-Attachment | Where-Object { $Owners -notcontains $_.Owner -and $_.Path -match '^([A-Za-z]:|\\)\\' })) {
        if ((Get-SecondsLeft) -lt $half) { Write-Log 'not all disks of other VMs could be looked at for disks on which they rest'; break }
        $parent = $attachment.Path
        while ($parent -ne '' -and -not $seen.Contains($parent)) {
            $seen[$parent] = $true
            $parent = Get-ParentDisk $parent
            if ($parent -ne '') { $bases[$parent] = $true }
        }
    }
    $bases
}

# Whether a file has a name of this VM's own in the folder where it lies.
function Test-OwnFile {
    param([Parameter(Mandatory = $true)] [AllowEmptyString()] [string] $Path, [Parameter(Mandatory = $true)] [string] $Name)
    if ($Path -eq '') { return $false }
    Test-OwnName $Path (Get-FolderOf $Path) $Name
}

# All files of a folder whose names are this VM's own.
function Get-OwnFile {
    param([Parameter(Mandatory = $true)] [string] $Folder, [Parameter(Mandatory = $true)] [string] $Name)
    if (-not (Test-Path -LiteralPath $Folder -PathType Container)) { return }
    foreach ($file in @(Get-ChildItem -LiteralPath $Folder -Filter "$Name*" -File -Force)) {
        $path = "$Folder\$($file.Name)"
        if (Test-OwnName $path $Folder $Name) { $path }
    }
}
