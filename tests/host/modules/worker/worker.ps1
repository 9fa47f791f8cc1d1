# Runs one script after another in this process, each in a runspace of its own. To start PowerShell and to warm it up takes ten times
# as long as to run a script in it.
#
# Standard input brings lines of JSON. The first of a run says what to run; the others bring its input, and are left alone once it is over:
#   {"run":7,"script":"...","folder":"...","environment":{"NAME":"value"}}
#   {"run":7,"lines":["..."],"end":false}
# Standard output is the script's own, piece by piece. Where the run is over stands a zero byte and a line of JSON:
#   {"run":7,"code":0,"stderr":"..."}
# The first such line, {"run":0,...}, says that the worker has started. When its standard input ends it dies at once, whatever runs.
$ErrorActionPreference = 'Stop'
. $PSScriptRoot/host.ps1

$lines = [IO.StreamReader]::new([Console]::OpenStandardInput())
$out = [Console]::Out
$variables = [Environment]::GetEnvironmentVariables()
$folder = [Environment]::CurrentDirectory
# Set by the stand-in where a script is to die of a fault; see Stop-OwnProcess.
$death = [Threading.ManualResetEvent]::new($false)
[AppDomain]::CurrentDomain.SetData('StandInDeath', $death)

# Runs one script to its end. Its thread may be left behind: then it waits for ever and holds what a killed process would have lost.
function Invoke-Run {
    param($Request)
    $null = $death.Reset()
    Set-Surroundings $Request
    $stderr = [IO.StringWriter]::new()
    [Console]::SetOut($out)
    [Console]::SetError($stderr)
    $face = [RunHost]::new()
    $runspace = [runspacefactory]::CreateRunspace($face, [initialsessionstate]::CreateDefault2())
    # A mutex belongs to a thread: this one must end with its run.
    $runspace.ThreadOptions = 'UseNewThread'
    $runspace.Open()
    $shell = [powershell]::Create($runspace)
    $null = $shell.AddScript($Request.script).AddCommand('Out-Default')
    $shell.Commands.Commands[0].MergeMyResults('Error', 'Output')
    $fed = [Management.Automation.PSDataCollection[string]]::new()
    $running = $shell.BeginInvoke($fed)
    $code = if (Wait-Run $Request.run $running $fed) { Get-ExitCode $shell $running $face } else { -1 }
    if ($code -ne -1) {
        $shell.Dispose()
        $runspace.Dispose()
        $face.Face.End()
    }
    Restore-Surroundings
    Write-End $Request.run $code $stderr.ToString()
}

# Feeds a run until it is over. False if it has died of a fault.
function Wait-Run {
    param([long] $Run, [IAsyncResult] $Running, $Fed)
    while ($true) {
        $handles = [Threading.WaitHandle[]]@($death, $Running.AsyncWaitHandle, ([IAsyncResult]$script:next).AsyncWaitHandle)
        switch ([Threading.WaitHandle]::WaitAny($handles)) {
            0 { return $false }
            1 { return $true }
        }
        $message = Read-Message
        if ($message.run -ne $Run -or -not $Fed.IsOpen) { continue }
        foreach ($line in $message.lines) { $Fed.Add($line) }
        if ($message.end) { $Fed.Complete() }
    }
}

# What the process would have exited with. An error that ended the script is printed as PowerShell prints it.
function Get-ExitCode {
    param($Shell, [IAsyncResult] $Running, [RunHost] $Face)
    try { $null = $Shell.EndInvoke($Running) }
    catch {
        $cause = $_.Exception.InnerException
        # PowerShell 7 says nothing about a script that cannot be parsed.
        if ($cause -isnot [Management.Automation.ParseException]) {
            $Face.Face.IsReport = $true
            $report = [powershell]::Create($Shell.Runspace)
            $null = $report.AddCommand('Out-Default').AddParameter('InputObject', $cause.ErrorRecord).Invoke()
            $report.Dispose()
        }
        return 1
    }
    # The codes of this system have eight bits, those of a process of its own too.
    if ($null -eq $Face.Code) { 0 } else { $Face.Code -band 255 }
}

function Set-Surroundings {
    param($Request)
    foreach ($variable in $Request.environment.Keys) { [Environment]::SetEnvironmentVariable($variable, $Request.environment[$variable]) }
    [Environment]::CurrentDirectory = $Request.folder
}

function Restore-Surroundings {
    [Environment]::CurrentDirectory = $folder
    foreach ($variable in @([Environment]::GetEnvironmentVariables().Keys)) {
        if (-not $variables.Contains($variable)) { [Environment]::SetEnvironmentVariable($variable, $null) }
    }
    foreach ($variable in $variables.Keys) { [Environment]::SetEnvironmentVariable($variable, $variables[$variable]) }
}

function Write-End {
    param([long] $Run, [int] $Code, [string] $Stderr)
    $end = ConvertTo-Json -Compress -InputObject @{ run = $Run; code = $Code; stderr = $Stderr }
    $out.Write("`0$end`n")
    $out.Flush()
}

# The next message, and the read of the one after it. A kill is all that ends scripts at once, without their `finally`.
function Read-Message {
    $line = $script:next.GetAwaiter().GetResult()
    if ($null -eq $line) { [Diagnostics.Process]::GetCurrentProcess().Kill(); [Threading.Thread]::Sleep(-1) }
    $script:next = $lines.ReadLineAsync()
    ConvertFrom-Json -InputObject $line -AsHashtable -DateKind String
}

$next = $lines.ReadLineAsync()
Write-End 0 0 ''
while ($true) {
    $request = Read-Message
    if ($request.Contains('script')) { Invoke-Run $request }
}
