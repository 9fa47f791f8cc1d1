<#
.SYNOPSIS
Lets a paused VM go on, if it stands on the network that CloudStack gave it last. One that runs is success.

.DESCRIPTION
Needs the prologue and errors, turn, record, machine, disk, claim, network, power, run. A user's call carries no NICs, and meanwhile
CloudStack may have given the VLAN to another tenant: the record tells. Without one CloudStack has held the network all along.
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
$record = $own.Sidecar.Record
if ($before -eq 'Paused' -and $null -ne $record -and $null -ne $record.network) { Assert-Network $vm @($record.network) }
if ($own.IsOurs -or $own.Phase -eq 'restoring') { $null = Save-Claim $own $Uuid $recordPath (Get-LastingPhase $own) $true }
Enter-Step 'resume'
if ($before -eq 'Paused') { Hyper-V\Resume-VM -VM $vm }
[ordered]@{ Before = $before; State = Assert-Running $vm }
