//! The command lines and the input that arrive are run by a real PowerShell.

use crate::session::{Ended, Session, powershell};
use crate::state::get;
use serde_json::Value;
use simulated_host::Windows;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// More than any process takes to end that has been killed, or has nothing more to do.
const LONG: Duration = Duration::from_secs(60);

#[test]
fn input_and_output_arrive_whole() {
    let Some(mut session) = Session::start(Windows::new()) else {
        return;
    };
    let id = session.script(
        "$lines = @($input); [Console]::Out.WriteLine('#hyperv running'); \"$($lines.Count) $($lines[-1])\"; exit 7",
    );
    let line = format!("{}\n", "x".repeat(99));
    session.send(&id, &line.repeat(1_000), false);
    session.send(&id, &line.repeat(1_000), false);
    session.send(&id, "the last", true);
    let ended = session.end(&id);
    assert_eq!(
        (ended.code, ended.stdout.as_str(), ended.stderr.as_str()),
        (7, "#hyperv running\r\n2001 the last\r\n", "")
    );
    let counters = session.host.state().counters;
    assert_eq!((counters.powershell_starts, counters.scripts_run), (1, 1));
}

#[test]
fn exit_codes_and_errors_as_powershell_exe_gives_them() {
    let Some(mut session) = Session::start(Windows::new()) else {
        return;
    };
    let id = session.script("'before'; Write-Warning 'careful'; throw 'a <b>'");
    session.send(&id, "", true);
    let Ended { code, stdout, stderr } = session.end(&id);
    assert_eq!((code, stdout.as_str()), (1, "before\r\n"));
    assert!(stderr.starts_with("#< CLIXML\r\n<Objs Version=\"1.1.0.1\""), "{stderr}");
    for record in ["<S S=\"warning\">careful</S>", "a &lt;b&gt;_x000D__x000A_"] {
        assert!(stderr.contains(record), "{record} in {stderr}");
    }
    let id = session.script("if (");
    session.send(&id, "", true);
    assert_eq!(session.end(&id).code, 1);
    // Not a script that arrived whole.
    let counters = session.host.state().counters;
    assert_eq!((counters.powershell_starts, counters.scripts_run), (2, 0));
}

#[test]
fn output_is_seen_while_the_script_runs() {
    let Some(mut session) = Session::start(Windows::new()) else {
        return;
    };
    let id = session.script("[Console]::Out.WriteLine('first'); @($input).Count");
    // The script cannot go on before its input ends, so this was seen while it ran.
    assert_eq!(session.receive(&id), "first\r\n");
    session.send(&id, "a\nb\n", true);
    assert_eq!(session.end(&id).stdout, "2\r\n");
}

#[test]
fn an_input_that_nobody_reads_need_not_end() {
    let Some(mut session) = Session::start(Windows::new()) else {
        return;
    };
    let id = session.script("'done'");
    assert_eq!(session.end(&id).stdout, "done\r\n");
}

#[test]
fn a_script_ends_with_its_command() {
    for close in [false, true] {
        let Some(mut session) = Session::start(Windows::new()) else {
            return;
        };
        let id = session.script(WAIT_AND_LEAVE_A_FILE);
        assert_eq!(session.receive(&id), "first\r\n");
        if close {
            session.close();
        } else {
            session.signal(&id);
        }
        assert!(session.windows.scripts_end_within(LONG));
        assert!(session.windows.read(r"D:\survived").is_err());
    }
}

#[test]
fn a_script_may_survive_its_shell() {
    let Some(mut session) = Session::start(Windows::new().scripts_survive(true)) else {
        return;
    };
    let id = session.script(WAIT_AND_LEAVE_A_FILE);
    assert_eq!(session.receive(&id), "first\r\n");
    assert!(!session.windows.scripts_end_within(Duration::ZERO));
    session.close();
    assert!(session.windows.scripts_end_within(LONG));
    assert_eq!(session.windows.read(r"D:\survived").unwrap(), b"here\r\n");
}

/// It waits for the end of its input, which comes with the end of the shell.
const WAIT_AND_LEAVE_A_FILE: &str = "Import-Module Hyper-V; [Console]::Out.WriteLine('first'); \
     $null = @($input); Set-Content -LiteralPath D:\\survived -Value here -Encoding ASCII";

#[test]
fn nothing_outlives_its_machine() {
    let Some(mut session) = Session::start(Windows::new().scripts_survive(true)) else {
        return;
    };
    let id = session.script("\"$PID $env:HYPERV_STANDIN_STATE\"; $null = @($input)");
    let said = session.receive(&id);
    let (process, state) = said.trim_end().split_once(' ').unwrap();
    assert!(std::fs::exists(state).unwrap());
    drop(session);
    assert!(!std::fs::exists(state).unwrap());
    // A process that has ended and that nobody has asked after has no files open. A busy machine may take its time to end one
    // that was killed.
    let is_open = || std::fs::read_dir(format!("/proc/{process}/fd")).is_ok_and(|mut open| open.next().is_some());
    let over = Instant::now() + LONG;
    while is_open() {
        assert!(Instant::now() < over, "it goes on");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn what_cmd_would_do_with_other_lines() {
    let Some(mut session) = Session::start(Windows::new()) else {
        return;
    };
    let id = session.command("echo hello");
    assert_eq!(session.end(&id).stdout, "hello\r\n");
    let id = session.command(&format!("powershell {}", "x".repeat(8_191)));
    let ended = session.end(&id);
    assert_eq!((ended.code, ended.stderr.as_str()), (1, "The command line is too long.\r\n"));
    assert_eq!(session.host.state().counters.powershell_starts, 0);
}

#[test]
fn the_program_has_it_too() {
    if powershell().is_none() {
        return;
    }
    let mut child = program()
        .args(["--windows-version", "2016", "--language", "de"])
        .args(["--foreign-vm", "web-01", "--without-switch"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let said: Value = serde_json::from_str(&line).unwrap();
    let page: Value = serde_json::from_str(&get(said["state_url"].as_str().unwrap())).unwrap();
    let told = Command::new("kill").arg(child.id().to_string()).status();
    assert!(told.unwrap().success() && child.wait().unwrap().success());
    assert_eq!(page["vms"][0]["name"], "web-01");
    assert!(page["vms"][0]["notes"].as_str().unwrap().starts_with("cloudstack-vm-id: "));
}

#[test]
fn the_program_says_what_it_needs() {
    let output = program().env_remove("PWSH").env("PATH", "").output().unwrap();
    assert!(!output.status.success() && output.stdout.is_empty());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("PWSH"), "{stderr}");
}

fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_simulated-host"));
    program.args(["--executor", "powershell"]);
    program
}
