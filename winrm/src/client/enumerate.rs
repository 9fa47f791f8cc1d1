//! Queries of WMI: an Enumerate whose answer has the first objects, and Pulls for the rest.

use std::time::Instant;

use tracing::debug;

use super::Client;
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::query::{Enumeration, Query};
use crate::shell::Failure;
use crate::soap::enumeration::{self, Page, Rest};
use crate::soap::request::Request;
use crate::soap::{Fault, Instance};
use crate::transport::Transport;

/// The most that all answers to one query may measure, in bytes. A host could go on for ever.
const MOST_ANSWERED: usize = 16 * 1024 * 1024;

impl<T: Transport> Client<T> {
    /// Asks WMI, and returns what `make` makes of each object.
    ///
    /// Objects pass one by one: beside one answer (500 KB) memory holds only what `make` returned. A
    /// query changes nothing on the host, so it is simply asked again, from its beginning and on a
    /// login of its own, where the connection breaks, the host is full or has lost the thread; then
    /// what was made before is dropped, and `make` sees objects again. It is all or an error, never
    /// a part.
    ///
    /// A context that was not used up is left to the host, which forgets it after a minute
    /// (EnumerationTimeoutms) and allows a user 1,500 of them (MaxConcurrentOperationsPerUser): to
    /// release it would take another login after a lost connection, and time that the deadline does
    /// not have. [MS-WSMV] 2.2.4.36, 3.1.4.1.36
    ///
    /// # Errors
    ///
    /// [`Error`] says what failed. Whether another way may work is told by the fault:
    /// [`Fault::is_access_denied`], [`Fault::is_class_missing`], [`Fault::is_filter_refused`].
    pub fn enumerate<R>(
        &mut self,
        query: &Query<'_>,
        deadline: Instant,
        mut make: impl FnMut(&Instance<'_>) -> R,
    ) -> Result<Enumeration<R>, Error> {
        self.again(deadline, |client, deadline| client.enumerate_once(query, deadline, &mut make))
    }

    fn enumerate_once<R>(
        &mut self,
        query: &Query<'_>,
        deadline: Deadline,
        make: &mut impl FnMut(&Instance<'_>) -> R,
    ) -> Result<Enumeration<R>, Error> {
        let resource = query.resource();
        let mut found = Enumeration { rows: Vec::new(), date: None, pages: 0 };
        let mut answered = 0;
        let mut context: Option<String> = None;
        loop {
            let (page, request) = match &context {
                None => (Page::First, Request::Enumerate { resource: &resource, wql: query.wql }),
                Some(context) => (Page::Next, Request::Pull { resource: &resource, context }),
            };
            let action = request.action();
            let wait = deadline.wait().ok_or_else(|| Failure::too_slow(action).into_error())?;
            let rows = &mut found.rows;
            let (mut size, mut date) = (0, None);
            let result = self.speaker.ask(&request, wait, |reply| {
                (size, date) = (reply.body.len(), reply.date);
                enumeration::page(&reply.body, page, |object| rows.push(make(object)))
            });
            let rest = match result {
                Ok(rest) => rest,
                // The host had nothing to say in the time of one message. DSP0226 8.4
                Err(failure) if page == Page::Next && failure.fault().is_some_and(Fault::is_timed_out) => continue,
                Err(failure) => return Err(failure.by(deadline)),
            };
            if page == Page::First {
                found.date = date;
            }
            found.pages += 1;
            answered += size;
            match rest {
                Rest::End => return Ok(found),
                Rest::Context(_) if answered > MOST_ANSWERED => {
                    return Err(Error::new(ErrorKind::Protocol("more than 16 MiB of objects".to_owned()), action));
                }
                Rest::Context(next) => context = Some(next),
            }
            debug!(rows = found.rows.len(), "There is more");
        }
    }
}
