//! A defect in the program is an error reply too: one line, exit code 1, nothing on standard error, no secret.

#![expect(
    clippy::print_stdout,
    clippy::panic,
    clippy::unwrap_used,
    reason = "the child is the program's edge, with a defect in it"
)]

use std::env;
use std::process::{Command, ExitCode};

use cloudstack_hyperv::run;

const CHILD: &str = "HYPERV_TEST_PANIC";

fn main() -> ExitCode {
    if env::var_os(CHILD).is_some() {
        let outcome = run::guarded(|| panic!("the password is {}", "hunter2"));
        println!("{}", outcome.text);
        return ExitCode::from(outcome.exit_code);
    }
    let this = env::current_exe().unwrap();
    let output = Command::new(this).env(CHILD, "1").output().unwrap();
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!((output.status.code(), stderr.as_str()), (Some(1), ""));
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    assert!(stdout.starts_with(r#"{"status":"error","error":""#) && !stdout.contains("hunter2"), "{stdout}");
    println!("a panic is an error reply: ok");
    ExitCode::SUCCESS
}
