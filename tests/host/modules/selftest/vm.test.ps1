# VMs: names, New-VM's surprises, objects that are live, removal.
. $PSScriptRoot/assert.ps1

Test-Case 'a missing name is InvalidParameter of Get-VM, ObjectNotFound of all others' {
    Assert-Failure { Hyper-V\Get-VM -Name nope } 'InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVM' 'InvalidArgument' '0x80131500'
    Assert-Failure { Hyper-V\Set-VM -Name nope -Notes x } 'ObjectNotFound,Microsoft.HyperV.PowerShell.Commands.SetVM' 'ObjectNotFound'
    Assert-Failure { Hyper-V\Get-VM -Id ([guid]::NewGuid()) } 'InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVM'
}

Test-Case 'the error preference of the caller decides, -ErrorAction outranks it' {
    Assert-Equal '' (Hyper-V\Get-VM -Name nope -ErrorAction SilentlyContinue)
    $seen = & { $ErrorActionPreference = 'SilentlyContinue'; Hyper-V\Get-VM -Name nope; 'went on' }
    Assert-Equal 'went on' $seen
}

Test-Case 'New-VM brings an adapter and no switch; the second VM of a name is no error and gets a numbered folder' {
    $first = Hyper-V\New-VM -Name twin -NoVHD -Generation 2 -MemoryStartupBytes 1GB -Path $vmFolder
    $second = Hyper-V\New-VM -Name twin -NoVHD -Generation 2 -MemoryStartupBytes 1GB -Path $vmFolder
    Assert-Equal "$vmFolder\twin" $first.Path
    Assert-Equal "$vmFolder\twin (2)" $second.ConfigurationLocation
    Assert-Equal 2 @(Hyper-V\Get-VM -Name 'tw*').Count
    Assert-Equal 'Network Adapter//000000000000' (Hyper-V\Get-VMNetworkAdapter -VM $first | ForEach-Object { "$($_.Name)/$($_.SwitchName)/$($_.MacAddress)" })
    Assert-Equal 0 @(Hyper-V\Get-VMDvdDrive -VM $first).Count
}

Test-Case 'generation 1 brings an empty DVD drive at IDE 1:0' {
    $vm = Hyper-V\New-VM -Name old -NoVHD -Generation 1 -MemoryStartupBytes 1GB -Path $vmFolder
    Assert-Equal 'IDE 1:0 ' (Hyper-V\Get-VMDvdDrive -VM $vm | ForEach-Object { "$($_.ControllerType) $($_.ControllerNumber):$($_.ControllerLocation) $($_.Path)" })
}

Test-Case 'New-VM refuses a path on no drive, a version it does not know, odd memory, generation 3' {
    Assert-Failure { Hyper-V\New-VM -Name x -NoVHD -Path 'Q:\vms' } 'ObjectNotFound,Microsoft.HyperV.PowerShell.Commands.NewVM' 'ObjectNotFound' '' '0x80070003'
    Assert-Failure { Hyper-V\New-VM -Name x -NoVHD -Path $vmFolder -Version 12.0 } 'InvalidParameter,*'
    Assert-Failure { Hyper-V\New-VM -Name x -NoVHD -Path $vmFolder -MemoryStartupBytes 1000000001 } 'InvalidParameter,*'
    Assert-Failure { Hyper-V\New-VM -Name x -NoVHD -Path $vmFolder -Generation 3 } 'ParameterArgumentValidationError,*'
    Assert-Failure { Hyper-V\New-VM -Name x -NoVHD -Path $vmFolder -SwitchName nope } 'InvalidParameter,*'
    Assert-Equal 0 @(Hyper-V\Get-VM | Where-Object { $_.Name -eq 'x' }).Count
}

Test-Case 'an object is live: another process may change it' {
    $vm = Hyper-V\New-VM -Name live -NoVHD -Generation 2 -MemoryStartupBytes 1GB -Path $vmFolder
    Set-WorldPart { param($world) ($world.Machines | Where-Object { $_.Name -eq 'live' }).State = 'Paused' }
    Assert-Equal 'Paused' $vm.State
    Assert-Equal $true ($vm.State -eq 'Paused')
    Assert-Equal '9' ($vm.State | ConvertTo-Json)
    Set-WorldPart { param($world) ($world.Machines | Where-Object { $_.Name -eq 'live' }).State = 'Off' }
    Hyper-V\Set-VM -VM $vm -Notes "one`r`ntwo"
    Assert-Equal "one`r`ntwo" $vm.Notes
}

Test-Case 'strict mode fails on a property that VMs do not have' {
    $vm = @(Hyper-V\Get-VM)[0]
    Assert-Failure { $vm.Nothing } 'PropertyNotFoundStrict'
}

