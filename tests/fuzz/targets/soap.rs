#![no_main]

#[path = "../src/shown.rs"]
mod shown;
#[path = "../src/soap.rs"]
mod soap;

libfuzzer_sys::fuzz_target!(|data: &[u8]| soap::check(data));
