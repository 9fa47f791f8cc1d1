//! hyperv
fn main() {}
