# Makes functions out of a parameter table, so that a call binds, or fails to bind, as Microsoft's cmdlet would.
#
# A table has one block per cmdlet: its name and its parameter sets (the default first, separated by |), then a line per parameter:
#   Name type [alias=A,B] [pipeline=value+name] [values=A,B] [since=2019] [allownull] [unmodelled] : <sets>
# where <sets> is * or a list of set numbers, each followed by ! if mandatory and by @N for position N. `confirm=High` may follow the name.

# The functions of a table as text. Making them takes a while; HYPERV_STANDIN_CACHE may name a folder that keeps the text.
function Get-FunctionText {
    param([Parameter(Mandatory)] [string] $Table, [Parameter(Mandatory)] [int] $Version)
    $folder = $env:HYPERV_STANDIN_CACHE
    if ([string]::IsNullOrEmpty($folder)) { return ConvertTo-FunctionText $Table $Version }
    $module = [IO.Path]::GetFileName([IO.Path]::GetDirectoryName($Table))
    $stamp = [IO.File]::GetLastWriteTimeUtc($Table).Ticks + [IO.File]::GetLastWriteTimeUtc("$PSScriptRoot/functions.ps1").Ticks
    $kept = "$folder/$module-$Version-$stamp.ps1"
    if (-not [IO.File]::Exists($kept)) {
        $null = [IO.Directory]::CreateDirectory($folder)
        [IO.File]::WriteAllText("$kept.$PID", (ConvertTo-FunctionText $Table $Version))
        [IO.File]::Move("$kept.$PID", $kept, $true)
    }
    [IO.File]::ReadAllText($kept)
}

# The text of all functions of a table, for one version of Windows Server: parameters newer than it do not exist.
function ConvertTo-FunctionText {
    param([Parameter(Mandatory)] [string] $Table, [Parameter(Mandatory)] [int] $Version)
    $text = [Text.StringBuilder]::new(200000)
    $cmdlet = $null
    foreach ($line in [IO.File]::ReadAllLines($Table)) {
        if ($line.Length -eq 0 -or $line[0] -eq '#') { continue }
        if ($line[0] -ne ' ') {
            Add-FunctionEnd $text $cmdlet
            $cmdlet = Add-FunctionStart $text $line
        }
        else { Add-Parameter $text $cmdlet $line $Version }
    }
    Add-FunctionEnd $text $cmdlet
    $text.ToString()
}

function Add-FunctionStart {
    param($Text, [string] $Line)
    $head, $sets = $Line.Split(' : ', 2)
    $words = $head.Split(' ')
    $sets = @($sets.Split('|'))
    $impact = if ($words -contains 'confirm=High') { 'High' } else { 'Medium' }
    $binding = "PositionalBinding=`$false,DefaultParameterSetName='$($sets[0])'"
    if ($words[0] -notmatch '^(Get|Test)-') { $binding += ",SupportsShouldProcess,ConfirmImpact='$impact'" }
    $null = $Text.Append("function $($words[0]) {`n[CmdletBinding($binding)]`nparam(")
    @{ Name = $words[0]; Sets = $sets; Count = 0; Unmodelled = [Collections.Generic.List[string]]::new() }
}

function Add-FunctionEnd {
    param($Text, $Cmdlet)
    if ($null -eq $Cmdlet) { return }
    $unmodelled = if ($Cmdlet.Unmodelled.Count -gt 0) { " @('$($Cmdlet.Unmodelled -join "','")')" } else { '' }
    # The preference that -ErrorAction sets in this scope would make the body's own throw do nothing.
    $null = $Text.Append(")`nprocess { `$ErrorActionPreference = 'Stop'; Invoke-StandInCall `$PSCmdlet `$PSBoundParameters `$Body['$($Cmdlet.Name)']$unmodelled }`n}`n")
}

function Add-Parameter {
    param($Text, $Cmdlet, [string] $Line, [int] $Version)
    $head, $places = $Line.Trim().Split(' : ', 2)
    $words = $head.Split(' ')
    $pipeline = ''; $extra = ''; $isUnmodelled = $false
    for ($i = 2; $i -lt $words.Count; $i++) {
        $key, $value = $words[$i].Split('=', 2)
        switch ($key) {
            'since' { if ([int]$value -gt $Version) { return } }
            'alias' { $extra += "[Alias('$($value.Replace(',', "','"))')]" }
            'values' { $extra += "[ValidateSet('$($value.Replace(',', "','"))')]" }
            'pipeline' {
                if ($value.Contains('value')) { $pipeline += ',ValueFromPipeline' }
                if ($value.Contains('name')) { $pipeline += ',ValueFromPipelineByPropertyName' }
            }
            'allownull' { $extra += '[AllowNull()][AllowEmptyString()][AllowEmptyCollection()]' }
            'unmodelled' { $isUnmodelled = $true }
            default { throw "stand-in: cannot read '$Line' in the parameter table" }
        }
    }
    if ($isUnmodelled) { $Cmdlet.Unmodelled.Add($words[0]) }
    if ($Cmdlet.Count -gt 0) { $null = $Text.Append(',') }
    $Cmdlet.Count++
    foreach ($place in $places.Split(' ')) { $null = $Text.Append((Get-ParameterAttribute $Cmdlet $place $pipeline)) }
    $null = $Text.Append("$extra[$($words[1])]`${$($words[0])}`n")
}

function Get-ParameterAttribute {
    param($Cmdlet, [string] $Place, [string] $Pipeline)
    if ($Place -eq '*') { return "[Parameter($($Pipeline.TrimStart(',')))]" }
    $rest, $position = $Place.Split('@', 2)
    $mandatory = if ($rest.EndsWith('!')) { ',Mandatory' } else { '' }
    $where = if ($null -ne $position) { ",Position=$position" } else { '' }
    "[Parameter(ParameterSetName='$($Cmdlet.Sets[[int]$rest.TrimEnd('!') - 1])'$mandatory$where$Pipeline)]"
}
