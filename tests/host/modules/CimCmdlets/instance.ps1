# The two cmdlets. A property that a query does not select is there, but empty.

class CimInstance {
    [object] $CimSystemProperties
    [object] $CimClass
    hidden [string] $ClassName
    hidden [Collections.IDictionary] $Row
    [string] ToString() { return $this.ClassName }
}

$Body['Get-CimInstance'] = {
    param($call)
    $bound = $call.Bound
    if ($bound.ContainsKey('InputObject')) { $query = Get-OwnQuery $bound['InputObject'] }
    elseif ($bound.ContainsKey('Query')) { $query = Read-Query $bound['Query'] }
    else {
        $query = @{ Class = $bound['ClassName']; Columns = @($bound['Property'] | Where-Object { $null -ne $_ }); Condition = $null }
        if ($bound.ContainsKey('Filter')) { $query.Condition = Read-Condition $bound['Filter'] }
    }
    $class = Get-CimClassRecord $query.Class $(if ($bound.ContainsKey('Namespace')) { $bound['Namespace'] } elseif ($bound.ContainsKey('InputObject')) { $bound['InputObject'].CimSystemProperties.Namespace } else { 'root/cimv2' })
    Assert-Column $class $query
    foreach ($row in @(& $class.Rows)) {
        if ($null -ne $query.Condition -and -not (Test-Condition $query.Condition $row)) { continue }
        New-Instance $class $row $query.Columns
    }
}

$Body['Invoke-CimMethod'] = {
    param($call)
    $target = $call.Bound['InputObject']
    if ($null -eq $target) { throw [NotSupportedException]::new('Invoke-CimMethod without -InputObject is not modelled') }
    $class = Get-CimClassRecord $target.ClassName $target.CimSystemProperties.Namespace
    $method = $class.Methods[$call.Bound['MethodName']]
    if ($null -eq $method) { throw (New-CimFailure '0x80041055' InvalidOperation "The method '$($call.Bound['MethodName'])' does not exist. ") }
    $result = & $method $target $(if ($call.Bound.ContainsKey('Arguments')) { $call.Bound['Arguments'] } else { @{} })
    [pscustomobject]@{ ReturnValue = [uint32]$result; PSComputerName = $null }
}

function Get-CimClassRecord {
    param([string] $Name, [string] $Namespace)
    $class = $Classes[$Name]
    if ($null -eq $class -or $class.Namespace -ne $Namespace.Replace('\', '/').TrimStart('/').ToLowerInvariant()) {
        throw (New-CimFailure '0x80041010' ObjectNotFound 'Invalid class ')
    }
    if ($class.Namespace -eq 'root/virtualization/v2' -and (Get-HostSetting 'Vmms') -ne 'up') {
        throw (New-CimFailure '0x800706ba' ConnectionError 'The RPC server is unavailable. ')
    }
    $class
}

function New-CimFailure {
    param([string] $Result, [string] $Category, [string] $Message)
    $exception = [InvalidOperationException]::new($Message)
    $exception.HResult = [Convert]::ToInt32($Result, 16)
    New-Failure "HRESULT $Result" $Category -Exception $exception
}

function Assert-Column {
    param($Class, $Query)
    $named = @($Query.Columns) + @(Get-ConditionColumn $Query.Condition)
    foreach ($column in $named) { if ($null -ne $column -and $Class.Properties -notcontains $column) { throw (New-CimFailure '0x80041017' InvalidArgument 'Invalid query ') } }
}

function New-Instance {
    param($Class, $Row, $Columns)
    $instance = [CimInstance]::new()
    $instance.ClassName = $Class.Name
    $instance.Row = $Row
    $instance.CimSystemProperties = [pscustomobject]@{ Namespace = $Class.Namespace; ServerName = Get-HostSetting 'ComputerName'; ClassName = $Class.Name }
    $methods = $Class.Methods
    if ("$($Row['Lacks'])" -ne '') { $methods = $methods.Clone(); $methods.Remove($Row['Lacks']) }
    $instance.CimClass = [pscustomobject]@{ CimClassName = $Class.Name; CimClassMethods = $methods }
    foreach ($property in $Class.Properties) {
        $value = $null
        if (@($Columns).Count -eq 0 -or $Columns -contains $property) { $value = $Row[$property] }
        $instance.PSObject.Properties.Add([Management.Automation.PSNoteProperty]::new($property, $value))
    }
    $instance.PSObject.Properties.Add([Management.Automation.PSNoteProperty]::new('PSComputerName', $null))
    , $instance
}

# An instance read again: by its key, the first property of its class.
function Get-OwnQuery {
    param($Instance)
    $key = $Classes[$Instance.ClassName].Properties[0]
    @{ Class = $Instance.ClassName; Columns = @(); Condition = @{ Column = $key; Operator = '='; Value = $Instance.Row[$key] } }
}
