<#
.SYNOPSIS
Tells the GUID of a VM on this host. Changes nothing.

.DESCRIPTION
Needs the prologue and errors, record, machine.
#>
param(
    [Parameter(Mandatory = $true)] [string] $Name,
    [Parameter(Mandatory = $true)] [string] $Uuid,
    [Parameter(Mandatory = $true)] [string] $VhdPath
)

$run.Step = 'look'
[ordered]@{ Id = (Find-Known $Name $Uuid (Get-RecordPath $VhdPath $Name)).Id }
