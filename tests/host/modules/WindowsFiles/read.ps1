# Test-Path, Get-Item, Get-ChildItem.

$Body['Test-Path'] = {
    param($call)
    Use-CallPath $call {
        param($call, $path)
        $place = Resolve-WindowsPath $path
        if ($place.Problem -eq 'provider') { return Invoke-RealCmdlet $call $path }
        if ($place.Problem -eq 'relative') { $null = Resolve-CallPath $call $path }
        if ($place.Problem -eq 'denied') { throw (New-ShareDeniedFailure $path) }
        if ($place.Problem -ne '') { return $false }
        switch ("$($call.Bound['PathType'])") {
            'Leaf' { $place.Exists -and -not $place.IsFolder }
            'Container' { $place.IsFolder }
            default { $place.Exists }
        }
    }
}

$Body['Get-Item'] = {
    param($call)
    Use-CallPath $call {
        param($call, $path)
        $place = Get-ExistingPlace $call $path
        if ($null -eq $place) { return Invoke-RealCmdlet $call $path }
        ConvertTo-WindowsItem $place.Local $place.Text
    }
}

$Body['Get-ChildItem'] = {
    param($call)
    Use-CallPath $call {
        param($call, $path)
        $place = Get-ExistingPlace $call $path
        if ($null -eq $place) { return Invoke-RealCmdlet $call $path }
        if (-not $place.IsFolder) { return ConvertTo-WindowsItem $place.Local $place.Text }
        $depth = if ($call.Bound.ContainsKey('Depth')) { [int]$call.Bound['Depth'] } elseif ($call.Bound['Recurse']) { [int]::MaxValue } else { 0 }
        Get-Child $call $place.Local ($place.Text.TrimEnd('\')) $depth
    }
}

function Get-Child {
    param($Call, [string] $Local, [string] $Path, [int] $Depth)
    $folders = @(); $files = @()
    foreach ($entry in @([IO.Directory]::GetFileSystemEntries($Local) | Sort-Object)) {
        if ([IO.Directory]::Exists($entry)) { $folders += $entry } else { $files += $entry }
    }
    foreach ($entry in $folders + $files) {
        $name = [IO.Path]::GetFileName($entry)
        if (-not (Test-Selected $Call $name ($entry -in $folders))) { continue }
        if ($Call.Bound['Name']) { $name } else { ConvertTo-WindowsItem $entry "$Path\$name" }
    }
    if ($Depth -gt 0) { foreach ($folder in $folders) { Get-Child $Call $folder "$Path\$([IO.Path]::GetFileName($folder))" ($Depth - 1) } }
}

function Test-Selected {
    param($Call, [string] $Name, [bool] $IsFolder)
    $bound = $Call.Bound
    if ($bound['File'] -and $IsFolder) { return $false }
    if ($bound['Directory'] -and -not $IsFolder) { return $false }
    if ($bound.ContainsKey('Filter') -and $bound['Filter'] -ne '' -and -not (Test-Filter $Name $bound['Filter'])) { return $false }
    if ($bound.ContainsKey('Include') -and @($bound['Include'] | Where-Object { $Name -like $_ }).Count -eq 0) { return $false }
    if ($bound.ContainsKey('Exclude') -and @($bound['Exclude'] | Where-Object { $Name -like $_ }).Count -gt 0) { return $false }
    $true
}

# Windows compares a filter with the short name too: an extension of three letters finds every longer one that begins with it.
function Test-Filter {
    param([string] $Name, [string] $Filter)
    $pattern = if ($Filter -match '^[^.]*\*[^.]*\.[^.*?]{3}$') { "$Filter*" } else { $Filter }
    $Name -like $pattern.Replace('[', '`[').Replace(']', '`]')
}

# The item with its Windows path, and the attributes that the world gives it.
function ConvertTo-WindowsItem {
    param([string] $Local, [string] $Path)
    $item = [psobject]$(if ([IO.Directory]::Exists($Local)) { [IO.DirectoryInfo]::new($Local) } else { [IO.FileInfo]::new($Local) })
    $attributes = $item.Attributes -band -bnot [IO.FileAttributes]::Hidden
    foreach ($name in 'SparseFile', 'Compressed', 'Encrypted', 'Hidden', 'ReparsePoint') {
        if (Test-Attribute $Path $name) { $attributes = $attributes -bor [IO.FileAttributes]$name }
    }
    $parent = if ($Path.TrimEnd('\').Contains('\')) { $Path.Substring(0, $Path.TrimEnd('\').LastIndexOf('\')) } else { '' }
    $notes = [ordered]@{
        FullName = $Path; Attributes = $attributes; PSIsContainer = $item -is [IO.DirectoryInfo]
        PSPath = "Microsoft.PowerShell.Core\FileSystem::$Path"; PSParentPath = "Microsoft.PowerShell.Core\FileSystem::$parent"; PSChildName = $item.Name
    }
    if ($item -is [IO.FileInfo]) { $notes['DirectoryName'] = $parent }
    foreach ($name in $notes.Keys) { $item.PSObject.Properties.Add([Management.Automation.PSNoteProperty]::new($name, $notes[$name])) }
    $item
}
