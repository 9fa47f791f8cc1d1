#![no_main]

#[path = "../src/answer.rs"]
mod answer;
#[path = "../src/shown.rs"]
mod shown;

libfuzzer_sys::fuzz_target!(|data: &[u8]| answer::check(data));
