//! From the arguments to the outcome of the process.

use std::ffi::OsString;
use std::panic::{self, UnwindSafe};
use std::time::Instant;

use tracing::Span;
use winrm::{Interrupt, Transport};

use crate::action;
use crate::cli::{Cli, NoCall, Selftest, Typed};
use crate::error::Error;
use crate::log;
use crate::login_memory::RefusedLogins;
use crate::payload::Payload;
use crate::recording::{Recorder, replay};
use crate::remote::{Carrier, NoHost, Way, WinRm};
use crate::reply::{Outcome, Reply};
use crate::request::{ActionName, Request};
use crate::selftest::{self, Terminal};

/// Runs one call. `started` is when the process began: CloudStack's clock ticks from there. Once `interrupt` is raised it
/// ends what it began on the host, and answers. Only a selftest, which people run, says more than its last line.
pub fn run(arguments: &[OsString], started: Instant, interrupt: &Interrupt, terminal: &mut dyn Terminal) -> Outcome {
    match Typed::parse(arguments) {
        Ok(Typed::Call(cli)) => {
            let recorder = Recorder::wanted(&cli, started);
            let carrier = recorder.as_ref().map_or(Carrier::Https, |recorder| Carrier::Watched(recorder.observer()));
            call(&cli, started, interrupt, carrier, recorder)
        }
        Ok(Typed::Replay(folder)) => replay::one(&folder, &replayed(interrupt)),
        Ok(Typed::ReplayAll { folders, update }) => replay::all(&folders, update, &replayed(interrupt)),
        Ok(Typed::Selftest(typed)) => selftest(&typed, interrupt, terminal),
        Err(NoCall::Help(text)) => Outcome { text, exit_code: 0 },
        Err(NoCall::Misuse(error)) => answer(Err(error)),
    }
}

fn selftest(typed: &Selftest, interrupt: &Interrupt, terminal: &mut dyn Terminal) -> Outcome {
    match selftest::run(typed, interrupt.clone(), terminal) {
        Ok(ended) => Outcome { text: ended.summary, exit_code: u8::from(!ended.passed) },
        Err(error) => Outcome { text: format!("error: {error}"), exit_code: 1 },
    }
}

/// Runs `work`; a panic in it becomes an error reply as well, and prints nothing itself.
pub fn guarded(work: impl FnOnce() -> Outcome + UnwindSafe) -> Outcome {
    panic::set_hook(Box::new(|info| tracing::error!(place = ?info.location(), "Panicked")));
    panic::catch_unwind(work).unwrap_or_else(|_| {
        answer(Err(Error::new("the extension has a defect and stopped")
            .with_hint("its log tells the place; what it did on the host until then is unknown")))
    })
}

/// Runs a recorded call anew.
fn replayed(interrupt: &Interrupt) -> impl Fn(&Cli, Box<dyn Transport>) -> Outcome {
    |cli, transport| call(cli, Instant::now(), interrupt, Carrier::StandIn(transport), None)
}

fn call(cli: &Cli, started: Instant, interrupt: &Interrupt, carrier: Carrier, recorder: Option<Recorder>) -> Outcome {
    let log = log::Log::open();
    // Every line of the call is found by it, and not only the last one.
    let id = ActionName::parse(&cli.action).is_ok_and(ActionName::is_for_tenants).then(random_id);
    let span = log::span(cli, id.as_deref());
    let _entered = span.enter();
    let line = perform(cli, started, interrupt, carrier, &log, &span).and_then(|reply| reply.line());
    tracing::info!(ms = started.elapsed().as_millis(), ok = line.is_ok(), "Ended");
    let outcome = answer(line.inspect_err(Error::log).map_err(|error| match id {
        // What a tenant may know, and by what the operator finds the rest.
        Some(id) => error.hidden(&id),
        None => error,
    }));
    if let Some(recorder) = recorder {
        let _ = recorder.write(&outcome);
    }
    outcome
}

/// Eight hexadecimal digits.
fn random_id() -> String {
    let mut bytes = [0; 4];
    // Without random numbers it is only less likely to be the only one of its kind.
    if getrandom::fill(&mut bytes).is_err() {
        bytes = std::process::id().to_be_bytes();
    }
    format!("{:08x}", u32::from_be_bytes(bytes))
}

fn perform(
    cli: &Cli,
    started: Instant,
    interrupt: &Interrupt,
    carrier: Carrier,
    log: &log::Log,
    span: &Span,
) -> Result<Reply, Error> {
    let request = read(cli, started)?;
    log.set_level(request.log_level);
    log::name_target(span, &request);
    tracing::info!(seconds = cli.timeout.as_secs(), payload = ?cli.payload, "Started");
    match &request.connection {
        Some(connection) => {
            let memory = match carrier {
                Carrier::StandIn(_) => None,
                Carrier::Https | Carrier::Watched(_) => Some(RefusedLogins::of(connection, log.path())),
            };
            let way = Way { carrier, interrupt: interrupt.clone(), memory };
            action::perform(&request, &mut WinRm::new(connection, request.deadline, way)?)
        }
        None => action::perform(&request, &mut NoHost),
    }
}

fn read(cli: &Cli, started: Instant) -> Result<Request, Error> {
    // An action that is not ours carries no details. It must fail before anything else is looked at.
    let name = ActionName::parse(&cli.action)?;
    Request::new(name, &Payload::read(&cli.payload)?, name.deadline(started, cli.timeout))
}

fn answer(result: Result<String, Error>) -> Outcome {
    Outcome::of(result.as_deref())
}
