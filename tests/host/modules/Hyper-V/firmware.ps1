# Firmware of generation 2 (Secure Boot, boot order) and BIOS of generation 1 (startup order).

$Body['Get-VMFirmware'] = { param($call) Use-Machine $call { param($call, $machine) Assert-Generation $machine 2; [VMFirmware]::new($machine) } }

$Body['Set-VMFirmware'] = {
    param($call)
    Edit-Component $call 'VMFirmware' {
        param($call, $machine)
        $bound = $call.Bound
        Assert-Generation $machine 2
        # The boot order can change while the VM runs, Secure Boot cannot.
        if ($bound.ContainsKey('EnableSecureBoot') -or $bound.ContainsKey('SecureBootTemplate')) { Assert-Off $machine }
        $firmware = $machine['Firmware']
        if ($bound.ContainsKey('EnableSecureBoot')) { $firmware['SecureBoot'] = "$($bound['EnableSecureBoot'])" }
        if ($bound.ContainsKey('SecureBootTemplate')) { Set-SecureBootTemplate $firmware $bound['SecureBootTemplate'] }
        if ($bound.ContainsKey('BootOrder')) { $firmware['BootOrder'] = @(Get-BootEntry $machine $bound['BootOrder']) }
        if ($bound.ContainsKey('FirstBootDevice')) {
            $first = @(Get-BootEntry $machine @($bound['FirstBootDevice']))
            $firmware['BootOrder'] = $first + @($firmware['BootOrder'] | Where-Object { $_['Reference'] -ne $first[0]['Reference'] })
        }
        if ($bound['Passthru']) { [VMFirmware]::new($machine) }
    }
}

function Set-SecureBootTemplate {
    param($Firmware, [string] $Template)
    $known = @('MicrosoftWindows', 'MicrosoftUEFICertificateAuthority', 'OpenSourceShieldedVM')
    if ($known -notcontains $Template) { throw (New-InvalidParameter 'SecureBootTemplate' $Template) }
    # Given together with Off, or on a VM that has it off, a host was seen to refuse it.
    if ($Firmware['SecureBoot'] -ne 'On') { throw (New-Failure 'OperationFailed' InvalidOperation -Key 'BadValue' -Values @('SecureBootTemplate', $Template)) }
    $Firmware['SecureBootTemplate'] = $known[[Array]::FindIndex([string[]]$known, [Predicate[string]] { param($name) $name -eq $Template })]
}

$Body['Get-VMBios'] = { param($call) Use-Machine $call { param($call, $machine) Assert-Generation $machine 1; [VMBios]::new($machine) } }

$Body['Set-VMBios'] = {
    param($call)
    Edit-Component $call 'VMBios' {
        param($call, $machine)
        Assert-Generation $machine 1
        Assert-Off $machine
        if ($call.Bound.ContainsKey('StartupOrder')) { Set-StartupOrder $machine $call.Bound['StartupOrder'] }
        if ($call.Bound['EnableNumLock']) { $machine['Bios']['NumLock'] = $true }
        if ($call.Bound['DisableNumLock']) { $machine['Bios']['NumLock'] = $false }
        if ($call.Bound['Passthru']) { [VMBios]::new($machine) }
    }
}

# All four devices, each once.
function Set-StartupOrder {
    param($Machine, $Order)
    $names = @($Order | ForEach-Object { "$_" } | ForEach-Object { if ($_ -eq 'NetworkAdapter') { 'LegacyNetworkAdapter' } elseif ($_ -eq 'VHD') { 'IDE' } else { $_ } })
    if (($names | Sort-Object -Unique) -join ',' -ne 'CD,Floppy,IDE,LegacyNetworkAdapter' -or $names.Count -ne 4) { throw (New-InvalidParameter 'StartupOrder' ($names -join ', ')) }
    $Machine['Bios']['StartupOrder'] = $names
}

function Assert-Generation {
    param($Machine, [int] $Needed)
    if ($Machine['Generation'] -ne $Needed) { throw (New-Failure 'InvalidOperation' InvalidOperation -Key 'Generation' -Values @($Machine['Generation']) -Target $Machine['Name']) }
}

function Add-BootEntry {
    param($Machine, [string] $Type, [string] $Reference)
    $Machine['Firmware']['BootOrder'] = @($Machine['Firmware']['BootOrder']) + [ordered]@{ Type = $Type; Reference = $Reference }
}

function Remove-BootEntry {
    param($Machine, [string] $Reference)
    if ($Machine['Generation'] -eq 2) { $Machine['Firmware']['BootOrder'] = @($Machine['Firmware']['BootOrder'] | Where-Object { $_['Reference'] -ne $Reference }) }
}

# The entries that drives, adapters or boot sources mean; each must be in the VM's own order.
function Get-BootEntry {
    param($Machine, $Devices)
    foreach ($device in @($Devices)) {
        $reference = if ($device -is [VMBootSource]) { $device.Reference } elseif ($device -is [VMNetworkAdapter]) { $device.AdapterId } elseif ($device -is [Drive]) { "$($device.ControllerType):$($device.ControllerNumber):$($device.ControllerLocation)" } else { '' }
        $entry = @($Machine['Firmware']['BootOrder'] | Where-Object { $_['Reference'] -eq $reference })
        if ($entry.Count -ne 1 -or "$($device.VMId)" -ne $Machine['Id']) { throw (New-InvalidParameter 'BootOrder' "$device") }
        $entry[0]
    }
}

function Get-BootSource {
    param($Machine)
    foreach ($entry in @($Machine['Firmware']['BootOrder'])) {
        $device = switch ($entry['Type']) {
            'Drive' { $type, $number, $location = $entry['Reference'].Split(':'); ConvertTo-Drive $Machine (Find-DriveRecord $Machine $type $number $location) }
            'Network' { $Machine['Adapters'] | Where-Object { $_['Id'] -eq $entry['Reference'] } | ForEach-Object { [VMNetworkAdapter]::new($Machine, $_) } }
            default { $null }
        }
        [VMBootSource]::new($Machine, $entry, $device)
    }
}
