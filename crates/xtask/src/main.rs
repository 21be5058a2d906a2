//! What developers run: test, tidy, bench.

fn main() {}
