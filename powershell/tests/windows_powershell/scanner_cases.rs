//! Proves that the scanner sees the commands that stand in a script, and no others.

use crate::commands::{Command, Element, Item};
use crate::finder::commands;
use crate::lexer::tokens;

/// A script, and the commands that must be found in it. `_`: a value that is no plain word or text.
pub(crate) const FOUND: &[(&str, &[&str])] = &[
    ("Get-VM", &["Get-VM"]),
    (
        "Hyper-V\\Get-VM -Name 'a b' | Hyper-V\\Stop-VM -Force",
        &["Hyper-V\\Get-VM -Name a b", "Hyper-V\\Stop-VM -Force"],
    ),
    ("Get-A;Get-B\nGet-C", &["Get-A", "Get-B", "Get-C"]),
    ("Get-A |\n  Get-B", &["Get-A", "Get-B"]),
    ("# Get-A\n<# Get-B\nGet-C #> Get-D # Get-E", &["Get-D"]),
    ("'Get-A ''$(Get-B)'' it'", &[]),
    ("'it''s' ; Get-A", &["Get-A"]),
    ("\"Get-A `$(Get-B) `\" \"\" $x\" ; Get-C", &["Get-C"]),
    ("\"a $(Get-A \"b $(Get-B 'c')\") d\"", &["Get-B c", "Get-A _"]),
    ("Write-A \"x$(Get-B -C 1)\"", &["Get-B -C 1", "Write-A _"]),
    ("$x = Get-A -B $c -D", &["Get-A -B _ -D"]),
    ("$x += Get-A", &["Get-A"]),
    ("$x = $y -eq 'Get-A' -and (Get-B -C) -notmatch $z", &["Get-B -C"]),
    (
        "if ((Get-A).B -eq 1 -and -not (Get-C)) { Get-D } elseif (Get-E) { } else { Get-F }",
        &["Get-A", "Get-C", "Get-D", "Get-E", "Get-F"],
    ),
    ("if ($a) { Get-A } Get-B", &["Get-A", "Get-B"]),
    ("foreach ($a in Get-A -B) { Get-C $a }", &["Get-A -B", "Get-C _"]),
    ("foreach ($a in @(Get-A)) { Get-C }", &["Get-A", "Get-C"]),
    ("for ($i = 0; $i -lt (Get-A); $i++) { Get-B }", &["Get-A", "Get-B"]),
    ("do { Get-A } until (Get-B)", &["Get-A", "Get-B"]),
    ("switch (Get-A) { 'x' { Get-B -C D } default { Get-E } }", &["Get-A", "Get-B -C D", "Get-E"]),
    (
        "try { Get-A } catch [InvalidOperationException], [IO.IOException] { Get-B } finally { Get-C }",
        &["Get-A", "Get-B", "Get-C"],
    ),
    ("return Get-A -B", &["Get-A -B"]),
    ("@{ Name = Get-A -B c; 'D' = Get-E\nF = 1 }", &["Get-A -B c", "Get-E"]),
    ("[ordered]@{ Name = 'x'; Y = @{ Z = Get-A } }", &["Get-A"]),
    ("Invoke-A { param($b, $c) Get-D $b } @($x, 1) -E 2", &["Get-D _", "Invoke-A _ _ -E 2"]),
    ("Get-A $x.Y[0] (Get-B).C -D $e.F('g')", &["Get-B", "Get-A _ _ -D _"]),
    ("Get-A 'x', $y,\n  $z -B", &["Get-A _ -B"]),
    ("Get-A -B:$false -C:1", &["Get-A -B _ -C 1"]),
    ("Get-A @b -C", &["Get-A @b -C"]),
    ("& fsutil.exe sparse 0", &["& fsutil.exe sparse 0"]),
    ("& 'Get-A' -B", &["& Get-A -B"]),
    ("& $x -Y (Get-A)", &["Get-A"]),
    ("$null = & { Get-A }", &["Get-A"]),
    ("$x.Where({ Get-A })", &["Get-A"]),
    ("$x[(Get-A)]", &["Get-A"]),
    ("[Math]::Max(1, (Get-A))", &["Get-A"]),
    ("param([Parameter(Mandatory = $true)] [string] $A, $B = (Get-C))\nGet-D", &["Get-C", "Get-D"]),
    ("[ValidateScript({ Get-A })] [string] $x = Get-B", &["Get-A", "Get-B"]),
    ("function Get-A { [CmdletBinding()] param($B) Get-C }\nGet-D", &["Get-C", "Get-D"]),
    ("Get-A `\n  -B", &["Get-A -B"]),
    ("-not (Get-A)\n1..3 | ForEach-Object { Get-B }", &["Get-A", "Get-B", "ForEach-Object _"]),
    ("where x; Get-A | foreach { }", &["where x", "Get-A", "foreach _"]),
];

#[test]
fn commands_are_found_where_they_stand() {
    for (script, expected) in FOUND {
        let found = commands(&tokens(script).unwrap());
        assert!(found.strays.is_empty(), "{script}: {:?}", found.strays);
        let found: Vec<String> = found
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Command(command) => Some(shown(command)),
                Item::Guard(_) => None,
            })
            .collect();
        assert_eq!(found, *expected, "{script}");
    }
}

fn shown(command: &Command) -> String {
    let call = if command.called { "& " } else { "" };
    let module = command.module.iter().map(|module| format!("{module}\\")).collect::<String>();
    let mut text = format!("{call}{module}{}", command.name);
    for element in &command.elements {
        text.push_str(&match element {
            Element::Parameter(name) => format!(" -{name}"),
            Element::Splat(name) => format!(" @{name}"),
            Element::Value(value) => format!(" {}", value.as_deref().unwrap_or("_")),
        });
    }
    text
}
