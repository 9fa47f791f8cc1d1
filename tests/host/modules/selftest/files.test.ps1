# The file cmdlets: Windows paths, Windows errors, the encodings of Windows PowerShell 5.1.
. $PSScriptRoot/assert.ps1

Test-Case 'letter case, slashes, dots and doubled separators do not count' {
    foreach ($path in 'd:\TEMPLATES\Ubuntu2404.VHDX', 'D:/Templates/ubuntu2404.vhdx', 'D:\ISO\..\Templates\.\ubuntu2404.vhdx', 'D:\\Templates\\ubuntu2404.vhdx') {
        Assert-Equal $true (Test-Path -LiteralPath $path -PathType Leaf) $path
    }
    Assert-Equal $true (Test-Path -LiteralPath 'D:\' -PathType Container)
    Assert-Equal 'D:\Templates\ubuntu2404.vhdx' (Get-Item -LiteralPath 'D:\templates\ubuntu2404.vhdx').FullName.Replace('templates', 'Templates')
}

Test-Case 'missing paths, drives and folders' {
    Assert-Equal $false (Test-Path -LiteralPath 'Q:\x')
    Assert-Failure { Get-Item -LiteralPath 'D:\nope' } 'PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand' 'ObjectNotFound'
    Assert-Failure { Get-Content -LiteralPath 'D:\nope' } 'PathNotFound,Microsoft.PowerShell.Commands.GetContentCommand' 'ObjectNotFound'
    Assert-Failure { Get-ChildItem -LiteralPath 'Q:\x' } 'DriveNotFound,*' 'ObjectNotFound'
    Assert-Failure { Copy-Item -LiteralPath $template -Destination 'D:\nope\x.vhdx' } 'System.IO.DirectoryNotFoundException,*' 'NotSpecified' '0x80070003'
    Assert-Failure { Set-Content -LiteralPath 'D:\nope\x' -Value x -Encoding ASCII } 'GetContentWriterDirectoryNotFoundError,*' 'ObjectNotFound'
    Assert-Failure { New-Item -Path 'D:\a*b' -ItemType File } 'NewItemIOError,*' 'WriteError' '0x8007007B'
}

Test-Case 'UNC: mapped shares work, denied ones say so, all others are not there, whatever this machine has at that path' {
    $share = "$env:HYPERV_STANDIN_STATE/share"
    $null = [IO.Directory]::CreateDirectory($share)
    [IO.File]::WriteAllText("$share/a.vhdx", 'disk')
    Set-WorldPart { param($world) $world.Shares = @(@{ Head = '\\nas\templates'; Folder = 'share'; Access = 'granted' }, @{ Head = '\\secret\x'; Folder = 'share'; Access = 'denied' }) }
    Assert-Equal $true (Test-Path -LiteralPath '\\NAS\Templates\a.vhdx')
    Copy-Item -LiteralPath '\\nas\templates\a.vhdx' -Destination 'D:\ISO\a.vhdx'
    Assert-Failure { Test-Path -LiteralPath '\\secret\x\a' } 'ItemExistsUnauthorizedAccessError,*' 'PermissionDenied' '0x80070005'
    Assert-Failure { Copy-Item -LiteralPath '\\secret\x\a' -Destination 'D:\ISO\b' } 'ItemExistsUnauthorizedAccessError,*CopyItemCommand' 'PermissionDenied' '0x80070005'
    Assert-Equal $false (Test-Path -LiteralPath '\\etc\passwd')
    Assert-Failure { Get-Content -LiteralPath '\\etc\passwd' } 'PathNotFound,*'
}

Test-Case 'what exists: Move and New-Item refuse, Copy overwrites' {
    Set-Content -LiteralPath 'D:\ISO\one' -Value 1 -Encoding ASCII
    Set-Content -LiteralPath 'D:\ISO\two' -Value 2 -Encoding ASCII
    Assert-Failure { Move-Item -LiteralPath 'D:\ISO\one' -Destination 'D:\ISO\two' } 'MoveFileInfoItemIOError,Microsoft.PowerShell.Commands.MoveItemCommand' 'WriteError' '0x800700B7'
    Assert-Failure { New-Item -Path 'D:\ISO\two' -ItemType File } 'NewItemIOError,*' 'WriteError' '0x80070050'
    Assert-Failure { New-Item -Path 'D:\ISO' -ItemType Directory } 'DirectoryExist,*' 'ResourceExists' '0x80070050'
    Copy-Item -LiteralPath 'D:\ISO\one' -Destination 'D:\ISO\two'
    Assert-Equal '1' (Get-Content -LiteralPath 'D:\ISO\two')
}

Test-Case 'held files' {
    Set-WorldPart { param($world) $world.Held = @(@{ Path = 'D:\ISO\one'; Share = 'none' }, @{ Path = 'D:\ISO\two'; Share = 'read' }) }
    Assert-Failure { Copy-Item -LiteralPath 'D:\ISO\one' -Destination 'D:\ISO\three' } 'CopyFileInfoItemIOError,*' 'WriteError' '0x80070020'
    Assert-Failure { Move-Item -LiteralPath 'D:\ISO\one' -Destination 'D:\ISO\three' } 'MoveFileInfoItemIOError,*' 'WriteError' '0x80070020'
    Assert-Failure { Remove-Item -LiteralPath 'D:\ISO\one' -Force } 'RemoveFileSystemItemIOError,*' 'WriteError' '0x80070020'
    Assert-Failure { Get-Content -LiteralPath 'D:\ISO\one' } 'GetContentReaderIOError,*' 'ReadError' '0x80070020'
    Assert-Failure { Set-Content -LiteralPath 'D:\ISO\two' -Value x -Encoding ASCII } 'GetContentWriterIOError,*' 'WriteError' '0x80070020'
    Assert-Failure { Remove-Item -LiteralPath 'D:\ISO' -Recurse } 'RemoveFileSystemItemIOError,*' '' '0x80070020'
    Assert-Equal '1' (Get-Content -LiteralPath 'D:\ISO\two')
    Set-WorldPart { param($world) $world.Held = @() }
}

Test-Case 'a full drive' {
    Set-WorldPart { param($world) $world.Capacities['D'] = 9000 }
    Assert-Failure { 1..9 | ForEach-Object { Copy-Item -LiteralPath $template -Destination "D:\ISO\$_.vhdx" } } 'CopyFileInfoItemIOError,*' 'WriteError' '0x80070070'
    Assert-Equal $true ((Get-PSDrive -Name D).Free -lt 4000)
    Assert-Equal (Get-PSDrive -Name D).Free (Get-CimInstance -ClassName Win32_LogicalDisk -Filter "DeviceID = 'D:'").FreeSpace
    Set-WorldPart { param($world) $world.Capacities = @{} }
}

Test-Case 'read-only files and folders with children' {
    Set-ItemProperty -LiteralPath 'D:\ISO\one' -Name IsReadOnly -Value $true
    Copy-Item -LiteralPath 'D:\ISO\one' -Destination 'D:\ISO\copy'
    Assert-Equal $true ("$((Get-Item -LiteralPath 'D:\ISO\copy').Attributes)" -match 'ReadOnly')
    Assert-Failure { Remove-Item -LiteralPath 'D:\ISO\one' } 'RemoveFileSystemItemUnAuthorizedAccess,*' 'PermissionDenied' '0x80131620'
    Assert-Failure { Set-Content -LiteralPath 'D:\ISO\one' -Value x -Encoding ASCII } 'GetContentWriterUnauthorizedAccessError,*' 'PermissionDenied'
    Remove-Item -LiteralPath 'D:\ISO\one' -Force
    Assert-Failure { Remove-Item -LiteralPath 'D:\ISO' } '*'
    Assert-Equal $true (Test-Path -LiteralPath 'D:\ISO')
}

Test-Case 'a byte order mark with UTF8, CR LF, one byte for ASCII, an encoding that 5.1 has not' {
    $local = "$env:HYPERV_STANDIN_STATE/drives/D/ISO/text"
    Set-Content -LiteralPath 'D:\ISO\text' -Value ([char]0xe4), 'b' -Encoding UTF8
    Assert-Equal '239 187 191 195 164 13 10 98 13 10' "$([IO.File]::ReadAllBytes($local))"
    Assert-Equal "$([char]0xe4) b" "$(Get-Content -LiteralPath 'D:\ISO\text' -Encoding UTF8)"
    Set-Content -LiteralPath 'D:\ISO\text' -Value ([char]0xe4) -Encoding ASCII -NoNewline
    Assert-Equal '63' "$([IO.File]::ReadAllBytes($local))"
    Assert-Failure { Set-Content -LiteralPath 'D:\ISO\text' -Value x -Encoding utf8NoBOM } 'ParameterArgumentValidationError,*'
    Assert-Equal "a`r`nb`r`n" (& { Set-Content -LiteralPath 'D:\ISO\text' -Value a, b -Encoding ASCII; Get-Content -LiteralPath 'D:\ISO\text' -Raw })
}

Test-Case 'lists: filter with the short-name trap, folders first, other providers untouched' {
    New-Item -Path 'D:\ISO\sub' -ItemType Directory
    foreach ($name in 'a.vhd', 'b.vhdx', 'c[1].txt', '.hidden') { Set-Content -LiteralPath "D:\ISO\sub\$name" -Value x -Encoding ASCII }
    Assert-Equal 'a.vhd b.vhdx' "$(Get-ChildItem -LiteralPath 'D:\ISO\sub' -Filter '*.vhd' -Name)"
    Assert-Equal 'b.vhdx' "$(Get-ChildItem -LiteralPath 'D:\ISO\sub' -Filter '*.vhdx' -Name)"
    Assert-Equal 'c[1].txt' "$(Get-ChildItem -LiteralPath 'D:\ISO\sub' -Filter 'c[1]*' -Name)"
    Assert-Equal 4 @(Get-ChildItem -LiteralPath 'D:\ISO\sub' -File).Count
    Assert-Equal $true (Test-Path -LiteralPath 'D:\ISO\sub\c[1].txt')
    Assert-Equal $false (Test-Path -LiteralPath 'Env:\NOT_SET_AT_ALL')
    $env:STANDIN_PROBE = 'x'
    Assert-Equal $true (Test-Path -LiteralPath 'Env:\STANDIN_PROBE')
}

Complete-Test
