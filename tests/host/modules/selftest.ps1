<#
.SYNOPSIS
Proves that the stand-in behaves as its README says. Exit code 0 if every case holds.

.DESCRIPTION
Each file of selftest/ runs in a PowerShell and a state folder of its own. Run it as: pwsh -NoProfile -NonInteractive -File selftest.ps1 [part of a file's name]
#>
param([string] $Only = '')

$folder = [IO.Path]::Combine([IO.Path]::GetTempPath(), "standin-selftest-$PID")
$failed = 0
$clock = [Diagnostics.Stopwatch]::StartNew()
# PowerShell is its own executable, or the dotnet program with pwsh.dll.
$powershell = if ([IO.Path]::GetFileNameWithoutExtension([Environment]::ProcessPath) -eq 'dotnet') { @([Environment]::ProcessPath, "$PSHOME/pwsh.dll") } else { @([Environment]::ProcessPath) }
$env:PSModulePath = "$PSScriptRoot$([IO.Path]::PathSeparator)$env:PSModulePath"
$env:STANDIN_POWERSHELL = $powershell -join '|'
try {
    foreach ($file in [IO.Directory]::GetFiles("$PSScriptRoot/selftest", '*.test.ps1') | Sort-Object) {
        $name = [IO.Path]::GetFileName($file)
        if (-not $name.Contains($Only)) { continue }
        $env:HYPERV_STANDIN_STATE = "$folder/$name"
        $program, [string[]] $first = $powershell
        & $program @first -NoProfile -NonInteractive -File $file
        if ($LASTEXITCODE -ne 0) { $failed++; "FAILED $name" }
        $internal = "$folder/$name/internal-errors.log"
        if ([IO.File]::Exists($internal)) { $failed++; "FAILED ${name}: a fault of the stand-in itself"; [IO.File]::ReadAllText($internal) }
    }
}
finally { if ([IO.Directory]::Exists($folder)) { [IO.Directory]::Delete($folder, $true) } }
"$(if ($failed -eq 0) { 'all parts hold' } else { "$failed parts failed" }), $([int]$clock.Elapsed.TotalSeconds) s"
exit [Math]::Min($failed, 1)
