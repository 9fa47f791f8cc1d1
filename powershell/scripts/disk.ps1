<#
.SYNOPSIS
Makes a VM's root disk, as a copy of a template or empty, and deletes files of ours, each only with proof that it is one.
#>

# Hyper-V makes no disk under another ending, so this one has its name from the start. The record knows it.
function New-Disk {
    param([Parameter(Mandatory = $true)] [string] $Path, [Parameter(Mandatory = $true)] [long] $Bytes)
    $made = @{ IsOurs = $true }
    Add-Undo "root disk $Path" { param($file, $what) if ($what.IsOurs) { Remove-OwnFile $file '' } } @($Path, $made)
    try { $null = Hyper-V\New-VHD -Path $Path -SizeBytes $Bytes -Dynamic }
    catch {
        # A file that another one made since we looked is not ours.
        if ((Get-ErrorCode $_) -eq 'exists') { $made.IsOurs = $false }
        throw
    }
}

# Never over an existing file: copied under another name first, so that no half copy ever stands under the disk's.
function Copy-Template {
    param([Parameter(Mandatory = $true)] [string] $Template, [Parameter(Mandatory = $true)] [string] $Disk)
    $part = "$Disk.part-$([guid]::NewGuid().ToString('N'))"
    Add-Undo "copied template $part" { param($path) Remove-OwnFile $path '' } @($part)
    Copy-Item -LiteralPath $Template -Destination $part
    Set-PlainFile $part
    Enter-Step 'move disk'
    # Where the part is still there, the file in the disk's place is not ours.
    Add-Undo "root disk $Disk" { param($path, $from) if (-not (Test-Path -LiteralPath $from)) { Remove-OwnFile $path '' } } @($Disk, $part)
    Invoke-WhileInUse { param($from, $to) Move-Item -LiteralPath $from -Destination $to } @($part, $Disk)
}

# Hyper-V refuses a sparse, compressed or encrypted file, and a read-only one fails at the start.
function Set-PlainFile {
    param([Parameter(Mandatory = $true)] [string] $Path)
    $attributes = "$((Get-Item -LiteralPath $Path -Force).Attributes)"
    if ($attributes -match 'ReadOnly') { Set-ItemProperty -LiteralPath $Path -Name IsReadOnly -Value $false }
    if ($attributes -match 'SparseFile') {
        $null = & fsutil.exe sparse setflag $Path 0 # ps51-check: ignore unknown-command
        if ($LASTEXITCODE -ne 0) { Stop-Script 'disk_not_plain' "the copy $Path is sparse, and fsutil could not change that" }
    }
    if ($attributes -match 'Compressed|Encrypted') { Stop-Script 'disk_not_plain' "the copy $Path is compressed or encrypted, because its folder is" }
}

# Deletes a disk of ours, or a part of its copy. Owners: the VM and the checkpoints it may still be attached to. Seconds: how long
# another program may hold it.
function Remove-OwnFile {
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [AllowEmptyString()] [AllowEmptyCollection()] [string[]] $Owners,
        [double] $Seconds = 0
    )
    if (-not (Test-Path -LiteralPath $Path -PathType Leaf)) { return }
    Assert-NoLink $Path.Substring(0, $Path.LastIndexOf('\'))
    $others = @(Get-Attachment | Where-Object { $_.Path -eq $Path -and $Owners -notcontains $_.Owner })
    if ($others.Count -gt 0) { Stop-Script 'disk_attached' "the disk $Path is attached to another VM ($($others[0].Owner)) and was kept" }
    Invoke-WhileInUse { param($file) Remove-Item -LiteralPath $file -Force } @($Path) -Seconds $Seconds
}

# By name: the root disk, a checkpoint's disk with its change tracking, or a part of a copy. By place: the record's own folder.
function Test-OwnName {
    param([Parameter(Mandatory = $true)] [string] $Path, [Parameter(Mandatory = $true)] [string] $Folder, [Parameter(Mandatory = $true)] [string] $Name)
    $guid = '[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}'
    $file = [regex]::Escape("$Folder\$Name")
    $Path -match "^$file(\.vhdx|_$guid\.avhdx(\.mrt|\.rct)?|\.vhdx\.(mrt|rct)|\.vhdx\.part-[0-9a-f]{32})$"
}

function Get-PartFile {
    param([Parameter(Mandatory = $true)] [string] $Folder, [Parameter(Mandatory = $true)] [string] $Name)
    foreach ($file in @(Get-ChildItem -LiteralPath $Folder -Filter "$Name.vhdx.part-*" -File -Force)) {
        $path = "$Folder\$($file.Name)"
        if (Test-OwnName $path $Folder $Name) { $path }
    }
}

function Get-DrivePath {
    param([Parameter(Mandatory = $true)] $Vm)
    foreach ($drive in @(Hyper-V\Get-VMHardDiskDrive -VM $Vm)) { "$($drive.Path)" }
}

# A link among the folders could lead the deletion to any file of the host. A cluster's volume and a mounted volume carry the same
# attribute, but lead nowhere else; so does a file that deduplication has shrunk, and the file itself is no folder.
function Assert-NoLink {
    param([Parameter(Mandatory = $true)] [string] $Folder)
    $current = $Folder
    while ($current.LastIndexOf('\') -gt 1) {
        $item = Get-Item -LiteralPath $current -Force
        if ("$($item.Attributes)" -match 'ReparsePoint' -and -not (Test-Volume $current $item)) {
            Stop-Script 'reparse_point' "$current is a link; nothing is made or deleted behind it"
        }
        $current = $current.Substring(0, $current.LastIndexOf('\'))
    }
}

function Test-Volume {
    param([Parameter(Mandatory = $true)] [string] $Path, [Parameter(Mandatory = $true)] $Item)
    $Path -match '^[A-Za-z]:\\ClusterStorage\\[^\\]+$' -or "$($Item.Target)" -match '^(\\\\\?\\)?Volume\{'
}

# Every hard disk image of every VM and checkpoint of this host, by one query. Owner is a VM's or a checkpoint's GUID.
function Get-Attachment {
    $query = "SELECT InstanceID, HostResource FROM Msvm_StorageAllocationSettingData WHERE ResourceSubType = 'Microsoft:Hyper-V:Virtual Hard Disk'"
    foreach ($setting in @(Get-CimInstance -Namespace 'root\virtualization\v2' -Query $query)) {
        if ("$($setting.InstanceID)" -notmatch '^Microsoft:([0-9A-Fa-f-]{36})\\') { continue }
        $owner = $Matches[1].ToLowerInvariant()
        foreach ($resource in @($setting.HostResource)) { [pscustomobject]@{ Path = "$resource"; Owner = $owner } }
    }
}

# Removes the folders that Hyper-V made for a VM, as far as they are empty.
function Remove-EmptyFolder {
    param([Parameter(Mandatory = $true)] [string] $Path)
    if (-not (Test-Path -LiteralPath $Path -PathType Container)) { return }
    if ("$((Get-Item -LiteralPath $Path -Force).Attributes)" -match 'ReparsePoint') { return }
    foreach ($child in @(Get-ChildItem -LiteralPath $Path -Directory -Force)) { Remove-EmptyFolder "$Path\$($child.Name)" }
    if (@(Get-ChildItem -LiteralPath $Path -Force).Count -eq 0) { Remove-Item -LiteralPath $Path -Force }
}
