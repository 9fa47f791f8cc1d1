<#
.SYNOPSIS
One action at a time on one VM: a mutex of this host, and the files by which a later stop calls off a create.
#>

# Waits for the VM's mutex inside the deadline. Its holder cleans up the cancel files of the turn before.
# CallOff: a create that holds it now is told to give up.
function Enter-Turn {
    param([Parameter(Mandatory = $true)] [string] $Name, [Parameter(Mandatory = $true)] [string] $Folder, [switch] $CallOff)
    $run.Step = 'turn'
    $mutexName = "$($run.Facts.MutexPrefix)cloudstack-hyperv-$($Name.ToLowerInvariant())"
    $cancelFile = ''
    while (-not (Request-Mutex $mutexName)) {
        # Another create may have taken the turn in between and cleaned it up. That one is called off as well.
        if ($CallOff -and ($cancelFile -eq '' -or -not (Test-Path -LiteralPath $cancelFile))) { $cancelFile = "$(New-CancelFile $Name $Folder)" }
        if ((Get-SecondsLeft) -le 0) { Stop-Script 'busy' "another action was still working on the VM $Name when the time was up" }
        Start-Sleep -Milliseconds 200
    }
    if (-not (Test-Path -LiteralPath $Folder -PathType Container)) { return }
    foreach ($file in @(Get-CancelFile $Name $Folder)) { Remove-RecordFile $file }
}

# True once this process holds the mutex. A holder that died has left it to us.
function Request-Mutex {
    param([Parameter(Mandatory = $true)] [string] $MutexName)
    try {
        if ($null -eq $run.Turn) { $run.Turn = New-Object Threading.Mutex $false, $MutexName }
        $milliseconds = [int][Math]::Max(0, [Math]::Min(1000, 1000 * (Get-SecondsLeft)))
        $run.Turn.WaitOne($milliseconds)
    }
    catch {
        $cause = $_.Exception.GetBaseException()
        if ($cause -is [Threading.AbandonedMutexException]) { return $true }
        # It belongs to another account that is at work on this VM.
        if ($cause -is [UnauthorizedAccessException]) { $run.Turn = $null; return $false }
        throw
    }
}

# From here on every step looks for a cancel file in the folder, which must be there.
function Watch-Cancellation {
    param([Parameter(Mandatory = $true)] [string] $Name, [Parameter(Mandatory = $true)] [string] $Folder)
    $run.Cancellation = @{ Name = $Name; Folder = $Folder }
}

function Assert-NotCancelled {
    if ($null -eq $run.Cancellation) { return }
    if (@(Get-CancelFile $run.Cancellation.Name $run.Cancellation.Folder).Count -gt 0) {
        Stop-Script 'cancelled' "a stop or delete of the VM $($run.Cancellation.Name) has called this off"
    }
}

function New-CancelFile {
    param([Parameter(Mandatory = $true)] [string] $Name, [Parameter(Mandatory = $true)] [string] $Folder)
    if (-not (Test-Path -LiteralPath $Folder -PathType Container)) { return }
    $path = "$Folder\$Name.cancel-$([guid]::NewGuid())"
    $null = New-Item -Path $path -ItemType File
    $path
}

function Get-CancelFile {
    param([Parameter(Mandatory = $true)] [string] $Name, [Parameter(Mandatory = $true)] [string] $Folder)
    foreach ($file in @(Get-ChildItem -LiteralPath $Folder -Filter "$Name.cancel-*" -File)) {
        if ($file.Name -match ('^' + [regex]::Escape($Name) + '\.cancel-[0-9a-f-]{32,36}$')) { "$Folder\$($file.Name)" }
    }
}
