# What happens on a host by itself after a while: a guest that was asked to shut down is off, a merge of disks is done.
#
# A machine's Pending is @{ At; State }. A merge is @{ MachineId; Child; Into; At } in the world's Merges: a VM that was removed does not end it.

# When the next of them is due, by this machine's clock.
function Get-NextDue {
    param([Parameter(Mandatory)] $World)
    $next = [DateTime]::MaxValue
    $times = @(foreach ($merge in $World['Merges']) { $merge['At'] }) + @(foreach ($machine in $World['Machines']) { if ($null -ne $machine['Pending']) { $machine['Pending']['At'] } })
    foreach ($time in $times) {
        $due = (ConvertFrom-WorldTime $time).AddSeconds(-$World['Host']['ClockOffsetSeconds'])
        if ($due -lt $next) { $next = $due }
    }
    $next
}

# Runs inside a change of the world.
function Complete-DueChange {
    param([Parameter(Mandatory)] $World)
    $now = [DateTime]::UtcNow.AddSeconds($World['Host']['ClockOffsetSeconds'])
    foreach ($machine in $World['Machines']) {
        $pending = $machine['Pending']
        if ($null -eq $pending -or $now -lt (ConvertFrom-WorldTime $pending['At'])) { continue }
        $machine['State'] = $pending['State']
        $machine['StateChanged'] = $pending['At']
        $machine['Pending'] = $null
    }
    $due = @($World['Merges'] | Where-Object { $now -ge (ConvertFrom-WorldTime $_['At']) })
    if ($due.Count -eq 0) { return }
    $World['Merges'] = @($World['Merges'] | Where-Object { $now -lt (ConvertFrom-WorldTime $_['At']) })
    foreach ($merge in $due) { Complete-Merge $World $merge['Child'] $merge['Into'] }
}

# The child's data goes into its parent; whatever named the child names the parent from now on.
function Complete-Merge {
    param($World, [string] $Child, [string] $Into)
    foreach ($machine in $World['Machines']) {
        foreach ($configuration in @($machine) + @($machine['Snapshots'] | ForEach-Object { $_['Configuration'] })) {
            foreach ($drive in @($configuration['Drives'])) {
                if ($null -ne $drive -and (Test-SamePath $drive['Path'] $Child)) { $drive['Path'] = $Into }
            }
        }
    }
    $file = Resolve-WindowsPath $Child
    $target = Resolve-WindowsPath $Into
    if (-not $file.Exists -or -not $target.Exists) { return }
    Join-ChildDisk $file $target
}

# Disks whose parent was the merged one hang below its parent now. They lie in the same folder.
function Join-ChildDisk {
    param($File, $Target)
    foreach ($sibling in [IO.Directory]::GetFiles([IO.Path]::GetDirectoryName($File.Local), '*.avhdx')) {
        $facts = Read-DiskFacts $sibling
        if ($null -ne $facts -and (Test-SamePath $facts['Parent'] $File.Text)) {
            $facts['Parent'] = $Target.Text
            Write-DiskFacts $sibling $facts
        }
    }
    $data = [IO.File]::ReadAllText($File.Local, [Text.Encoding]::Latin1)
    $own = $data.Substring($data.IndexOf("`n") + 1)
    if ($own -ne '') { [IO.File]::AppendAllText($Target.Local, $own, [Text.Encoding]::Latin1) }
    [IO.File]::Delete($File.Local)
}

function ConvertFrom-WorldTime {
    param([Parameter(Mandatory)] [string] $Text)
    [DateTime]::Parse($Text, [Globalization.CultureInfo]::InvariantCulture, [Globalization.DateTimeStyles]::RoundtripKind)
}

function Get-WorldTime {
    param([double] $SecondsFromNow = 0)
    (Get-StandInHostFacts).UtcNow.AddSeconds($SecondsFromNow).ToString('o', [Globalization.CultureInfo]::InvariantCulture)
}
