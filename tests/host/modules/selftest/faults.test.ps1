# Faults, kills, calls.log, and several processes on one state.
. $PSScriptRoot/assert.ps1

$make = 'Hyper-V\New-VM -Name f -NoVHD -Generation 2 -MemoryStartupBytes 1GB -Path "D:\Hyper-V\Virtual Machines" | Out-Null; '

Test-Case 'an error in the shape of the cmdlet, before or after its effect' {
    $state = "$env:HYPERV_STANDIN_STATE.error"
    Set-FaultFile @(@{ cmdlet = 'New-VM'; occurrence = 2; action = 'error'; fqeid = 'OutOfMemory'; category = 'FromStdErr'; hresult = '0x8007000E'; message = 'no memory' }) $state
    $report = 'try { ' + $make + $make + '} catch { "$($_.FullyQualifiedErrorId)|$($_.CategoryInfo.Category)|$($_.Exception.Message)" }; @(Hyper-V\Get-VM).Count'
    Assert-Equal 'OutOfMemory,Microsoft.HyperV.PowerShell.Commands.NewVM|FromStdErr|no memory (0x8007000E) 1' "$((Invoke-Child $report $state).Output)"
    Set-FaultFile @(@{ cmdlet = 'New-VM'; action = 'error'; when = 'after' }) "$state.after"
    Assert-Equal 'OperationFailed,Microsoft.HyperV.PowerShell.Commands.NewVM|NotSpecified|The operation failed. 1' "$((Invoke-Child $report "$state.after").Output)"
}

Test-Case 'a file error carries its HRESULT; contains picks the call' {
    $state = "$env:HYPERV_STANDIN_STATE.file"
    Set-FaultFile @(@{ cmdlet = 'Copy-Item'; contains = 'b.vhdx'; occurrence = 1; action = 'error'; fqeid = 'CopyFileInfoItemIOError'; category = 'WriteError'; hresult = '0x80070070' }) $state
    $script = 'Copy-Item -LiteralPath "D:\Templates\ubuntu2404.vhdx" -Destination "D:\a.vhdx"; try { Copy-Item -LiteralPath "D:\Templates\ubuntu2404.vhdx" -Destination "D:\b.vhdx" } catch { "{0} {1:X8}" -f $_.FullyQualifiedErrorId, $_.Exception.HResult }; Copy-Item -LiteralPath "D:\Templates\ubuntu2404.vhdx" -Destination "D:\b.vhdx"; Test-Path -LiteralPath "D:\b.vhdx"'
    Assert-Equal 'CopyFileInfoItemIOError,Microsoft.PowerShell.Commands.CopyItemCommand 80070070 True' "$((Invoke-Child $script $state).Output)"
}

Test-Case 'killed before, during and after; the state stands' {
    foreach ($pair in @('before', 0), @('after', 1)) {
        $state = "$env:HYPERV_STANDIN_STATE.kill-$($pair[0])"
        Set-FaultFile @(@{ cmdlet = 'New-VM'; action = 'kill'; when = $pair[0] }) $state
        $child = Invoke-Child ($make + '"survived"') $state
        Assert-Equal $false ("$($child.Output)" -match 'survived')
        Assert-Equal $true ($child.ExitCode -ne 0)
        [IO.File]::Delete("$state/faults.json")
        Assert-Equal $pair[1] "$((Invoke-Child '@(Hyper-V\Get-VM).Count' $state).Output)" "$($pair[0]):"
    }
    $state = "$env:HYPERV_STANDIN_STATE.kill-during"
    Set-FaultFile @(@{ cmdlet = 'Copy-Item'; action = 'kill'; when = 'during' }, @{ cmdlet = 'Set-Content'; action = 'kill'; when = 'during'; bytes = 2 }) $state
    $null = Invoke-Child 'Copy-Item -LiteralPath "D:\Templates\ubuntu2404.vhdx" -Destination "D:\half.vhdx"' $state
    $null = Invoke-Child 'Set-Content -LiteralPath "D:\torn" -Value 12345 -Encoding ASCII' $state
    $whole = [IO.FileInfo]::new("$state/drives/D/Templates/ubuntu2404.vhdx").Length
    Assert-Equal ([Math]::Floor($whole / 2)) ([IO.FileInfo]::new("$state/drives/D/half.vhdx").Length)
    Assert-Equal 2 ([IO.FileInfo]::new("$state/drives/D/torn").Length)
}

Test-Case 'the n-th call over all cmdlets, and what calls.log says' {
    $state = "$env:HYPERV_STANDIN_STATE.call"
    Set-FaultFile @(@{ call = 3; action = 'kill' }) $state
    $null = Invoke-Child ('$null = Test-Path -LiteralPath "D:\ISO"; ' + $make + 'Hyper-V\Get-VM -Name f | Out-Null') $state
    $calls = @([IO.File]::ReadAllLines("$state/calls.log") | ConvertFrom-Json)
    Assert-Equal '1 Test-Path False;2 New-VM True;3 Get-VM False' (@($calls | ForEach-Object { "$($_.call) $($_.cmdlet) $($_.changes)" }) -join ';')
    Assert-Equal 'f' $calls[1].arguments.Name
}

Test-Case 'several processes on one state lose nothing' {
    $state = "$env:HYPERV_STANDIN_STATE.many"
    $program, [string[]] $first = $env:STANDIN_POWERSHELL.Split('|')
    $env:HYPERV_STANDIN_STATE, $own = $state, $env:HYPERV_STANDIN_STATE
    try {
        $script = 'Import-Module Hyper-V; 1..10 | ForEach-Object { $null = Hyper-V\New-VM -Name "m$PID" -NoVHD -Generation 2 }'
        $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($script))
        $children = @(1..3 | ForEach-Object { [Diagnostics.Process]::Start([Diagnostics.ProcessStartInfo]::new($program, "$first -NoProfile -NonInteractive -EncodedCommand $encoded")) })
        foreach ($child in $children) { $child.WaitForExit() }
    }
    finally { $env:HYPERV_STANDIN_STATE = $own }
    Assert-Equal 30 "$((Invoke-Child '@(Hyper-V\Get-VM).Count' $state).Output)"
}

Test-Case 'a world that names only what it cares about is filled in once' {
    $state = "$env:HYPERV_STANDIN_STATE.partial"
    $null = [IO.Directory]::CreateDirectory($state)
    [IO.File]::WriteAllText("$state/state.json", '{"Machines":[{"Name":"given","State":"Running","Notes":"n","Adapters":[{"Name":"NIC1","MacAddress":"020100CC0001","SwitchName":"External vSwitch","Vlan":{"OperationMode":"Access","AccessVlanId":7}}],"Drives":[{"Path":"D:\\Templates\\ubuntu2404.vhdx"}]}]}')
    $script = '$vm = Hyper-V\Get-VM -Name given; $id = $vm.Id; $nic = Hyper-V\Get-VMNetworkAdapter -VM $vm; "$($vm.State) $($vm.Generation) $($nic.SwitchName) $((Hyper-V\Get-VMNetworkAdapterVlan -VMNetworkAdapter $nic).AccessVlanId) $((Hyper-V\Get-VMHardDiskDrive -VM $vm).ControllerType) $($id -eq (Hyper-V\Get-VM).Id)"'
    Assert-Equal 'Running 2 External vSwitch 7 SCSI True' "$((Invoke-Child $script $state).Output)"
}

Complete-Test
