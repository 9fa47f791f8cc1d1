//! The bootstrap and the prologue in a real PowerShell: what arrived in part must not run.

#![allow(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it did not try"
)]

use std::env;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use powershell::{AnswerError, Nonce, Part, STARTED, Script, Streams, render};
use serde::Serialize;

#[test]
fn a_whole_script_runs_once_and_answers() {
    let Some(pwsh) = pwsh() else { return };
    let rendered =
        render(&probe("caf\u{e9} $(throw) '\u{2019}\""), Nonce::new([1; 16]), Duration::from_secs(60)).unwrap();
    let output = run(&pwsh, &rendered.command_line, &rendered.input);
    let answer = rendered.read::<String>(streams(&output)).unwrap();
    assert_eq!(answer.value, "caf\u{e9} $(throw) '\u{2019}\"");
    assert!(output.stdout.is_ascii());
    assert!(String::from_utf8_lossy(&output.stdout).starts_with(STARTED));
}

#[test]
fn a_script_that_arrived_in_part_does_not_run() {
    let Some(pwsh) = pwsh() else { return };
    let rendered = render(&probe("x"), Nonce::new([2; 16]), Duration::from_secs(60)).unwrap();
    let input = &rendered.input;
    let last_line = input.trim_end().rfind('\n').unwrap() + 1;
    // Nothing, the token alone, a cut in the text, the last line missing, cut, or one line lost before it.
    let without_a_line = input.replacen("Set-StrictMode -Version 3.0\n", "", 1);
    let cuts =
        ["", &input[..40], &input[..input.len() / 2], &input[..last_line], &input[..input.len() - 2], &without_a_line];
    for cut in cuts {
        let output = run(&pwsh, &rendered.command_line, cut);
        assert_eq!(output.stdout, b"", "{} of {} bytes ran", cut.len(), input.len());
        let error = rendered.read::<String>(streams(&output)).unwrap_err();
        assert!(matches!(error, AnswerError::Incomplete), "{error:?}");
    }
}

#[test]
fn a_failure_says_its_code_and_undoes_in_reverse() {
    let Some(pwsh) = pwsh() else { return };
    let rendered = render(&Failing { code: "probe_failed" }, Nonce::new([3; 16]), Duration::from_secs(60)).unwrap();
    let output = run(&pwsh, &rendered.command_line, &rendered.input);
    let Err(AnswerError::Failed(failure)) = rendered.read::<String>(streams(&output)) else { panic!("{output:?}") };
    assert_eq!((failure.code.as_str(), failure.message.as_str()), ("probe_failed", "the first error"));
    assert_eq!(failure.step, "second");
    let rollback = failure.rollback.unwrap();
    assert_eq!(rollback.done, ["third thing", "first thing"]);
    assert_eq!(rollback.failed, ["second thing: cannot be undone"]);
}

/// Answers its argument. The parts are left out but for the one that the prologue needs, and the facts of Windows are replaced.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Probe<'a> {
    text: &'a str,
}

fn probe(text: &str) -> Probe<'_> {
    Probe { text }
}

impl Script for Probe<'_> {
    const NAME: &'static str = "probe";
    const PARTS: &'static [Part] = &[Part::ERRORS, Part::TURN, STAND_INS];
    const BODY: &'static str = "param([string] $Text)\n'noise' | Out-Host\n$Text\n";
    type Output = String;
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Failing {
    code: &'static str,
}

impl Script for Failing {
    const NAME: &'static str = "failing";
    const PARTS: &'static [Part] = &[Part::ERRORS, Part::TURN, STAND_INS];
    const BODY: &'static str = "param([string] $Code)\n\
        Add-Undo 'first thing' { }\n\
        Add-Undo 'second thing' { throw 'cannot be undone' }\n\
        Enter-Step 'second'\n\
        Add-Undo 'third thing' { param($a) if ($a -ne 7) { throw 'no argument' } } @(7)\n\
        Stop-Script $Code 'the first error'\n";
    type Output = String;
}

/// This machine has neither Windows' identities nor Hyper-V.
const STAND_INS: Part = Part {
    name: "stand-ins",
    text: "function Get-HostFacts { [pscustomobject]@{ ComputerName = 'probe'; UtcNow = [DateTime]::UtcNow; Elevated = $true; MutexPrefix = 'Global\\' } }\n\
           function Import-HyperV { }\n",
};

fn streams(output: &Output) -> Streams<'_> {
    Streams { stdout: &output.stdout, stderr: &output.stderr, exit_code: output.status.code().map(i64::from) }
}

fn run(pwsh: &PathBuf, command_line: &str, input: &str) -> Output {
    let arguments = command_line.strip_prefix("powershell.exe ").unwrap().split(' ');
    let mut child = Command::new(pwsh)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// The variable `PWSH`, else `pwsh` on the path. Without one these tests say so and prove nothing.
fn pwsh() -> Option<PathBuf> {
    let named = env::var_os("PWSH").map(PathBuf::from);
    let found = named.or_else(|| {
        env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join("pwsh")).find(|path| path.is_file())
    });
    if found.is_none() {
        println!("no PowerShell 7 (variable PWSH, or pwsh on the path): this was not tried");
    }
    found
}
