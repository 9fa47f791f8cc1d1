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
    $record = $sidecar.Record
    $machine = Resolve-Machine $Name $Uuid $sidecar
    if ($null -ne $machine) {
        if ($machine.Renamed) { Stop-Script 'vm_renamed' "the VM of $Name is named $($machine.Name) on this host" }
        $sidecar = Find-Record $recordPath $machine
        $isCreating = (Get-Phase $machine $sidecar) -eq 'creating' -or ($null -ne $sidecar.Record -and $sidecar.Record.phase -eq 'creating')
        if ((Get-Ownership $machine $Uuid $sidecar) -eq 'none' -and -not $isCreating) { Stop-Script 'vm_foreign' "this host has a VM $Name that carries no CloudStack UUID" }
        return -not $isCreating
    }
    if ($null -ne $record) {
        Assert-OwnRecord $record $recordPath $Name $Uuid
        if ($record.phase -ne 'creating') { Stop-Script 'vm_unfinished' "the record $recordPath says '$($record.phase)', but its VM is not on this host" }
    }
    if (-not $sidecar.Exists -and (Test-Path -LiteralPath $disk)) { Stop-Script 'disk_exists' "there is a file $disk already, and it is not this VM's" }
    $false
}

# A new disk for an ISO begins with some megabytes, whatever its size.
function Assert-Room {
    $needed = [long]16MB
    if ($TemplatePath -ne '') { $needed = [long](Get-Item -LiteralPath $TemplatePath -Force).Length }
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
