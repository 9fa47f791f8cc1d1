//! The program from outside: what CloudStack writes goes in, what it reads comes out, and a host stands between.

#![cfg(test)]

mod aimed;
mod bad_input;
mod case;
mod create;
mod host_trouble;
mod layering;
mod process;
mod stop;
