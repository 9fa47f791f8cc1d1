//! The messages of a remote shell and of an enumeration, written and read. Wire format only: nothing here sends, waits or
//! decides.
//!
//! [`request::write`] makes every message that goes out; [`response`] reads what comes back, and
//! [`Fault`] is what a host says instead of an answer. Everything read comes from the network: it
//! is bounded, it is checked, and it never panics.

mod action;
pub(crate) mod datetime;
mod duration;
mod element;
pub mod enumeration;
mod fault;
mod instance;
mod namespace;
mod one_line;
pub mod request;
pub mod response;

pub use action::Action;
pub use element::ReadError;
pub use fault::{Fault, FaultDetail};
pub use instance::Instance;
