//! CloudStack's HyperV extension.
//!
//! The way of one action: [`cli`] reads what was typed, [`payload`] what CloudStack wrote, [`request`] says what that
//! means and refuses what is wrong, [`action`] turns it into a script, [`remote`] runs the script on the host, and
//! [`reply`] is the one line of JSON that CloudStack reads. What may be said of a VM's power [`power_state`] judges.
//! [`recording`] writes down what passes, and runs it again; [`selftest`] does all that on a real host. Only `main.rs` prints.

pub mod action;
pub mod cli;
pub mod deadline;
pub mod error;
mod host_error;
pub mod log;
pub mod login_memory;
pub mod payload;
pub mod power_state;
pub mod recording;
pub mod remote;
pub mod reply;
pub mod request;
pub mod run;
pub mod script_error;
pub mod selftest;
pub mod signals;
