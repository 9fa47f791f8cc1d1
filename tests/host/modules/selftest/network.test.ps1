# Adapters, VLANs, isolation.
. $PSScriptRoot/assert.ps1

$vm = Hyper-V\New-VM -Name net -NoVHD -Generation 2 -MemoryStartupBytes 1GB -Path $vmFolder
Hyper-V\Remove-VMNetworkAdapter -VM $vm

Test-Case 'MAC addresses: three forms, wrong length, multicast' {
    foreach ($form in '02:01:00:cc:00:01', '02-01-00-CC-00-01', '020100cc0001') {
        $nic = Hyper-V\Add-VMNetworkAdapter -VM $vm -Name NIC1 -StaticMacAddress $form -Passthru
        Assert-Equal '020100CC0001 False' "$($nic.MacAddress) $($nic.DynamicMacAddressEnabled)"
        Hyper-V\Remove-VMNetworkAdapter -VMNetworkAdapter $nic
    }
    Assert-Failure { Hyper-V\Add-VMNetworkAdapter -VM $vm -Name NIC1 -StaticMacAddress '0201' } 'InvalidParameter,*' '' '' 'StaticMacAddress'
    Assert-Failure { Hyper-V\Add-VMNetworkAdapter -VM $vm -Name NIC1 -StaticMacAddress '030100CC0001' } 'OperationFailed,*AddVMNetworkAdapter'
    Assert-Equal 0 @(Hyper-V\Get-VMNetworkAdapter -VM $vm).Count
}

Test-Case 'names are not unique; a wrong name is an error; without a name all are meant' {
    1..2 | ForEach-Object { Hyper-V\Add-VMNetworkAdapter -VM $vm -Name same }
    Assert-Equal 2 @(Hyper-V\Get-VMNetworkAdapter -VM $vm -Name same).Count
    Assert-Failure { Hyper-V\Get-VMNetworkAdapter -VM $vm -Name 'sa*' } 'InvalidParameter,*'
    Hyper-V\Set-VMNetworkAdapterVlan -VM $vm -Access -VlanId 7
    Assert-Equal '7,7' (@(Hyper-V\Get-VMNetworkAdapterVlan -VM $vm | ForEach-Object { $_.AccessVlanId }) -join ',')
    Hyper-V\Remove-VMNetworkAdapter -VM $vm
    Assert-Equal 0 @(Hyper-V\Get-VMNetworkAdapter -VM $vm).Count
}

Test-Case 'switches: missing at Add, Connect and Get; by object; disconnected' {
    Assert-Failure { Hyper-V\Add-VMNetworkAdapter -VM $vm -SwitchName nope } 'InvalidParameter,*'
    Assert-Equal 0 @(Hyper-V\Get-VMNetworkAdapter -VM $vm).Count
    $nic = Hyper-V\Add-VMNetworkAdapter -VM $vm -Name NIC1 -StaticMacAddress 020100CC0001 -Passthru
    Assert-Failure { Hyper-V\Connect-VMNetworkAdapter -VMNetworkAdapter $nic -SwitchName nope } 'InvalidParameter,*'
    Assert-Failure { Hyper-V\Get-VMSwitch -Name nope } 'InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVMSwitch'
    Hyper-V\Connect-VMNetworkAdapter -VMNetworkAdapter $nic -VMSwitch (Hyper-V\Get-VMSwitch)
    Assert-Equal 'External vSwitch True' (Hyper-V\Get-VMNetworkAdapter -VM $vm | ForEach-Object { "$($_.SwitchName) $($_.Connected)" })
    Hyper-V\Disconnect-VMNetworkAdapter -VMNetworkAdapter $nic
    Assert-Equal '' (Hyper-V\Get-VMNetworkAdapter -VM $vm).SwitchName
}

