# Get-CimInstance and Invoke-CimMethod over the classes of root\virtualization\v2 and root\cimv2 that the scripts use.
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
Import-Module $PSScriptRoot/../StandIn/StandIn.psd1

$Body = @{}
$Classes = @{}
. $PSScriptRoot/instance.ps1
. $PSScriptRoot/wql.ps1
. $PSScriptRoot/virtualization-classes.ps1
. $PSScriptRoot/host-classes.ps1
. $PSScriptRoot/shutdown.ps1
. ([scriptblock]::Create((Get-FunctionText "$PSScriptRoot/parameters.txt" 2016)))
