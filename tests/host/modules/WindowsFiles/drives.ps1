# The drives of the stand-in, Get-PSDrive with their free space, and the one use of fsutil that scripts make.

# Makes the folders of <state>/drives known as drives, for whatever does not come through the functions of this module.
function Add-StandInDrive {
    $null = Get-World
    foreach ($folder in [IO.Directory]::GetDirectories("$(Get-StateFolder)/drives")) {
        $name = [IO.Path]::GetFileName($folder)
        Microsoft.PowerShell.Management\New-PSDrive -Name $name -PSProvider FileSystem -Root $folder -Scope Global -ErrorAction Ignore | Out-Null
    }
}

$Body['Get-PSDrive'] = {
    param($call)
    $names = @(foreach ($parameter in 'Name', 'LiteralName') { if ($call.Bound.ContainsKey($parameter)) { $call.Bound[$parameter] } })
    $folders = @([IO.Directory]::GetDirectories("$(Get-StateFolder)/drives") | ForEach-Object { [IO.Path]::GetFileName($_) } | Sort-Object)
    if ($names.Count -eq 0) { $names = $folders }
    foreach ($name in $names) {
        if ($folders -contains $name) {
            $capacity = Get-Capacity $name.ToUpperInvariant()
            [pscustomobject]@{ Name = $name.ToUpperInvariant(); Used = $capacity.Used; Free = $capacity.Free; Root = "$($name.ToUpperInvariant()):\" }
            continue
        }
        $exception = [Management.Automation.DriveNotFoundException]::new((Get-LocalText 'DriveMissing' @($name)))
        try { throw (New-Failure 'GetLocationNoMatchingDrive' ObjectNotFound -Exception $exception -Target $name) } catch { Write-CallError $_ }
    }
}

# fsutil.exe sparse setflag <file> 0
function fsutil.exe {
    $global:LASTEXITCODE = 1
    if ($args.Count -eq 4 -and "$($args[0]) $($args[1])" -eq 'sparse setflag' -and "$($args[3])" -eq '0') {
        $place = Resolve-WindowsPath "$($args[2])"
        if (-not $place.Exists) { return "Error:  The system cannot find the file specified." }
        Edit-World { param($world)
            $key = $place.Text.ToLowerInvariant()
            $world.Attributes[$key] = @("$($world.Attributes[$key])".Split(',').Trim() | Where-Object { $_ -ne 'SparseFile' -and $_ -ne '' }) -join ', '
        }
        $global:LASTEXITCODE = 0
        return
    }
    'stand-in: only "fsutil.exe sparse setflag <file> 0" is modelled'
}
