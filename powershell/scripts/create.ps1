<#
.SYNOPSIS
Makes a generation 2 VM from a template disk and starts it. An existing VM of ours is only given its network and started.

.DESCRIPTION
Needs the prologue and errors, turn, record, machine, disk, network, power. Whatever fails, what this run made is undone in reverse.
A run that was killed leaves the phase "creating" behind; the next create, stop or delete finds it and cleans up.
#>
param(
    [Parameter(Mandatory = $true)] [string] $Name,
    [Parameter(Mandatory = $true)] [string] $Uuid,
    [Parameter(Mandatory = $true)] [string] $VhdPath,
    [Parameter(Mandatory = $true)] [string] $VmPath,
    [Parameter(Mandatory = $true)] [string] $TemplatePath,
    [Parameter(Mandatory = $true)] [int] $Generation,
    [Parameter(Mandatory = $true)] [int] $Processors,
    [Parameter(Mandatory = $true)] [long] $MemoryBytes,
    [Parameter(Mandatory = $true)] [ValidateSet('off', 'windows', 'linux')] [string] $SecureBoot,
    [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]] $Nics
)

$disk = "$VhdPath\$Name.vhdx"
$recordPath = Get-RecordPath $VhdPath $Name

# Takes over, as `start` does, a VM that an earlier create finished.
function Use-Machine {
    param($Machine, $Sidecar)
    $record = $Sidecar.Record
    if ($null -eq $record) { $record = New-Record $Uuid 'complete'; $record.disks = @(Get-DrivePath $Machine.Vm) }
    $record.vm_id = $Machine.Id
    if ($Machine.Parked) {
        if ($Machine.Name -cne $Name) { Hyper-V\Rename-VM -VM $Machine.Vm -NewName $Name }
        $record.phase = 'complete'
        Write-Log "the VM $($Machine.Name), which a stop had parked, was taken back"
    }
    else { $record.claimed = $true }
    Write-Record $recordPath $record
    if ($Machine.Parked -or $Machine.Marker.Record -ne $recordPath) { Write-Marker $Machine.Vm $Uuid 'complete' $recordPath }
    Enter-Step 'network'
    $null = Wait-SettledState $Machine.Vm
    Set-Network $Machine.Vm $Nics
    $record.network = @(ConvertTo-NetworkRecord $Nics)
    Write-Record $recordPath $record
    Set-Size $Machine.Vm $Processors $MemoryBytes
    Enter-Step 'start'
    # The network stands now; a failed start must not take it back.
    $run.Undo.Clear()
    Start-Machine $Machine.Vm
    [ordered]@{ Id = $Machine.Id; State = Assert-Running $Machine.Vm; Made = $false }
}

