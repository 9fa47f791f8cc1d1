//! When things must be over, and how long to wait until then.

use std::time::{Duration, Instant};

use crate::interrupt::Interrupt;

/// The longest that a host may hold a message: its own default limit (MaxTimeoutms). [MS-WSMV]
/// 3.1.4.1.6
const LONGEST_OPERATION: Duration = Duration::from_secs(60);

/// How much longer than the host an answer is waited for. With less, the two time-outs race.
const MARGIN: Duration = Duration::from_secs(15);

/// Less time than this is none: no message comes back in it.
const SHORTEST: Duration = Duration::from_millis(100);

const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A moment at which work ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Instant);

/// How long one message may take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Wait {
    /// Until the host must answer: OperationTimeout.
    pub(crate) operation: Duration,
    /// Until the answer must be here.
    pub(crate) answer: Duration,
}

impl Deadline {
    pub(crate) fn at(moment: Instant) -> Self {
        Self(moment)
    }

    /// `span` from now.
    pub(crate) fn after(span: Duration) -> Self {
        Self(Instant::now()).later(span)
    }

    /// The earlier of the two.
    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }

    /// `span` later; a span that no clock can count to is taken as a year.
    pub(crate) fn later(self, span: Duration) -> Self {
        Self(self.0.checked_add(span).unwrap_or(self.0 + YEAR))
    }

    pub(crate) fn moment(self) -> Instant {
        self.0
    }

    pub(crate) fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// How long the next message may take; `None` where there is no time for one.
    pub(crate) fn wait(self) -> Option<Wait> {
        Wait::within(self.remaining())
    }

    /// As [`Self::wait`], for a message that takes half of what remains at most.
    pub(crate) fn half(self) -> Option<Wait> {
        Wait::within(self.remaining() / 2)
    }

    /// Waits `span`, unless no time for a message would be left: then it does not wait, and says so. It also says so where
    /// the wait was interrupted.
    pub(crate) fn sleep(self, span: Duration, interrupt: &Interrupt) -> bool {
        span.saturating_add(SHORTEST) < self.remaining() && interrupt.sleep(span)
    }
}

impl Wait {
    /// The host is given a little less than what remains, so that its answer comes in time and the
    /// connection stays good for what must be said afterwards.
    pub(crate) fn within(remaining: Duration) -> Option<Self> {
        let spare = (remaining / 4).min(Duration::from_secs(1));
        let operation = remaining.saturating_sub(spare).min(LONGEST_OPERATION);
        (remaining >= SHORTEST).then(|| Self { operation, answer: (operation + MARGIN).min(remaining) })
    }
}

/// Waits that grow to two seconds and stay there, each shortened at random by up to a quarter: many
/// clients that were turned away together shall not come back together.
#[derive(Debug, Default)]
pub(crate) struct BackOff {
    tried: u32,
}

impl BackOff {
    /// The next wait.
    pub(crate) fn next(&mut self) -> Duration {
        let full = match self.tried {
            0 => 200,
            1 => 500,
            2 => 1000,
            _ => 2000,
        };
        self.tried = self.tried.saturating_add(1);
        // Without randomness they come back together, which is no reason to fail.
        let random = getrandom::u32().unwrap_or_default();
        Duration::from_millis(full - u64::from(random) % (full / 4))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_given_less_than_what_remains_and_never_more_than_a_minute() {
        let table = [
            (1770.0, Some((60.0, 75.0))),
            (70.0, Some((60.0, 70.0))),
            (30.0, Some((29.0, 30.0))),
            (1.0, Some((0.75, 1.0))),
            (0.1, Some((0.075, 0.1))),
            (0.099, None),
            (0.0, None),
        ];
        for (remaining, wait) in table {
            let wait = wait.map(|(operation, answer)| Wait {
                operation: Duration::from_secs_f64(operation),
                answer: Duration::from_secs_f64(answer),
            });
            assert_eq!(Wait::within(Duration::from_secs_f64(remaining)), wait, "{remaining}");
        }
    }

    #[test]
    fn waits_grow_and_stay() {
        let mut back_off = BackOff::default();
        for full in [200, 500, 1000, 2000, 2000, 2000] {
            let wait = back_off.next().as_millis();
            assert!(wait <= full && wait > full * 3 / 4, "{wait} of {full}");
        }
    }

    #[test]
    fn a_span_without_end_is_a_long_one() {
        assert!(Deadline::after(Duration::MAX).wait().is_some());
    }

    #[test]
    fn a_wait_that_does_not_fit_is_not_begun() {
        let interrupt = Interrupt::default();
        let sleep = |left, span| Deadline::after(Duration::from_secs(left)).sleep(span, &interrupt);
        assert!(!sleep(5, Duration::from_secs(6)));
        assert!(!sleep(5, Duration::from_millis(4950)));
        assert!(!sleep(5, Duration::MAX));
        assert!(sleep(60, Duration::from_millis(1)));
        interrupt.raise();
        assert!(!sleep(60, Duration::from_secs(50)));
    }
}
