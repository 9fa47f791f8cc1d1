# Parameters: what binds on Windows binds here, what does not fails in binding; newer parameters exist on newer servers only.
. $PSScriptRoot/assert.ps1

$vm = Hyper-V\New-VM -Name bound -NoVHD -Generation 2 -MemoryStartupBytes 1GB -Path $vmFolder

Test-Case 'unknown parameters, wrong types and sets that do not go together' {
    Assert-Failure { Hyper-V\Get-VM -LiteralName x } 'NamedParameterNotFound,*'
    Assert-Failure { Hyper-V\Start-VM -VM 'bound' } 'ParameterArgumentTransformationError,*'
    Assert-Failure { Hyper-V\Get-VM -Name bound -Id $vm.Id } 'AmbiguousParameterSet,*'
    Assert-Failure { Hyper-V\New-VM -Name x -NoVHD -VHDPath 'D:\x.vhdx' } 'AmbiguousParameterSet,*'
    Assert-Failure { Hyper-V\Set-VMFirmware -VM $vm -EnableSecureBoot Yes } 'ParameterArgumentTransformationError,*'
    Assert-Failure { Hyper-V\Start-VM -VM $null } 'ParameterArgumentValidationError*'
    Assert-Failure { Hyper-V\Add-VMDvdDrive -VM $vm -ControllerType SCSI } 'NamedParameterNotFound,*'
}

Test-Case 'by position and through the pipeline, as objects and as names' {
    Assert-Equal 'bound' (Hyper-V\Get-VM bound).Name
    Assert-Equal 'bound' ('bound' | Hyper-V\Get-VM).Name
    Assert-Equal 'bound' ($vm.Id | Hyper-V\Get-VM).Name
    $vm | Hyper-V\Start-VM
    'bound' | Hyper-V\Stop-VM -TurnOff -Force
    Assert-Equal 'Off' $vm.State
    Hyper-V\Get-VMNetworkAdapter -VM $vm | Hyper-V\Remove-VMNetworkAdapter
    Assert-Equal 0 @(Hyper-V\Get-VMNetworkAdapter -VMName bound).Count
    Assert-Equal 'bound,bound' ((Hyper-V\Get-VM -Name bound, bound | ForEach-Object { $_.Name }) -join ',')
}

Test-Case 'what exists on Windows but is not modelled says so instead of doing nothing' {
    Assert-Equal $true (Get-Command -Name Hyper-V\Set-VMNetworkAdapter).Parameters.ContainsKey('VmqWeight')
    $child = Invoke-Child 'try { Hyper-V\Set-VM -Name bound -HighMemoryMappedIoSpace 1 } catch { "$_" }' "$env:HYPERV_STANDIN_STATE.unmodelled"
    Assert-Equal $true ("$($child.Output)" -like '*not modelled*') "$($child.Output)"
}

Test-Case 'cmdlets that ask fail where nobody can answer' {
    $ConfirmPreference = 'High'
    $snapshot = Hyper-V\Checkpoint-VM -VM $vm -SnapshotName s -Passthru
    Assert-Failure { Hyper-V\Restore-VMSnapshot -VMSnapshot $snapshot } 'InvalidOperation,*'
    Assert-Failure { Hyper-V\Remove-VMSnapshot -VMSnapshot $snapshot } 'InvalidOperation,*'
    Assert-Equal 1 @(Hyper-V\Get-VMSnapshot -VM $vm).Count
    Hyper-V\Remove-VMSnapshot -VMSnapshot $snapshot -Confirm:$false
    Assert-Equal 0 @(Hyper-V\Get-VMSnapshot -VM $vm).Count
}

Test-Case 'a parameter newer than the server does not exist there, nor does the property' {
    $has = '(Get-Command -Name Hyper-V\Set-VM).Parameters.ContainsKey("AutomaticCheckpointsEnabled")'
    foreach ($pair in @('2016', 'False'), @('2019', 'True'), @('2022', 'True')) {
        $state = "$env:HYPERV_STANDIN_STATE.$($pair[0])"
        & "$PSScriptRoot/../New-StandInWorld.ps1" -Path $state -Version $pair[0]
        Assert-Equal $pair[1] (Invoke-Child $has $state).Output "$($pair[0]):"
    }
    $child = Invoke-Child 'Set-StrictMode -Version 3.0; $vm = Hyper-V\New-VM -Name x -NoVHD; try { $vm.AutomaticCheckpointsEnabled } catch { "none" }; $vm.Version' "$env:HYPERV_STANDIN_STATE.2016"
    Assert-Equal 'none 8.0' "$($child.Output)"
}

Test-Case 'the alias Get-HostFacts outranks the script''s own function' {
    function Get-HostFacts { 'own' }
    $facts = Get-HostFacts
    Assert-Equal 'HV01' $facts.ComputerName
    Assert-Equal 'Utc' $facts.UtcNow.Kind
    Assert-Equal $true ($facts.MutexPrefix -match '^Global\\standin-[0-9a-f]{16}-$')
}

Complete-Test
