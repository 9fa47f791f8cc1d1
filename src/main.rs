//! The edge of the process: arguments in, one line on standard output and an exit code out.

use std::env;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::Instant;

use cloudstack_hyperv::selftest::Terminal;
use cloudstack_hyperv::{run, signals};

fn main() -> ExitCode {
    let started = Instant::now();
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let interrupt = signals::interrupt();
    let outcome = run::guarded(|| run::run(&arguments, started, &interrupt, &mut Console));
    // CloudStack may have gone; there is nobody left to tell.
    let _ = writeln!(io::stdout().lock(), "{}", outcome.text);
    ExitCode::from(outcome.exit_code)
}

/// Standard output, and standard input where a person sits at it.
struct Console;

impl Terminal for Console {
    fn say(&mut self, line: &str) {
        let _ = writeln!(io::stdout().lock(), "{line}");
    }

    fn ask(&mut self, question: &str) -> Option<String> {
        let stdin = io::stdin();
        if !stdin.is_terminal() {
            return None;
        }
        let mut stdout = io::stdout().lock();
        let _ = write!(stdout, "{question}").and_then(|()| stdout.flush());
        let mut answer = String::new();
        stdin.lock().read_line(&mut answer).ok()?;
        Some(answer)
    }
}