# Removes what a killed create left, by its own record, and only files that are proven to be its.
function Clear-HalfMade {
    param($Machine, $Sidecar)
    Enter-Step 'clean up'
    $record = $Sidecar.Record
    $folder = $Sidecar.Path.Substring(0, $Sidecar.Path.LastIndexOf('\'))
    $vmId = ''
    $files = @(Get-PartFile $folder $Name)
    # Collected before the VM goes: afterwards nothing names them.
    if ($null -ne $Machine) { $vmId = $Machine.Id; $files += @(Get-DrivePath $Machine.Vm) }
    if ($null -ne $record) { $files += @($record.disks) }
    $files = @($files | Where-Object { Test-OwnName $_ $folder $Name } | Select-Object -Unique)
    if ($null -ne $Machine) { Remove-Machine $Machine.Vm }
    foreach ($file in $files) { Remove-OwnFile $file $vmId }
    if ($null -ne $record -and "$($record.vm_folder)" -ne '') { Remove-EmptyFolder "$($record.vm_folder)" }
    Remove-Record $Sidecar.Path
    Write-Log "what an earlier create of $Name had left was removed"
}

function New-Machine {
    $record = New-Record $Uuid 'creating'
    $record.disks = @($disk)
    $expectedFolder = "$VmPath\$Name"
    if (-not (Test-Path -LiteralPath $expectedFolder)) { $record.vm_folder = $expectedFolder }
    # The record goes last. Where something could not be undone it stays, so that the next action can finish.
    Add-Undo 'record' { param($path) if ($run.UndoFailed.Count -eq 0) { Remove-Record $path } } @($recordPath)
    Write-Record $recordPath $record
    Enter-Step 'copy template'
    Copy-Template $TemplatePath $disk
    Enter-Step 'new VM'
    if ($null -ne $record.vm_folder) { Add-Undo 'VM folder' { param($path) Remove-EmptyFolder $path } @($expectedFolder) }
    $vm = Hyper-V\New-VM -Name $Name -Generation $Generation -MemoryStartupBytes $MemoryBytes -Path $VmPath -NoVHD
    Add-Undo 'VM' { param($made) Remove-Machine $made } @($vm)
    $run.UndoCovered = $true
    Write-Marker $vm $Uuid 'creating' $recordPath
    $record.vm_id = "$($vm.Id)".ToLowerInvariant()
    Write-Record $recordPath $record
    Enter-Step 'settings'
    Set-NewMachine $vm
    Enter-Step 'network'
    Set-Network $vm $Nics
    $record.network = @(ConvertTo-NetworkRecord $Nics)
    $run.UndoCovered = $false
    Enter-Step 'start'
    # "creating" means that we never started it, so the phase changes before the start, and changes back first if the start fails.
    Add-Undo 'phase' { param($made, $owner, $path) Write-Marker $made $owner 'creating' $path } @($vm, $Uuid, $recordPath)
    Write-Marker $vm $Uuid 'complete' $recordPath
    $record.phase = 'complete'
    Write-Record $recordPath $record
    Assert-NotCancelled
    Hyper-V\Start-VM -VM $vm
    $run.Undo.Clear()
    $run.Cancellation = $null
    [ordered]@{ Id = $record.vm_id; State = Assert-Running $vm; Made = $true }
}

function Set-NewMachine {
    param($Vm)
    # By object: the default adapter's name is localized.
    foreach ($adapter in @(Hyper-V\Get-VMNetworkAdapter -VM $Vm)) { Hyper-V\Remove-VMNetworkAdapter -VMNetworkAdapter $adapter }
    Hyper-V\Set-VMProcessor -VM $Vm -Count $Processors
    Hyper-V\Set-VMMemory -VM $Vm -DynamicMemoryEnabled $false -StartupBytes $MemoryBytes
    # CloudStack decides when and where a VM starts.
    Hyper-V\Set-VM -VM $Vm -AutomaticStartAction Nothing -AutomaticStopAction ShutDown
    if ((Get-Command -Name Hyper-V\Set-VM).Parameters.ContainsKey('AutomaticCheckpointsEnabled')) { Hyper-V\Set-VM -VM $Vm -AutomaticCheckpointsEnabled $false }
    $drive = Hyper-V\Add-VMHardDiskDrive -VM $Vm -ControllerType SCSI -ControllerNumber 0 -ControllerLocation 0 -Path $disk -Passthru
    switch ($SecureBoot) {
        'off' { Hyper-V\Set-VMFirmware -VM $Vm -EnableSecureBoot Off -FirstBootDevice $drive }
        'windows' { Hyper-V\Set-VMFirmware -VM $Vm -EnableSecureBoot On -SecureBootTemplate MicrosoftWindows -FirstBootDevice $drive }
        'linux' { Hyper-V\Set-VMFirmware -VM $Vm -EnableSecureBoot On -SecureBootTemplate MicrosoftUEFICertificateAuthority -FirstBootDevice $drive }
    }
}

# Makes it sure that this VM may be made here, or cleans up what an earlier try has left. Returns the VM to take over, or nothing.
function Find-Existing {
    $sidecar = Read-Record $recordPath
    $machine = Resolve-Machine $Name $Uuid $sidecar
    if ($null -eq $machine) { Resolve-Leftover $sidecar; return }
    $sidecar = Find-Record $recordPath $machine
    if ($machine.Renamed) { Stop-Script 'vm_renamed' "the VM of $Name is named $($machine.Name) on this host" }
    $isOurs = Confirm-Ownership $machine $Uuid $sidecar
    if ($sidecar.Exists -and $null -eq $sidecar.Record) { Stop-Script 'record_unreadable' "the record $($sidecar.Path) cannot be read" }
    if (Test-HalfMade $machine $sidecar $isOurs) { Clear-HalfMade $machine $sidecar; return }
    if (-not $isOurs) { Stop-Script 'vm_foreign' "this host has a VM $Name that carries no CloudStack UUID" }
    $phase = Get-Phase $machine $sidecar
    if ($phase -eq 'creating') { Stop-Script 'vm_unfinished' "the VM $Name was never finished, but it is $($machine.Vm.State) or has checkpoints" }
    if (@('complete', 'unclaimed') -notcontains $phase) { Stop-Script 'vm_unfinished' "an earlier action on the VM $Name was not finished; its phase is '$phase'" }
    @{ Machine = $machine; Sidecar = $sidecar }
}

# Ours in phase "creating", or made by our New-VM but killed before the Notes were written.
function Test-HalfMade {
    param($Machine, $Sidecar, [bool] $IsOurs)
    if (-not (Test-NeverRan $Machine.Vm)) { return $false }
    if ($IsOurs) { return (Get-Phase $Machine $Sidecar) -eq 'creating' }
    $record = $Sidecar.Record
    if ($null -eq $record -or $record.uuid -ne $Uuid -or $record.phase -ne 'creating') { return $false }
    # Two seconds: the host keeps the VM's time less exactly than the record's.
    $isLater = $Machine.Vm.CreationTime.ToUniversalTime() -ge (Get-RecordTime $record).AddSeconds(-2)
    $isLater -and @(Hyper-V\Get-VMHardDiskDrive -VM $Machine.Vm).Count -eq 0
}

# No VM: the sidecar alone decides.
function Resolve-Leftover {
    param($Sidecar)
    $record = $Sidecar.Record
    if ($null -eq $record) {
        if ($Sidecar.Exists -and (Test-Path -LiteralPath $disk)) { Stop-Script 'record_unreadable' "the record $recordPath cannot be read, and the disk $disk is there" }
        return
    }
    if ($record.uuid -ne $Uuid) { Stop-Script 'record_foreign' "the record $recordPath belongs to the CloudStack VM $($record.uuid), not to $Uuid" }
    if ($record.host -ne $run.Facts.ComputerName) { Stop-Script 'record_foreign' "the record $recordPath was written by the host $($record.host); the VM $Name may be there" }
    if ($record.phase -eq 'creating') { Clear-HalfMade $null $Sidecar; return }
    Stop-Script 'vm_unfinished' "the record $recordPath says '$($record.phase)', but its VM is not on this host"
}

Enter-Turn $Name $VhdPath
Watch-Cancellation $Name $VhdPath
Enter-Step 'look'
foreach ($folder in $VhdPath, $VmPath) {
    if (-not (Test-Path -LiteralPath $folder -PathType Container)) { Stop-Script 'folder_not_found' "there is no folder $folder on this host" }
}
$existing = Find-Existing
if ($null -ne $existing) {
    Use-Machine $existing.Machine $existing.Sidecar
    return
}
Enter-Step 'check'
$null = Get-NeededSwitch $Nics
Assert-Template $TemplatePath
if (Test-Path -LiteralPath $disk) { Stop-Script 'disk_exists' "there is a file $disk already, and it is not this VM's" }
New-Machine
