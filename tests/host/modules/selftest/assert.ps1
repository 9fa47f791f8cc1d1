# What the test files share: cases, comparisons, and the set-up that the scripts' prologue makes.

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$WarningPreference = 'SilentlyContinue'
$ConfirmPreference = 'None'
$script:FailedCases = 0
$script:CaseCount = 0

function Test-Case {
    param([Parameter(Mandatory)] [string] $Name, [Parameter(Mandatory)] [scriptblock] $Case)
    $script:CaseCount++
    try { $null = & $Case }
    catch {
        $script:FailedCases++
        "  FAILED $Name`: $($_.Exception.Message) (line $($_.InvocationInfo.ScriptLineNumber))" | Out-Host
    }
}

function Assert-Equal {
    param($Expected, $Actual, [string] $What = '')
    if ("$Expected" -cne "$Actual") { throw "$What expected '$Expected', got '$Actual'" }
}

# The block must fail with this identifier (a pattern), and where given category and HRESULT.
function Assert-Failure {
    param([Parameter(Mandatory)] [scriptblock] $Action, [Parameter(Mandatory)] [string] $Id, [string] $Category = '', [string] $Result = '', [string] $Text = '')
    try { $null = & $Action }
    catch {
        if ($_.FullyQualifiedErrorId -notlike $Id) { throw "expected the error $Id, got $($_.FullyQualifiedErrorId): $($_.Exception.Message)" }
        if ($Category -ne '') { Assert-Equal $Category $_.CategoryInfo.Category 'category:' }
        if ($Result -ne '') { Assert-Equal $Result ('0x{0:X8}' -f $_.Exception.HResult) 'HRESULT:' }
        if ($Text -ne '' -and -not $_.Exception.Message.Contains($Text)) { throw "expected '$Text' in the message, got '$($_.Exception.Message)'" }
        return
    }
    throw "expected the error $Id, but nothing failed"
}

# Changes the world as another program would.
function Set-WorldPart {
    param([Parameter(Mandatory)] [scriptblock] $Change)
    $file = "$env:HYPERV_STANDIN_STATE/state.json"
    $world = ConvertFrom-Json -InputObject ([IO.File]::ReadAllText($file)) -AsHashtable -DateKind String
    $null = & $Change $world
    [IO.File]::WriteAllText($file, (ConvertTo-Json -InputObject $world -Depth 20))
}

# Runs a script in a PowerShell of its own on this state folder or another one; returns output lines and exit code.
function Invoke-Child {
    param([Parameter(Mandatory)] [string] $Script, [string] $State = $env:HYPERV_STANDIN_STATE)
    $program, [string[]] $first = $env:STANDIN_POWERSHELL.Split('|')
    $own = $env:HYPERV_STANDIN_STATE
    $env:HYPERV_STANDIN_STATE = $State
    try {
        $head = '$ErrorActionPreference = "Stop"; $ConfirmPreference = "None"; Import-Module Hyper-V; '
        $output = & $program @first -NoProfile -NonInteractive -EncodedCommand ([Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($head + $Script))) 2>&1
        [pscustomobject]@{ Output = @($output | ForEach-Object { "$_" }); ExitCode = $LASTEXITCODE }
    }
    finally { $env:HYPERV_STANDIN_STATE = $own }
}

function Set-FaultFile {
    param([AllowEmptyCollection()] [object[]] $Faults, [string] $State = $env:HYPERV_STANDIN_STATE)
    $null = [IO.Directory]::CreateDirectory($State)
    [IO.File]::WriteAllText("$State/faults.json", (ConvertTo-Json -InputObject $Faults -Depth 5))
}

function Complete-Test {
    "$([IO.Path]::GetFileNameWithoutExtension($MyInvocation.PSCommandPath)): $($script:CaseCount - $script:FailedCases) of $script:CaseCount" | Out-Host
    exit [Math]::Min($script:FailedCases, 1)
}

Import-Module Hyper-V
$vmFolder = 'D:\Hyper-V\Virtual Machines'
$diskFolder = 'D:\Hyper-V\Virtual Hard Disks'
$template = 'D:\Templates\ubuntu2404.vhdx'
