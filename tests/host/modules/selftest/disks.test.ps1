# Drives and their places, firmware, virtual disks.
. $PSScriptRoot/assert.ps1

$one = Hyper-V\New-VM -Name gen1 -NoVHD -Generation 1 -MemoryStartupBytes 1GB -Path $vmFolder
$two = Hyper-V\New-VM -Name gen2 -NoVHD -Generation 2 -MemoryStartupBytes 1GB -Path $vmFolder
1..3 | ForEach-Object { Copy-Item -LiteralPath $template -Destination "$diskFolder\d$_.vhdx" }

function Get-Place { param($Drive) "$($Drive.ControllerType) $($Drive.ControllerNumber):$($Drive.ControllerLocation)" }

Test-Case 'places: the first free one, a wanted one, a taken one, too many' {
    Assert-Equal 'IDE 0:0' (Get-Place (Hyper-V\Add-VMHardDiskDrive -VM $one -Path "$diskFolder\d1.vhdx" -Passthru))
    Assert-Equal 'IDE 0:1' (Get-Place (Hyper-V\Add-VMHardDiskDrive -VM $one -Path "$diskFolder\d2.vhdx" -Passthru))
    Assert-Equal 'SCSI 0:0' (Get-Place (Hyper-V\Add-VMHardDiskDrive -VM $one -ControllerType SCSI -Path "$diskFolder\d3.vhdx" -Passthru))
    Assert-Equal 'IDE 1:1' (Get-Place (Hyper-V\Add-VMDvdDrive -VM $one -Passthru))
    Assert-Failure { Hyper-V\Add-VMDvdDrive -VM $one } 'OperationFailed,*'
    Assert-Failure { Hyper-V\Add-VMHardDiskDrive -VM $one -ControllerType IDE -ControllerNumber 0 -ControllerLocation 1 } 'OperationFailed,*'
    Assert-Failure { Hyper-V\Add-VMHardDiskDrive -VM $two -ControllerType IDE } 'InvalidParameter,*'
    Assert-Equal 'SCSI 0:0' (Get-Place (Hyper-V\Add-VMHardDiskDrive -VM $two -Path "$diskFolder\d1.vhdx" -Passthru))
    Assert-Equal 'SCSI 0:1' (Get-Place (Hyper-V\Add-VMDvdDrive -VM $two -Path 'D:\ISO\alma9.iso' -Passthru))
}

Test-Case 'a file that is not there or is no disk' {
    Assert-Failure { Hyper-V\Add-VMHardDiskDrive -VM $two -Path 'D:\nope.vhdx' } 'ObjectNotFound,*'
    Assert-Failure { Hyper-V\Add-VMHardDiskDrive -VM $two -Path 'D:\ISO\alma9.iso' } 'InvalidParameter,*'
    Assert-Failure { Hyper-V\Add-VMDvdDrive -VM $two -Path 'D:\nope.iso' } 'InvalidParameter,Microsoft.HyperV.PowerShell.Commands.AddVMDvdDrive'
    Set-WorldPart { param($world) $world.Shares = @(@{ Head = '\\nas\iso'; Folder = 'share'; Access = 'denied' }) }
    Assert-Failure { Hyper-V\Get-VMDvdDrive -VM $two | Hyper-V\Set-VMDvdDrive -Path '\\nas\iso\a.iso' } 'AccessDenied,Microsoft.HyperV.PowerShell.Commands.SetVMDvdDrive' 'PermissionDenied' '' '(0x80070005)'
}

Test-Case 'a DVD is ejected and changed while the VM runs, IDE cannot be added then' {
    $dvd = Hyper-V\Get-VMDvdDrive -VM $two
    Hyper-V\Start-VM -VM $two
    Hyper-V\Set-VMDvdDrive -VMDvdDrive $dvd -Path $null
    Assert-Equal '' (Hyper-V\Get-VMDvdDrive -VM $two).Path
    Hyper-V\Set-VMDvdDrive -VMDvdDrive $dvd -Path 'D:\ISO\alma9.iso'
    Assert-Failure { Remove-Item -LiteralPath 'D:\ISO\alma9.iso' } 'RemoveFileSystemItemIOError,*' 'WriteError' '0x80070020'
    Assert-Failure { Hyper-V\Start-VM -VM $one } '*' '' '' '(0x80070020)'
    Hyper-V\Stop-VM -VM $two -TurnOff
    Hyper-V\Start-VM -VM $one
    Assert-Failure { Hyper-V\Get-VMDvdDrive -VM $one | Select-Object -First 1 | Hyper-V\Remove-VMDvdDrive } 'InvalidState,*'
    Hyper-V\Stop-VM -VM $one -TurnOff
    Hyper-V\Remove-VMDvdDrive -VMName gen1 -ControllerNumber 1 -ControllerLocation 1
    Assert-Failure { Hyper-V\Remove-VMDvdDrive -VMName gen1 -ControllerNumber 1 -ControllerLocation 1 } 'InvalidParameter,*'
}

