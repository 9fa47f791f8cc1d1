//! Windows Remote Shell: shells, their commands, and the verbs on both ([MS-WSMV] 3.1.4).

pub(crate) mod command;
mod create;
mod part;
pub(crate) mod pipe;
pub(crate) mod service;
pub(crate) mod shell;
mod verbs;
