//! The program from outside: what CloudStack writes goes in, what it reads comes out, and a host stands between.

#![cfg(test)]

mod aimed;
mod bad_input;
mod case;
mod create;
mod custom;
mod delete;
mod exchanges;
mod host_trouble;
mod layering;
mod login_memory;
mod lost_outcome;
mod needs;
mod prepare;
mod process;
mod reboot;
mod record;
mod recordings;
mod replay;
mod secrets;
mod selftest;
mod selftested;
mod serve;
mod signals;
mod start;
mod status;
mod statuses;
mod stop;
mod trust;
mod wmi;
