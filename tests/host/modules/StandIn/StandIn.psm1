# The part that the stand-in modules share. Its state lies in the folder that HYPERV_STANDIN_STATE names.
Set-StrictMode -Version 3.0
. $PSScriptRoot/world.ps1
. $PSScriptRoot/default-world.ps1
. $PSScriptRoot/machine-defaults.ps1
. $PSScriptRoot/messages.ps1
. $PSScriptRoot/errors.ps1
. $PSScriptRoot/calls.ps1
. $PSScriptRoot/functions.ps1
. $PSScriptRoot/paths.ps1
. $PSScriptRoot/disk-files.ps1
. $PSScriptRoot/due-changes.ps1
Initialize-World
