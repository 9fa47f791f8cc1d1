# What a machine, an adapter and a drive of the world hold. A state.json needs to name only what it cares about: the rest is filled in once.

function New-MachineRecord {
    param([Parameter(Mandatory)] [string] $Name, [Parameter(Mandatory)] [int] $Generation, [Parameter(Mandatory)] $World)
    $versions = @{ '2016' = '8.0'; '2019' = '9.0'; '2022' = '10.0'; '2025' = '12.0' }
    $now = [DateTime]::UtcNow.AddSeconds($World['Host']['ClockOffsetSeconds']).ToString('o', [Globalization.CultureInfo]::InvariantCulture)
    $record = [ordered]@{
        Id = [guid]::NewGuid().ToString(); Name = $Name; Generation = $Generation; State = 'Off'; Version = $versions["$($World['Host']['Version'])"]
        Notes = ''; Path = $World['Host']['VirtualMachinePath']; SnapshotFileLocation = $World['Host']['VirtualMachinePath']; SmartPagingFilePath = $World['Host']['VirtualMachinePath']
        CreationTime = $now; StateChanged = $now
        Processors = [ordered]@{ Count = 1; Maximum = 100; Reserve = 0; RelativeWeight = 100; ExposeVirtualizationExtensions = $false }
        Memory = [ordered]@{ Startup = 536870912; Minimum = 536870912; Maximum = 1099511627776; Dynamic = $false; Buffer = 20; Priority = 50 }
        AutomaticStartAction = 'StartIfRunning'; AutomaticStopAction = 'Save'; AutomaticStartDelay = 0; CheckpointType = 'Production'
        AutomaticCheckpointsEnabled = $false; LockOnDisconnect = 'Off'; IsClustered = $false
        ReplicationMode = 0; ReplicationState = 0; ParentSnapshotId = $null
        Adapters = @(); Drives = @(); Snapshots = @(); Pending = $null
        Guest = [ordered]@{ Shutdown = 'polite'; ShutdownSeconds = 0; BootSeconds = 0 }
    }
    if ($Generation -eq 2) { $record['Firmware'] = [ordered]@{ SecureBoot = 'On'; SecureBootTemplate = 'MicrosoftWindows'; BootOrder = @() } }
    else { $record['Bios'] = [ordered]@{ StartupOrder = @('CD', 'IDE', 'LegacyNetworkAdapter', 'Floppy'); NumLock = $false } }
    $record
}

function New-AdapterRecord {
    param([Parameter(Mandatory)] [string] $Name, $Switch = $null)
    [ordered]@{
        Id = [guid]::NewGuid().ToString(); Name = $Name; SwitchId = $(if ($null -ne $Switch) { $Switch['Id'] }); MacAddress = '000000000000'; DynamicMac = $true; IsLegacy = $false
        MacAddressSpoofing = 'Off'; DhcpGuard = 'Off'; RouterGuard = 'Off'; DeviceNaming = 'Off'; MaximumBandwidth = 0
        Vlan = [ordered]@{ OperationMode = 'Untagged'; AccessVlanId = 0; NativeVlanId = 0; AllowedVlanIdListString = '' }
        Isolation = [ordered]@{ IsolationMode = 'None'; AllowUntaggedTraffic = $false; DefaultIsolationID = 0; MultiTenantStack = 'Off' }
    }
}

# An adapter may name its switch by SwitchName; a drive may leave out its place: the next one of SCSI (generation 2) or IDE.
function Add-MachineDefault {
    param([Parameter(Mandatory)] $Machine, [Parameter(Mandatory)] $World)
    $generation = if ($Machine.Contains('Generation')) { [int]$Machine['Generation'] } else { 2 }
    Add-Missing $Machine (New-MachineRecord $Machine['Name'] $generation $World)
    foreach ($adapter in @($Machine['Adapters'])) {
        if ($adapter.Contains('SwitchName')) {
            $adapter['SwitchId'] = @($World['Switches'] | Where-Object { $_['Name'] -eq $adapter['SwitchName'] })[0]['Id']
            $adapter.Remove('SwitchName')
        }
        if ($adapter.Contains('MacAddress') -and -not $adapter.Contains('DynamicMac')) { $adapter['DynamicMac'] = $false }
        Add-Missing $adapter (New-AdapterRecord $(if ($adapter.Contains('Name')) { $adapter['Name'] } else { 'Network Adapter' }))
    }
    $location = 0
    foreach ($drive in @($Machine['Drives'])) {
        Add-Missing $drive ([ordered]@{ Kind = 'Disk'; ControllerType = $(if ($generation -eq 2) { 'SCSI' } else { 'IDE' }); ControllerNumber = 0; ControllerLocation = $location; Path = '' })
        $location++
        if ($generation -eq 2) { Add-BootReference $Machine 'Drive' "$($drive['ControllerType']):$($drive['ControllerNumber']):$($drive['ControllerLocation'])" }
    }
    if ($generation -eq 2) { foreach ($adapter in @($Machine['Adapters'])) { Add-BootReference $Machine 'Network' $adapter['Id'] } }
}

function Add-Missing {
    param($Record, $Defaults)
    foreach ($name in $Defaults.Keys) {
        if (-not $Record.Contains($name)) { $Record[$name] = $Defaults[$name] }
        elseif ($Defaults[$name] -is [Collections.IDictionary] -and $Record[$name] -is [Collections.IDictionary]) { Add-Missing $Record[$name] $Defaults[$name] }
    }
}

function Add-BootReference {
    param($Machine, [string] $Type, [string] $Reference)
    $order = @($Machine['Firmware']['BootOrder'])
    if (@($order | Where-Object { $_['Reference'] -eq $Reference }).Count -eq 0) { $Machine['Firmware']['BootOrder'] = $order + [ordered]@{ Type = $Type; Reference = $Reference } }
}
