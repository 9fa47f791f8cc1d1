# Power: states, refusals, what keeps a VM from starting.
. $PSScriptRoot/assert.ps1

function New-TestMachine {
    param([string] $Name, [long] $Memory = 1GB, [int] $Generation = 2)
    $vm = Hyper-V\New-VM -Name $Name -NoVHD -Generation $Generation -MemoryStartupBytes $Memory -Path $vmFolder
    Copy-Item -LiteralPath $template -Destination "$diskFolder\$Name.vhdx"
    Hyper-V\Add-VMHardDiskDrive -VM $vm -Path "$diskFolder\$Name.vhdx"
    $vm
}

Test-Case 'the matrix of states' {
    $vm = New-TestMachine 'states'
    Hyper-V\Start-VM -VM $vm
    Hyper-V\Start-VM -VM $vm
    Assert-Failure { Hyper-V\Resume-VM -VM $vm } 'InvalidState,*ResumeVM'
    Hyper-V\Suspend-VM -VM $vm
    Assert-Equal 'Paused' $vm.State
    Assert-Failure { Hyper-V\Suspend-VM -VM $vm } 'InvalidState,*'
    Assert-Failure { Hyper-V\Start-VM -VM $vm } 'InvalidState,*'
    Hyper-V\Resume-VM -VM $vm
    Hyper-V\Save-VM -VM $vm
    Assert-Equal 'Saved' $vm.State
    Assert-Failure { Hyper-V\Stop-VM -VM $vm -TurnOff } 'InvalidState,*'
    Hyper-V\Start-VM -VM $vm
    Hyper-V\Stop-VM -VM $vm -Save
    Hyper-V\Remove-VMSavedState -VM $vm
    Assert-Equal 'Off' $vm.State
    Assert-Failure { Hyper-V\Restart-VM -VM $vm -Force } 'InvalidState,*'
}

Test-Case 'already in the state: a warning, by the caller''s preference' {
    $vm = Hyper-V\Get-VM -Name states
    $warnings = & { $WarningPreference = 'Continue'; Hyper-V\Stop-VM -VM $vm -TurnOff 3>&1 }
    Assert-Equal 'The virtual machine is already in the specified state.' $warnings
    Assert-Equal '' (Hyper-V\Stop-VM -VM $vm -TurnOff 3>&1)
}

Test-Case 'not enough memory' {
    Set-WorldPart { param($world) $world.Host.MemoryBytes = 3GB }
    $one = New-TestMachine 'one' 2GB
    $two = New-TestMachine 'two' 2GB
    Hyper-V\Start-VM -VM $one
    Assert-Failure { Hyper-V\Start-VM -VM $two } 'OutOfMemory,Microsoft.HyperV.PowerShell.Commands.StartVM' 'FromStdErr' '0x80131500' '(0x8007000E)'
    Assert-Equal 'Off' $two.State
    Hyper-V\Stop-VM -VM $one -TurnOff
    Set-WorldPart { param($world) $world.Host.MemoryBytes = 128GB }
}

Test-Case 'one disk at two VMs is accepted and refused at the start' {
    $one = Hyper-V\Get-VM -Name one
    $thief = Hyper-V\New-VM -Name thief -NoVHD -Generation 2 -MemoryStartupBytes 1GB -Path $vmFolder
    Hyper-V\Add-VMHardDiskDrive -VM $thief -Path "$diskFolder\one.vhdx"
    Hyper-V\Start-VM -VM $one
    Assert-Failure { Hyper-V\Start-VM -VM $thief } '*StartVM' '' '' '(0x80070020)'
}

Test-Case 'a disk that is missing, read-only, sparse or held by someone else' {
    $vm = New-TestMachine 'disks'
    $path = "$diskFolder\disks.vhdx"
    Set-ItemProperty -LiteralPath $path -Name IsReadOnly -Value $true
    Assert-Failure { Hyper-V\Start-VM -VM $vm } 'AccessDenied,*' 'PermissionDenied' '' '(0x80070005)'
    Set-ItemProperty -LiteralPath $path -Name IsReadOnly -Value $false
    Set-WorldPart { param($world) $world.Attributes["$path".ToLowerInvariant()] = 'SparseFile' }
    Assert-Failure { Hyper-V\Start-VM -VM $vm } '*' '' '' '(0xC03A001A)'
    fsutil.exe sparse setflag $path 0
    Set-WorldPart { param($world) $world.Held = @(@{ Path = $path; Share = 'none' }) }
    Assert-Failure { Hyper-V\Start-VM -VM $vm } '*' '' '' '(0x80070020)'
    Set-WorldPart { param($world) $world.Held = @() }
    Move-Item -LiteralPath $path -Destination "$path.away"
    Assert-Failure { Hyper-V\Start-VM -VM $vm } 'ObjectNotFound,*' '' '' '(0x80070002)'
    Move-Item -LiteralPath "$path.away" -Destination $path
    Hyper-V\Start-VM -VM $vm
    Assert-Equal 'Running' $vm.State
}

Test-Case 'a guest is asked by CIM: accepted, not ready, locked, already asked, gone' {
    $vm = New-TestMachine 'guest'
    $query = "SELECT * FROM Msvm_ShutdownComponent WHERE SystemName = '$("$($vm.Id)".ToUpperInvariant())'"
    Assert-Equal 0 @(Get-CimInstance -Namespace root\virtualization\v2 -Query $query).Count
    Hyper-V\Start-VM -VM $vm
    $component = Get-CimInstance -Namespace root\virtualization\v2 -Query $query
    Set-WorldPart { param($world) ($world.Machines | Where-Object { $_.Name -eq 'guest' }).Guest = @{ Shutdown = 'polite'; ShutdownSeconds = 600; BootSeconds = 600 } }
    Assert-Equal 32780 (Invoke-CimMethod -InputObject $component -MethodName InitiateShutdown -Arguments @{ Force = $true; Reason = 'test' }).ReturnValue
    Set-WorldPart { param($world) ($world.Machines | Where-Object { $_.Name -eq 'guest' }).Guest = @{ Shutdown = 'locked'; ShutdownSeconds = 600; BootSeconds = 0 } }
    Assert-Equal 32781 (Invoke-CimMethod -InputObject $component -MethodName InitiateShutdown -Arguments @{ Force = $false; Reason = 'test' }).ReturnValue
    Assert-Equal 0 (Invoke-CimMethod -InputObject $component -MethodName InitiateShutdown -Arguments @{ Force = $true; Reason = 'test' }).ReturnValue
    Assert-Equal 32782 (Invoke-CimMethod -InputObject $component -MethodName InitiateShutdown -Arguments @{ Force = $true; Reason = 'test' }).ReturnValue
    Assert-Equal 'Running' $vm.State
    Set-WorldPart { param($world) $world.Host.ClockOffsetSeconds = 700 }
    Assert-Equal 'Off' $vm.State
    Assert-Equal 32775 (Invoke-CimMethod -InputObject $component -MethodName InitiateReboot -Arguments @{ Force = $true; Reason = 'test' }).ReturnValue
    Set-WorldPart { param($world) $world.Host.ClockOffsetSeconds = 0 }
    Assert-Failure { Hyper-V\Start-VM -VM $vm; Set-WorldPart { param($world) ($world.Machines | Where-Object { $_.Name -eq 'guest' }).Guest.Shutdown = 'absent' }; Hyper-V\Stop-VM -VM $vm } 'InvalidOperation,*StopVM'
}

Complete-Test
