//! Whether what a call said is what the host shows.

use std::thread;
use std::time::{Duration, Instant};

use simulated_host::{Host, Point};

use crate::case::{Ran, Running};
use crate::table::Cell;

/// The VM of the fixtures.
pub(crate) const VM: &str = "i-2-45-VM";

/// A busy machine may run a process late.
const SLACK: Duration = Duration::from_secs(1);

/// What a call made of the trouble.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    /// It worked.
    Done,
    /// It failed, and nothing was done.
    Nothing,
    /// It failed, and says that the outcome is not known.
    Open,
}

impl Verdict {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Nothing => "none",
            Self::Open => "open",
        }
    }

    /// What the call itself says.
    ///
    /// # Errors
    /// What is wrong with the way in which it says it.
    pub(crate) fn of(ran: &Ran) -> Result<Self, String> {
        let reply: serde_json::Value =
            serde_json::from_str(&ran.stdout).map_err(|_| format!("stdout is no JSON: {:?}", ran.stdout))?;
        if ran.stdout.lines().count() != 1 || !ran.stderr.is_empty() {
            return Err(format!("more than one line: {:?} {:?}", ran.stdout, ran.stderr));
        }
        match (reply["status"].as_str(), ran.code, reply["error"].as_str()) {
            (Some("success"), Some(0), None) => Ok(Self::Done),
            (Some("error"), Some(1), Some(error)) if error.contains("not known") || error.contains("is unknown") => {
                Ok(Self::Open)
            }
            (Some("error"), Some(1), Some(_)) => Ok(Self::Nothing),
            // What `prepare` prints.
            (None, Some(0), None) if reply == serde_json::json!({}) => Ok(Self::Done),
            _ => Err(format!("exit code {:?} with {}", ran.code, ran.stdout)),
        }
    }
}

/// Waits for a call, no longer than CloudStack does.
pub(crate) fn in_time(running: Running, seconds: u64) -> Result<Ran, String> {
    running.end_within(Duration::from_secs(seconds) + SLACK).ok_or_else(|| format!("no answer within {seconds} s"))
}

/// Tells a call to end once the host has got that far with it, and waits for its answer.
pub(crate) fn terminated(host: &Host, point: Point, running: Running) -> Result<Ran, String> {
    let over = Instant::now() + Duration::from_secs(30);
    let is_reached = || {
        let counters = host.state().counters;
        match point {
            Point::Connect => counters.connections > 0,
            Point::Verb(verb) => counters.of(verb) > 0,
            _ => counters.http_requests > 0,
        }
    };
    while !is_reached() {
        if Instant::now() > over {
            return Err("the call does not come that far".to_owned());
        }
        thread::sleep(Duration::from_millis(10));
    }
    // What is counted may not have been looked at yet.
    thread::sleep(Duration::from_millis(50));
    running.terminate();
    // Cleaning up takes four seconds at most on a host that hears nothing.
    in_time(running, 6)
}

/// The verdict over a call of any action, held against the host.
pub(crate) fn call(host: &Host, ran: &Ran, shell_may_stay: bool) -> Result<Verdict, String> {
    let verdict = Verdict::of(ran)?;
    let counters = host.state().counters;
    let said = ran.stdout.trim_end();
    if counters.scripts_run > 1 {
        return Err(format!("the script ran {} times", counters.scripts_run));
    }
    if counters.shells_open > 0 && !shell_may_stay {
        return Err(format!("a shell stayed: {said}"));
    }
    Ok(verdict)
}

/// The verdict over a `create`, which can be held against its VM as well.
pub(crate) fn create(host: &Host, ran: &Ran, shell_may_stay: bool) -> Result<Verdict, String> {
    let runs = host.state().counters.scripts_run;
    let is_there = host.state().vm(VM).is_some();
    match call(host, ran, shell_may_stay)? {
        Verdict::Done if !is_there => Err("success, and there is no VM".to_owned()),
        Verdict::Nothing if is_there || runs > 0 => {
            Err(format!("the script ran, and this was said: {}", ran.stdout.trim_end()))
        }
        verdict => Ok(verdict),
    }
}

/// The cell for a verdict, if it is one of those that are wanted.
pub(crate) fn cell(judged: Result<Verdict, String>, wanted: &[Verdict], ran: Option<&Ran>) -> Cell {
    match judged {
        Ok(verdict) => {
            let said = ran.map_or("", |ran| ran.stdout.trim_end());
            let wrong = (!wanted.contains(&verdict)).then(|| {
                let wanted: Vec<_> = wanted.iter().map(|verdict| verdict.word()).collect();
                format!("wanted {}; it said {said}", wanted.join(" or "))
            });
            Cell { shown: verdict.word().to_owned(), wrong }
        }
        Err(why) => Cell { shown: "wrong".to_owned(), wrong: Some(why) },
    }
}
