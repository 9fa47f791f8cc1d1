//! The second executor: a real PowerShell runs what arrived, against a stand-in for the modules of a Hyper-V host.
//!
//! [`PowerShell`] is the program, [`Windows`] says what is installed there, and [`StandIn`] is such a machine at work.

mod arguments;
mod bootstrap;
mod calls;
mod drives;
mod executor;
mod group;
mod input;
mod inventory;
mod mishap;
mod output;
mod pool;
mod process;
mod program;
mod stand_in;
mod state_folder;
mod systems;
mod warm;
mod windows;
mod worker;

pub use calls::Call;
pub use mishap::Mishap;
pub use program::PowerShell;
pub use stand_in::StandIn;
pub use windows::{Language, ServerVersion, Windows};
