//! PowerShell's own parser, where there is one: a second opinion on the syntax and on what the scanner finds.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::commands::{Element, Item};
use crate::finder::commands;
use crate::lexer::tokens;

/// Parses every text (name, text) in one start of PowerShell. Panics with the errors, and where the parser finds other commands.
///
/// Without PowerShell it says that nothing was tried, unless `PWSH_REQUIRED` is set: then it panics.
pub(crate) fn check(texts: &[(String, String)]) {
    let Some(pwsh) = pwsh() else {
        assert!(env::var_os("PWSH_REQUIRED").is_none(), "PWSH_REQUIRED is set, but there is no PowerShell");
        println!("no PowerShell 7 (variable PWSH, or pwsh on the path): its parser was not tried");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in texts {
        fs::write(folder.path().join(name), text).unwrap();
    }
    // Proves that errors would be seen.
    fs::write(folder.path().join("broken"), "if (").unwrap();
    let output = Command::new(pwsh)
        .args(["-NoProfile", "-NonInteractive", "-Command", PARSE])
        .env("SCRIPTS", folder.path())
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && stderr.is_empty(), "{stderr}");
    let of = |wanted: &str| -> Vec<String> {
        let mut lines: Vec<String> =
            stdout.lines().filter_map(|line| line.strip_prefix(wanted)?.strip_prefix('|')).map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert!(!of("error|broken").is_empty(), "{stdout}");
    for (name, text) in texts {
        assert_eq!(of(&format!("error|{name}")), Vec::<String>::new(), "{name}");
        assert_eq!(found(text), of(&format!("command|{name}")), "{name}");
    }
}

/// What the scanner finds, in the form of `PARSE`.
fn found(text: &str) -> Vec<String> {
    let script = commands(&tokens(text).unwrap());
    let mut lines = Vec::new();
    for item in script.items {
        let Item::Command(command) = item else {
            continue;
        };
        let module = command.module.iter().map(|module| format!("{module}\\"));
        let mut line = format!("{}|{}{}", command.line, module.collect::<String>(), command.name);
        for element in &command.elements {
            line.push_str(&match element {
                Element::Parameter(name) => format!(" -{name}"),
                Element::Splat(name) => format!(" @{name}"),
                Element::Value(_) => " _".to_owned(),
            });
        }
        lines.push(line);
    }
    lines.sort();
    lines
}

/// One line for every error, and for every command whose name is known.
const PARSE: &str = r#"
    foreach ($file in [IO.Directory]::GetFiles($env:SCRIPTS)) {
        $name = [IO.Path]::GetFileName($file)
        $tokens = $errors = $null
        $tree = [Management.Automation.Language.Parser]::ParseInput([IO.File]::ReadAllText($file), [ref]$tokens, [ref]$errors)
        foreach ($e in $errors) { "error|$name|$($e.Extent.StartLineNumber): $($e.Message)" }
        foreach ($command in $tree.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)) {
            $text = $command.GetCommandName()
            if (-not $text) { continue }
            foreach ($element in $command.CommandElements | Select-Object -Skip 1) {
                if ($element -is [Management.Automation.Language.CommandParameterAst]) {
                    $text += " -$($element.ParameterName)"
                    if ($null -ne $element.Argument) { $text += ' _' }
                }
                elseif ($element.Splatted) { $text += " @$($element.VariablePath)" }
                else { $text += ' _' }
            }
            "command|$name|$($command.Extent.StartLineNumber)|$text"
        }
    }
"#;

/// The variable `PWSH`, else `pwsh` on the path.
fn pwsh() -> Option<PathBuf> {
    env::var_os("PWSH").map(PathBuf::from).or_else(|| {
        env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join("pwsh")).find(|path| path.is_file())
    })
}
