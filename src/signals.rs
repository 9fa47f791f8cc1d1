//! Being told to end: SIGTERM from the system, SIGINT and SIGQUIT from a terminal, SIGHUP from one that goes away.

use std::fs;
use std::thread;

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;
use winrm::Interrupt;

/// What ends all waiting when such a signal comes. The call then ends what it began on the host, and answers. A second
/// signal ends the process at once.
pub fn interrupt() -> Interrupt {
    let interrupt = Interrupt::default();
    let raised = interrupt.clone();
    // Without thread or handler a signal ends the process as it does any other; the host's idle time-out removes the shell.
    let watch = move || {
        let hang_up = (!is_hang_up_ignored()).then_some(SIGHUP);
        let Ok(mut signals) = Signals::new([SIGTERM, SIGINT, SIGQUIT].into_iter().chain(hang_up)) else { return };
        for signal in signals.forever() {
            if raised.is_raised() {
                let _ = emulate_default_handler(signal);
            }
            tracing::warn!(signal, pid = std::process::id(), "Told to end");
            raised.raise();
        }
    };
    let _ = thread::Builder::new().name("signals".to_owned()).spawn(watch);
    interrupt
}

/// Whether the process was started to outlive its terminal, as by `nohup`: then it stays so.
fn is_hang_up_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}
