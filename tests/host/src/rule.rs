//! Faults that a host can be told to play: a list of rules, each for one point of the conversation.

use crate::soap::fault::Fault;
use crate::soap::request::Verb;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Where in a conversation a rule applies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Point {
    /// A connection has been accepted; TLS has not begun.
    Connect,
    /// A request that opens a login (type-1). The one that ends it (type-3) carries a verb.
    Negotiate,
    /// A request of that verb on a connection that is logged in.
    Verb(Verb),
    /// A request of any verb.
    AnyVerb,
}

impl From<Verb> for Point {
    fn from(verb: Verb) -> Self {
        Self::Verb(verb)
    }
}

/// What the host does instead of answering properly.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Action {
    /// Does nothing and never answers; the connection stays open.
    Silence,
    /// Does what was asked and never answers.
    SilenceAfter,
    /// Resets the connection; nothing was done.
    Reset,
    /// Resets the connection while the request is still arriving: what came of it so far is thrown away.
    ResetWithin,
    /// Does what was asked, then resets the connection without an answer.
    ResetAfter,
    /// Does what was asked, then resets the connection in the middle of the answer.
    Cut,
    /// Answers with another HTTP status and body; nothing was done.
    Status {
        /// The HTTP status.
        status: u16,
        /// The `Content-Type`; none is sent where it is empty.
        content_type: &'static str,
        /// The body.
        body: String,
    },
    /// Answers with a SOAP fault; nothing was done.
    Fault(Fault),
    /// Waits first, then goes on as always.
    Slow(Duration),
}

impl Action {
    /// An HTTP status with nothing behind it, such as 503 while the service starts or stops.
    pub fn status(status: u16) -> Self {
        Self::Status { status, content_type: "", body: String::new() }
    }

    /// A page of HTML, as from a proxy in between.
    pub fn page(status: u16) -> Self {
        let body = "<html><head><title>Gateway</title></head><body><h1>Something is wrong</h1></body></html>";
        Self::Status { status, content_type: "text/html; charset=utf-8", body: body.to_owned() }
    }
}

/// One fault: where, how often, what.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rule {
    point: Point,
    skip: u32,
    times: u32,
    action: Action,
}

impl Rule {
    /// Applies every time that point is reached.
    pub fn new(point: impl Into<Point>, action: Action) -> Self {
        Self { point: point.into(), skip: 0, times: u32::MAX, action }
    }

    /// Applies only the n-th time, counted from 1.
    #[must_use]
    pub fn nth(mut self, n: u32) -> Self {
        self.skip = n.saturating_sub(1);
        self.times = 1;
        self
    }

    /// Applies the first n times.
    #[must_use]
    pub fn first(mut self, n: u32) -> Self {
        self.skip = 0;
        self.times = n;
        self
    }

    fn is_for(&self, point: Point) -> bool {
        self.point == point || (self.point == Point::AnyVerb && matches!(point, Point::Verb(_)))
    }

    /// Counts one pass and tells whether the rule applies to it.
    fn applies(&mut self) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        if self.times == 0 {
            return false;
        }
        if self.times != u32::MAX {
            self.times -= 1;
        }
        true
    }
}

/// The rules of a host. The first that applies decides; all of that point count the pass.
#[derive(Debug, Default)]
pub(crate) struct Rules(Mutex<Vec<Rule>>);

impl Rules {
    pub(crate) fn new(rules: Vec<Rule>) -> Self {
        Self(Mutex::new(rules))
    }

    pub(crate) fn add(&self, rule: Rule) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(rule);
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Whether a request of that verb is to be torn; that counts as one pass. No other rule counts this one.
    pub(crate) fn tears(&self, verb: Verb) -> bool {
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_for = |rule: &&mut Rule| rule.action == Action::ResetWithin && rule.is_for(verb.into());
        rules.iter_mut().filter(is_for).any(Rule::applies)
    }

    pub(crate) fn at(&self, point: Point) -> Option<Action> {
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut chosen = None;
        for rule in rules.iter_mut().filter(|rule| rule.action != Action::ResetWithin && rule.is_for(point)) {
            if rule.applies() && chosen.is_none() {
                chosen = Some(rule.action.clone());
            }
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_count_their_own_points() {
        let rules = Rules::new(vec![
            Rule::new(Verb::Receive, Action::Silence).nth(2),
            Rule::new(Verb::Create, Action::Reset).first(1),
            Rule::new(Point::AnyVerb, Action::ResetAfter).nth(4),
        ]);
        assert_eq!(rules.at(Verb::Receive.into()), None);
        assert_eq!(rules.at(Verb::Create.into()), Some(Action::Reset));
        assert_eq!(rules.at(Verb::Receive.into()), Some(Action::Silence));
        assert_eq!(rules.at(Verb::Receive.into()), Some(Action::ResetAfter));
        assert_eq!(rules.at(Verb::Create.into()), None);
        assert_eq!(rules.at(Point::Negotiate), None);
    }
}
