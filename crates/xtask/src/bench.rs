//! Figures of the project, measured by the benches that live in its crates.
//!
//! A bench is `crates/ROOM/benches/NAME.rs` with `harness = false`. It prints whatever it likes and,
//! as its last line, one JSON object: `{"figures": [{"name", "value", "unit"}], "ratios": [{"name", "value", "base"}]}`.
//! One line in `BENCHES` makes it known here.

use crate::postgres::{Fsync, Server};
use crate::workspace;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

struct Bench {
    name: &'static str,
    package: &'static str,
    file: &'static str,
    /// Whether it also measures on PostgreSQL, at `FERRYMAN_BENCH_POSTGRES`.
    postgres: bool,
}

const BENCHES: &[Bench] = &[
    Bench { name: "db", package: "db", file: "sales", postgres: true },
    Bench { name: "ledger", package: "ledger", file: "transfers", postgres: true },
    Bench { name: "line", package: "flows", file: "line", postgres: false },
    Bench { name: "on_sale", package: "ferryman", file: "on_sale", postgres: true },
    Bench { name: "audience", package: "demand", file: "audience", postgres: false },
    Bench { name: "planning", package: "demand", file: "planning", postgres: false },
];

pub fn run(name: &str) -> Result<bool> {
    let known = || BENCHES.iter().map(|bench| bench.name).collect::<Vec<_>>().join(", ");
    let bench = BENCHES.iter().find(|bench| bench.name == name);
    let bench = bench.with_context(|| format!("there is no bench “{name}”; there are: {}", known()))?;
    let before = load();
    let said = measure(bench)?;
    let report = json!({
        "name": bench.name,
        "machine": machine(),
        "commit": commit(),
        "load": [before, load()],
        "figures": said["figures"],
        "ratios": said["ratios"],
        "details": said["details"],
    });
    print(&report);
    write(bench.name, &report)?;
    Ok(true)
}

fn measure(bench: &Bench) -> Result<Value> {
    // Throw-away databases lie on the disk of the build, for what is durable in a memory file system costs nothing.
    let folder = folder()?;
    let mut command = Command::new("cargo");
    command.args(["bench", "--quiet", "--package", bench.package, "--bench", bench.file]);
    command.env("TMPDIR", &folder);
    let server = if bench.postgres { server() } else { None };
    if let Some(server) = &server {
        command.env("FERRYMAN_BENCH_POSTGRES", server.url());
    }
    let output = command.current_dir(workspace::root()).stderr(Stdio::inherit()).output()?;
    let said = String::from_utf8(output.stdout)?;
    anyhow::ensure!(output.status.success(), "the bench failed: {said}");
    let last = said.lines().rev().find(|line| line.starts_with('{'));
    serde_json::from_str(last.context("the bench ended without its figures")?)
        .context("the figures are not JSON")
}

/// A server that keeps what it answers, on a real disk, unless one is given already.
fn server() -> Option<Server> {
    if std::env::var_os("FERRYMAN_BENCH_POSTGRES").is_some() {
        return None;
    }
    Server::start(Path::new("/var/tmp"), Fsync::On)
        .inspect_err(|error| println!("without PostgreSQL: {error:#}"))
        .ok()
}

fn machine() -> Value {
    let cpus = std::thread::available_parallelism().map_or(1, usize::from);
    let model = first_of("/proc/cpuinfo", "model name");
    let memory = first_of("/proc/meminfo", "MemTotal");
    json!({ "cpus": cpus, "model": model, "memory": memory, "system": std::env::consts::OS })
}

/// The value of the first `key : value` line of a file.
fn first_of(file: &str, key: &str) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(key)).and_then(|line| line.split_once(':'));
    line.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

/// How many processes wanted to run in the last minute; what is measured while others work is to be read with it.
fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}

fn commit() -> String {
    let output = Command::new("git").args(["rev-parse", "HEAD"]).current_dir(workspace::root()).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

fn print(report: &Value) {
    println!("load of the machine, before and after: {}", report["load"]);
    for figure in report["figures"].as_array().into_iter().flatten() {
        println!("{:<64} {:>14} {}", text(&figure["name"]), number(&figure["value"]), text(&figure["unit"]));
    }
    for ratio in report["ratios"].as_array().into_iter().flatten() {
        println!("{:<64} {:>14} × {}", text(&ratio["name"]), number(&ratio["value"]), text(&ratio["base"]));
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn number(value: &Value) -> String {
    let number = value.as_f64().unwrap_or_default();
    if number.abs() < 100.0 { format!("{number:.2}") } else { format!("{number:.0}") }
}

fn write(name: &str, report: &Value) -> Result<()> {
    let file = folder()?.join(format!("{name}.json"));
    std::fs::write(&file, format!("{report:#}\n"))?;
    println!("written to target/bench/{name}.json");
    Ok(())
}

fn folder() -> Result<PathBuf> {
    let folder = workspace::root().join("target/bench");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}
