<#
.SYNOPSIS
Pauses a running VM. One that is paused is success.

.DESCRIPTION
Needs the prologue and errors, turn, record, machine, disk, claim, network, power, run.
#>
param(
    [Parameter(Mandatory = $true)] [string] $Name,
    [Parameter(Mandatory = $true)] [string] $Uuid,
    [Parameter(Mandatory = $true)] [string] $VhdPath
)

$recordPath = Get-RecordPath $VhdPath $Name
Enter-Turn $Name $VhdPath
$run.Step = 'look'
$own = Get-Present $Name $Uuid $recordPath
$vm = $own.Machine.Vm
$before = Wait-SettledState $vm
if (@('Running', 'Paused') -notcontains $before) { Stop-Script 'vm_off' "the VM $Name is $before" }
if ($own.IsOurs -or $own.Phase -eq 'restoring') { $null = Save-Claim $own $Uuid $recordPath (Get-LastingPhase $own) $true }
Enter-Step 'suspend'
if ($before -eq 'Running') { Hyper-V\Suspend-VM -VM $vm }
$state = Wait-SettledState $vm
if ($state -ne 'Paused') { Stop-Script 'not_paused' "the VM $Name was suspended, but it is $state" }
[ordered]@{ Before = $before; State = $state }
