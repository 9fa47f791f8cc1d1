# Windows paths, as text, and where they lie on this machine: <state>/drives/D and the folders of mapped shares.

# What a path means. Problem is empty, or: drive, path (UNC that nobody answers for), denied, illegal, provider (Env:, Function:), relative.
function Resolve-WindowsPath {
    param([Parameter(Mandatory)] [AllowEmptyString()] [string] $Path)
    $result = [pscustomobject]@{ Text = $Path; Local = $null; Exists = $false; IsFolder = $false; Problem = ''; Drive = '' }
    if ($Path -match '^([A-Za-z]):([\\/].*)?$') {
        $result.Drive = $Matches[1].ToUpperInvariant()
        $root = "$script:StateFolder/drives/$($result.Drive)"
        if (-not [IO.Directory]::Exists($root)) { $result.Problem = 'drive'; return $result }
        return Resolve-BelowRoot $result $root "$($result.Drive):" ($Path.Substring(2))
    }
    if ($Path -match '^\\\\') { return Resolve-Share $result }
    $result.Problem = if ($Path -match '^[A-Za-z0-9]{2,}:') { 'provider' } else { 'relative' }
    $result
}

# A share is reached only where the world maps its head; the login has no second hop.
function Resolve-Share {
    param($Result)
    foreach ($share in (Get-World).Shares) {
        $head = $share['Head'].TrimEnd('\')
        if (-not "$($Result.Text)\".StartsWith("$head\", 'OrdinalIgnoreCase')) { continue }
        if ($share['Access'] -eq 'denied') { $Result.Problem = 'denied'; return $Result }
        return Resolve-BelowRoot $Result "$script:StateFolder/$($share['Folder'])" $head ($Result.Text.Substring($head.Length))
    }
    $Result.Problem = 'path'
    $Result
}

# Walks the rest of the path; letter case does not count on Windows.
function Resolve-BelowRoot {
    param($Result, [string] $Root, [string] $Head, [string] $Rest)
    $names = [Collections.Generic.List[string]]::new()
    foreach ($name in $Rest.Split([char[]]'\/', [StringSplitOptions]::RemoveEmptyEntries)) {
        if ($name -eq '.') { continue }
        if ($name -eq '..') { if ($names.Count -gt 0) { $names.RemoveAt($names.Count - 1) }; continue }
        $plain = $name.TrimEnd('. '.ToCharArray())
        if ($plain -match '[<>:"|?*\x00-\x1f]' -or $plain -eq '') { $Result.Problem = 'illegal'; return $Result }
        $names.Add($plain)
    }
    $local = $Root
    foreach ($name in $names) { $local = Join-LocalName $local $name }
    $Result.Text = if ($names.Count -eq 0) { "$Head\" } else { "$Head\$($names -join '\')" }
    $Result.Local = $local
    $Result.IsFolder = [IO.Directory]::Exists($local)
    $Result.Exists = $Result.IsFolder -or [IO.File]::Exists($local)
    $Result
}

function Join-LocalName {
    param([string] $Folder, [string] $Name)
    $exact = "$Folder/$Name"
    if ([IO.File]::Exists($exact) -or [IO.Directory]::Exists($exact) -or -not [IO.Directory]::Exists($Folder)) { return $exact }
    foreach ($entry in [IO.Directory]::EnumerateFileSystemEntries($Folder)) {
        if ([IO.Path]::GetFileName($entry).Equals($Name, 'OrdinalIgnoreCase')) { return $entry }
    }
    $exact
}

function Test-SamePath {
    param([AllowNull()] [AllowEmptyString()] [string] $One, [AllowNull()] [AllowEmptyString()] [string] $Other)
    [string]::Equals($One.TrimEnd('\').Replace('/', '\'), $Other.TrimEnd('\').Replace('/', '\'), 'OrdinalIgnoreCase')
}

# Size, Used and Free of a drive in bytes. Files are small here, so a test sets Capacities to bytes that fit them.
function Get-Capacity {
    param([Parameter(Mandatory)] [string] $Drive)
    $size = (Get-World).Capacities[$Drive]
    if ($null -eq $size) { return [pscustomobject]@{ Size = [long]1099511627776; Used = [long]107374182400; Free = [long]992137445376 } }
    $used = [long]0
    foreach ($file in [IO.DirectoryInfo]::new("$script:StateFolder/drives/$Drive").EnumerateFiles('*', 'AllDirectories')) { $used += $file.Length }
    [pscustomobject]@{ Size = [long]$size; Used = $used; Free = [Math]::Max([long]0, [long]$size - $used) }
}

# One byte for each script that has died here in a process that lives on. Its mutexes stay taken, so later scripts get other ones.
function Get-DeathFile { "$script:StateFolder/deaths" }

# What the scripts' prologue asks Windows for. The mutex prefix keeps tests that share this machine apart.
function Get-StandInHostFacts {
    $settings = (Get-World).Host
    $died = [IO.FileInfo]::new((Get-DeathFile))
    $life = if ($died.Exists) { "$($died.Length)-" } else { '' }
    $hash = [Convert]::ToHexString([Security.Cryptography.SHA256]::HashData([Text.Encoding]::UTF8.GetBytes($script:StateFolder))).Substring(0, 16).ToLowerInvariant()
    [pscustomobject]@{
        ComputerName = $settings['ComputerName']
        UtcNow       = [DateTime]::UtcNow.AddSeconds($settings['ClockOffsetSeconds'])
        Elevated     = [bool]$settings['Elevated']
        MutexPrefix  = "Global\standin-$hash-$life"
    }
}
