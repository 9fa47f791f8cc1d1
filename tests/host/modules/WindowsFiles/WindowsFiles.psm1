# The file cmdlets as Windows PowerShell 5.1 has them. Paths of other providers (Env:, Function:) go to the real cmdlets.
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
Import-Module $PSScriptRoot/../StandIn/StandIn.psd1

$Body = @{}
. $PSScriptRoot/failures.ps1
. $PSScriptRoot/read.ps1
. $PSScriptRoot/content.ps1
. $PSScriptRoot/change.ps1
. $PSScriptRoot/drives.ps1
. ([scriptblock]::Create((Get-FunctionText "$PSScriptRoot/parameters.txt" 2016)))
Add-StandInDrive
