//! PostgreSQL's own benchmark on the same server: three updates, a select and an insert a transaction.

use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::Command;

const SECONDS: &str = "5";
const CLIENTS: &str = "16";
/// Branches; more than clients, so that it measures no queue for one row.
const SCALE: &str = "20";

/// Transactions a second; `None` when `pgbench` is not there.
pub fn tpc_b(url: &str) -> Result<Option<f64>> {
    let Some(program) = program() else { return Ok(None) };
    run(&program, &["-i", "-q", "-s", SCALE, url])?;
    let said = run(&program, &["-n", "-M", "prepared", "-c", CLIENTS, "-j", "2", "-T", SECONDS, url]);
    let mut client = postgres::Client::connect(url, postgres::NoTls)?;
    client
        .batch_execute("drop table pgbench_accounts, pgbench_branches, pgbench_history, pgbench_tellers")?;
    let said = said?;
    let line = said.lines().find_map(|line| line.strip_prefix("tps = ")).context("pgbench said no tps")?;
    let rate = line.split_whitespace().next().context("pgbench said no number")?;
    Ok(Some(rate.parse()?))
}

fn run(program: &PathBuf, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program).args(arguments).output()?;
    anyhow::ensure!(output.status.success(), "pgbench: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

/// On the path, or where Debian keeps it.
fn program() -> Option<PathBuf> {
    let on_path =
        std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join("pgbench")).collect();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let of_debian: Vec<PathBuf> = versions.map(|version| version.path().join("bin/pgbench")).collect();
    [on_path, of_debian].concat().into_iter().find(|path| path.is_file())
}
