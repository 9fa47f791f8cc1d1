<#
.SYNOPSIS
Finds out what nobody has published about Hyper-V, on a VM of its own without a disk, and tells how the host is set up.

.DESCRIPTION
Needs the prologue and errors, record, machine, disk. Each finding is a value or an error, the error by its identifiers alone. Whatever
happens, what was made here is removed at the end, or by the undo list where the script fails; what could not be is told. With
CleanUpOnly it removes what a run before this one has left, and tries nothing.
#>
param(
    [Parameter(Mandatory = $true)] [string] $Name,
    [Parameter(Mandatory = $true)] [string] $VhdPath,
    [Parameter(Mandatory = $true)] [string] $VmPath,
    [Parameter(Mandatory = $true)] [bool] $CleanUpOnly
)

# From the first line of the script: almost all of it is the module.
$loadMilliseconds = [int]$run.Clock.Elapsed.TotalMilliseconds
$findings = New-Object 'System.Collections.Generic.List[object]'
# Kept for cleaning up.
$lastSeconds = 20
# A small file here is copied to the folder of disks.
$sourceFolder = "$env:TEMP"
if ($sourceFolder -eq '') { $sourceFolder = $VmPath }
$source, $copy = "$sourceFolder\$Name.txt", "$VhdPath\$Name.txt"

# One attempt: what it gave or how it failed, and the state of the VM, if it is about one, before and after.
function Add-Finding {
    param([Parameter(Mandatory = $true)] [string] $What, [Parameter(Mandatory = $true)] [scriptblock] $Attempt, $Target = $null)
    $finding = [ordered]@{ Name = $What; Value = ''; Before = Get-StateName $Target; After = ''; Problem = $null }
    try {
        if ((Get-SecondsLeft) -lt $lastSeconds) { Stop-Script 'deadline' 'there was no time left for it' }
        $finding.Value = "$(& $Attempt $Target)"
    }
    catch { $finding.Problem = [ordered]@{ Code = Get-ErrorCode $_; Fqeid = "$($_.FullyQualifiedErrorId)"; Category = "$($_.CategoryInfo.Category)"; Hresult = Get-ErrorResult $_ } }
    $finding.After = Get-StateName $Target
    $findings.Add($finding)
}

# Empty for what is no VM. An object whose VM has gone may throw.
function Get-StateName {
    param($Target)
    if ($null -eq $Target -or $null -eq $Target.PSObject.Properties['State']) { return '' }
    try { "$($Target.State)" } catch { 'gone' }
}