Test-Case 'firmware is of generation 2, BIOS of generation 1' {
    Assert-Failure { Hyper-V\Set-VMFirmware -VM $one -EnableSecureBoot Off } 'InvalidOperation,*SetVMFirmware'
    Assert-Failure { Hyper-V\Get-VMBios -VM $two } 'InvalidOperation,*'
    Assert-Failure { Hyper-V\Set-VMFirmware -VM $two -EnableSecureBoot On -SecureBootTemplate Linux } 'InvalidParameter,*'
    Assert-Failure { Hyper-V\Set-VMFirmware -VM $two -EnableSecureBoot Off -SecureBootTemplate MicrosoftWindows } '*SetVMFirmware'
    Hyper-V\Set-VMFirmware -VM $two -EnableSecureBoot On -SecureBootTemplate MicrosoftUEFICertificateAuthority
    Assert-Equal 'On MicrosoftUEFICertificateAuthority' (Hyper-V\Get-VMFirmware -VM $two | ForEach-Object { "$($_.SecureBoot) $($_.SecureBootTemplate)" })
    Hyper-V\Start-VM -VM $two
    Assert-Failure { Hyper-V\Set-VMFirmware -VM $two -EnableSecureBoot Off } 'InvalidState,*'
    Hyper-V\Stop-VM -VM $two -TurnOff
    Assert-Failure { Hyper-V\Set-VMBios -VM $one -StartupOrder CD, IDE } 'InvalidParameter,*'
    Hyper-V\Set-VMBios -VM $one -StartupOrder IDE, CD, LegacyNetworkAdapter, Floppy
    Assert-Equal 'IDE CD LegacyNetworkAdapter Floppy' "$((Hyper-V\Get-VMBios -VM $one).StartupOrder)"
}

Test-Case 'boot order: the default adapter first, the first device moves up, an order replaces the list, a foreign device is refused' {
    Assert-Equal 'Network Drive Drive' "$((Hyper-V\Get-VMFirmware -VM $two).BootOrder | ForEach-Object { $_.BootType })"
    $disk = Hyper-V\Get-VMHardDiskDrive -VM $two
    $dvd = Hyper-V\Get-VMDvdDrive -VM $two
    Hyper-V\Set-VMFirmware -VM $two -FirstBootDevice $disk
    Assert-Equal 'Drive Network Drive' "$((Hyper-V\Get-VMFirmware -VM $two).BootOrder | ForEach-Object { $_.BootType })"
    Hyper-V\Set-VMFirmware -VM $two -BootOrder $disk, $dvd
    Assert-Equal 'HardDiskDrive DvdDrive' "$((Hyper-V\Get-VMFirmware -VM $two).BootOrder | ForEach-Object { $_.Device.GetType().Name })"
    Assert-Failure { Hyper-V\Set-VMFirmware -VM $two -FirstBootDevice (Hyper-V\Get-VMNetworkAdapter -VM $one) } 'InvalidParameter,*'
    Hyper-V\Remove-VMDvdDrive -VMDvdDrive $dvd
    Assert-Equal 1 @((Hyper-V\Get-VMFirmware -VM $two).BootOrder).Count
}

Test-Case 'New-VHD: sizes, existing file, missing folder, differencing; Resize-VHD' {
    $disk = Hyper-V\New-VHD -Path "$diskFolder\new.vhdx" -SizeBytes 10GB -Dynamic
    Assert-Equal "Dynamic VHDX 10737418240 False" "$($disk.VhdType) $($disk.VhdFormat) $($disk.Size) $($disk.Attached)"
    Assert-Failure { Hyper-V\New-VHD -Path "$diskFolder\new.vhdx" -SizeBytes 10GB } 'OperationFailed,Microsoft.Vhd.PowerShell.Cmdlets.NewVhd' 'NotSpecified' '' '(0x80070050)'
    Assert-Failure { Hyper-V\New-VHD -Path "$diskFolder\odd.vhdx" -SizeBytes 10000000001 } 'InvalidParameter,*'
    Assert-Failure { Hyper-V\New-VHD -Path "$diskFolder\big.vhdx" -SizeBytes 65TB } 'InvalidParameter,*'
    Assert-Failure { Hyper-V\New-VHD -Path 'D:\nope\x.vhdx' -SizeBytes 10GB } '*NewVhd'
    $child = Hyper-V\New-VHD -Path "$diskFolder\child.vhdx" -ParentPath "$diskFolder\new.vhdx" -Differencing
    Assert-Equal "Differencing $diskFolder\new.vhdx" "$($child.VhdType) $($child.ParentPath)"
    Hyper-V\Resize-VHD -Path "$diskFolder\new.vhdx" -SizeBytes 20GB
    Assert-Equal 20GB (Hyper-V\Get-VHD -Path "$diskFolder\new.vhdx").Size
    Assert-Failure { Hyper-V\Resize-VHD -Path "$diskFolder\new.vhdx" -SizeBytes 10GB } 'InvalidParameter,*'
    Assert-Failure { Hyper-V\Get-VHD -Path 'D:\nope.vhdx' } '*GetVhd' '' '' '(0x80070002)'
}

Complete-Test
