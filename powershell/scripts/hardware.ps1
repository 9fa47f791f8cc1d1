<#
.SYNOPSIS
The virtual hardware of a new VM: devices, drives, firmware.
#>

# What New-VM adds of itself: an adapter and, in generation 1, an empty DVD drive. By object: their names are localized.
function Remove-DefaultDevice {
    param([Parameter(Mandatory = $true)] $Vm)
    foreach ($adapter in @(Hyper-V\Get-VMNetworkAdapter -VM $Vm)) { Hyper-V\Remove-VMNetworkAdapter -VMNetworkAdapter $adapter }
    foreach ($drive in @(Hyper-V\Get-VMDvdDrive -VM $Vm)) { Hyper-V\Remove-VMDvdDrive -VMDvdDrive $drive }
}

# CloudStack decides when and where a VM starts, and takes its own snapshots.
function Set-Behaviour {
    param([Parameter(Mandatory = $true)] $Vm)
    Hyper-V\Set-VM -VM $Vm -AutomaticStartAction Nothing -AutomaticStopAction ShutDown
    if ((Get-Command -Name Hyper-V\Set-VM).Parameters.ContainsKey('AutomaticCheckpointsEnabled')) { Hyper-V\Set-VM -VM $Vm -AutomaticCheckpointsEnabled $false }
}

# Generation 1 boots from IDE only, generation 2 has only SCSI.
function Add-RootDisk {
    param([Parameter(Mandatory = $true)] $Vm, [Parameter(Mandatory = $true)] [string] $Path)
    $controller = 'SCSI'
    if ($Vm.Generation -eq 1) { $controller = 'IDE' }
    Hyper-V\Add-VMHardDiskDrive -VM $Vm -ControllerType $controller -ControllerNumber 0 -ControllerLocation 0 -Path $Path -Passthru
}

function Add-InstallationMedium {
    param([Parameter(Mandatory = $true)] $Vm, [Parameter(Mandatory = $true)] [string] $Path)
    if ($Vm.Generation -eq 1) { return Hyper-V\Add-VMDvdDrive -VM $Vm -ControllerNumber 1 -ControllerLocation 0 -Path $Path -Passthru }
    Hyper-V\Add-VMDvdDrive -VM $Vm -ControllerNumber 0 -ControllerLocation 1 -Path $Path -Passthru
}

# Generation 2: disk, medium, network. UEFI passes over an empty disk, so the first start installs from the medium and every later
# one runs what was installed. Generation 1 keeps its BIOS' order, which begins with the medium.
function Set-BootOrder {
    param([Parameter(Mandatory = $true)] $Vm, [Parameter(Mandatory = $true)] $Disk, $Medium)
    if ($Vm.Generation -ne 2) { return }
    $order = @($Disk)
    if ($null -ne $Medium) { $order += $Medium }
    $order += @(Hyper-V\Get-VMNetworkAdapter -VM $Vm)
    Hyper-V\Set-VMFirmware -VM $Vm -BootOrder $order
}

function Set-SecureBoot {
    param([Parameter(Mandatory = $true)] $Vm, [Parameter(Mandatory = $true)] [string] $SecureBoot)
    if ($Vm.Generation -ne 2) { return }
    switch ($SecureBoot) {
        'off' { Hyper-V\Set-VMFirmware -VM $Vm -EnableSecureBoot Off }
        'windows' { Hyper-V\Set-VMFirmware -VM $Vm -EnableSecureBoot On -SecureBootTemplate MicrosoftWindows }
        'linux' { Hyper-V\Set-VMFirmware -VM $Vm -EnableSecureBoot On -SecureBootTemplate MicrosoftUEFICertificateAuthority }
    }
}
