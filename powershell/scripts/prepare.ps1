<#
.SYNOPSIS
Looks whether a create of this VM could work: rights, folders, switches, template or ISO, room on the drive, the name. Changes nothing.

.DESCRIPTION
Needs the prologue and errors, record, machine, disk, source, network. The prologue has looked at the rights.
#>
param(
    [Parameter(Mandatory = $true)] [string] $Name,
    [Parameter(Mandatory = $true)] [string] $Uuid,
    [Parameter(Mandatory = $true)] [string] $VhdPath,
    [Parameter(Mandatory = $true)] [string] $VmPath,
    [string] $TemplatePath,
    [string] $IsoPath,
    [long] $DiskBytes,
    [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [string[]] $SwitchNames
)

# What create would meet under this name. $true where it would find its VM made: then it needs no disk.
function Test-Made {
    $sidecar = Read-Record $recordPath
    if ($null -ne $sidecar.Record) { Assert-RecordOwner $sidecar.Record $recordPath $Uuid }
    $machine = Resolve-Machine $Name $Uuid $sidecar
    if ($null -ne $machine) {
        if ($machine.Marker.Uuid -ne '' -and $machine.Marker.Uuid -ne $Uuid) { Stop-Script 'vm_foreign' "the VM $($machine.Name) on this host belongs to the CloudStack VM $($machine.Marker.Uuid), not to $Uuid" }
        if ($machine.Marker.Uuid -eq '' -and -not $sidecar.Exists) { Stop-Script 'vm_foreign' "this host has a VM $Name that carries no CloudStack UUID" }
        return $machine.Marker.Phase -ne 'creating'
    }
    if (-not $sidecar.Exists -and (Test-Path -LiteralPath $disk)) { Stop-Script 'disk_exists' "there is a file $disk already, and it is not this VM's" }
    $false
}

# A new disk for an ISO begins with some megabytes, whatever its size.
function Assert-Room {
    $needed = [long]16MB
    if ($TemplatePath -ne '') { $needed = [long](Get-Item -LiteralPath $TemplatePath).Length }
    $free = Get-FreeSpace $VhdPath
    if ($null -ne $free -and $free -lt $needed) { Stop-Script 'no_room' "the drive of $VhdPath has $free bytes free, and this VM's disk begins with $needed" }
    $free
}

$recordPath = Get-RecordPath $VhdPath $Name
$disk = "$VhdPath\$Name.vhdx"
$free = $null
$run.Step = 'look'
Assert-Folder @($VhdPath, $VmPath)
Assert-NoLink $VhdPath
$null = Get-NeededSwitch @($SwitchNames | ForEach-Object { [pscustomobject]@{ SwitchName = $_ } })
if (-not (Test-Made)) {
    if ($TemplatePath -ne '') { Assert-Template $TemplatePath } else { Assert-Iso $IsoPath }
    $free = Assert-Room
}
[ordered]@{ FreeBytes = $free }