function Find-System {
    $system = @(Get-CimInstance -Namespace 'root\cimv2' -Query 'SELECT Caption, Version, OSLanguage FROM Win32_OperatingSystem')[0]
    Add-Finding 'os' { param($found) $found.Caption } $system
    Add-Finding 'os_version' { param($found) $found.Version } $system
    Add-Finding 'os_language' { param($found) $found.OSLanguage } $system
    Add-Finding 'os_revision' { (Get-ItemProperty -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion' -Name 'UBR').UBR }
    Add-Finding 'powershell' { $PSVersionTable.PSVersion }
    Add-Finding 'hyperv_module' { (Get-Module -Name Hyper-V).Version }
    Add-Finding 'module_milliseconds' { param($spent) $spent } "$loadMilliseconds"
    Add-Finding 'clustered' { Test-Path -LiteralPath 'HKLM:\Cluster' }
    Add-Finding 'lm_compatibility' { (Get-ItemProperty -LiteralPath 'HKLM:\SYSTEM\CurrentControlSet\Control\Lsa' -Name 'LmCompatibilityLevel').LmCompatibilityLevel }
}

# The drive of these settings is there once its module is.
function Find-WinRM {
    try { Import-Module -Name Microsoft.WSMan.Management } catch { Write-Log "the settings of WinRM cannot be read: $($_.Exception.Message)" }
    foreach ($setting in 'Service\Auth\CbtHardeningLevel', 'Shell\MaxShellsPerUser', 'Shell\MaxConcurrentUsers', 'Shell\MaxProcessesPerShell', 'Shell\MaxMemoryPerShellMB', 'Shell\IdleTimeout', 'MaxEnvelopeSizekb', 'MaxTimeoutms') {
        Add-Finding "winrm $setting" { param($path) (Get-Item -LiteralPath "WSMan:\localhost\$path").Value } $setting
    }
}

# Whether a copied file has the rights of its source or those of its new folder.
function Find-Rights {
    Add-Finding 'copy' { param($from) Set-Content -LiteralPath $from -Value 'probe' -Encoding Ascii; Copy-Item -LiteralPath $from -Destination $copy; 'copied' } $source
    foreach ($place in @('source', $source), @('copy', $copy), @('folder', $VhdPath)) {
        Add-Finding "rights of $($place[0])" { param($path) (Get-Acl -LiteralPath $path).Sddl } $place[1]
    }
}

# All that will be made goes by its name, which nothing else has.
function Add-ProbeUndo {
    foreach ($file in $source, $copy) { Add-Undo "file $file" { param($path) Remove-RecordFile $path } @($file) }
    Add-Undo 'VM folder' { param($path) Remove-EmptyFolder $path } @("$VmPath\$Name")
    Add-Undo 'VM' {
        param($named)
        foreach ($row in @(Find-MachineRow $named)) {
            $made = Hyper-V\Get-VM -Id ([guid]$row.Name)
            if ("$($made.State)" -notmatch '^(Off|Saved)') { Hyper-V\Stop-VM -VM $made -TurnOff -Force }
            Hyper-V\Remove-VM -VM $made -Force
        }
    } @($Name)
}

function New-Probe {
    $made = Hyper-V\New-VM -Name $Name -Generation 2 -MemoryStartupBytes 512MB -Path $VmPath -NoVHD
    Hyper-V\Set-VM -VM $made -AutomaticStartAction Nothing -CheckpointType Standard
    $made
}

function Find-Memory {
    param($Vm)
    foreach ($megabytes in 33, 34, 35, 36) {
        Add-Finding "memory of $megabytes MB" { param($of) Hyper-V\Set-VMMemory -VM $of -DynamicMemoryEnabled $false -StartupBytes ($megabytes * 1MB); [long]$of.MemoryStartup } $Vm
    }
    # Enough for the firmware of generation 2.
    Add-Finding 'memory of 512 MB' { param($of) Hyper-V\Set-VMMemory -VM $of -DynamicMemoryEnabled $false -StartupBytes 512MB; [long]$of.MemoryStartup } $Vm
}

# Without a guest system that answers. What one with a guest says only a real VM can tell.
function Find-Guest {
    param($Vm)
    Add-Finding 'reboot method' { $null -ne (Get-CimClass -Namespace 'root\virtualization\v2' -ClassName 'Msvm_ShutdownComponent').CimClassMethods['InitiateReboot'] }
    Add-Finding 'reboot without a guest' {
        param($of)
        $query = "SELECT * FROM Msvm_ShutdownComponent WHERE SystemName = '$($of.Id)'" # ps51-check: ignore interpolation
        $component = @(Get-CimInstance -Namespace 'root\virtualization\v2' -Query $query)
        if ($component.Count -eq 0) { return 'no component' }
        $state = "EnabledState $($component[0].EnabledState), OperationalStatus $($component[0].OperationalStatus -join ' ')"
        $result = Invoke-CimMethod -InputObject $component[0] -MethodName 'InitiateReboot' -Arguments @{ Force = $true; Reason = 'probe' }
        "$state, ReturnValue $($result.ReturnValue)"
    } $Vm
}

# Every cmdlet in a state that is not its own. Remove-VM at the end, so that all others have a VM.
function Find-States {
    param($Vm)
    Add-Finding 'suspend while off' { param($of) Hyper-V\Suspend-VM -VM $of } $Vm
    Add-Finding 'resume while off' { param($of) Hyper-V\Resume-VM -VM $of } $Vm
    Add-Finding 'checkpoint while off' { param($of) $null = Hyper-V\Checkpoint-VM -VM $of -SnapshotName 'probe' -Passthru } $Vm
    Add-Finding 'start' { param($of) Hyper-V\Start-VM -VM $of } $Vm
    Find-Guest $Vm
    Add-Finding 'resume while running' { param($of) Hyper-V\Resume-VM -VM $of } $Vm
    Add-Finding 'restore while running' { param($of) Hyper-V\Restore-VMSnapshot -VMSnapshot (@(Hyper-V\Get-VMSnapshot -VM $of)[0]) -Confirm:$false } $Vm
    Add-Finding 'start again' { param($of) if ("$($of.State)" -eq 'Off') { Hyper-V\Start-VM -VM $of } } $Vm
    Add-Finding 'suspend' { param($of) Hyper-V\Suspend-VM -VM $of } $Vm
    Add-Finding 'suspend while paused' { param($of) Hyper-V\Suspend-VM -VM $of } $Vm
    Add-Finding 'remove while paused' { param($of) Hyper-V\Remove-VM -VM $of -Force } $Vm
    Add-Finding 'resume' { param($of) Hyper-V\Resume-VM -VM $of } $Vm
    Add-Finding 'remove while running' { param($of) Hyper-V\Remove-VM -VM $of -Force } $Vm
    Add-Finding 'save' { param($of) Hyper-V\Save-VM -VM $of } $Vm
    Add-Finding 'suspend while saved' { param($of) Hyper-V\Suspend-VM -VM $of } $Vm
    Add-Finding 'resume while saved' { param($of) Hyper-V\Resume-VM -VM $of } $Vm
    Add-Finding 'remove while saved' { param($of) Hyper-V\Remove-VM -VM $of -Force } $Vm
    Add-Finding 'left after remove while saved' { @(Find-MachineRow $Name).Count }
}

Add-ProbeUndo
if (-not $CleanUpOnly) {
    $run.Step = 'host'
    Find-System
    Find-WinRM
    $run.Step = 'rights'
    Find-Rights
    $run.Step = 'VM'
    $vm = New-Probe
    Find-Memory $vm
    Find-States $vm
}
$run.Step = 'clean up'
$undone = Undo-Everything
[ordered]@{ Findings = $findings.ToArray(); Left = @($undone.failed) }
