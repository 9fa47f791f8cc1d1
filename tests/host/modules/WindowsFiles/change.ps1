# New-Item, Copy-Item, Move-Item, Rename-Item, Remove-Item, Set-ItemProperty.

$Body['New-Item'] = {
    param($call)
    foreach ($path in @($call.Bound['Path'])) {
        if ($call.Bound.ContainsKey('Name')) { $path = "$path\$($call.Bound['Name'])" }
        try {
            $place = Resolve-CallPath $call $path
            if ($null -eq $place) { Invoke-RealCmdlet $call $path; continue }
            switch ("$($call.Bound['ItemType'])") {
                { $_ -in 'Directory', 'Container' } { New-Folder $call $place }
                { $_ -in '', 'File', 'Leaf' } { New-File $call $place }
                default { throw [NotSupportedException]::new("New-Item -ItemType $_ is not modelled") }
            }
        }
        catch { Write-CallError $_ }
    }
}

function New-Folder {
    param($Call, $Place)
    if ($Place.Exists -and -not ($Call.Bound['Force'] -and $Place.IsFolder)) {
        $exception = [IO.IOException]::new((Get-LocalText 'NewFileExists' @($Place.Text)), 0x80070050)
        throw (New-Failure 'DirectoryExist' ResourceExists -Exception $exception -Target $Place.Text)
    }
    $null = [IO.Directory]::CreateDirectory($Place.Local)
    ConvertTo-WindowsItem $Place.Local $Place.Text
}

function New-File {
    param($Call, $Place)
    if ($Place.IsFolder) { throw (New-DeniedFailure $Call $Place.Text) }
    if ($Place.Exists -and -not $Call.Bound['Force']) { throw (New-IOFailure $Call 'NewFileExists' 0x80070050 $Place.Text) }
    if ($Place.Exists -and (Test-Held $Place.Text 'write')) { throw (New-InUseFailure $Call $Place.Text) }
    $folder = [IO.Path]::GetDirectoryName($Place.Local)
    if (-not [IO.Directory]::Exists($folder)) {
        if (-not $Call.Bound['Force']) { throw (New-NoFolderFailure $Call $Place.Text) }
        $null = [IO.Directory]::CreateDirectory($folder)
    }
    [IO.File]::WriteAllText($Place.Local, "$($Call.Bound['Value'])")
    ConvertTo-WindowsItem $Place.Local $Place.Text
}

$Body['Copy-Item'] = {
    param($call)
    Use-CallPath $call {
        param($call, $path)
        $from = Get-ExistingPlace $call $path
        if ($from.IsFolder) { throw [NotSupportedException]::new('Copy-Item of a folder is not modelled') }
        $to = Get-Target $call $from
        if (Test-Held $from.Text 'read') { throw (New-InUseFailure $call $path) }
        if ($to.Exists) {
            if (Test-Held $to.Text 'write') { throw (New-InUseFailure $call $to.Text) }
            if ([IO.FileInfo]::new($to.Local).IsReadOnly -and -not $call.Bound['Force']) { throw (New-DeniedFailure $call $to.Text) }
        }
        Assert-Space $call $from $to
        Copy-File $call $from $to
        if ($call.Bound['PassThru']) { ConvertTo-WindowsItem $to.Local $to.Text }
    }
}

