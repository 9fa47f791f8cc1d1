# Every call of a stood-in cmdlet goes through here: it is counted, logged, given its fault, run, and its errors are written
# as a compiled cmdlet would write them.

$script:Call = $null
$script:CallCount = 0
$script:CountByName = @{}
$script:Faults = $null
# Scripts that share a process are told apart by a number of their own.
$script:RunId = if ($env:HYPERV_STANDIN_RUN) { [long]$env:HYPERV_STANDIN_RUN } else { $PID }

# Runs the body of one call. The body gets the call: Name, Bound (the parameters given), Set, Cmdlet.
function Invoke-StandInCall {
    param([Parameter(Mandatory)] $Cmdlet, [Parameter(Mandatory)] $Bound, [Parameter(Mandatory)] [scriptblock] $Body, [string[]] $Unmodelled = @())
    $ErrorActionPreference = 'Stop'
    $call = [pscustomobject]@{
        Name = $Cmdlet.MyInvocation.MyCommand.Name; Bound = $Bound; Set = $Cmdlet.ParameterSetName; Cmdlet = $Cmdlet; Occurrence = 0; During = $null
    }
    $outer = $script:Call
    $script:Call = $call
    $output = @()
    try {
        # What came due meanwhile (a merge, a shutdown) has happened before this call.
        $null = Get-World
        Assert-Modelled $call $Unmodelled
        if (-not (Confirm-Call $call)) { return }
        $fault = Register-Call $call
        Invoke-Fault $fault 'before'
        if ($null -ne $fault -and $fault['when'] -eq 'during') { $call.During = $fault }
        # Collected first: an error of the commands further down the pipeline is none of this call's.
        $output = @(& $Body $call)
        Invoke-Fault $fault 'after'
    }
    catch { Write-CallError $_ }
    finally { $script:Call = $outer }
    $output
}

# Writes an error as the cmdlet's own. It stops the caller or not by the caller's preference: a function of a module does not see
# that by itself, a compiled cmdlet does.
function Write-CallError {
    param([Parameter(Mandatory)] [Management.Automation.ErrorRecord] $Record)
    if (-not (Test-Failure $Record)) { Stop-StandIn $Record }
    $call = $script:Call
    $own = $call.Cmdlet
    if (-not $call.Bound.ContainsKey('ErrorAction')) { $ErrorActionPreference = $own.SessionState.PSVariable.GetValue('ErrorActionPreference', 'Continue') }
    else { $ErrorActionPreference = $call.Bound['ErrorAction'] }
    $own.WriteError($Record)
}

# A fault of the stand-in itself must never look like one of the host: it ends the script and is kept for the test to find.
function Stop-StandIn {
    param([Parameter(Mandatory)] [Management.Automation.ErrorRecord] $Record)
    if ($Record.Exception.Message.StartsWith('stand-in:')) { throw $Record }
    $text = "$($script:Call.Name): $($Record.Exception.Message)`n$($Record.ScriptStackTrace)`n"
    [IO.File]::AppendAllText("$script:StateFolder/internal-errors.log", $text)
    throw [Exception]::new("stand-in: $text", $Record.Exception)
}

function Assert-Modelled {
    param($Call, [string[]] $Unmodelled)
    foreach ($name in $Unmodelled) {
        if ($Call.Bound.ContainsKey($name)) { throw [NotSupportedException]::new("$($Call.Name) -$name exists on Windows, but is not modelled here") }
    }
}

# Asks as a compiled cmdlet would, by the caller's preference. Without a user at the console a question is an error.
function Confirm-Call {
    param($Call)
    if ($Call.Name -match '^(Get|Test)-') { return $true }
    $ConfirmPreference = $Call.Cmdlet.SessionState.PSVariable.GetValue('ConfirmPreference', 'High')
    if (-not $Call.Bound.ContainsKey('WhatIf') -and -not $Call.Bound.ContainsKey('Confirm') -and $ConfirmPreference -eq 'None') { return $true }
    if ($Call.Bound.ContainsKey('Confirm') -and -not $Call.Bound['Confirm'] -and -not $Call.Bound.ContainsKey('WhatIf')) { return $true }
    $target = Format-CallArgument $Call | ConvertTo-Json -Compress
    Request-Answer { $Call.Cmdlet.ShouldProcess($target) }
}

# For cmdlets that ask whatever the preference says, unless -Force is given.
function Confirm-Danger {
    param($Call, [Parameter(Mandatory)] [string] $Question)
    $Call.Bound['Force'] -or (Request-Answer { $Call.Cmdlet.ShouldContinue($Question, 'Confirm') })
}

function Request-Answer {
    param([scriptblock] $Ask)
    try { & $Ask } catch [Management.Automation.MethodInvocationException] { throw (New-Failure 'InvalidOperation' InvalidOperation -Exception $_.Exception.InnerException) }
}

# Counts the call, writes it to calls.log, and returns the fault that is meant for it.
function Register-Call {
    param($Call)
    $script:CallCount++
    $script:CountByName[$Call.Name] = 1 + [int]$script:CountByName[$Call.Name]
    $Call.Occurrence = $script:CountByName[$Call.Name]
    $line = ConvertTo-Json -Compress -InputObject ([ordered]@{
            pid = $script:RunId; call = $script:CallCount; cmdlet = $Call.Name; occurrence = $Call.Occurrence
            changes = $Call.Name -notmatch '^(Get|Test)-'; arguments = Format-CallArgument $Call
        })
    [IO.File]::AppendAllText("$script:StateFolder/calls.log", "$line`n")
    Find-Fault $Call $line
}

