<#
.SYNOPSIS
Tells the state of every VM of this host, or of every VM of one name, as Hyper-V keeps it. What it means is judged elsewhere.

.DESCRIPTION
Needs the prologue and errors. An account without rights sees no VMs and gets no error, so that an empty list is worth nothing by itself.
#>
param(
    [string] $Name
)

if ($Name -ne '' -and $Name -notmatch '^[A-Za-z0-9._-]{1,80}$') { Stop-Script 'name_refused' 'the name cannot stand in a query' }
$run.Step = 'look'
$condition = ''
if ($Name -ne '') { $condition = " WHERE ElementName = '$Name'" } # ps51-check: ignore interpolation
$query = "SELECT Name, ElementName, EnabledState, TimeOfLastStateChange, ReplicationMode, ReplicationState FROM Msvm_ComputerSystem$condition" # ps51-check: ignore interpolation
$now = $run.Facts.UtcNow
$rows = @(foreach ($system in @(Get-CimInstance -Namespace 'root\virtualization\v2' -Query $query)) {
    # The host itself is a row too, but its Name is no GUID.
    if ("$($system.Name)" -notmatch '^[0-9A-Fa-f-]{36}$') { continue }
    # Another spelling of the name makes it ambiguous, here as in a list of all.
    if ($Name -ne '' -and $system.ElementName -ne $Name) { continue }
    $row = [ordered]@{ Name = "$($system.ElementName)"; State = [int]$system.EnabledState }
    $changed = $system.TimeOfLastStateChange
    if ($changed -is [DateTime]) { $row.Age = [Math]::Round(($now - $changed.ToUniversalTime()).TotalSeconds, 1) }
    if ([int]$system.ReplicationMode -ne 0) { $row.ReplicationMode = [int]$system.ReplicationMode; $row.ReplicationState = [int]$system.ReplicationState }
    $row
})
if ($rows.Count -eq 0) { $null = Hyper-V\Get-VMHost }
[ordered]@{ Rows = $rows }