# Copies bytes, times and the read-only attribute, as Windows does. A fault may strike half-way.
function Copy-File {
    param($Call, $From, $To)
    if ($null -ne $Call.During) {
        $bytes = [IO.File]::ReadAllBytes($From.Local)
        $part = [byte[]]::new([Math]::Floor($bytes.Length / 2))
        [Array]::Copy($bytes, $part, $part.Length)
        [IO.File]::WriteAllBytes($To.Local, $part)
        try { Invoke-DuringFault $Call } catch { [IO.File]::Delete($To.Local); throw }
    }
    [IO.File]::Copy($From.Local, $To.Local, $true)
    # The folder's compression and encryption pass on to a new file, a sparse one becomes whole.
    $folder = $To.Text.Substring(0, $To.Text.LastIndexOf('\'))
    $inherited = @('Compressed', 'Encrypted' | Where-Object { Test-Attribute $folder $_ }) -join ', '
    $kept = if (Test-Attribute $From.Text 'KeepSparse') { 'SparseFile' } else { '' }
    $attributes = @($inherited, $kept | Where-Object { $_ -ne '' }) -join ', '
    if ($attributes -ne '' -or (Get-World).Attributes.Contains($To.Text.ToLowerInvariant())) {
        Edit-World { param($world) $world.Attributes[$To.Text.ToLowerInvariant()] = $attributes }
    }
}

$Body['Move-Item'] = { param($call) Use-CallPath $call { param($call, $path) Move-Place $call $path (Get-Target $call (Get-ExistingPlace $call $path)) } }

$Body['Rename-Item'] = {
    param($call)
    Use-CallPath $call {
        param($call, $path)
        $from = Get-ExistingPlace $call $path
        Move-Place $call $path (Resolve-CallPath $call "$($from.Text.Substring(0, $from.Text.LastIndexOf('\')))\$($call.Bound['NewName'])")
    }
}

function Move-Place {
    param($Call, [string] $Path, $To)
    $from = Get-ExistingPlace $Call $Path
    if ($To.Exists -and -not (Test-SamePath $from.Text $To.Text)) {
        if (-not $Call.Bound['Force'] -or $To.IsFolder) { throw (New-IOFailure $Call 'FileExists' 0x800700B7 $Path) }
        if (Test-Held $To.Text 'delete') { throw (New-InUseFailure $Call $To.Text) }
    }
    if ($from.IsFolder) {
        if (@(Get-HeldBelow $from).Count -gt 0) { throw (New-InUseFailure $Call $Path) }
        [IO.Directory]::Move($from.Local, $To.Local)
    }
    else {
        if (Test-Held $from.Text 'delete') { throw (New-InUseFailure $Call $Path) }
        if ($from.Drive -ne $To.Drive) { Assert-Space $Call $from $To }
        [IO.File]::Move($from.Local, $To.Local, $true)
    }
    Edit-World { param($world)
        $attributes = $world.Attributes
        if ($attributes.Contains($from.Text.ToLowerInvariant())) {
            $attributes[$To.Text.ToLowerInvariant()] = $attributes[$from.Text.ToLowerInvariant()]
            $attributes.Remove($from.Text.ToLowerInvariant())
        }
    }
    if ($Call.Bound['PassThru']) { ConvertTo-WindowsItem $To.Local $To.Text }
}

# Where a copy or a move goes: a destination that is a folder means a file in it.
function Get-Target {
    param($Call, $From)
    $destination = $Call.Bound['Destination']
    if ([string]::IsNullOrEmpty($destination)) { throw [NotSupportedException]::new("$($Call.Name) without -Destination is not modelled") }
    $to = Resolve-CallPath $Call $destination
    if ($to.IsFolder) { $to = Resolve-CallPath $Call "$($to.Text.TrimEnd('\'))\$([IO.Path]::GetFileName($From.Local))" }
    if (-not [IO.Directory]::Exists([IO.Path]::GetDirectoryName($to.Local))) { throw (New-NoFolderFailure $Call $to.Text) }
    $to
}

function Assert-Space {
    param($Call, $From, $To)
    if ($To.Drive -eq '') { return }
    if ([IO.FileInfo]::new($From.Local).Length -gt (Get-Capacity $To.Drive).Free) { throw (New-IOFailure $Call 'SpaceShort' 0x80070070 $To.Text) }
}

function Get-HeldBelow {
    param($Folder)
    foreach ($entry in [IO.Directory]::EnumerateFiles($Folder.Local, '*', 'AllDirectories')) {
        $path = "$($Folder.Text)$($entry.Substring($Folder.Local.Length).Replace('/', '\'))"
        if (Test-Held $path 'delete') { $path }
    }
}

$Body['Remove-Item'] = {
    param($call)
    Use-CallPath $call {
        param($call, $path)
        $place = Get-ExistingPlace $call $path
        if ($null -eq $place) { return Invoke-RealCmdlet $call $path }
        if ($place.IsFolder) { Remove-Folder $call $place } else { Remove-File $call $place }
        if ((Get-World).Attributes.Contains($place.Text.ToLowerInvariant())) { Edit-World { param($world) $world.Attributes.Remove($place.Text.ToLowerInvariant()) } }
    }
}

function Remove-File {
    param($Call, $Place)
    if (Test-Held $Place.Text 'delete') { throw (New-InUseFailure $Call $Place.Text) }
    if ([IO.FileInfo]::new($Place.Local).IsReadOnly -and -not $Call.Bound['Force']) {
        # The provider's own refusal, before Windows is asked: an IOException without a code of Windows.
        throw (New-Failure 'RemoveFileSystemItemUnAuthorizedAccess' PermissionDenied -Exception ([IO.IOException]::new((Get-LocalText 'ItemReadOnly'))) -Target $Place.Text)
    }
    [IO.File]::Delete($Place.Local)
}

function Remove-Folder {
    param($Call, $Place)
    $isEmpty = [IO.Directory]::GetFileSystemEntries($Place.Local).Length -eq 0
    # Windows would ask, and nobody can answer.
    if (-not $isEmpty -and -not $Call.Bound['Recurse']) {
        $exception = [Management.Automation.PSInvalidOperationException]::new("The item at $($Place.Text) has children and the Recurse parameter was not specified; PowerShell is in NonInteractive mode.")
        throw (New-Failure 'InvalidOperation' InvalidOperation -Exception $exception -Target $Place.Text)
    }
    if (@(Get-HeldBelow $Place).Count -gt 0) { throw (New-InUseFailure $Call $Place.Text) }
    [IO.Directory]::Delete($Place.Local, $true)
}

$Body['Set-ItemProperty'] = {
    param($call)
    Use-CallPath $call {
        param($call, $path)
        $place = Get-ExistingPlace $call $path
        if ($null -eq $place) { return Invoke-RealCmdlet $call $path }
        $item = [IO.FileInfo]::new($place.Local)
        switch ($call.Bound['Name']) {
            'IsReadOnly' { $item.IsReadOnly = [Management.Automation.LanguagePrimitives]::ConvertTo($call.Bound['Value'], [bool]) }
            'Attributes' { $item.IsReadOnly = "$($call.Bound['Value'])" -match 'ReadOnly' }
            default { throw [NotSupportedException]::new("Set-ItemProperty -Name $_ is not modelled") }
        }
    }
}
