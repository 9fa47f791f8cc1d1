<#
.SYNOPSIS
Stops a running VM: asks its guest, waits, and turns it off when the guest does not follow in time.
#>

# How it was stopped: off (it was), saved (it was), graceful, turned_off. $Record is the VM's record, or $null.
function Stop-Machine {
    param([Parameter(Mandatory = $true)] $Vm, $Record)
    $run.Step = 'shut down'
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $seconds = Get-PoliteSeconds
    # A guest that hangs in its shutdown, or a host without its storage, stays in between for ever.
    while (-not (Test-Settled $Vm) -and "$($Vm.State)" -notlike '*Critical' -and $clock.Elapsed.TotalSeconds -lt $seconds) { Start-Sleep -Milliseconds 500 }
    switch -Regex ("$($Vm.State)") {
        '^Off(Critical)?$' { return 'off' }
        '^(Saved|SavedCritical|FastSaved|FastSavedCritical|Hibernated)$' { return 'saved' }
        '^Paused$' { if (Resume-OwnNetwork $Vm $Record) { break }; Stop-Hard $Vm; return 'turned_off' }
        '^Running$' { break }
        default { Stop-Hard $Vm; return 'turned_off' }
    }
    if (Stop-Politely $Vm ($seconds - $clock.Elapsed.TotalSeconds)) { return 'graceful' }
    # Somebody else has saved it meanwhile.
    if ("$($Vm.State)" -match '^(Saved|FastSaved|Hibernated)$') { return 'saved' }
    Stop-Hard $Vm
    'turned_off'
}

# A paused guest cannot shut down, and it must not run on a network that is another tenant's by now.
function Resume-OwnNetwork {
    param([Parameter(Mandatory = $true)] $Vm, $Record)
    if (-not (Test-RecordedNetwork $Vm $Record)) {
        Write-Log "the paused VM $($Vm.Name) is on another network than CloudStack gave it; it is turned off without being resumed"
        return $false
    }
    try { Hyper-V\Resume-VM -VM $Vm }
    catch {
        Write-Log "the paused VM $($Vm.Name) could not be resumed: $($_.Exception.Message)"
        return $false
    }
    $true
}

# The time for the guest: what was asked for, as long as enough is left to turn the VM off.
function Get-PoliteSeconds {
    $left = Get-SecondsLeft
    [Math]::Min($ShutdownSeconds, $left - [Math]::Min(30, $left / 2))
}

# True once the VM is off. A guest that is still starting refuses at first, so it is asked again.
function Stop-Politely {
    param([Parameter(Mandatory = $true)] $Vm, [Parameter(Mandatory = $true)] [double] $Seconds)
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $isAccepted = $false
    $nextTry = 0
    while ($clock.Elapsed.TotalSeconds -lt $Seconds) {
        if ("$($Vm.State)" -eq 'Off') { return $true }
        if (-not $isAccepted -and $clock.Elapsed.TotalSeconds -ge $nextTry) {
            $answer = Request-Guest $Vm 'InitiateShutdown'
            # Without the component in the guest nothing will ever answer.
            if ($answer -eq 'absent' -and $clock.Elapsed.TotalSeconds -ge [Math]::Min(10, $Seconds / 2)) { return $false }
            $isAccepted = $answer -eq 'accepted'
            $nextTry = $clock.Elapsed.TotalSeconds + 5
            if ($answer -eq 'absent') { $nextTry = $clock.Elapsed.TotalSeconds + 2 }
        }
        Start-Sleep -Milliseconds 500
    }
    "$($Vm.State)" -eq 'Off'
}

# Asks until the guest accepts, or it is clear that it will not. A guest that is still starting refuses at first.
function Wait-Acceptance {
    param([Parameter(Mandatory = $true)] $Vm, [Parameter(Mandatory = $true)] [string] $Method, [Parameter(Mandatory = $true)] [double] $Seconds)
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $pause = 0
    do {
        if ($pause -gt 0) { Start-Sleep -Milliseconds ([int](1000 * [Math]::Max(0, [Math]::Min($pause, $Seconds - $clock.Elapsed.TotalSeconds)))) }
        $answer = Request-Guest $Vm $Method
        if (@('accepted', 'unknown') -contains $answer) { return $answer }
        # Without the component in the guest nothing will ever answer.
        if ($answer -eq 'absent' -and $clock.Elapsed.TotalSeconds -ge [Math]::Min(10, $Seconds / 2)) { return $answer }
        $pause = 5
        if ($answer -eq 'absent') { $pause = 2 }
    } while ($clock.Elapsed.TotalSeconds -lt $Seconds)
    $answer
}

# accepted; refused (the guest may take it later); absent (the guest has no such component, or none yet); unknown (the component has no
# such method).
function Request-Guest {
    param([Parameter(Mandatory = $true)] $Vm, [Parameter(Mandatory = $true)] [ValidateSet('InitiateShutdown', 'InitiateReboot')] [string] $Method)
    $query = "SELECT * FROM Msvm_ShutdownComponent WHERE SystemName = '$($Vm.Id)'" # ps51-check: ignore interpolation
    try {
        $component = @(Get-CimInstance -Namespace 'root\virtualization\v2' -Query $query)
        if ($component.Count -eq 0) { return 'absent' }
        if ($null -eq $component[0].CimClass.CimClassMethods[$Method]) { return 'unknown' }
        $result = Invoke-CimMethod -InputObject $component[0] -MethodName $Method -Arguments @{ Force = $true; Reason = 'Asked for through CloudStack' }
    }
    catch {
        Write-Log "the guest could not be asked: $($_.Exception.Message)"
        return 'refused'
    }
    # 0 done, 4096 a job was started, 32782 a shutdown is going on already.
    if (@(0, 4096, 32782) -contains [long]$result.ReturnValue) { return 'accepted' }
    'refused'
}

# The last resort. A VM between two states may refuse at first.
function Stop-Hard {
    param([Parameter(Mandatory = $true)] $Vm)
    $run.Step = 'turn off'
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $limit = [Math]::Max(2, [Math]::Min(30, (Get-SecondsLeft)))
    while ("$($Vm.State)" -notmatch '^Off(Critical)?$') {
        try { Hyper-V\Stop-VM -VM $Vm -TurnOff -Force }
        catch { if ($clock.Elapsed.TotalSeconds -ge $limit -or (Get-ErrorCode $_) -eq 'access_denied') { throw } }
        if ($clock.Elapsed.TotalSeconds -ge $limit) { Stop-Script 'not_off' "the VM $($Vm.Name) was turned off, but it is $($Vm.State)" }
        if ("$($Vm.State)" -notmatch '^Off(Critical)?$') { Start-Sleep -Milliseconds 500 }
    }
}
