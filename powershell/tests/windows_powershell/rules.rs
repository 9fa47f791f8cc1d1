//! What no script may use: what Windows PowerShell 5.1 lacks, what runs a value as code, and what the design excludes.

use crate::commands::{Command, Element};

/// What is wrong with a command, whatever its module.
pub(crate) fn of_command(command: &Command) -> Vec<String> {
    let name = &command.name;
    let refused = COMMANDS.iter().filter(|(refused, _)| command.is(refused)).map(|(_, why)| format!("`{name}`: {why}"));
    let parameters = PARAMETERS
        .iter()
        .filter(|(of, parameter, _)| (*of == "*" || command.is(of)) && command.has(parameter))
        .map(|(_, parameter, why)| format!("`{name} -{parameter}`: {why}"));
    let missing = NEEDED
        .iter()
        .filter(|(of, parameter, _)| command.is(of) && !command.has(parameter))
        .map(|(_, parameter, why)| format!("`{name}` without -{parameter}: {why}"));
    let is_encoding =
        |element: &Element| matches!(element, Element::Parameter(name) if name.eq_ignore_ascii_case("Encoding"));
    let encodings = command
        .elements
        .windows(2)
        .filter_map(|pair| match pair {
            [parameter, Element::Value(Some(value))] if is_encoding(parameter) => Some(value),
            _ => None,
        })
        .filter(|value| ENCODINGS.iter().any(|new| value.eq_ignore_ascii_case(new)))
        .map(|value| format!("encoding `{value}`: {ONLY_7}"));
    refused.chain(parameters).chain(missing).chain(encodings).chain(qualified(command)).collect()
}

/// Whether this name touches files. Such a command must be replaceable, so it stands without its module.
fn qualified(command: &Command) -> Option<String> {
    let module = command.module.as_ref()?;
    FILE_COMMANDS.iter().any(|file| command.is(file)).then(|| {
        format!(
            "`{module}\\{}`: a command on files must stand without its module, so that a test can replace it",
            command.name
        )
    })
}

const ONLY_7: &str = "Windows PowerShell 5.1 does not know it";
const CODE: &str = "a value would become code";
const TEXT: &str = "paths are joined and cut as text, so that one script runs everywhere";
const UNREAD: &str = "this check cannot read its body, and no script needs it";
const LITERAL: &str = "brackets in a path would be wildcards";
const ENCODING: &str = "the default encoding differs between the versions";

const COMMANDS: &[(&str, &str)] = &[
    ("clean", ONLY_7),
    ("ConvertFrom-Markdown", ONLY_7),
    ("Get-Error", ONLY_7),
    ("Get-Uptime", ONLY_7),
    ("Join-String", ONLY_7),
    ("Remove-Service", ONLY_7),
    ("Start-ThreadJob", ONLY_7),
    ("Test-Json", ONLY_7),
    ("Add-Type", CODE),
    ("Invoke-Expression", CODE),
    ("Convert-Path", TEXT),
    ("Join-Path", TEXT),
    ("Resolve-Path", TEXT),
    ("Split-Path", TEXT),
    ("class", UNREAD),
    ("configuration", UNREAD),
    ("data", UNREAD),
    ("enum", UNREAD),
    ("using", UNREAD),
    ("workflow", UNREAD),
    ("Get-WmiObject", "PowerShell 7, which runs the tests, has only the CIM commands"),
    ("Invoke-WmiMethod", "PowerShell 7, which runs the tests, has only the CIM commands"),
];

/// Command (`*`: any), parameter, reason.
const PARAMETERS: &[(&str, &str, &str)] = &[
    ("*", "AsByteStream", ONLY_7),
    ("*", "AsHashtable", ONLY_7),
    ("*", "SkipCertificateCheck", ONLY_7),
    ("ConvertFrom-Json", "Depth", ONLY_7),
    ("ConvertFrom-Json", "NoEnumerate", ONLY_7),
    ("ConvertTo-Json", "AsArray", ONLY_7),
    ("ConvertTo-Json", "EscapeHandling", ONLY_7),
    ("ForEach-Object", "Parallel", ONLY_7),
    ("Get-ChildItem", "FollowSymlink", ONLY_7),
    ("Get-Date", "AsUTC", ONLY_7),
    ("Start-Sleep", "Duration", ONLY_7),
];

/// What these commands must be given.
const NEEDED: &[(&str, &str, &str)] = &[
    ("ConvertTo-Json", "Depth", "below the second level it writes type names"),
    ("Invoke-WebRequest", "UseBasicParsing", "it would start Internet Explorer"),
    ("Add-Content", "Encoding", ENCODING),
    ("Export-Csv", "Encoding", ENCODING),
    ("Get-Content", "Encoding", ENCODING),
    ("Out-File", "Encoding", ENCODING),
    ("Set-Content", "Encoding", ENCODING),
    ("Add-Content", "LiteralPath", LITERAL),
    ("Clear-Content", "LiteralPath", LITERAL),
    ("Copy-Item", "LiteralPath", LITERAL),
    ("Get-Acl", "LiteralPath", LITERAL),
    ("Get-ChildItem", "LiteralPath", LITERAL),
    ("Get-Content", "LiteralPath", LITERAL),
    ("Get-FileHash", "LiteralPath", LITERAL),
    ("Get-Item", "LiteralPath", LITERAL),
    ("Get-ItemProperty", "LiteralPath", LITERAL),
    ("Move-Item", "LiteralPath", LITERAL),
    ("Out-File", "LiteralPath", LITERAL),
    ("Remove-Item", "LiteralPath", LITERAL),
    ("Rename-Item", "LiteralPath", LITERAL),
    ("Set-Acl", "LiteralPath", LITERAL),
    ("Set-Content", "LiteralPath", LITERAL),
    ("Set-Item", "LiteralPath", LITERAL),
    ("Set-ItemProperty", "LiteralPath", LITERAL),
    ("Test-Path", "LiteralPath", LITERAL),
    ("New-Item", "Path", "it has no -LiteralPath, and its place should be named"),
];

const FILE_COMMANDS: &[&str] = &[
    "Add-Content",
    "Clear-Content",
    "Copy-Item",
    "Get-Acl",
    "Get-ChildItem",
    "Get-Content",
    "Get-FileHash",
    "Get-Item",
    "Get-ItemProperty",
    "Move-Item",
    "New-Item",
    "Out-File",
    "Remove-Item",
    "Rename-Item",
    "Set-Acl",
    "Set-Content",
    "Set-Item",
    "Set-ItemProperty",
    "Test-Path",
];

const ENCODINGS: &[&str] = &["utf8NoBOM", "utf8BOM", "ansi", "bigendianutf32"];
