<#
.SYNOPSIS
Writes a state folder for the stand-in: the default world, changed as the parameters say.

.DESCRIPTION
An empty folder is a default world already; this script is for what a test wants otherwise. It writes state.json only.
The modules fill in the rest and make drives C: and D: when they are imported.

.EXAMPLE
pwsh New-StandInWorld.ps1 -Path /tmp/world -Version 2016 -Language de
#>
param(
    [Parameter(Mandatory)] [string] $Path,
    [ValidateSet('2016', '2019', '2022', '2025')] [string] $Version = '2022',
    [ValidateSet('en', 'de')] [string] $Language = 'en',
    [ValidateSet('full', 'none')] [string] $Rights = 'full',
    [ValidateSet('up', 'dead')] [string] $Vmms = 'up',
    [long] $MemoryBytes = 137438953472,
    [string[]] $Switches = @('External vSwitch')
)

$world = [ordered]@{
    Host     = [ordered]@{ Version = $Version; Language = $Language; Rights = $Rights; Vmms = $Vmms; MemoryBytes = $MemoryBytes }
    Switches = @(foreach ($name in $Switches) { [ordered]@{ Name = $name } })
}
$null = [IO.Directory]::CreateDirectory($Path)
[IO.File]::WriteAllText("$Path/state.json", (ConvertTo-Json -InputObject $world -Depth 5))
