#![no_main]

#[path = "../src/payload.rs"]
mod payload;
#[path = "../src/shown.rs"]
mod shown;

libfuzzer_sys::fuzz_target!(|data: &[u8]| payload::check(data));
