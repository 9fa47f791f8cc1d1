//! The program from outside: what CloudStack writes goes in, what it reads comes out, and a host stands between.

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

mod aimed;
mod bad_input;
mod case;
mod create;
mod host_trouble;
mod layering;
mod process;
mod stop;
