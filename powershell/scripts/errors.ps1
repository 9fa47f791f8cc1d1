<#
.SYNOPSIS
Tells what an error record means, by code, category and identifier. Sentences are never compared: hosts speak every language.
#>

function Get-ErrorReport {
    param([Parameter(Mandatory = $true)] [Management.Automation.ErrorRecord] $Record)
    [ordered]@{
        code     = Get-ErrorCode $Record
        message  = "$(Get-InnermostMessage $Record)"
        category = "$($Record.CategoryInfo.Category)"
        fqeid    = "$($Record.FullyQualifiedErrorId)"
        hresult  = Get-ErrorResult $Record
        step     = $run.Step
        rollback = $null
    }
}

# A code of ours: the script's own where it stopped itself, else what Windows says.
function Get-ErrorCode {
    param([Parameter(Mandatory = $true)] [Management.Automation.ErrorRecord] $Record)
    foreach ($exception in @(Get-ExceptionChain $Record)) {
        if ($exception.Data.Contains('code')) { return "$($exception.Data['code'])" }
    }
    $byResult = @{
        '0x8007000E' = 'out_of_memory'; '0x800705AA' = 'out_of_memory'
        '0x80070070' = 'disk_full'; '0x80070027' = 'disk_full'
        '0x80070020' = 'in_use'; '0x80070021' = 'in_use'
        '0x80070050' = 'exists'; '0x800700B7' = 'exists'
        '0x80070005' = 'access_denied'
        '0x800706BA' = 'unavailable'; '0x800706BE' = 'unavailable'
        '0xC03A001A' = 'disk_not_plain'
    }
    $result = Get-ErrorResult $Record
    if ($byResult.ContainsKey($result)) { return $byResult[$result] }
    $identifier = "$($Record.FullyQualifiedErrorId)".Split([char]',')[0]
    if ($identifier -eq 'OutOfMemory') { return 'out_of_memory' }
    if ($identifier -eq 'AccessDenied' -or "$($Record.CategoryInfo.Category)" -eq 'PermissionDenied') { return 'access_denied' }
    if ("$($Record.CategoryInfo.Category)" -eq 'ResourceUnavailable') { return 'unavailable' }
    'host_error'
}

# The HRESULT, or an empty text. Hyper-V's own exceptions hold a general one and put the telling one into their message.
function Get-ErrorResult {
    param([Parameter(Mandatory = $true)] [Management.Automation.ErrorRecord] $Record)
    $chain = @(Get-ExceptionChain $Record)
    foreach ($exception in $chain) {
        if ($exception.Message -match '0x[0-9A-Fa-f]{8}(?![0-9A-Fa-f])') { return '0x' + $Matches[0].Substring(2).ToUpperInvariant() }
    }
    foreach ($exception in $chain) {
        $result = '0x{0:X8}' -f $exception.HResult
        # 0x8007 and 0xC03A: a code of Windows or of the virtual disk service. All others only name the exception's class.
        if ($result -match '^0x(8007|C03A)') { return $result }
    }
    ''
}

function Get-ExceptionChain {
    param([Parameter(Mandatory = $true)] [Management.Automation.ErrorRecord] $Record)
    $exception = $Record.Exception
    while ($null -ne $exception) { $exception; $exception = $exception.InnerException }
}

# PowerShell wraps what a method threw; the wrapper only repeats it.
function Get-InnermostMessage {
    param([Parameter(Mandatory = $true)] [Management.Automation.ErrorRecord] $Record)
    $exception = $Record.Exception
    while ($exception -is [Management.Automation.MethodInvocationException] -and $null -ne $exception.InnerException) { $exception = $exception.InnerException }
    $exception.Message
}
