//! How long a call may work.

use std::time::{Duration, Instant};

/// When work must end, so that there is time left to clean up and answer before CloudStack kills the process.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    started: Instant,
    timeout: Duration,
    haste: Haste,
}

/// Who waits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Haste {
    /// A user, for this VM.
    Action,
    /// The ping of every host, one host after the other, once a minute.
    Report,
}

impl Haste {
    /// What to do where the time was too short.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Action => {
                "raise the timeout of this action in CloudStack (global settings wait and commands.timeout)"
            }
            Self::Report => "look at the host's load; a power state is waited for no longer than 30 s",
        }
    }
}

/// No power state is waited for longer, whatever the timeout: CloudStack gives half an hour for each.
const LONGEST_REPORT: Duration = Duration::from_secs(30);

impl Deadline {
    /// `timeout` counts from `started`, the beginning of the process.
    pub const fn new(started: Instant, timeout: Duration) -> Self {
        // Longer than anyone waits, and short enough for every clock.
        let longest = Duration::from_secs(7 * 24 * 3600);
        let timeout = if timeout.as_secs() > longest.as_secs() { longest } else { timeout };
        Self { started, timeout, haste: Haste::Action }
    }

    /// For `status` and `statuses`: a host that is gone must not hold up what CloudStack learns of all others.
    pub fn of_report(started: Instant, timeout: Duration) -> Self {
        Self { haste: Haste::Report, ..Self::new(started, timeout.min(LONGEST_REPORT)) }
    }

    /// Who waits.
    pub const fn haste(&self) -> Haste {
        self.haste
    }

    /// How long a connection, TCP and TLS, may take to stand.
    pub const fn connect_time(&self) -> Duration {
        match self.haste {
            Haste::Action => Duration::from_secs(10),
            Haste::Report => Duration::from_secs(5),
        }
    }

    /// For how long a host that turns connections away is asked again. The next report is due in a minute anyway.
    pub const fn patience(&self) -> Duration {
        match self.haste {
            Haste::Action => Duration::from_secs(10),
            Haste::Report => Duration::from_secs(2),
        }
    }

    /// When work ends: the timeout less a tenth of it, at least 2 s and at most 30 s, but never more than half.
    pub fn work_ends(&self) -> Instant {
        self.started + (self.timeout - self.margin())
    }

    /// What is left for work. Zero once it is over.
    pub fn time_left(&self) -> Duration {
        self.work_ends().saturating_duration_since(Instant::now())
    }

    /// What a script may use of it. The way to the host, the start of PowerShell and an undoing take their time too.
    pub fn script_time(&self) -> Duration {
        let left = self.time_left();
        left - (left / 5).min(Duration::from_secs(10))
    }

    /// What is kept after the end of work to end a command on the host and remove its shell. The answer needs the rest.
    pub fn clean_up_time(&self) -> Duration {
        (self.margin() * 3 / 4).min(Duration::from_secs(4))
    }

    /// When a last look at the VM must be over, once it is not known what became of a script: soon, and in time for the
    /// answer.
    pub fn last_look_ends(&self) -> Instant {
        let soon = Instant::now() + Duration::from_secs(5);
        soon.min(self.started + (self.timeout - self.margin() / 8))
    }

    fn margin(&self) -> Duration {
        let tenth = (self.timeout / 10).clamp(Duration::from_secs(2), Duration::from_secs(30));
        tenth.min(self.timeout / 2)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Deadline;

    #[test]
    fn the_margin_is_a_tenth_within_bounds() {
        let started = Instant::now();
        for (timeout, work) in [(1800, 1770.0), (100, 90.0), (10, 8.0), (3, 1.5), (1, 0.5)] {
            let deadline = Deadline::new(started, Duration::from_secs(timeout));
            assert_eq!((deadline.work_ends() - started).as_secs_f64(), work, "{timeout}");
        }
    }

    #[test]
    fn cleaning_up_fits_into_the_margin() {
        for (timeout, clean_up) in [(1800, 4.0), (20, 1.5), (2, 0.75)] {
            let deadline = Deadline::new(Instant::now(), Duration::from_secs(timeout));
            assert_eq!(deadline.clean_up_time().as_secs_f64(), clean_up, "{timeout}");
        }
    }

    #[test]
    fn a_report_is_over_soon_whatever_the_timeout() {
        let started = Instant::now();
        for (timeout, work) in [(1800, 27.0), (30, 27.0), (10, 8.0)] {
            let deadline = Deadline::of_report(started, Duration::from_secs(timeout));
            assert_eq!((deadline.work_ends() - started).as_secs_f64(), work, "{timeout}");
            assert_eq!((deadline.connect_time().as_secs(), deadline.patience().as_secs()), (5, 2));
        }
        let action = Deadline::new(started, Duration::from_secs(1800));
        assert_eq!((action.connect_time().as_secs(), action.patience().as_secs()), (10, 10));
    }

    #[test]
    fn no_timeout_is_too_long() {
        assert!(Deadline::new(Instant::now(), Duration::MAX).time_left() > Duration::from_secs(3600));
    }
}