Test-Case 'VLAN: one mode with its numbers, 1 to 4094' {
    $nic = Hyper-V\Get-VMNetworkAdapter -VM $vm
    foreach ($number in 0, 4095, -1) { Assert-Failure { Hyper-V\Set-VMNetworkAdapterVlan -VMNetworkAdapter $nic -Access -VlanId $number } 'InvalidParameter,*' }
    Assert-Failure { Hyper-V\Set-VMNetworkAdapterVlan -VMNetworkAdapter $nic -VlanId 5 } 'InvalidParameter,*'
    Assert-Failure { Hyper-V\Set-VMNetworkAdapterVlan -VMNetworkAdapter $nic -Untagged -VlanId 5 } 'InvalidParameter,*'
    Assert-Failure { Hyper-V\Set-VMNetworkAdapterVlan -VMNetworkAdapter $nic -Untagged -Access } 'InvalidParameter,*'
    Hyper-V\Set-VMNetworkAdapterVlan -VMNetworkAdapter $nic -Trunk -AllowedVlanIdList '1-3,9' -NativeVlanId 0
    Assert-Equal 'Trunk 1 2 3 9' (Hyper-V\Get-VMNetworkAdapterVlan -VMNetworkAdapter $nic | ForEach-Object { "$($_.OperationMode) $($_.AllowedVlanIdList)" })
    Hyper-V\Set-VMNetworkAdapterVlan -VMNetworkAdapter $nic -Untagged
    Assert-Equal 'Untagged 0' (Hyper-V\Get-VMNetworkAdapterVlan -VMNetworkAdapter $nic | ForEach-Object { "$($_.OperationMode) $($_.AccessVlanId)" })
}

Test-Case 'isolation is seen by its own cmdlet only' {
    $nic = Hyper-V\Get-VMNetworkAdapter -VM $vm
    Assert-Equal 'None' (Hyper-V\Get-VMNetworkAdapterIsolation -VMNetworkAdapter $nic).IsolationMode
    Hyper-V\Set-VMNetworkAdapterIsolation -VMNetworkAdapter $nic -IsolationMode Vlan -DefaultIsolationID 42
    Assert-Equal 'Vlan' (Hyper-V\Get-VMNetworkAdapterIsolation -VMNetworkAdapter $nic).IsolationMode
    Assert-Equal 'Untagged' (Hyper-V\Get-VMNetworkAdapterVlan -VMNetworkAdapter $nic).OperationMode
}

Test-Case 'running: VLAN and switch change, the MAC does not; hot plug needs generation 2' {
    $nic = Hyper-V\Get-VMNetworkAdapter -VM $vm
    Hyper-V\Start-VM -VM $vm
    Hyper-V\Set-VMNetworkAdapterVlan -VMNetworkAdapter $nic -Access -VlanId 9
    Hyper-V\Connect-VMNetworkAdapter -VMNetworkAdapter $nic -SwitchName 'External vSwitch'
    Assert-Failure { Hyper-V\Set-VMNetworkAdapter -VMNetworkAdapter $nic -StaticMacAddress 020100CC0009 } 'InvalidState,*'
    $second = Hyper-V\Add-VMNetworkAdapter -VM $vm -Name NIC2 -Passthru
    Hyper-V\Remove-VMNetworkAdapter -VMNetworkAdapter $second
    Assert-Failure { Hyper-V\Remove-VMNetworkAdapter -VMNetworkAdapter $second } 'ObjectNotFound,*'
    Hyper-V\Save-VM -VM $vm
    Assert-Failure { Hyper-V\Add-VMNetworkAdapter -VM $vm -Name NIC3 } 'InvalidState,*'
    $old = Hyper-V\New-VM -Name oldnet -NoVHD -Generation 1 -MemoryStartupBytes 1GB -Path $vmFolder
    Hyper-V\Start-VM -VM $old
    Assert-Failure { Hyper-V\Add-VMNetworkAdapter -VM $old -Name NIC1 } 'InvalidState,*'
}

Test-Case 'a German host: other names and sentences, the same identifiers' {
    Set-WorldPart { param($world) $world.Host.Language = 'de' }
    $german = Hyper-V\New-VM -Name german -NoVHD -Generation 2 -MemoryStartupBytes 1GB -Path $vmFolder
    Assert-Equal 'Netzwerkkarte' (Hyper-V\Get-VMNetworkAdapter -VM $german).Name
    Assert-Failure { Hyper-V\Get-VM -Name nope } 'InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVM' 'InvalidArgument' '' 'konnte keinen virtuellen Computer'
    Set-WorldPart { param($world) $world.Host.Language = 'en' }
}

Complete-Test
