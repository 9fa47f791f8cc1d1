//! A transport that shows what passes.

use std::time::Duration;

use super::{Reply, Transport, TransportError};
use crate::Interrupt;

/// Is shown every message and what came of it, in order.
pub trait Observer {
    /// A message went out, and this came back.
    fn exchanged(&mut self, message: Vec<u8>, answer: &Result<Reply, TransportError>);
}

/// Another transport, and one who looks on. What passes is not changed.
///
/// A login lies below the messages, so none is ever shown.
pub struct Observed<T> {
    transport: T,
    observer: Box<dyn Observer>,
}

impl<T: Transport> Observed<T> {
    /// Shows `observer` what `transport` carries.
    pub fn new(transport: T, observer: Box<dyn Observer>) -> Self {
        Self { transport, observer }
    }
}

impl<T: Transport> Transport for Observed<T> {
    fn send(&mut self, body: Vec<u8>, timeout: Duration, interrupt: &Interrupt) -> Result<Reply, TransportError> {
        let message = body.clone();
        let answer = self.transport.send(body, timeout, interrupt);
        self.observer.exchanged(message, &answer);
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    struct Echo;

    impl Transport for Echo {
        fn send(&mut self, body: Vec<u8>, _: Duration, _: &Interrupt) -> Result<Reply, TransportError> {
            match body.is_empty() {
                true => Err(TransportError::TimedOut { sent: true }),
                false => Ok(Reply { status: 200, body, date: None }),
            }
        }
    }

    struct Notes(Rc<RefCell<Vec<String>>>);

    impl Observer for Notes {
        fn exchanged(&mut self, message: Vec<u8>, answer: &Result<Reply, TransportError>) {
            let answer = answer.as_ref().map_or_else(ToString::to_string, |reply| reply.status.to_string());
            self.0.borrow_mut().push(format!("{}: {answer}", String::from_utf8_lossy(&message)));
        }
    }

    #[test]
    fn every_message_is_shown_with_what_came_of_it() {
        let seen = Rc::new(RefCell::new(Vec::new()));
        let mut transport = Observed::new(Echo, Box::new(Notes(Rc::clone(&seen))));
        assert_eq!(transport.send(b"a".to_vec(), Duration::ZERO, &Interrupt::default()).unwrap().body, b"a");
        assert!(transport.send(Vec::new(), Duration::ZERO, &Interrupt::default()).is_err());
        assert_eq!(*seen.borrow(), ["a: 200", ": the host does not answer"]);
    }
}
