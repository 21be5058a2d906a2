//! The program: serve, demo, check; configuration; wiring.

fn main() {}
