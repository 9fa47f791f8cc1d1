//! The bootstrap and the prologue alone: what arrived in part must not run, and what fails is undone.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use powershell::{AnswerError, Nonce, Part, Rendered, STARTED, Script, Streams, render};
use serde::Serialize;
use simulated_host::PowerShell;
use tempfile::TempDir;

use crate::Scenario;

pub(crate) const SCENARIOS: &[Scenario] = &[
    ("bootstrap::a_whole_script_runs_once_and_answers", a_whole_script_runs_once_and_answers),
    ("bootstrap::a_script_that_arrived_in_part_does_not_run", a_script_that_arrived_in_part_does_not_run),
    ("bootstrap::a_script_cut_at_any_line_does_not_run", a_script_cut_at_any_line_does_not_run),
    ("bootstrap::a_failure_says_its_code_and_undoes_in_reverse", a_failure_says_its_code_and_undoes_in_reverse),
];

fn a_whole_script_runs_once_and_answers(powershell: &PowerShell) {
    let text = "caf\u{e9} $(throw) '\u{2019}\"";
    let rendered = rendered(&Probe { text });
    let output = run(powershell, &rendered.command_line, &rendered.input);
    let answer = rendered.read::<String>(streams(&output)).unwrap();
    assert_eq!(answer.value, text);
    assert!(output.stdout.is_ascii());
    assert!(String::from_utf8_lossy(&output.stdout).starts_with(STARTED));
}

/// As its own process: the exit code, and that it writes nothing at all.
fn a_script_that_arrived_in_part_does_not_run(powershell: &PowerShell) {
    let rendered = rendered(&Probe { text: "x" });
    let input = &rendered.input;
    let last_line = input.trim_end().rfind('\n').unwrap() + 1;
    let without_a_line = input.replacen("Set-StrictMode -Version 3.0\n", "", 1);
    // Nothing, the token alone, a cut in the text, the last line missing, or one line lost before it.
    let cuts = ["", &input[..40], &input[..input.len() / 2], &input[..last_line], &without_a_line];
    for cut in cuts {
        let output = run(powershell, &rendered.command_line, cut);
        assert_eq!(output.stdout, b"", "{} of {} bytes ran", cut.len(), input.len());
        let error = rendered.read::<String>(streams(&output)).unwrap_err();
        assert!(matches!(error, AnswerError::Incomplete), "{error:?}");
    }
}

/// Every line, every byte of the last two lines, and a sample of the other bytes, in one process.
fn a_script_cut_at_any_line_does_not_run(powershell: &PowerShell) {
    let rendered = rendered(&Probe { text: "x" });
    let whole = &rendered.input;
    let tail = whole.len() - 40;
    let lines = whole.match_indices('\n').map(|(at, _)| at + 1).filter(|at| *at < whole.len());
    let bytes = (0..tail).step_by(97).chain(tail..whole.len() - 1);
    let cuts: Vec<String> = lines.chain(bytes).map(|at| at.to_string()).collect();
    assert!(cuts.len() > 300, "{} cuts", cuts.len());
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("bootstrap"), bootstrap(&rendered)).unwrap();
    fs::write(folder.path().join("whole"), whole).unwrap();
    fs::write(folder.path().join("cuts"), cuts.join("\n")).unwrap();
    fs::write(folder.path().join("driver.ps1"), DRIVER).unwrap();
    let output = Command::new(powershell.path())
        .args(["-NoProfile", "-NonInteractive", "-File", "driver.ps1"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    // Only the last one, the whole script, runs; it proves that the driver could have seen another one run.
    assert_eq!(stdout.matches(STARTED).count(), 1, "{stdout}{}", String::from_utf8_lossy(&output.stderr));
    assert!(stdout.contains(&format!("{} cuts", cuts.len())), "{stdout}");
    assert!(stdout.trim_end().ends_with("end"), "{stdout}");
}

/// Gives the bootstrap its input line by line, as powershell.exe does.
const DRIVER: &str = r"
$text = [IO.File]::ReadAllText('whole')
$bootstrap = [IO.File]::ReadAllText('bootstrap')
$cuts = @([IO.File]::ReadAllLines('cuts'))
$runspace = [runspacefactory]::CreateRunspace()
$runspace.Open()
function Send-Input([string] $Part) {
    $shell = [powershell]::Create()
    $shell.Runspace = $runspace
    $lines = [string[]]($Part -split '\n')
    if ($Part.EndsWith([string][char]10)) { $lines = [string[]]@($lines | Select-Object -SkipLast 1) }
    $null = $shell.AddScript($bootstrap).Invoke($lines)
    $shell.Dispose()
}
foreach ($cut in $cuts) { Send-Input $text.Substring(0, [int]$cut) }
[Console]::Out.WriteLine($cuts.Count.ToString() + ' cuts')
Send-Input $text
";

fn a_failure_says_its_code_and_undoes_in_reverse(powershell: &PowerShell) {
    let rendered = rendered(&Failing { code: "probe_failed" });
    let output = run(powershell, &rendered.command_line, &rendered.input);
    let Err(AnswerError::Failed(failure)) = rendered.read::<String>(streams(&output)) else { panic!("{output:?}") };
    assert_eq!((failure.code.as_str(), failure.message.as_str()), ("probe_failed", "the first error"));
    assert_eq!(failure.step, "second");
    let rollback = failure.rollback.unwrap();
    assert_eq!(rollback.done, ["third thing", "first thing"]);
    assert_eq!(rollback.failed, ["second thing: cannot be undone"]);
}

/// Answers its argument. The parts are left out but for those that the prologue needs, and the facts of Windows are replaced.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Probe<'a> {
    text: &'a str,
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
        Add-Undo 'a kept thing' { 'kept' }\n\
        Add-Undo 'other: forgotten thing' { }\n\
        Remove-Undo 'other'\n\
        Stop-Script $Code 'the first error'\n";
    type Output = String;
}

/// This machine has neither Windows' identities nor Hyper-V.
const STAND_INS: Part = Part {
    name: "stand-ins",
    text: "function Get-HostFacts { [pscustomobject]@{ ComputerName = 'probe'; UtcNow = [DateTime]::UtcNow; Elevated = $true; MutexPrefix = 'Global\\' } }\n\
           function Import-HyperV { }\n",
};

fn rendered<S: Script>(script: &S) -> Rendered {
    render(script, Nonce::new([7; 16]), Duration::from_secs(60)).unwrap()
}

fn bootstrap(rendered: &Rendered) -> String {
    let encoded = rendered.command_line.rsplit(' ').next().unwrap();
    let bytes = STANDARD.decode(encoded).unwrap();
    let units: Vec<u16> = bytes.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).unwrap()
}

fn streams(output: &Output) -> Streams<'_> {
    Streams { stdout: &output.stdout, stderr: &output.stderr, exit_code: output.status.code().map(i64::from) }
}

fn run(powershell: &PowerShell, command_line: &str, input: &str) -> Output {
    let arguments = command_line.strip_prefix("powershell.exe ").unwrap().split(' ');
    let mut child = Command::new(powershell.path())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}
