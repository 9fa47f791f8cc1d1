#![no_main]

#[path = "../src/challenge.rs"]
mod challenge;
#[path = "../src/shown.rs"]
mod shown;

libfuzzer_sys::fuzz_target!(|data: &[u8]| challenge::check(data));
