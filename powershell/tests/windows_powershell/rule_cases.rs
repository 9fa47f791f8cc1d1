//! Proves that every rule can fail.

use std::collections::BTreeSet;

use crate::check::check;
use crate::functions_of;
use crate::table::Table;

/// What the tokens do not allow at all.
const UNREADABLE: &[(&str, &str)] = &[
    ("Get-A (1", "line 1: no `)`"),
    ("Get-A )", "line 1: `)` closes nothing"),
    ("\n{ ( }", "line 2: `}` closes nothing"),
    ("'a", "a text in ' has no end"),
    ("\"a", "a text in \" has no end"),
    ("<# a", "a comment has no end"),
    ("@'\na\n'@", "`@` begins nothing known"),
    ("$a = \u{2018}b\u{2019}", "is not ASCII"),
];

/// A script, and the one finding that it must give; nothing where it is fine. The table is `TABLE`.
const CHECKED: &[(&str, &str)] = &[
    // The table.
    ("Hyper-V\\Get-VM -Name a", ""),
    ("Get-VM -Name a", "write `Hyper-V\\Get-VM`"),
    ("Storage\\Get-VM -Name a", "is of the module Hyper-V, not Storage"),
    ("Hyper-V\\Get-VM -Id 1", "`Get-VM -Id` is not in"),
    ("Hyper-V\\get-vm", "`get-vm` is not in"),
    ("Hyper-V\\Get-VM -Na a", "`Get-VM -Na` is cut short: write -Name"),
    ("Get-Nothing", "`Get-Nothing` is not in"),
    ("\"$(Get-Nothing)\"", "`Get-Nothing` is not in"),
    ("Hyper-V\\Get-VM @a", "hides its parameters"),
    ("Get-Date | ? { $_ }", "`?` is an alias"),
    ("Get-Date | % { $_ }", "`%` is an alias"),
    ("Get-Date | where x", "`where` is an alias"),
    ("Get-Date | select x", "`select` is an alias"),
    ("Get-Date | foreach { }", "`foreach` is an alias"),
    ("dir", "`dir` is an alias"),
    ("& ls", "`ls` is an alias"),
    ("fsutil.exe", "is an alias, or no command"),
    ("& fsutil.exe", ""),
    // Guards.
    ("Hyper-V\\Set-VM -New $true", "`Set-VM -New` came with Server 2019"),
    ("if ((Get-Command -Name Hyper-V\\Set-VM).Parameters.ContainsKey('New')) { Hyper-V\\Set-VM -New $true }", ""),
    (
        "if ((Get-Command -Name Hyper-V\\Set-VM).Parameters.ContainsKey('Old')) { Hyper-V\\Set-VM -New $true }",
        "came with Server 2019",
    ),
    (
        "Hyper-V\\Set-VM -New 1\n(Get-Command -Name Hyper-V\\Set-VM).Parameters.ContainsKey('New')",
        "line 1: `Set-VM -New` came with",
    ),
    ("Hyper-V\\Get-Newer", "`Get-Newer` came with Server 2025"),
    ("if (Get-Command -Name Hyper-V\\Get-Newer) { Hyper-V\\Get-Newer }", ""),
    ("if (Get-Command 'Get-Newer') { Hyper-V\\Get-Newer }", ""),
    // Own functions. `OTHERS` has Use-Other with -Path (mandatory), -Size and the switch -All.
    ("Use-Other a 1 -All", ""),
    ("Use-Other -All a -Size 1", ""),
    ("Use-Other -Path a, b", ""),
    ("Use-Other", "`Use-Other` is not given -Path"),
    ("Use-Other -Size 1", "`Use-Other` is not given -Path"),
    ("Use-Other @a", ""),
    ("Use-Other a 1 2", "is given 3 values without a name and takes 2"),
    ("Use-Other -Path", "`Use-Other -Path` has no value"),
    ("Use-Other a -Colour 1", "no such parameter"),
    ("Use-Other a -Si 1", "is cut short: write -Size"),
    ("function Use-Other { Get-Date }\nUse-Other a", "is given 1 values without a name and takes 0"),
    ("function Use-It($A, [Parameter(Mandatory)] $B) { }\nUse-It 1", "`Use-It` is not given -B"),
    ("function Use-It { param([Parameter(Mandatory = $false)] $A) }\nUse-It", ""),
    // What Windows PowerShell 5.1 lacks.
    ("$a ?? 1", "`??`"),
    ("$a ??= 1", "`??=`"),
    ("${a}?.Count", "`?.`"),
    ("${a}?[0]", "`?[`"),
    ("$a?.Count", "the question mark is part of the name"),
    ("$b = $a ? 1 : 2", "the operator `? :`"),
    ("(1 -eq 2) ? 1 : 2", "the operator `? :`"),
    ("Get-Date && Get-Date", "a chain"),
    ("Get-Date || Get-Date", "a chain"),
    ("Get-Date &", "`&` at the end"),
    ("Get-Date\n| Get-Date", "a line that begins with `|`"),
    ("function Use-It { process { } clean { } }", "`clean`"),
    ("'{}' | ConvertFrom-Json -AsHashtable", "-AsHashtable`"),
    ("'{}' | ConvertFrom-Json -Depth 3", "`ConvertFrom-Json -Depth`"),
    ("$IsWindows", "`$IsWindows`"),
    ("\"$IsLinux\"", "`$IsLinux`"),
    ("${IsMacOS}", "`$IsMacOS`"),
    ("if ($iscoreclr) { }", "`$iscoreclr`"),
    ("\"`e[0m\"", "``e`"),
    ("\"`u{1F600}\"", "``u`"),
    ("\"``e ``u{1}\"", ""),
    ("1 | ForEach-Object -Parallel { }", "`ForEach-Object -Parallel`"),
    ("Get-Error", "`Get-Error`"),
    ("Test-Json '{}'", "`Test-Json`"),
    ("Set-Content -LiteralPath a -Encoding utf8NoBOM", "encoding `utf8NoBOM`"),
    ("Set-Content -LiteralPath a -Encoding 'utf8BOM'", "encoding `utf8BOM`"),
    ("Set-Content -LiteralPath a -Encoding ansi", "encoding `ansi`"),
    ("#Requires -Version 7\nGet-Date", "`#Requires`"),
    ("'ab' -replace 'a', { $_ }", "`-replace` with a script block"),
    ("'a'..'c'", "a range of characters"),
    ("0b101", "the number `0b101`"),
    ("10u", "the number `10u`"),
    ("10GB + 0x1F", ""),
    // What the design excludes.
    ("ConvertTo-Json -InputObject 1", "`ConvertTo-Json` without -Depth"),
    ("ConvertTo-Json -InputObject 1 -Depth 3", ""),
    ("Set-Content -LiteralPath a", "`Set-Content` without -Encoding"),
    ("Set-Content -LiteralPath a -Encoding Ascii", ""),
    ("Get-Date | Out-File -LiteralPath a", "`Out-File` without -Encoding"),
    ("Get-Date > a", "`>` writes UTF-16"),
    ("Invoke-Expression 'a'", "`Invoke-Expression`: a value would become code"),
    ("Add-Type -TypeDefinition 'a'", "`Add-Type`: a value would become code"),
    ("[scriptblock]::Create('a')", "`Create` makes code"),
    ("$ExecutionContext.InvokeCommand.InvokeScript('a')", "makes code of a value"),
    ("[IO.File]::Delete('a')", "`IO.File`: files are touched by commands"),
    ("[System.IO.Path]::Combine('a')", "`System.IO.Path`"),
    ("[io.directory]::Delete('a')", "`io.directory`"),
    ("\"$([IO.File]::ReadAllText('a'))\"", "`IO.File`"),
    ("New-Object System.IO.StreamReader 'a'", "`System.IO.StreamReader`"),
    ("New-Object 'IO.StreamReader' 'a'", "`IO.StreamReader`"),
    ("Join-Path a b c", "`Join-Path`: paths are joined"),
    ("Split-Path a", "`Split-Path`"),
    ("Resolve-Path a", "`Resolve-Path`"),
    ("Remove-Item -Path a", "`Remove-Item` without -LiteralPath"),
    ("Remove-Item a", "`Remove-Item` without -LiteralPath"),
    ("Remove-Item -LiteralPath a", ""),
    ("New-Item -Path a", ""),
    ("Microsoft.PowerShell.Management\\Remove-Item -LiteralPath a", "must stand without its module"),
    ("Get-WmiObject a", "has only the CIM commands"),
    // Where the scanner would lose its way it says so.
    ("class A { }", "`class`: this check cannot read its body"),
    ("$a = 1 Get-Date", "`Get-Date` stands where no command can"),
    ("while ($a) Get-Date", "`Get-Date` stands where no command can"),
];

