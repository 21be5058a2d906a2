//! Fuzzing what strangers send us: the fuzzer is `crates/payments/benches/fuzz`.

use crate::workspace;
use anyhow::Result;
use std::process::Command;

/// Runs it with overflow checks, as tests are built; whether nothing was found.
pub fn run(target: &str, options: &[&str]) -> Result<bool> {
    let mut command = Command::new("cargo");
    command.args([
        "bench",
        "--quiet",
        "--profile",
        "dev",
        "--package",
        "payments",
        "--bench",
        "fuzz",
        "--",
        target,
    ]);
    Ok(command.args(options).current_dir(workspace::root()).status()?.success())
}
