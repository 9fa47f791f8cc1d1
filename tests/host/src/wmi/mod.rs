//! WMI as WS-Management shows it: queries for the machines that are behind the host's shells too.

pub(crate) mod class;
mod contexts;
mod item;
mod query;
pub(crate) mod service;
mod settings;
mod systems;

pub use settings::Wmi;
pub(crate) use systems::enabled_state;
pub use systems::{System, Systems};