function Format-CallArgument {
    param($Call)
    $arguments = [ordered]@{}
    foreach ($name in $Call.Bound.Keys) {
        $text = @($Call.Bound[$name] | ForEach-Object { "$_" }) -join ', '
        $arguments[$name] = if ($text.Length -gt 300) { $text.Substring(0, 300) + '...' } else { $text }
    }
    $arguments
}

# faults.json: cmdlet and occurrence (both optional), or call; contains: a text that the line in calls.log must hold.
function Find-Fault {
    param($Call, [string] $Line)
    if ($null -eq $script:Faults) { $script:Faults = @(Read-FaultFile) }
    foreach ($fault in $script:Faults) {
        if ($fault.Contains('call') -and $fault['call'] -ne $script:CallCount) { continue }
        if ($fault.Contains('cmdlet') -and $fault['cmdlet'] -ne $Call.Name) { continue }
        if ($fault.Contains('contains') -and -not $Line.Contains($fault['contains'])) { continue }
        if ($fault.Contains('occurrence')) {
            # With a text to look for, the calls that hold it are counted.
            $fault['seen'] = 1 + [int]$fault['seen']
            $count = if ($fault.Contains('contains')) { $fault['seen'] } else { $Call.Occurrence }
            if ($count -ne $fault['occurrence']) { continue }
        }
        return $fault
    }
}

function Read-FaultFile {
    $file = "$script:StateFolder/faults.json"
    if (-not [IO.File]::Exists($file)) { return }
    foreach ($fault in (ConvertFrom-Json -InputObject ([IO.File]::ReadAllText($file)) -AsHashtable -DateKind String)) { $fault }
}

function Invoke-Fault {
    param($Fault, [Parameter(Mandatory)] [string] $When)
    if ($null -eq $Fault) { return }
    $due = if ($Fault.Contains('when')) { $Fault['when'] } else { 'before' }
    if ($due -ne $When) { return }
    switch ($Fault['action']) {
        'kill' { Stop-OwnProcess }
        'delay' { [Threading.Thread]::Sleep([int]$Fault['ms']) }
        'error' { throw (New-InjectedFailure $Fault) }
        default { throw "stand-in: unknown action '$($Fault['action'])' in faults.json" }
    }
}

# A body that can be struck half-way calls this there.
function Invoke-DuringFault {
    param($Call)
    if ($null -ne $Call.During) { Invoke-Fault $Call.During 'during' }
}

# As WinRM ends a process: no finally block, no handler runs. Where the process is to run other scripts after this one, this thread
# waits for ever instead; what the script held is let go as the kernel would, and what only a thread can let go is never met again.
function Stop-OwnProcess {
    $death = [AppDomain]::CurrentDomain.GetData('StandInDeath')
    if ($null -ne $death) {
        [IO.File]::AppendAllText((Get-DeathFile), '.')
        # Closed below the streams: what they have not written yet is lost.
        foreach ($stream in $script:OpenFiles) { $stream.SafeFileHandle.Dispose() }
        $null = $death.Set()
        [Threading.Thread]::Sleep(-1)
    }
    [Diagnostics.Process]::GetCurrentProcess().Kill()
    [Threading.Thread]::Sleep(60000)
}

# Files that the stand-in itself has open while a fault may strike.
$script:OpenFiles = [Collections.Generic.HashSet[IO.FileStream]]::new()

function Open-File {
    param([string] $Path, [IO.FileMode] $Mode, [IO.FileAccess] $Access, [IO.FileShare] $Share = 'Read')
    $stream = [IO.FileStream]::new($Path, $Mode, $Access, $Share)
    $null = $script:OpenFiles.Add($stream)
    $stream
}

function Close-File {
    param([IO.FileStream] $Stream)
    $Stream.Dispose()
    $null = $script:OpenFiles.Remove($Stream)
}

# Hyper-V puts the code into its message, .NET's file exceptions carry it as their HRESULT.
function New-InjectedFailure {
    param($Fault)
    $id = if ($Fault.Contains('fqeid')) { $Fault['fqeid'] } else { 'OperationFailed' }
    $category = if ($Fault.Contains('category')) { $Fault['category'] } else { 'NotSpecified' }
    $message = if ($Fault.Contains('message')) { $Fault['message'] } else { Get-LocalText 'Injected' }
    $result = "$($Fault['hresult'])"
    if ((Get-CmdletClass $script:Call.Name) -like 'Microsoft.PowerShell.*' -and $result -ne '') {
        $number = [Convert]::ToInt32($result, 16)
        $exception = if ($result -eq '0x80070005') { [UnauthorizedAccessException]::new($message) } else { [IO.IOException]::new($message, $number) }
        return New-Failure $id $category -Exception $exception
    }
    if ($result -ne '' -and -not $message.Contains($result)) { $message = "$message ($result)" }
    New-Failure $id $category -Message $message
}
