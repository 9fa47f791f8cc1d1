# CIM: the classes, WQL, projection.
. $PSScriptRoot/assert.ps1

$namespace = 'root\virtualization\v2'
$vm = Hyper-V\New-VM -Name 'i-2-45-VM' -NoVHD -Generation 2 -MemoryStartupBytes 1GB -Path $vmFolder
$other = Hyper-V\New-VM -Name 'i-2x45-VM.unclaimed-0000000a' -NoVHD -Generation 2 -MemoryStartupBytes 1GB -Path $vmFolder
$parked = Hyper-V\New-VM -Name 'i_2-45-VM.unclaimed-0000000b' -NoVHD -Generation 2 -MemoryStartupBytes 1GB -Path $vmFolder

function Find-Name { param([string] $Condition) @(Get-CimInstance -Namespace $namespace -Query "SELECT Name, ElementName FROM Msvm_ComputerSystem WHERE $Condition" | ForEach-Object { $_.ElementName } | Sort-Object) -join ' ' }

Test-Case 'WQL: =, LIKE with % _ [_], AND, OR, NOT, brackets, any letter case' {
    Assert-Equal 'i-2-45-VM' (Find-Name "ElementName = 'I-2-45-vm'")
    Assert-Equal 'i_2-45-VM.unclaimed-0000000b' (Find-Name "ElementName LIKE 'i[_]2-45-VM.unclaimed-%'")
    Assert-Equal 'i-2x45-VM.unclaimed-0000000a' (Find-Name "ElementName LIKE 'i-2_45-vm.UNCLAIMED-%'")
    Assert-Equal 'i-2-45-VM i_2-45-VM.unclaimed-0000000b' (Find-Name "ElementName = 'i-2-45-VM' OR ElementName LIKE 'i[_]2-45-VM.unclaimed-%'")
    Assert-Equal 'i-2x45-VM.unclaimed-0000000a' (Find-Name "ElementName LIKE '%unclaimed%' AND NOT (ElementName LIKE 'i[_]%')")
    Assert-Equal 'HV01' (Find-Name "EnabledState = 2")
    Assert-Failure { Find-Name "Nothing = 'x'" } 'HRESULT 0x80041017,*'
    Assert-Failure { Find-Name "ElementName == 'x'" } 'HRESULT 0x80041017,*'
}

Test-Case 'what is not selected is empty, what does not exist fails under strict mode' {
    $row = Get-CimInstance -Namespace $namespace -Query "SELECT Name FROM Msvm_ComputerSystem WHERE ElementName = 'i-2-45-VM'"
    Assert-Equal "$($vm.Id)".ToUpperInvariant() $row.Name
    Assert-Equal '' $row.ElementName
    Assert-Failure { $row.NoSuchThing } 'PropertyNotFoundStrict'
    $row = Get-CimInstance -Namespace $namespace -ClassName Msvm_ComputerSystem -Filter "ElementName = 'i-2-45-VM'" -Property EnabledState
    Assert-Equal ' 3' "$($row.Name) $($row.EnabledState)"
}

Test-Case 'a class that is not there, or is in another namespace' {
    Assert-Failure { Get-CimInstance -Namespace $namespace -ClassName Msvm_Nothing } 'HRESULT 0x80041010,Microsoft.Management.Infrastructure.CimCmdlets.GetCimInstanceCommand' 'ObjectNotFound'
    Assert-Failure { Get-CimInstance -ClassName Msvm_ComputerSystem } 'HRESULT 0x80041010,*'
}

Test-Case 'states have WMI''s numbers, the host is a row too, times are local' {
    foreach ($pair in @('Running', 2), @('Off', 3), @('Paused', 32768), @('Saved', 32769), @('Stopping', 32774)) {
        Set-WorldPart { param($world) ($world.Machines | Where-Object { $_.Name -eq 'i-2-45-VM' }).State = $pair[0] }
        Assert-Equal $pair[1] (Get-CimInstance -Namespace $namespace -ClassName Msvm_ComputerSystem -Filter "ElementName = 'i-2-45-VM'").EnabledState
    }
    Set-WorldPart { param($world) ($world.Machines | Where-Object { $_.Name -eq 'i-2-45-VM' }).State = 'Off' }
    Assert-Equal 4 @(Get-CimInstance -Namespace $namespace -ClassName Msvm_ComputerSystem).Count
    Assert-Equal 'Local' (Get-CimInstance -Namespace $namespace -ClassName Msvm_ComputerSystem -Filter "ElementName = 'i-2-45-VM'").TimeOfLastStateChange.Kind
}

Test-Case 'attached files of VMs and of their checkpoints' {
    Copy-Item -LiteralPath $template -Destination "$diskFolder\a.vhdx"
    Hyper-V\Add-VMHardDiskDrive -VM $vm -Path "$diskFolder\a.vhdx"
    Hyper-V\Add-VMDvdDrive -VM $vm -Path 'D:\ISO\alma9.iso'
    $snapshot = Hyper-V\Checkpoint-VM -VM $vm -SnapshotName s -Passthru
    $disks = @(Get-CimInstance -Namespace $namespace -Query "SELECT InstanceID, HostResource FROM Msvm_StorageAllocationSettingData WHERE ResourceSubType = 'Microsoft:Hyper-V:Virtual Hard Disk'")
    Assert-Equal 2 $disks.Count
    $ofSnapshot = @($disks | Where-Object { $_.InstanceID.StartsWith("Microsoft:$("$($snapshot.Id)".ToUpperInvariant())\") })
    Assert-Equal "$diskFolder\a.vhdx" $ofSnapshot[0].HostResource[0]
    $ofMachine = @($disks | Where-Object { $_.InstanceID.StartsWith("Microsoft:$("$($vm.Id)".ToUpperInvariant())\") })
    Assert-Equal $true ($ofMachine[0].HostResource[0] -match '\\a_[0-9A-F-]{36}\.avhdx$')
    Assert-Equal 2 @(Get-CimInstance -Namespace $namespace -ClassName Msvm_StorageAllocationSettingData -Filter "ResourceSubType = 'Microsoft:Hyper-V:Virtual CD/DVD Disk'").Count
}

Complete-Test
