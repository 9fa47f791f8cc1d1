# Checkpoints: chains of files, configuration that comes back, merges.
. $PSScriptRoot/assert.ps1

$vm = Hyper-V\New-VM -Name snap -NoVHD -Generation 2 -MemoryStartupBytes 1GB -Path $vmFolder
Copy-Item -LiteralPath $template -Destination "$diskFolder\snap.vhdx"
Hyper-V\Add-VMHardDiskDrive -VM $vm -Path "$diskFolder\snap.vhdx"

function Get-CurrentDisk { (Hyper-V\Get-VMHardDiskDrive -VM $vm).Path }
function Get-DiskNames { @(Get-ChildItem -LiteralPath $diskFolder -Filter 'snap*' -Name).Count }

Test-Case 'a chain of files, one per checkpoint' {
    $first = Hyper-V\Checkpoint-VM -VM $vm -SnapshotName first -Passthru
    $second = Hyper-V\Checkpoint-VM -VM $vm -SnapshotName second -Passthru
    Assert-Equal '' (Hyper-V\Checkpoint-VM -VM $vm -SnapshotName third)
    Assert-Equal 4 (Get-DiskNames)
    Assert-Equal 'first second third' "$(Hyper-V\Get-VMSnapshot -VM $vm | ForEach-Object { $_.Name })"
    Assert-Equal $first.Id $second.ParentSnapshotId
    Assert-Equal '' $first.ParentSnapshotId
    Assert-Equal 'third' $vm.ParentSnapshotName
    Assert-Equal "$diskFolder\snap.vhdx" (Hyper-V\Get-VMHardDiskDrive -VMSnapshot $first).Path
    Assert-Equal (Hyper-V\Get-VMHardDiskDrive -VMSnapshot (Hyper-V\Get-VMSnapshot -VM $vm -Name third)).Path (Hyper-V\Get-VHD -Path (Get-CurrentDisk)).ParentPath
}

Test-Case 'restore brings back configuration, network and Notes' {
    Hyper-V\Set-VM -VM $vm -Notes later
    Hyper-V\Remove-VMNetworkAdapter -VM $vm
    $first = Hyper-V\Get-VMSnapshot -VM $vm -Name first
    Hyper-V\Restore-VMSnapshot -VMSnapshot $first -Confirm:$false
    Assert-Equal '' $vm.Notes
    Assert-Equal 1 @(Hyper-V\Get-VMNetworkAdapter -VM $vm).Count
    Assert-Equal $first.Id $vm.ParentSnapshotId
    Assert-Equal "$diskFolder\snap.vhdx" (Hyper-V\Get-VHD -Path (Get-CurrentDisk)).ParentPath
    Assert-Equal 'Off' $vm.State
}

Test-Case 'a running VM: Standard comes back Saved, Production Off' {
    Hyper-V\Start-VM -VM $vm
    Hyper-V\Checkpoint-VM -VM $vm -SnapshotName production
    Hyper-V\Set-VM -VM $vm -CheckpointType Standard
    Hyper-V\Checkpoint-VM -VM $vm -SnapshotName standard
    Assert-Equal 'Running' $vm.State
    Hyper-V\Stop-VM -VM $vm -TurnOff
    Hyper-V\Restore-VMSnapshot -VM $vm -Name standard -Confirm:$false
    Assert-Equal 'Saved' $vm.State
    Hyper-V\Restore-VMSnapshot -VM $vm -Name production -Confirm:$false
    Assert-Equal 'Off' $vm.State
    Hyper-V\Set-VM -VM $vm -CheckpointType Disabled
    Assert-Failure { Hyper-V\Checkpoint-VM -VM $vm } 'OperationFailed,*CheckpointVM'
}

Test-Case 'removal merges, at once or after a while in which the files are held' {
    foreach ($name in 'standard', 'production', 'third', 'second') { Hyper-V\Remove-VMSnapshot -VM $vm -Name $name -Confirm:$false }
    Assert-Equal 'first' "$(Hyper-V\Get-VMSnapshot -VM $vm | ForEach-Object { $_.Name })"
    Set-WorldPart { param($world) $world.Host.MergeSeconds = 600 }
    $current = Get-CurrentDisk
    Hyper-V\Remove-VMSnapshot -VM $vm -Confirm:$false
    Assert-Equal 0 @(Hyper-V\Get-VMSnapshot -VM $vm).Count
    Assert-Equal $current (Get-CurrentDisk)
    Assert-Failure { Remove-Item -LiteralPath "$diskFolder\snap.vhdx" } '*' '' '0x80070020'
    Set-WorldPart { param($world) $world.Host.ClockOffsetSeconds = 700 }
    Assert-Equal "$diskFolder\snap.vhdx" (Get-CurrentDisk)
    Assert-Equal $false (Test-Path -LiteralPath $current)
    Assert-Equal 1 (Get-DiskNames)
}

Test-Case 'Remove-VM with checkpoints: the merge goes on after the VM is gone' {
    Hyper-V\Set-VM -VM $vm -CheckpointType Standard
    Hyper-V\Checkpoint-VM -VM $vm -SnapshotName last
    $current = Get-CurrentDisk
    Hyper-V\Remove-VM -VM $vm -Force
    Assert-Failure { Remove-Item -LiteralPath $current } '*' '' '0x80070020'
    Set-WorldPart { param($world) $world.Host.ClockOffsetSeconds = 1500 }
    Assert-Equal $false (Test-Path -LiteralPath $current)
    Remove-Item -LiteralPath "$diskFolder\snap.vhdx"
    Assert-Equal 0 (Get-DiskNames)
}

Complete-Test
