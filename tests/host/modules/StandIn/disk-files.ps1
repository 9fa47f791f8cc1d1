# Virtual disks as small files: a first line `vhdxfile {"Size":..,"Type":..,"Parent":..}`, then any bytes. And who holds which file open.

# The facts of a disk file on this machine, or $null if its first line does not tell any.
function Read-DiskFacts {
    param([Parameter(Mandatory)] [string] $Local)
    $line = Read-FirstLine $Local
    if ($line -notmatch '^vhdx?file (\{.*\})$') { return $null }
    ConvertFrom-Json -InputObject $Matches[1] -AsHashtable -DateKind String
}

function Read-FirstLine {
    param([string] $Local)
    $reader = [IO.StreamReader]::new($Local, [Text.Encoding]::Latin1)
    try { $buffer = [char[]]::new(4096); $count = $reader.Read($buffer, 0, 4096) } finally { $reader.Dispose() }
    [string]::new($buffer, 0, $count).Split("`n", 2)[0]
}

# Writes the first line anew and keeps the bytes after it.
function Write-DiskFacts {
    param([Parameter(Mandatory)] [string] $Local, [Parameter(Mandatory)] $Facts)
    $rest = ''
    if ([IO.File]::Exists($Local)) {
        $text = [IO.File]::ReadAllText($Local, [Text.Encoding]::Latin1)
        $end = $text.IndexOf("`n")
        if ($end -ge 0) { $rest = $text.Substring($end + 1) }
    }
    [IO.File]::WriteAllText($Local, "vhdxfile $(ConvertTo-Json -InputObject $Facts -Compress)`n$rest", [Text.Encoding]::Latin1)
}

# The file and its parents, as Windows paths, the file first.
function Get-DiskChain {
    param([Parameter(Mandatory)] [string] $Path)
    $seen = @()
    while (-not [string]::IsNullOrEmpty($Path) -and $seen -notcontains $Path) {
        $seen += $Path
        $file = Resolve-WindowsPath $Path
        if (-not $file.Exists -or $file.IsFolder) { break }
        $facts = Read-DiskFacts $file.Local
        $Path = if ($null -ne $facts) { $facts['Parent'] } else { $null }
    }
    $seen
}

# True if another program holds the file so that this access (read, write or delete) is refused as a sharing violation.
function Test-Held {
    param([Parameter(Mandatory)] [string] $Path, [Parameter(Mandatory)] [ValidateSet('read', 'write', 'delete')] [string] $Access, [string] $ExceptMachine = '')
    foreach ($holder in @(Get-Holder $ExceptMachine)) {
        if ((Test-SamePath $holder.Path $Path) -and ($holder.Share -ne 'read' -or $Access -ne 'read')) { return $true }
    }
    $false
}

# Every open file: what a test declared, the disks of VMs that hold memory, and disks that are being merged.
function Get-Holder {
    param([string] $ExceptMachine)
    $world = Get-World
    foreach ($held in $world.Held) { [pscustomobject]@{ Path = $held['Path']; Share = $held['Share'] } }
    foreach ($merge in $world.Merges) { foreach ($file in $merge['Child'], $merge['Into']) { [pscustomobject]@{ Path = $file; Share = 'none' } } }
    foreach ($machine in $world.Machines) {
        if ($machine['Id'] -eq $ExceptMachine -or @('Off', 'Saved') -contains $machine['State']) { continue }
        foreach ($drive in @($machine['Drives'])) {
            if ([string]::IsNullOrEmpty($drive['Path'])) { continue }
            if ($drive['Kind'] -eq 'Dvd') { [pscustomobject]@{ Path = $drive['Path']; Share = 'read' }; continue }
            $share = 'none'
            foreach ($file in @(Get-DiskChain $drive['Path'])) { [pscustomobject]@{ Path = $file; Share = $share }; $share = 'read' }
        }
    }
}

# True where the world gives the file this attribute (SparseFile, Compressed, Encrypted), which the file system here has not.
function Test-Attribute {
    param([Parameter(Mandatory)] [string] $Path, [Parameter(Mandatory)] [string] $Name)
    @("$((Get-World).Attributes[$Path.ToLowerInvariant()])".Split(',').Trim()) -contains $Name
}
