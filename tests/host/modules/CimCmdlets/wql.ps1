# WQL as far as the scripts use it: SELECT columns FROM class WHERE with AND, OR, NOT, brackets, = <> != < > <= >=, LIKE and IS NULL.
# Letter case does not count, in LIKE neither. A backslash in a string escapes the next character.

function Read-Query {
    param([Parameter(Mandatory)] [string] $Query)
    if ($Query -notmatch '^\s*SELECT\s+(.+?)\s+FROM\s+(\w+)(?:\s+WHERE\s+(.+))?\s*$') { throw (New-CimFailure '0x80041017' InvalidArgument 'Invalid query ') }
    $columns, $class, $condition = $Matches[1], $Matches[2], $Matches[3]
    @{
        Class = $class; Columns = @(if ($columns.Trim() -ne '*') { $columns.Split(',').Trim() })
        Condition = $(if (-not [string]::IsNullOrEmpty($condition)) { Read-Condition $condition })
    }
}

function Read-Condition {
    param([Parameter(Mandatory)] [string] $Text)
    $script:Tokens = [Collections.Generic.Queue[string]]::new()
    $rest = $Text
    while ($rest.Trim() -ne '') {
        if ($rest -notmatch '^\s*(''(?:[^''\\]|\\.)*''|"(?:[^"\\]|\\.)*"|<>|<=|>=|!=|[=<>()]|[\w.\-]+)') { throw (New-CimFailure '0x80041017' InvalidArgument 'Invalid query ') }
        $script:Tokens.Enqueue($Matches[1])
        $rest = $rest.Substring($Matches[0].Length)
    }
    $condition = Read-Or
    if ($script:Tokens.Count -gt 0) { throw (New-CimFailure '0x80041017' InvalidArgument 'Invalid query ') }
    $condition
}

function Read-Or {
    $left = Read-And
    while ((Get-NextToken) -eq 'OR') { $null = $script:Tokens.Dequeue(); $left = @{ Or = @($left, (Read-And)) } }
    $left
}

function Read-And {
    $left = Read-Term
    while ((Get-NextToken) -eq 'AND') { $null = $script:Tokens.Dequeue(); $left = @{ And = @($left, (Read-Term)) } }
    $left
}

function Read-Term {
    $token = Read-Token
    if ($token -eq 'NOT') { return @{ Not = Read-Term } }
    if ($token -eq '(') {
        $inner = Read-Or
        if ((Read-Token) -ne ')') { throw (New-CimFailure '0x80041017' InvalidArgument 'Invalid query ') }
        return $inner
    }
    $operator = (Read-Token).ToUpperInvariant()
    if ($operator -eq 'IS') {
        $isNot = (Get-NextToken) -eq 'NOT'
        if ($isNot) { $null = Read-Token }
        if ((Read-Token) -ne 'NULL') { throw (New-CimFailure '0x80041017' InvalidArgument 'Invalid query ') }
        return @{ Column = $token; Operator = $(if ($isNot) { '<>' } else { '=' }); Value = $null }
    }
    if ($operator -notin '=', '<>', '!=', '<', '>', '<=', '>=', 'LIKE') { throw (New-CimFailure '0x80041017' InvalidArgument 'Invalid query ') }
    @{ Column = $token; Operator = $operator; Value = (Read-Literal) }
}

function Get-NextToken { if ($script:Tokens.Count -gt 0) { $script:Tokens.Peek() } }

function Read-Token {
    if ($script:Tokens.Count -eq 0) { throw (New-CimFailure '0x80041017' InvalidArgument 'Invalid query ') }
    $script:Tokens.Dequeue()
}

function Read-Literal {
    $token = Read-Token
    if ($token -match '^[''"]') { return $token.Substring(1, $token.Length - 2) -replace '\\(.)', '$1' }
    if ($token -eq 'TRUE' -or $token -eq 'FALSE') { return $token -eq 'TRUE' }
    if ($token -notmatch '^-?\d+$') { throw (New-CimFailure '0x80041017' InvalidArgument 'Invalid query ') }
    [long]$token
}

function Get-ConditionColumn {
    param($Condition)
    if ($null -eq $Condition) { return }
    foreach ($key in 'Or', 'And', 'Not') { foreach ($part in @($Condition[$key])) { if ($null -ne $part) { Get-ConditionColumn $part } } }
    if ($Condition.ContainsKey('Column')) { $Condition.Column }
}

function Test-Condition {
    param($Condition, $Row)
    if ($Condition.ContainsKey('Or')) { return (Test-Condition $Condition.Or[0] $Row) -or (Test-Condition $Condition.Or[1] $Row) }
    if ($Condition.ContainsKey('And')) { return (Test-Condition $Condition.And[0] $Row) -and (Test-Condition $Condition.And[1] $Row) }
    if ($Condition.ContainsKey('Not')) { return -not (Test-Condition $Condition.Not $Row) }
    $value = $Row[$Condition.Column]
    switch ($Condition.Operator) {
        '=' { $value -eq $Condition.Value }
        { $_ -in '<>', '!=' } { $value -ne $Condition.Value }
        '<' { $value -lt $Condition.Value }
        '>' { $value -gt $Condition.Value }
        '<=' { $value -le $Condition.Value }
        '>=' { $value -ge $Condition.Value }
        'LIKE' { "$value" -match (ConvertFrom-LikePattern $Condition.Value) }
    }
}

# % any text, _ any character, [...] one of these, [^...] none of these.
function ConvertFrom-LikePattern {
    param([string] $Pattern)
    $expression = [Text.StringBuilder]::new('^')
    for ($i = 0; $i -lt $Pattern.Length; $i++) {
        $character = $Pattern[$i]
        if ($character -eq '%') { $null = $expression.Append('(?s:.*)'); continue }
        if ($character -eq '_') { $null = $expression.Append('(?s:.)'); continue }
        $end = if ($character -eq '[') { $Pattern.IndexOf(']', $i) } else { -1 }
        if ($end -gt $i + 1) {
            $set = $Pattern.Substring($i + 1, $end - $i - 1)
            $mark = if ($set.StartsWith('^')) { '^' } else { '' }
            $null = $expression.Append("[$mark$($set.Substring($mark.Length).Replace('\', '\\').Replace('[', '\['))]")
            $i = $end
            continue
        }
        $null = $expression.Append([regex]::Escape("$character"))
    }
    "$expression`$"
}
