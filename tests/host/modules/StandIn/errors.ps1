# Error records in the shape that Windows gives them: category, FullyQualifiedErrorId, HRESULT.

# What Hyper-V throws. Its HRESULT is the general one; the telling code stands in the message only.
class VirtualizationException : System.Exception {
    VirtualizationException([string] $message) : base($message) { }
}

# PowerShell appends the name of a function to the identifier, where Windows appends the class of a cmdlet. This field holds the whole.
$script:WholeIdentifier = [Management.Automation.ErrorRecord].GetField('_serializedFullyQualifiedErrorId', 'NonPublic,Instance')

# An error record of the running call, to be thrown. The message is given whole or by the key of a sentence.
function New-Failure {
    param(
        [Parameter(Mandatory)] [string] $Id,
        [Parameter(Mandatory)] [Management.Automation.ErrorCategory] $Category,
        [string] $Key, [object[]] $Values = @(),
        [string] $Message = '',
        [Exception] $Exception = $null,
        $Target = $null
    )
    if ($Key -ne '') { $Message = Get-LocalText $Key $Values }
    if ($null -eq $Exception) { $Exception = [VirtualizationException]::new($Message) }
    $record = [Management.Automation.ErrorRecord]::new($Exception, $Id, $Category, $Target)
    $name = if ($null -ne $script:Call) { $script:Call.Name } else { '' }
    $whole = if ($Id.Contains(',') -or $name -eq '') { $Id } else { "$Id,$(Get-CmdletClass $name)" }
    $script:WholeIdentifier.SetValue($record, $whole)
    $record.CategoryInfo.Activity = $name
    $record
}

# True for records that New-Failure made: everything else is a fault of the stand-in itself.
function Test-Failure {
    param([Parameter(Mandatory)] [Management.Automation.ErrorRecord] $Record)
    $null -ne $script:WholeIdentifier.GetValue($Record)
}

# The class of Microsoft's cmdlet, as FullyQualifiedErrorId shows it.
function Get-CmdletClass {
    param([Parameter(Mandatory)] [string] $Name)
    $verb, $noun = $Name.Split('-', 2)
    if ($noun -eq 'VHD') { return "Microsoft.Vhd.PowerShell.Cmdlets.${verb}Vhd" }
    if ($noun.StartsWith('VM')) { return "Microsoft.HyperV.PowerShell.Commands.$verb$noun" }
    if ($noun.StartsWith('Cim')) { return "Microsoft.Management.Infrastructure.CimCmdlets.$verb${noun}Command" }
    "Microsoft.PowerShell.Commands.$verb${noun}Command"
}
