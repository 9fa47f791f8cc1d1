<#
.SYNOPSIS
The two records that say whose a VM is: lines in its Notes, and a sidecar file beside its disk.

.DESCRIPTION
A record is an ordered dictionary: uuid, phase (creating, complete, restoring, deleting, unclaimed, adopted), host, written (UTC), claimed,
vm_id, vm_folder, disks (full paths), kept (what a delete leaves alone, with the reason), network (what CloudStack gave last, or null), restore
(while a snapshot is brought back: the power state, the Notes in base64 and the phase before).
#>

function Get-RecordPath {
    param([Parameter(Mandatory = $true)] [string] $Folder, [Parameter(Mandatory = $true)] [string] $Name)
    "$Folder\$Name.cloudstack.json"
}

function Get-FolderOf {
    param([Parameter(Mandatory = $true)] [string] $Path)
    $Path.Substring(0, [Math]::Max(0, $Path.LastIndexOf('\')))
}

function Assert-Folder {
    param([Parameter(Mandatory = $true)] [string[]] $Paths)
    foreach ($path in $Paths) {
        if (-not (Test-Path -LiteralPath $path -PathType Container)) { Stop-Script 'folder_not_found' "there is no folder $path on this host" }
    }
}

function New-Record {
    param([Parameter(Mandatory = $true)] [string] $Uuid, [Parameter(Mandatory = $true)] [string] $Phase)
    [ordered]@{ uuid = $Uuid; phase = $Phase; host = ''; written = ''; claimed = $false; vm_id = $null; vm_folder = $null; disks = @(); kept = @(); network = $null; restore = $null }
}

# Exists (one of the two files is there), and Record: $null if none of them can be read.
function Read-Record {
    param([Parameter(Mandatory = $true)] [string] $Path)
    $exists = $false
    foreach ($candidate in $Path, "$Path.new") {
        if (-not (Test-Path -LiteralPath $candidate -PathType Leaf)) { continue }
        $exists = $true
        $record = Read-RecordFile $candidate
        if ($null -ne $record) { return @{ Path = $Path; Exists = $true; Record = $record } }
    }
    @{ Path = $Path; Exists = $exists; Record = $null }
}

# $null for a file that is not there or cannot be understood. One that cannot be opened is an error: it may be whole.
function Read-RecordFile {
    param([Parameter(Mandatory = $true)] [string] $Path)
    if (-not (Test-Path -LiteralPath $Path -PathType Leaf)) { return $null }
    $text = Invoke-WhileInUse { param($file) Get-Content -LiteralPath $file -Raw -Encoding Ascii } @($Path)
    $record = New-Record '-' '-'
    try {
        $json = "$text" | ConvertFrom-Json
        foreach ($property in $json.PSObject.Properties) {
            if ($record.Contains($property.Name)) { $record[$property.Name] = $property.Value }
        }
    }
    catch { return $null }
    if ("$($record.uuid)" -notmatch '^[0-9a-f-]{36}$' -or "$($record.phase)" -cnotmatch '^(creating|complete|restoring|deleting|unclaimed|adopted)$') { return $null }
    if ($record.phase -eq 'restoring' -and "$($record.restore)" -eq '') { return $null }
    # Arrays built anew: Windows PowerShell writes some of those that it has read as objects of value and Count.
    foreach ($list in 'disks', 'kept') { $record[$list] = @(foreach ($text in $record[$list]) { "$text" }) }
    if ($null -ne $record.network) { $record.network = @(foreach ($nic in $record.network) { $nic }) }
    $record
}

# Whole or not at all: a new file, the old one removed, the new one moved to its name.
function Write-Record {
    param([Parameter(Mandatory = $true)] [string] $Path, [Parameter(Mandatory = $true)] [Collections.IDictionary] $Record)
    $Record.host = "$($run.Facts.ComputerName)"
    $Record.written = (Get-HostFacts).UtcNow.ToString('yyyy-MM-dd HH:mm:ss.fffffff', [Globalization.CultureInfo]::InvariantCulture)
    # The only good copy may be the new file of a run that was killed. It must not be written over.
    if ((Test-Path -LiteralPath "$Path.new") -and $null -eq (Read-RecordFile $Path) -and $null -ne (Read-RecordFile "$Path.new")) { Move-Record $Path }
    Invoke-WhileInUse { param($file, $text) Set-Content -LiteralPath $file -Value $text -Encoding Ascii } "$Path.new", (ConvertTo-AsciiJson $Record)
    Move-Record $Path
}

# The new file becomes the record. A virus scanner may hold either of them for a moment.
function Move-Record {
    param([Parameter(Mandatory = $true)] [string] $Path)
    Remove-RecordFile $Path
    Invoke-WhileInUse { param($from, $to) Move-Item -LiteralPath $from -Destination $to } "$Path.new", $Path
}

function Remove-Record {
    param([Parameter(Mandatory = $true)] [string] $Path)
    foreach ($file in "$Path.new", $Path) { Remove-RecordFile $file }
}

function Remove-RecordFile {
    param([Parameter(Mandatory = $true)] [string] $File)
    if (Test-Path -LiteralPath $File) { Invoke-WhileInUse { param($path) Remove-Item -LiteralPath $path -Force } @($File) }
}

function Get-RecordTime {
    param([Parameter(Mandatory = $true)] [Collections.IDictionary] $Record)
    $time = [DateTime]::MinValue
    $styles = [Globalization.DateTimeStyles]'AssumeUniversal, AdjustToUniversal'
    $isTime = [DateTime]::TryParseExact("$($Record.written)", 'yyyy-MM-dd HH:mm:ss.fffffff', [Globalization.CultureInfo]::InvariantCulture, $styles, [ref]$time)
    # What nobody can date is older than nothing.
    if ($isTime) { $time } else { [DateTime]::MaxValue }
}

# Our lines of the Notes, wherever they stand. Uuid is empty where the VM has no marker.
function Read-Marker {
    param([Parameter(Mandatory = $true)] $Vm)
    $marker = @{ Uuid = ''; Phase = ''; Record = '' }
    foreach ($line in "$($Vm.Notes)" -split '\r\n|\n|\r') {
        if ($line -match '^cloudstack-vm-id: *([0-9A-Fa-f-]{36}) *$') { $marker.Uuid = $Matches[1].ToLowerInvariant() }
        elseif ($line -match '^cloudstack-phase: *([a-z]+) *$') { $marker.Phase = $Matches[1] }
        elseif ($line -match '^cloudstack-record: *([A-Za-z]:\\.+\.cloudstack\.json) *$') { $marker.Record = $Matches[1] }
    }
    $marker
}

# Sets our lines and keeps every other text to the letter: clusters and VMM write there too. Text: the Notes to begin with, if they are
# not those that the VM has now.
function Write-Marker {
    param(
        [Parameter(Mandatory = $true)] $Vm,
        [Parameter(Mandatory = $true)] [string] $Uuid,
        [Parameter(Mandatory = $true)] [string] $Phase,
        [Parameter(Mandatory = $true)] [string] $RecordPath,
        $Text = $null
    )
    # Read anew: the object may be older than the last change.
    if ($null -eq $Text) { $Text = "$((Hyper-V\Get-VM -Id $Vm.Id).Notes)" }
    $others = [regex]::Replace("$Text", '(?<=^|\r|\n)cloudstack-(vm-id|phase|record):[^\r\n]*(\r\n|\n|\r|\z)', '')
    if ($others.Length -gt 0 -and $others -notmatch '[\r\n]\z') { $others += "`r`n" }
    Hyper-V\Set-VM -VM $Vm -Notes "${others}cloudstack-vm-id: $Uuid`r`ncloudstack-phase: $Phase`r`ncloudstack-record: $RecordPath"
}