#[test]
fn every_rule_can_fail() {
    let table = Table::read(TABLE).unwrap();
    let others = functions_of(OTHERS);
    for (script, expected) in UNREADABLE.iter().chain(CHECKED) {
        let findings = check(script, &others, &table, &mut BTreeSet::new());
        match findings.as_slice() {
            [] => assert_eq!(*expected, "", "nothing was found in: {script}"),
            [only] => assert!(!expected.is_empty() && only.contains(expected), "{script}\n{only}"),
            many => panic!("{script}\n{many:#?}"),
        }
    }
}

const OTHERS: &str =
    "function Use-Other { param([Parameter(Mandatory = $true)] [string] $Path, [int] $Size, [switch] $All) }";

pub(crate) const TABLE: &str = "module\tcommand\tparameter\tsince
Hyper-V\tGet-Newer\t-\t2025
Hyper-V\tGet-VM\t-\t2016
Hyper-V\tGet-VM\tName\t2016
Hyper-V\tSet-VM\t-\t2016
Hyper-V\tSet-VM\tNew\t2019
Microsoft.PowerShell.Core\tForEach-Object\t-\t2016
Microsoft.PowerShell.Core\tGet-Command\t-\t2016
Microsoft.PowerShell.Core\tGet-Command\tName\t2016
Microsoft.PowerShell.Management\tNew-Item\t-\t2016
Microsoft.PowerShell.Management\tNew-Item\tPath\t2016
Microsoft.PowerShell.Management\tRemove-Item\t-\t2016
Microsoft.PowerShell.Management\tRemove-Item\tLiteralPath\t2016
Microsoft.PowerShell.Management\tSet-Content\t-\t2016
Microsoft.PowerShell.Management\tSet-Content\tEncoding\t2016
Microsoft.PowerShell.Management\tSet-Content\tLiteralPath\t2016
Microsoft.PowerShell.Utility\tConvertFrom-Json\t-\t2016
Microsoft.PowerShell.Utility\tConvertTo-Json\t-\t2016
Microsoft.PowerShell.Utility\tConvertTo-Json\tDepth\t2016
Microsoft.PowerShell.Utility\tConvertTo-Json\tInputObject\t2016
Microsoft.PowerShell.Utility\tGet-Date\t-\t2016
Microsoft.PowerShell.Utility\tNew-Object\t-\t2016
";
