//! Everything that goes wrong between here and a host, at every step of the conversation, and what the program makes of it.
//! `cargo trouble` prints the whole table.
//!
//! A cell says what came of a call: `done`; `none`, it failed and nothing was done; `open`, it failed and says that the
//! outcome is not known. In every cell the script ran once at most, no shell stayed, and what the call said is what the host
//! shows; a cell of which that is not true, or that is not as wanted, ends with `!` and is explained below.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "it prints the table, and is a test"
)]

#[path = "../extension/aimed.rs"]
mod aimed;
#[expect(dead_code, reason = "other tests use more of it")]
#[path = "../extension/case.rs"]
mod case;

mod crowd;
mod cuts;
mod deadlines;
mod faults;
mod judge;
mod relay;
mod sentences;
mod table;

use std::process::ExitCode;
use std::time::Instant;

use table::Table;

fn main() -> ExitCode {
    // `cargo test -- --list` and its like ask every test; there is one.
    if std::env::args().any(|argument| argument == "--list") {
        println!("trouble: test");
        return ExitCode::SUCCESS;
    }
    let begun = Instant::now();
    let mut tables = Table::fill(vec![faults::plan(), cuts::plan(), sentences::plan(), deadlines::plan()]);
    // It is a load of its own.
    tables.extend(Table::fill(vec![crowd::plan()]));
    for table in &tables {
        println!("{table}");
    }
    let wrong: usize = tables.iter().map(Table::wrong).sum();
    println!("{wrong} cells are wrong; {:.0} s", begun.elapsed().as_secs_f64());
    if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
