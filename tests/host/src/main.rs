//! Starts a simulated host.
fn main() {}
