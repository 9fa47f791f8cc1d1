//! The edge of the process: arguments in, one line on standard output and an exit code out.

use std::env;
use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Instant;

use cloudstack_hyperv::{run, signals};

fn main() -> ExitCode {
    let started = Instant::now();
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let interrupt = signals::interrupt();
    let outcome = run::guarded(|| run::run(&arguments, started, &interrupt));
    // CloudStack may have gone; there is nobody left to tell.
    let _ = writeln!(io::stdout().lock(), "{}", outcome.text);
    ExitCode::from(outcome.exit_code)
}
