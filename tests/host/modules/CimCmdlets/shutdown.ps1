# The shutdown component of a running guest. A machine's Guest says how it behaves: Shutdown (polite, ignores, locked, absent),
# ShutdownSeconds (how long it takes) and BootSeconds (for so long after a start it is not ready). Reboot absent: as before there was
# a method for it.

$Classes['Msvm_ShutdownComponent'] = @{
    Name       = 'Msvm_ShutdownComponent'; Namespace = 'root/virtualization/v2'
    Properties = @('SystemName', 'ElementName', 'EnabledState', 'OperationalStatus')
    Rows       = {
        if ((Get-HostSetting 'Rights') -ne 'full') { return }
        foreach ($machine in (Get-World)['Machines']) {
            if ($machine['State'] -ne 'Running' -or $machine['Guest']['Shutdown'] -eq 'absent') { continue }
            @{
                SystemName = $machine['Id'].ToUpperInvariant(); ElementName = 'Shutdown'; EnabledState = [uint16]2; OperationalStatus = [uint16[]]@(2)
                Lacks      = $(if ($machine['Guest']['Reboot'] -eq 'absent') { 'InitiateReboot' } else { '' })
            }
        }
    }
    Methods    = @{
        InitiateShutdown = { param($target, $arguments) Request-Shutdown $target $arguments 'Off' }
        InitiateReboot   = { param($target, $arguments) Request-Shutdown $target $arguments 'Running' }
    }
}

# 0 accepted, 32775 wrong state, 32780 guest not ready, 32781 session locked, 32782 already under way.
function Request-Shutdown {
    param($Target, [Collections.IDictionary] $Arguments, [string] $State)
    Edit-World {
        param($world)
        $machine = $world['Machines'] | Where-Object { $_['Id'] -eq $Target.Row['SystemName'] }
        if ($null -eq $machine -or $machine['State'] -ne 'Running') { return 32775 }
        if ($null -ne $machine['Pending']) { return 32782 }
        $guest = $machine['Guest']
        $ready = (ConvertFrom-WorldTime $machine['StateChanged']).AddSeconds([double]$guest['BootSeconds'])
        if ((Get-StandInHostFacts).UtcNow -lt $ready) { return 32780 }
        if ($guest['Shutdown'] -eq 'locked' -and -not $Arguments['Force']) { return 32781 }
        if ($guest['Shutdown'] -ne 'ignores') { $machine['Pending'] = [ordered]@{ At = Get-WorldTime ([double]$guest['ShutdownSeconds']); State = $State } }
        0
    }
}
