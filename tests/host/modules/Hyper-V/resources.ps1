# Memory and processors.

$Body['Get-VMMemory'] = { param($call) Use-Machine $call { param($call, $machine) [VMMemory]::new($machine) } }

$Body['Set-VMMemory'] = {
    param($call)
    Edit-Component $call 'VMMemory' {
        param($call, $machine)
        Set-MemoryRecord $machine $call.Bound
        if ($call.Bound['Passthru']) { [VMMemory]::new($machine) }
    }
}

$Body['Get-VMProcessor'] = { param($call) Use-Machine $call { param($call, $machine) [VMProcessor]::new($machine) } }

$Body['Set-VMProcessor'] = {
    param($call)
    Edit-Component $call 'VMProcessor' {
        param($call, $machine)
        Set-ProcessorRecord $machine $call.Bound
        if ($call.Bound['Passthru']) { [VMProcessor]::new($machine) }
    }
}

# With dynamic memory, startup is checked against minimum and maximum as they are after the whole call. $Values: as Set-VMMemory names them.
function Set-MemoryRecord {
    param($Machine, $Values)
    $memory = $Machine['Memory']
    $isDynamic = if ($Values.ContainsKey('DynamicMemoryEnabled')) { [bool]$Values['DynamicMemoryEnabled'] } else { [bool]$memory['Dynamic'] }
    if ($isDynamic -ne $memory['Dynamic']) { Assert-Off $Machine }
    # A static size can be changed while the VM runs (2016 and later); a saved VM's cannot.
    if ($Values.ContainsKey('StartupBytes') -and $Machine['State'] -ne 'Off' -and ($isDynamic -or $Machine['State'] -ne 'Running')) { throw (New-StateFailure $Machine) }
    foreach ($name in 'Startup', 'Minimum', 'Maximum') {
        if (-not $Values.ContainsKey("${name}Bytes")) { continue }
        Assert-MemorySize "${name}Bytes" $Values["${name}Bytes"]
        if ($name -ne 'Startup' -and -not $isDynamic) { throw (New-InvalidParameter "${name}Bytes" 'static memory') }
        $memory[$name] = [long]$Values["${name}Bytes"]
    }
    foreach ($pair in @('Buffer', 5, 2000), @('Priority', 0, 100)) {
        $name, $low, $high = $pair
        if (-not $Values.ContainsKey($name)) { continue }
        if ($Values[$name] -lt $low -or $Values[$name] -gt $high) { throw (New-InvalidParameter $name $Values[$name]) }
        $memory[$name] = $Values[$name]
    }
    $memory['Dynamic'] = $isDynamic
    if ($isDynamic -and ($memory['Minimum'] -gt $memory['Startup'] -or $memory['Startup'] -gt $memory['Maximum'])) { throw (New-InvalidParameter 'StartupBytes' $memory['Startup']) }
}

# Whole pairs of megabytes, from 32 MB to 12 TB (generation 1: the host says no earlier).
function Assert-MemorySize {
    param([string] $Name, [long] $Bytes)
    if ($Bytes -lt 33554432 -or $Bytes -gt 13194139533312 -or $Bytes % 2097152 -ne 0) { throw (New-InvalidParameter $Name $Bytes) }
}

function Set-ProcessorRecord {
    param($Machine, $Values)
    $processors = $Machine['Processors']
    if ($Values.ContainsKey('Count')) {
        Assert-Off $Machine
        if ($Values['Count'] -lt 1 -or $Values['Count'] -gt (Get-HostSetting 'Processors')) { throw (New-InvalidParameter 'Count' $Values['Count']) }
        $processors['Count'] = [long]$Values['Count']
    }
    if ($Values.ContainsKey('ExposeVirtualizationExtensions')) { Assert-Off $Machine; $processors['ExposeVirtualizationExtensions'] = [bool]$Values['ExposeVirtualizationExtensions'] }
    foreach ($pair in @('Maximum', 0, 100), @('Reserve', 0, 100), @('RelativeWeight', 1, 10000)) {
        $name, $low, $high = $pair
        if (-not $Values.ContainsKey($name)) { continue }
        if ($Values[$name] -lt $low -or $Values[$name] -gt $high) { throw (New-InvalidParameter $name $Values[$name]) }
        $processors[$name] = $Values[$name]
    }
}

# Runs a block for each VM or checkpoint of a call that only reads.
function Use-Machine {
    param($Call, [Parameter(Mandatory)] [scriptblock] $ReadMachine)
    if ($Call.Bound.ContainsKey('VMSnapshot')) { foreach ($snapshot in @($Call.Bound['VMSnapshot'])) { & $ReadMachine $Call $snapshot.Record() }; return }
    Use-MachineId $Call { param($call, $id) & $ReadMachine $call (Get-ExistingMachine $id) }
}

# Edit-Machine for cmdlets that also take their own object (VMFirmware, VMMemory, ...), which knows its VM.
function Edit-Component {
    param($Call, [Parameter(Mandatory)] [string] $Parameter, [Parameter(Mandatory)] [scriptblock] $ChangeComponent)
    if (-not $Call.Bound.ContainsKey($Parameter)) { return Edit-Machine $Call $ChangeComponent }
    foreach ($object in @($Call.Bound[$Parameter])) {
        try { Edit-World { param($world) & $ChangeComponent $Call (Get-ExistingMachine "$($object.VMId)") $world } } catch { Write-CallError $_ }
    }
}
