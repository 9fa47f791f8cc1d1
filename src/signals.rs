//! Being told to end: SIGTERM from the system, SIGINT from a terminal.

use std::thread;

use signal_hook::consts::{SIGINT, SIGTERM};
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
        let Ok(mut signals) = Signals::new([SIGTERM, SIGINT]) else { return };
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
