<#
.SYNOPSIS
Starts every script: reads the arguments, keeps the clock, the undo list and the log, and writes the one answer.

.DESCRIPTION
The token is base64 of JSON: script, nonce, seconds (the time left for work), arguments. Values are data: nothing of them is ever run.
#>
param([Parameter(Mandatory = $true)] [string] $Token)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'
$InformationPreference = 'SilentlyContinue'
$ConfirmPreference = 'None'

$call = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($Token)) | ConvertFrom-Json

# The state of this one run. Functions change its members, never the variable.
$run = @{
    Clock        = [Diagnostics.Stopwatch]::StartNew()
    Seconds      = [double]$call.seconds
    Step         = 'start'
    Facts        = $null
    Turn         = $null
    Cancellation = $null
    Undo         = New-Object 'System.Collections.Generic.Stack[object]'
    UndoCovered  = $false
    UndoFailed   = New-Object 'System.Collections.Generic.List[string]'
    Log          = New-Object 'System.Collections.Generic.List[string]'
}

# Everything that only Windows has, in one place.
function Get-HostFacts {
    $principal = New-Object Security.Principal.WindowsPrincipal ([Security.Principal.WindowsIdentity]::GetCurrent())
    $administrators = New-Object Security.Principal.SecurityIdentifier 'S-1-5-32-544'
    $hyperVAdministrators = New-Object Security.Principal.SecurityIdentifier 'S-1-5-32-578'
    [pscustomobject]@{
        ComputerName = $env:COMPUTERNAME
        UtcNow       = [DateTime]::UtcNow
        Elevated     = $principal.IsInRole($administrators) -or $principal.IsInRole($hyperVAdministrators)
        MutexPrefix  = 'Global\'
    }
}

# Runs the body of a script, undoes what it made if it fails, and writes the answer.
function Invoke-Script {
    param([Parameter(Mandatory = $true)] [scriptblock] $Body)
    $arguments = @{}
    foreach ($property in $call.arguments.PSObject.Properties) { $arguments[$property.Name] = $property.Value }
    try {
        Import-HyperV
        $run.Facts = Get-HostFacts
        if (-not $run.Facts.Elevated) {
            Stop-Script 'access_denied' 'the account is neither in Administrators nor in Hyper-V Administrators, or its rights are filtered'
        }
        $output = @(& $Body @arguments)
        $answer = [ordered]@{ ok = $true; value = $output[-1] }
    }
    catch {
        $answer = [ordered]@{ ok = $false; error = Get-ErrorReport $_ }
        $answer.error.rollback = Undo-Everything
    }
    finally { Exit-Turn }
    $answer.log = $run.Log.ToArray()
    Write-Answer $answer
}

function Exit-Turn {
    if ($null -eq $run.Turn) { return }
    try { $run.Turn.ReleaseMutex() } catch { Write-Log "the mutex was not ours to release: $($_.Exception.Message)" }
    $run.Turn.Dispose()
}

function Import-HyperV {
    $run.Step = 'module'
    if (-not (Get-Module -Name Hyper-V -ListAvailable)) {
        Stop-Script 'hyperv_missing' 'this host has no Hyper-V module for PowerShell'
    }
    Import-Module -Name Hyper-V
}

# Ends the script with a code of ours; the message is one English sentence.
function Stop-Script {
    param([Parameter(Mandatory = $true)] [string] $Code, [Parameter(Mandatory = $true)] [string] $Message)
    $exception = New-Object InvalidOperationException $Message
    $exception.Data['code'] = $Code
    throw $exception
}

# Between two steps a script looks at the clock and at whether it was called off.
function Enter-Step {
    param([Parameter(Mandatory = $true)] [string] $Name)
    $run.Step = $Name
    if ((Get-SecondsLeft) -le 0) { Stop-Script 'deadline' "the time was up before the step '$Name'" }
    Assert-NotCancelled
}

function Get-SecondsLeft { $run.Seconds - $run.Clock.Elapsed.TotalSeconds }

function Write-Log {
    param([Parameter(Mandatory = $true)] [string] $Text)
    $run.Log.Add($Text)
}

# Remembers how to take back what was just made. The action gets the arguments: a variable may have changed by then.
# UndoCovered: what is made now goes with something that is on the list already (the adapters of a new VM with the VM).
function Add-Undo {
    param(
        [Parameter(Mandatory = $true)] [string] $What,
        [Parameter(Mandatory = $true)] [scriptblock] $Action,
        [object[]] $Arguments = @()
    )
    if ($run.UndoCovered) { return }
    $run.Undo.Push([pscustomobject]@{ What = $What; Action = $Action; Arguments = $Arguments })
}

# Forgets what belongs to a group, as "network": "network: VLAN of 'NIC1'".
function Remove-Undo {
    param([Parameter(Mandatory = $true)] [string] $Group)
    $kept = @($run.Undo.ToArray() | Where-Object { -not $_.What.StartsWith("${Group}: ", [StringComparison]::Ordinal) })
    $run.Undo.Clear()
    # A stack lists its last entry first.
    for ($index = $kept.Count - 1; $index -ge 0; $index--) { $run.Undo.Push($kept[$index]) }
}

# Undoes in reverse order. One that fails never stops the others, nor hides the first error.
function Undo-Everything {
    $done = New-Object 'System.Collections.Generic.List[string]'
    while ($run.Undo.Count -gt 0) {
        $entry = $run.Undo.Pop()
        $undoArguments = $entry.Arguments
        try {
            # An undo may find that what it would remove is needed still.
            if ("$(& $entry.Action @undoArguments)" -ne 'kept') { $done.Add($entry.What) }
        }
        catch { $run.UndoFailed.Add("$($entry.What): $($_.Exception.Message)") }
    }
    [ordered]@{ done = $done.ToArray(); failed = $run.UndoFailed.ToArray() }
}

# Tries again what fails because another program holds the file: for ten seconds, or a third of what is left, if nothing else is said.
function Invoke-WhileInUse {
    param([Parameter(Mandatory = $true)] [scriptblock] $Action, [object[]] $Arguments = @(), [double] $Seconds = 0)
    if ($Seconds -le 0) { $Seconds = [Math]::Min(10, [Math]::Max(1, (Get-SecondsLeft) / 3)) }
    $clock = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        try { & $Action @Arguments; return }
        catch {
            if ((Get-ErrorCode $_) -ne 'in_use' -or $clock.Elapsed.TotalSeconds -ge $Seconds) { throw }
            Start-Sleep -Milliseconds 500
        }
    }
}

# JSON in pure ASCII: no code page on the way can spoil it.
function ConvertTo-AsciiJson {
    param([Parameter(Mandatory = $true)] $Value)
    $json = ConvertTo-Json -InputObject $Value -Depth 8 -Compress
    $escape = [Text.RegularExpressions.MatchEvaluator] { param($match) '\u{0:x4}' -f [int][char]$match.Value }
    [regex]::Replace($json, '[^\x20-\x7e]', $escape)
}

function Write-Answer {
    param([Parameter(Mandatory = $true)] $Answer)
    $begin = "#hyperv $($call.nonce) begin"
    $end = "#hyperv $($call.nonce) end"
    # The new line in front ends whatever stray output stands on the line.
    [Console]::Out.Write("`n$begin`n$(ConvertTo-AsciiJson $Answer)`n$end`n")
    [Console]::Out.Flush()
}
