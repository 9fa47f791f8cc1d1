<#
.SYNOPSIS
Makes a VM, from a template disk or from an ISO with a new disk, and starts it. An existing VM of ours is only given its network
and started.

.DESCRIPTION
Needs the prologue and errors, turn, record, machine, disk, source, claim, hardware, network, power, run. Whatever fails, what this run made is undone in reverse.
A run that was killed leaves the phase "creating" behind; the next create, stop or delete finds it and cleans up.
#>
param(
    [Parameter(Mandatory = $true)] [string] $Name,
    [Parameter(Mandatory = $true)] [string] $Uuid,
    [Parameter(Mandatory = $true)] [string] $VhdPath,
    [Parameter(Mandatory = $true)] [string] $VmPath,
    [string] $TemplatePath,
    [string] $IsoPath,
    [long] $DiskBytes,
    [Parameter(Mandatory = $true)] [ValidateSet(1, 2)] [int] $Generation,
    [Parameter(Mandatory = $true)] [int] $Processors,
    [Parameter(Mandatory = $true)] [long] $MemoryBytes,
    [Parameter(Mandatory = $true)] [ValidateSet('off', 'windows', 'linux')] [string] $SecureBoot,
    [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]] $Nics
)

$disk = "$VhdPath\$Name.vhdx"
$recordPath = Get-RecordPath $VhdPath $Name

# Takes over, as `start` does, a VM that an earlier create finished. A parked one stays unclaimed: this very create may end unseen as well.
function Use-Machine {
    param($Own)
    $null = Set-GivenNetwork $Own $Name $Uuid $recordPath $Nics -Unclaimed $Own.Machine.Parked
    $state = Start-Given $Own $Processors $MemoryBytes
    [ordered]@{ Id = $Own.Machine.Id; State = $state; Made = $false }
}

function New-Machine {
    $record = New-Record $Uuid 'creating'
    $record.disks = @($disk)
    $expectedFolder = "$VmPath\$Name"
    if (-not (Test-Path -LiteralPath $expectedFolder)) { $record.vm_folder = $expectedFolder }
    # The record goes last. Where something could not be undone it stays, so that the next action can finish.
    Add-Undo 'record' { param($path) if ($run.UndoFailed.Count -gt 0) { return 'kept' }; Remove-Record $path } @($recordPath)
    Write-Record $recordPath $record
    Enter-Step 'root disk'
    if ($TemplatePath -ne '') { Copy-Template $TemplatePath $disk } else { New-Disk $disk $DiskBytes }
    Enter-Step 'new VM'
    if ($null -ne $record.vm_folder) { Add-Undo 'VM folder' { param($path) Remove-EmptyFolder $path } @($expectedFolder) }
    Add-Undo 'VM without marker' { param($named, $owner, $path) Remove-Unmarked $named $owner $path } @($Name, $Uuid, $recordPath)
    $vm = Hyper-V\New-VM -Name $Name -Generation $Generation -MemoryStartupBytes $MemoryBytes -Path $VmPath -NoVHD
    Add-Undo 'VM' { param($made) Remove-Machine $made } @($vm)
    $run.UndoCovered = $true
    Write-Marker $vm $Uuid 'creating' $recordPath
    $record.vm_id = "$($vm.Id)".ToLowerInvariant()
    Write-Record $recordPath $record
    Enter-Step 'hardware'
    Remove-DefaultDevice $vm
    Hyper-V\Set-VMProcessor -VM $vm -Count $Processors
    Hyper-V\Set-VMMemory -VM $vm -DynamicMemoryEnabled $false -StartupBytes $MemoryBytes
    Set-Behaviour $vm
    $drive = Add-RootDisk $vm $disk
    $medium = $null
    if ($IsoPath -ne '') { $medium = Add-InstallationMedium $vm $IsoPath }
    Enter-Step 'network'
    Set-Network $vm $Nics
    $record.network = @(ConvertTo-NetworkRecord $Nics)
    Enter-Step 'firmware'
    Set-SecureBoot $vm $SecureBoot
    Set-BootOrder $vm $drive $medium
    $run.UndoCovered = $false
    Enter-Step 'start'
    # "creating" means that we never started it, so the phase changes before the start, and changes back first if the start fails.
    Add-Undo 'phase' { param($made, $owner, $path, $record) $record.phase = 'creating'; try { Write-Record $path $record } finally { Write-Marker $made $owner 'creating' $path } } @($vm, $Uuid, $recordPath, $record)
    Write-Marker $vm $Uuid 'complete' $recordPath
    $record.phase = 'complete'
    Write-Record $recordPath $record
    Assert-NotCancelled
    Hyper-V\Start-VM -VM $vm
    $run.Undo.Clear()
    $run.Cancellation = $null
    [ordered]@{ Id = $record.vm_id; State = Assert-Running $vm; Made = $true }
}

# Makes it sure that this VM may be made here, or cleans up what an earlier try has left. Returns the VM to take over, or nothing.
function Find-Existing {
    $sidecar = Read-Record $recordPath
    $machine = Resolve-Machine $Name $Uuid $sidecar
    if ($null -eq $machine) { Resolve-Leftover $sidecar; return }
    if ($machine.Renamed) { Stop-Script 'vm_renamed' "the VM of $Name is named $($machine.Name) on this host" }
    $own = Open-Machine $machine $Uuid $recordPath
    if ($own.IsHalfMade) { Clear-HalfMade $machine $Name $own.Sidecar; return }
    if (-not $own.IsOurs) { Stop-Script 'vm_foreign' "this host has a VM $Name that carries no CloudStack UUID" }
    if (@('complete', 'unclaimed', 'restoring') -notcontains $own.Phase) { Stop-Script 'vm_unfinished' "an earlier action on the VM $Name was not finished; its phase is '$($own.Phase)'" }
    $own
}

# No VM: the sidecar alone decides.
function Resolve-Leftover {
    param($Sidecar)
    $record = $Sidecar.Record
    if ($null -eq $record) {
        if ($Sidecar.Exists -and (Test-Path -LiteralPath $disk)) { Stop-Script 'record_unreadable' "the record $recordPath cannot be read, and the disk $disk is there" }
        return
    }
    Assert-OwnRecord $record $recordPath $Name $Uuid
    if ($record.phase -eq 'creating') { Clear-HalfMade $null $Name $Sidecar; return }
    Stop-Script 'vm_unfinished' "the record $recordPath says '$($record.phase)', but its VM is not on this host"
}

Enter-Turn $Name $VhdPath
$run.Step = 'look'
Assert-Folder @($VhdPath, $VmPath)
Watch-Cancellation $Name $VhdPath
$existing = Find-Existing
if ($null -ne $existing) {
    Use-Machine $existing
    return
}
Enter-Step 'check'
$null = Get-NeededSwitch $Nics
if ($TemplatePath -ne '') { Assert-Template $TemplatePath } else { Assert-Iso $IsoPath }
Assert-NoLink $VhdPath
if (Test-Path -LiteralPath $disk) { Stop-Script 'disk_exists' "there is a file $disk already, and it is not this VM's" }
New-Machine