Test-Case 'Set-VM: memory kinds exclude each other, Notes and name change at any time, hardware only off' {
    $vm = Hyper-V\New-VM -Name settings -NoVHD -Generation 2 -MemoryStartupBytes 1GB -Path $vmFolder
    Assert-Failure { Hyper-V\Set-VM -VM $vm -StaticMemory -DynamicMemory } 'InvalidParameter,*'
    Assert-Failure { Hyper-V\Set-VMMemory -VM $vm -MinimumBytes 512MB } 'InvalidParameter,*'
    Hyper-V\Set-VM -VM $vm -AutomaticStartAction Nothing -AutomaticStopAction ShutDown -AutomaticCheckpointsEnabled $false
    Hyper-V\Start-VM -VM $vm
    Hyper-V\Rename-VM -VM $vm -NewName 'settings.unclaimed-00000001'
    Assert-Equal 'settings.unclaimed-00000001' $vm.Name
    Assert-Failure { Hyper-V\Set-VMProcessor -VM $vm -Count 2 } 'InvalidState,*'
    Assert-Failure { Hyper-V\Set-VMProcessor -VM $vm -Count 0 } 'InvalidState,*'
    Hyper-V\Stop-VM -VM $vm -TurnOff -Force
    Assert-Failure { Hyper-V\Set-VMProcessor -VM $vm -Count 0 } 'InvalidParameter,*'
    Hyper-V\Set-VMMemory -VM $vm -DynamicMemoryEnabled $true -StartupBytes 1GB -MinimumBytes 512MB -MaximumBytes 2GB
    Assert-Failure { Hyper-V\Set-VMMemory -VM $vm -StartupBytes 4GB } 'InvalidParameter,*'
    Assert-Equal $true $vm.DynamicMemoryEnabled
    Assert-Equal 1GB $vm.MemoryStartup
}

Test-Case 'Remove-VM: refused while running, asks without -Force, leaves disks and empty folders' {
    $vm = Hyper-V\New-VM -Name gone -NoVHD -Generation 2 -MemoryStartupBytes 1GB -Path $vmFolder
    Copy-Item -LiteralPath $template -Destination "$diskFolder\gone.vhdx"
    Hyper-V\Add-VMHardDiskDrive -VM $vm -Path "$diskFolder\gone.vhdx"
    Hyper-V\Start-VM -VM $vm
    Assert-Failure { Hyper-V\Remove-VM -VM $vm -Force } 'InvalidState,*RemoveVM'
    Hyper-V\Stop-VM -VM $vm -TurnOff
    Assert-Failure { Hyper-V\Remove-VM -VM $vm } 'InvalidOperation,*RemoveVM'
    Hyper-V\Remove-VM -VM $vm -Force
    Assert-Equal $true (Test-Path -LiteralPath "$diskFolder\gone.vhdx")
    Assert-Equal '0' @(Get-ChildItem -LiteralPath "$vmFolder\gone" -Recurse -File).Count
    Assert-Equal 'Snapshots,Virtual Machines' (@(Get-ChildItem -LiteralPath "$vmFolder\gone" -Name) -join ',')
    Assert-Failure { Hyper-V\Set-VM -VM $vm -Notes x } 'ObjectNotFound,*SetVM'
    Assert-Equal 'gone' $vm.Name
}

Test-Case 'without rights lists are empty, only Get-VMHost says why; without the service everything fails' {
    Set-WorldPart { param($world) $world.Host.Rights = 'none' }
    Assert-Equal 0 @(Hyper-V\Get-VM).Count
    Assert-Equal 0 @(Hyper-V\Get-VMSwitch).Count
    Assert-Equal 0 @(Get-CimInstance -Namespace root\virtualization\v2 -ClassName Msvm_ComputerSystem).Count
    Assert-Failure { Hyper-V\Get-VMHost } 'AccessDenied,Microsoft.HyperV.PowerShell.Commands.GetVMHost' 'PermissionDenied'
    Set-WorldPart { param($world) $world.Host.Rights = 'full'; $world.Host.Vmms = 'dead' }
    Assert-Failure { Hyper-V\Get-VM } '*GetVM' 'ResourceUnavailable'
    Assert-Failure { Hyper-V\Get-VMHost } '*GetVMHost' 'ResourceUnavailable'
    Assert-Failure { Get-CimInstance -Namespace root\virtualization\v2 -ClassName Msvm_ComputerSystem } 'HRESULT 0x800706ba,*' 'ConnectionError' '0x800706BA'
    Set-WorldPart { param($world) $world.Host.Vmms = 'up' }
    Assert-Equal 'HV01' (Hyper-V\Get-VMHost).ComputerName
}

Complete-Test
