# The world on disk: <state>/state.json, read whole, written whole under a lock.
#
# A process may be killed at any moment and several may work at once. So the file is written beside and renamed,
# and the lock is one that the kernel lets go when its holder dies.

$script:StateFolder = $env:HYPERV_STANDIN_STATE
if ([string]::IsNullOrEmpty($script:StateFolder)) { throw 'the stand-in needs HYPERV_STANDIN_STATE: the folder that holds its state' }
$script:StateFolder = [IO.Path]::GetFullPath($script:StateFolder)
$script:WorldFile = "$script:StateFolder/state.json"
$script:World = $null
# Of the file that World was read from; every write makes it later. And when something next happens by itself.
$script:WorldTime = [DateTime]::MinValue
$script:NextDue = [DateTime]::MaxValue
$script:EditDepth = 0

function Get-StateFolder { $script:StateFolder }

# The world as it is now. Read only: what is changed in it is lost.
function Get-World {
    if ($script:EditDepth -gt 0) { return $script:World }
    $time = [IO.File]::GetLastWriteTimeUtc($script:WorldFile)
    if ($time -ne $script:WorldTime) {
        $script:World = ConvertFrom-WorldJson ([IO.File]::ReadAllText($script:WorldFile))
        # Filling in makes new GUIDs, which must stand in the file before anyone sees them.
        if (-not $script:World['Filled']) { Edit-World { }; return Get-World }
        $script:NextDue = Get-NextDue $script:World
        $script:WorldTime = $time
    }
    if ([DateTime]::UtcNow -ge $script:NextDue) { Edit-World { }; return Get-World }
    $script:World
}

# Runs a block with the world as its argument and writes what it left; a block that throws changes nothing.
function Edit-World {
    param([Parameter(Mandatory)] [scriptblock] $WorldChange)
    if ($script:EditDepth -gt 0) { return & $WorldChange $script:World }
    $lock = Enter-WorldLock
    try {
        $script:World = Read-WorldFile
        $script:EditDepth = 1
        Complete-DueChange $script:World
        & $WorldChange $script:World
        Write-WorldFile $script:World
    }
    finally {
        $script:EditDepth = 0
        $script:WorldTime = [DateTime]::MinValue
        Close-File $lock
    }
}

function Get-HostSetting {
    param([Parameter(Mandatory)] [string] $Name)
    (Get-World).Host[$Name]
}

function Enter-WorldLock {
    $null = [IO.Directory]::CreateDirectory($script:StateFolder)
    $deadline = [Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        try { return Open-File "$script:StateFolder/lock" OpenOrCreate ReadWrite None }
        catch [IO.IOException] {
            if ($deadline.Elapsed.TotalSeconds -gt 60) { throw "stand-in: $script:StateFolder/lock was held for a minute" }
            [Threading.Thread]::Sleep(3)
        }
    }
}

function Read-WorldFile {
    $text = if ([IO.File]::Exists($script:WorldFile)) { [IO.File]::ReadAllText($script:WorldFile) } else { '{}' }
    $world = ConvertFrom-WorldJson $text
    Add-WorldDefault $world
    $world
}

function ConvertFrom-WorldJson {
    param([Parameter(Mandatory)] [string] $Text)
    ConvertFrom-Json -InputObject $Text -AsHashtable -DateKind String
}

# Called once a process, before anything else.
function Initialize-World {
    if ([IO.File]::Exists($script:WorldFile) -and [IO.Directory]::Exists("$script:StateFolder/drives")) { return }
    Edit-World { Add-DefaultFile }
}

# Two writes may fall into one tick of the file system's clock; readers must see them apart.
function Write-WorldFile {
    param([Parameter(Mandatory)] $World)
    $new = "$script:WorldFile.$PID.new"
    [IO.File]::WriteAllText($new, (ConvertTo-Json -InputObject $World -Depth 20 -Compress))
    $last = [IO.File]::GetLastWriteTimeUtc($script:WorldFile)
    if ([IO.File]::GetLastWriteTimeUtc($new) -le $last) { [IO.File]::SetLastWriteTimeUtc($new, $last.AddTicks(10)) }
    [IO.File]::Move($new, $script:WorldFile, $true)
}
