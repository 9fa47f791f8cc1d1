# The errors of the file system provider of Windows PowerShell 5.1.

# Per cmdlet: identifier and category of an IOException, identifier of an UnauthorizedAccessException.
$script:FileErrors = @{
    'Copy-Item'   = 'CopyFileInfoItemIOError', 'WriteError', 'CopyFileInfoItemUnauthorizedAccessError'
    'Move-Item'   = 'MoveFileInfoItemIOError', 'WriteError', 'MoveFileInfoItemUnauthorizedAccessError'
    'Remove-Item' = 'RemoveFileSystemItemIOError', 'WriteError', 'RemoveFileSystemItemUnAuthorizedAccess'
    'Rename-Item' = 'RenameItemIOError', 'WriteError', 'RenameItemUnauthorizedAccessError'
    'New-Item'    = 'NewItemIOError', 'WriteError', 'NewItemUnauthorizedAccessError'
    'Set-Content' = 'GetContentWriterIOError', 'WriteError', 'GetContentWriterUnauthorizedAccessError'
    'Add-Content' = 'GetContentWriterIOError', 'WriteError', 'GetContentWriterUnauthorizedAccessError'
    'Get-Content' = 'GetContentReaderIOError', 'ReadError', 'GetContentReaderUnauthorizedAccessError'
}

function New-IOFailure {
    param($Call, [Parameter(Mandatory)] [string] $Key, [Parameter(Mandatory)] [int] $Result, [string] $Path)
    $id, $category, $null = Get-FileError $Call
    New-Failure $id $category -Exception ([IO.IOException]::new((Get-LocalText $Key @($Path)), $Result)) -Target $Path
}

function New-InUseFailure { param($Call, [string] $Path) New-IOFailure $Call 'FileInUse' 0x80070020 $Path }

function New-DeniedFailure {
    param($Call, [string] $Path)
    $null, $null, $id = Get-FileError $Call
    New-Failure $id PermissionDenied -Exception ([UnauthorizedAccessException]::new((Get-LocalText 'FileDenied' @($Path)))) -Target $Path
}

# Whatever the cmdlet, it looks first whether the path is there, and that look is what is refused.
function New-ShareDeniedFailure {
    param([string] $Path)
    New-Failure 'ItemExistsUnauthorizedAccessError' PermissionDenied -Exception ([UnauthorizedAccessException]::new((Get-LocalText 'ShareDenied'))) -Target $Path
}

function New-MissingFailure {
    param([string] $Path)
    New-Failure 'PathNotFound' ObjectNotFound -Exception ([Management.Automation.ItemNotFoundException]::new((Get-LocalText 'PathMissing' @($Path)))) -Target $Path
}

# The folder that a new file should lie in is not there. Each cmdlet names that in its own way.
function New-NoFolderFailure {
    param($Call, [string] $Path)
    $exception = [IO.DirectoryNotFoundException]::new((Get-LocalText 'PathPartMissing' @($Path)))
    switch ($Call.Name) {
        'Copy-Item' { New-Failure 'System.IO.DirectoryNotFoundException' NotSpecified -Exception $exception }
        { $_ -in 'Set-Content', 'Add-Content' } { New-Failure 'GetContentWriterDirectoryNotFoundError' ObjectNotFound -Exception $exception -Target $Path }
        default { $id, $category, $null = Get-FileError $Call; New-Failure $id $category -Exception $exception -Target $Path }
    }
}

function Get-FileError {
    param($Call)
    if ($script:FileErrors.ContainsKey($Call.Name)) { return $script:FileErrors[$Call.Name] }
    'GetItemIOError', 'ReadError', 'GetItemUnauthorizedAccessError'
}

# The place of a path; throws what Windows says where there can be none. $null: a path of another provider.
function Resolve-CallPath {
    param($Call, [Parameter(Mandatory)] [AllowEmptyString()] [string] $Path)
    $place = Resolve-WindowsPath $Path
    switch ($place.Problem) {
        '' { return $place }
        'provider' { return $null }
        'drive' {
            $exception = [Management.Automation.DriveNotFoundException]::new((Get-LocalText 'DriveMissing' @($place.Drive)))
            throw (New-Failure 'DriveNotFound' ObjectNotFound -Exception $exception -Target $place.Drive)
        }
        'denied' { throw (New-ShareDeniedFailure $Path) }
        'path' { throw (New-MissingFailure $Path) }
        'illegal' { throw (New-IOFailure $Call 'PathIllegal' 0x8007007B $Path) }
        default { throw [NotSupportedException]::new("$($Call.Name): '$Path' is no full Windows path; what it means on Windows depends on the current folder") }
    }
}

# The paths of the call. -Path takes wildcards in the last name only, and only where the cmdlet reads.
function Get-CallPath {
    param($Call)
    if ($Call.Bound.ContainsKey('LiteralPath')) { return $Call.Bound['LiteralPath'] }
    foreach ($path in @($Call.Bound['Path'])) {
        if ($null -eq $path) { throw [NotSupportedException]::new("$($Call.Name) without a path means the current folder, which is not modelled") }
        if ($Call.Name -eq 'New-Item' -or -not [Management.Automation.WildcardPattern]::ContainsWildcardCharacters($path)) { $path; continue }
        $parent = $path.Substring(0, $path.LastIndexOf('\'))
        $pattern = $path.Substring($path.LastIndexOf('\') + 1)
        $folder = Resolve-CallPath $Call $parent
        if ($null -eq $folder -or -not $folder.IsFolder) { continue }
        foreach ($entry in [IO.Directory]::EnumerateFileSystemEntries($folder.Local)) {
            $name = [IO.Path]::GetFileName($entry)
            if ($name -like $pattern) { "$parent\$name" }
        }
    }
}

# A path that must be there.
function Get-ExistingPlace {
    param($Call, [string] $Path)
    $place = Resolve-CallPath $Call $Path
    if ($null -ne $place -and -not $place.Exists) { throw (New-MissingFailure $Path) }
    $place
}

# Runs a block for each path of the call; an error of one does not stop the others.
function Use-CallPath {
    param($Call, [Parameter(Mandatory)] [scriptblock] $ForEachPath)
    foreach ($path in @(Get-CallPath $Call)) {
        try { & $ForEachPath $Call $path } catch { Write-CallError $_ }
    }
}

# Hands a path of another provider to the real cmdlet. The drives of Windows alone (HKLM:, WSMan:) are not there.
function Invoke-RealCmdlet {
    param($Call, [string] $Path)
    $parameters = @{}
    foreach ($name in $Call.Bound.Keys) { $parameters[$name] = $Call.Bound[$name] }
    $parameters['ErrorAction'] = 'Stop'
    try { & "Microsoft.PowerShell.Management\$($Call.Name)" @parameters }
    catch [Management.Automation.DriveNotFoundException] { throw (New-Failure 'DriveNotFound' ObjectNotFound -Exception $_.Exception -Target $Path) }
}
