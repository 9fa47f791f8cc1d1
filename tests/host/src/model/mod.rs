//! A small model of Hyper-V: it runs no script, it knows what each script is for and does that.

mod cmd;
mod create;
mod custom;
mod delete;
mod executor;
mod machine;
mod network;
mod noise;
mod place;
mod power_states;
mod prepare;
mod probe;
mod reboot;
mod reply;
mod script;
mod start;
mod stop;
mod systems;
mod world;

pub(crate) use cmd::run as run_in_cmd;
pub(crate) use executor::{Behaviour, Model};
pub use noise::Noise;
pub use reply::{Rollback, ScriptError};
pub(crate) use script::Call;
pub use world::World;
