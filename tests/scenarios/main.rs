//! Scenarios: the program, a host on loopback, and behind it a PowerShell that runs the very scripts.
//!
//! Without a PowerShell 7 (the variable `PWSH`, else `pwsh` on the `PATH`) they count as ignored; where `PWSH_REQUIRED`
//! is set they fail instead.

#![allow(
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it did not try"
)]

#[path = "../extension/aimed.rs"]
mod aimed;
mod bootstrap;
#[expect(dead_code, reason = "shared; not everything is needed here")]
#[path = "../extension/case.rs"]
mod case;
mod create;
mod delete;
mod hostile;
mod hosts;
mod life;
mod matrix;
mod network_rule;
mod races;
mod records;
mod repeat;
mod scene;
mod selftest;
#[expect(dead_code, reason = "shared; not everything is needed here")]
#[path = "../extension/selftested.rs"]
mod selftested;
mod snapshots;
mod start;
mod states;
mod stop;
mod sweep;
mod tenants;
mod world;

use std::num::NonZero;
use std::process::ExitCode;
use std::thread;

use libtest_mimic::{Arguments, Failed, Trial};
use simulated_host::PowerShell;

/// A scenario: its name, and what it does with a PowerShell.
type Scenario = (&'static str, fn(&PowerShell));

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Many of them wait for a guest or a deadline, and something else can run meanwhile.
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    arguments.test_threads.get_or_insert(2 * processors);
    let powershell = PowerShell::find();
    let is_required = std::env::var_os("PWSH_REQUIRED").is_some();
    if powershell.is_none() && !is_required && !arguments.list {
        println!(
            "no PowerShell 7 here: what needs one is ignored. Name one by the variable PWSH, or put pwsh on the PATH."
        );
    }
    let is_ignored = powershell.is_none() && !is_required;
    let trials = [
        bootstrap::SCENARIOS,
        create::SCENARIOS,
        delete::SCENARIOS,
        hostile::SCENARIOS,
        hosts::SCENARIOS,
        life::SCENARIOS,
        matrix::SCENARIOS,
        network_rule::SCENARIOS,
        races::SCENARIOS,
        records::SCENARIOS,
        repeat::SCENARIOS,
        selftest::SCENARIOS,
        snapshots::SCENARIOS,
        start::SCENARIOS,
        states::SCENARIOS,
        stop::SCENARIOS,
        sweep::SCENARIOS,
        tenants::SCENARIOS,
    ]
    .into_iter()
    .flatten()
    .map(|(name, scenario)| {
        let powershell = powershell.clone();
        Trial::test(*name, move || run(*scenario, powershell.as_ref())).with_ignored_flag(is_ignored)
    })
    .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn run(scenario: fn(&PowerShell), powershell: Option<&PowerShell>) -> Result<(), Failed> {
    let powershell = powershell.ok_or("there is no PowerShell 7, and PWSH_REQUIRED is set")?;
    scenario(powershell);
    Ok(())
}
