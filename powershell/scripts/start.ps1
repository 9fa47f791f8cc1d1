<#
.SYNOPSIS
Lets a VM run that is there: gives it its network in every state, its size while it is off, and starts it or lets it go on.

.DESCRIPTION
Needs the prologue and errors, turn, record, machine, disk, claim, network, power, run. A running VM is success. Where the network
differs and cannot be set, nothing is changed and the answer names the difference.
#>
param(
    [Parameter(Mandatory = $true)] [string] $Name,
    [Parameter(Mandatory = $true)] [string] $Uuid,
    [Parameter(Mandatory = $true)] [string] $VhdPath,
    [Parameter(Mandatory = $true)] [int] $Processors,
    [Parameter(Mandatory = $true)] [long] $MemoryBytes,
    [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [object[]] $Nics
)

$recordPath = Get-RecordPath $VhdPath $Name
Enter-Turn $Name $VhdPath
$run.Step = 'look'
$own = Get-Runnable $Name $Uuid $recordPath
$before = Set-GivenNetwork $own $Name $Uuid $recordPath $Nics
$state = Start-Given $own $Processors $MemoryBytes
[ordered]@{ Id = $own.Machine.Id; Before = $before; State = $state }
