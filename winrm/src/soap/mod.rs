//! The messages of a remote shell, written and read. Wire format only: nothing here sends, waits or
//! decides.
//!
//! [`request::write`] makes every message that goes out; [`response`] reads what comes back, and
//! [`Fault`] is what a host says instead of an answer. Everything read comes from the network: it
//! is bounded, it is checked, and it never panics.

mod action;
mod duration;
mod element;
mod fault;
mod namespace;
pub mod request;
pub mod response;

pub use action::Action;
pub use element::ReadError;
pub use fault::{Fault, FaultDetail};
