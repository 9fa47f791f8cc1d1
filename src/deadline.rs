//! How long a call may work.

use std::time::{Duration, Instant};

/// When work must end, so that there is time left to clean up and answer before CloudStack kills the process.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    started: Instant,
    timeout: Duration,
}

impl Deadline {
    /// `timeout` counts from `started`, the beginning of the process.
    pub const fn new(started: Instant, timeout: Duration) -> Self {
        // Longer than anyone waits, and short enough for every clock.
        let longest = Duration::from_secs(7 * 24 * 3600);
        let timeout = if timeout.as_secs() > longest.as_secs() { longest } else { timeout };
        Self { started, timeout }
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
    fn no_timeout_is_too_long() {
        assert!(Deadline::new(Instant::now(), Duration::MAX).time_left() > Duration::from_secs(3600));
    }
}
