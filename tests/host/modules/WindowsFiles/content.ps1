# Get-Content, Set-Content, Add-Content with the encodings of Windows PowerShell 5.1: UTF8 writes a byte order mark, lines end in CR LF.

$Body['Get-Content'] = {
    param($call)
    Use-CallPath $call {
        param($call, $path)
        $place = Get-ExistingPlace $call $path
        if ($null -eq $place) { return Invoke-RealCmdlet $call $path }
        if ($place.IsFolder) { throw (New-DeniedFailure $call $path) }
        if (Test-Held $place.Text 'read') { throw (New-InUseFailure $call $path) }
        if ($call.Bound['Encoding'] -eq 'Byte') { return [IO.File]::ReadAllBytes($place.Local) }
        $text = [IO.File]::ReadAllText($place.Local, (Get-FileEncoding $call))
        if ($call.Bound['Raw']) { if ($text -ne '') { $text }; return }
        Select-Line $call $text
    }
}

function Select-Line {
    param($Call, [string] $Text)
    if ($Text -eq '') { return }
    $lines = ($Text -replace '(\r\n|\n|\r)\z', '') -split '\r\n|\n|\r'
    if ($Call.Bound.ContainsKey('TotalCount')) { $lines = $lines | Select-Object -First $Call.Bound['TotalCount'] }
    if ($Call.Bound.ContainsKey('Tail')) { $lines = $lines | Select-Object -Last $Call.Bound['Tail'] }
    $lines
}

$Body['Set-Content'] = { param($call) Use-CallPath $call { param($call, $path) Write-FileContent $call $path $false } }

$Body['Add-Content'] = { param($call) Use-CallPath $call { param($call, $path) Write-FileContent $call $path $true } }

function Write-FileContent {
    param($Call, [string] $Path, [bool] $Append)
    $place = Resolve-CallPath $Call $Path
    if ($null -eq $place) { return Invoke-RealCmdlet $Call $Path }
    if ($place.IsFolder) { throw (New-DeniedFailure $Call $Path) }
    if (-not [IO.Directory]::Exists([IO.Path]::GetDirectoryName($place.Local))) { throw (New-NoFolderFailure $Call $Path) }
    if ($place.Exists) {
        if (Test-Held $place.Text 'write') { throw (New-InUseFailure $Call $Path) }
        if ([IO.FileInfo]::new($place.Local).IsReadOnly -and -not $Call.Bound['Force']) { throw (New-DeniedFailure $Call $Path) }
    }
    $bytes = Get-ContentByte $Call
    if ($place.Drive -ne '' -and $bytes.Length -gt (Get-Capacity $place.Drive).Free) { throw (New-IOFailure $Call 'SpaceShort' 0x80070070 $Path) }
    Save-Byte $Call $place.Local $bytes $Append
    if ($Call.Bound['PassThru']) { $Call.Bound['Value'] }
}

# A fault may end the process between two bytes.
function Save-Byte {
    param($Call, [string] $Local, [byte[]] $Bytes, [bool] $Append)
    $mode = if ($Append) { 'Append' } else { 'Create' }
    $stream = Open-File $Local $mode Write
    try {
        if ($null -ne $Call.During) {
            $cut = if ($Call.During.Contains('bytes')) { [Math]::Min([int]$Call.During['bytes'], $Bytes.Length) } else { [Math]::Floor($Bytes.Length / 2) }
            $stream.Write($Bytes, 0, $cut)
            $stream.Flush($true)
            Invoke-DuringFault $Call
        }
        $stream.Write($Bytes, 0, $Bytes.Length)
    }
    finally { Close-File $stream }
}

function Get-ContentByte {
    param($Call)
    if ($Call.Bound['Encoding'] -eq 'Byte') { return , [byte[]]@($Call.Bound['Value']) }
    $end = if ($Call.Bound['NoNewline']) { '' } else { "`r`n" }
    $text = [Text.StringBuilder]::new()
    foreach ($value in @($Call.Bound['Value'])) { $null = $text.Append("$value$end") }
    $encoding = Get-FileEncoding $Call
    , [byte[]]($encoding.GetPreamble() + $encoding.GetBytes($text.ToString()))
}

function Get-FileEncoding {
    param($Call)
    switch ("$($Call.Bound['Encoding'])") {
        'UTF8' { [Text.UTF8Encoding]::new($true) }
        { $_ -in 'Unicode', 'String', 'Unknown' } { [Text.UnicodeEncoding]::new($false, $true) }
        'BigEndianUnicode' { [Text.UnicodeEncoding]::new($true, $true) }
        'UTF32' { [Text.UTF32Encoding]::new($false, $true) }
        'ASCII' { [Text.Encoding]::ASCII }
        # The code page of the host: the first 256 characters here.
        default { [Text.Encoding]::Latin1 }
    }
}
