# The stand-in for Microsoft's Hyper-V module. Importing it brings the file functions and the CIM cmdlets too, as every Windows has them.
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
Import-Module $PSScriptRoot/../StandIn/StandIn.psd1
Import-Module $PSScriptRoot/../WindowsFiles/WindowsFiles.psd1 -Global
Import-Module $PSScriptRoot/../CimCmdlets/CimCmdlets.psd1 -Global

$Body = @{}
. $PSScriptRoot/enums.ps1
. $PSScriptRoot/machine-object.ps1
. $PSScriptRoot/device-objects.ps1
. $PSScriptRoot/find.ps1
. $PSScriptRoot/host.ps1
. $PSScriptRoot/new-vm.ps1
. $PSScriptRoot/vm.ps1
. $PSScriptRoot/power.ps1
. $PSScriptRoot/start.ps1
. $PSScriptRoot/adapter.ps1
. $PSScriptRoot/vlan.ps1
. $PSScriptRoot/slots.ps1
. $PSScriptRoot/drive.ps1
. $PSScriptRoot/firmware.ps1
. $PSScriptRoot/resources.ps1
. $PSScriptRoot/vhd.ps1
. $PSScriptRoot/checkpoint.ps1
. ([scriptblock]::Create((Get-FunctionText "$PSScriptRoot/parameters.txt" (Get-HostSetting 'Version'))))

# In PowerShell an alias outranks a function: the scripts' own Get-HostFacts, which only Windows can answer, gives way to this one.
Set-Alias -Name Get-HostFacts -Value Get-StandInHostFacts
