#![no_main]

#[path = "../src/clixml.rs"]
mod clixml;
#[path = "../src/shown.rs"]
mod shown;

libfuzzer_sys::fuzz_target!(|data: &[u8]| clixml::check(data));
