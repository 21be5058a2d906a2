//! Everything that must hold before a change lands: form, lints, rules, and all tests on both databases.

use crate::browser::Driver;
use crate::postgres::{Fsync, Server};
use crate::sdk::Sdks;
use crate::workspace::{self, on_the_database};
use crate::{tidy, tools};
use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

/// Every stage, or the one that is named. Whether all of it passed.
pub fn run(only: Option<&str>) -> Result<bool> {
    let mut report = Report { started: Instant::now(), passed: 0, failed: 0, notes: Vec::new() };
    match only {
        None => everything(&mut report)?,
        Some("tidy") => tidy_up(&mut report),
        Some("sqlite") => on_sqlite(&mut report, &Judges { driver: None, sdks: None })?,
        Some("postgres") => on_postgres(&mut report)?,
        Some("browser") => in_a_browser(&mut report)?,
        Some("sdk") => by_the_sdks(&mut report)?,
        Some(other) => {
            bail!("there is no stage “{other}”; there are sqlite, postgres, browser, sdk and tidy")
        }
    }
    report.finish()
}

fn everything(report: &mut Report) -> Result<()> {
    report.stage("form", "cargo fmt --check");
    let formed =
        Command::new("cargo").args(["fmt", "--all", "--check"]).current_dir(workspace::root()).status()?;
    report.check("the code is formatted", formed.success());
    report.stage("lints", "cargo clippy, warnings are errors");
    let mut clippy = Command::new("cargo");
    clippy.args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    let clean = clippy.current_dir(workspace::root()).status()?;
    report.check("clippy has nothing to say", clean.success());
    tidy_up(report);
    let judges = Judges { driver: start_browser(report), sdks: install_sdks(report) };
    on_sqlite(report, &judges)?;
    drop(judges);
    on_postgres(report)
}

fn tidy_up(report: &mut Report) {
    report.stage("rules", "cargo xtask tidy");
    let tidy = tidy::run().unwrap_or_else(|error| {
        println!("{error:#}");
        false
    });
    report.check("the house is tidy", tidy);
}

/// What others made that judges us; without it the tests that ask for it say that they did not run.
struct Judges {
    driver: Option<Driver>,
    sdks: Option<Sdks>,
}

impl Judges {
    fn show_to(&self, tests: &mut Command) {
        tests.env_remove("FERRYMAN_TEST_POSTGRES").env_remove("FERRYMAN_WEBDRIVER");
        if let Some(driver) = &self.driver {
            tests.env("FERRYMAN_WEBDRIVER", driver.url());
        }
        if let Some(sdks) = &self.sdks {
            sdks.show_to(tests);
        }
    }
}

fn on_sqlite(report: &mut Report, judges: &Judges) -> Result<()> {
    report.stage("SQLite", "cargo test --workspace");
    let mut tests = cargo_test();
    judges.show_to(tests.arg("--workspace"));
    report.tests(&mut tests)
}

fn on_postgres(report: &mut Report) -> Result<()> {
    report.stage("PostgreSQL", "the same tests of every crate that uses the database");
    let server = match Server::start(&std::env::temp_dir(), Fsync::Off) {
        Ok(server) => server,
        Err(error) => {
            report.missing(&error);
            return Ok(());
        }
    };
    let crates = workspace::crates(&workspace::metadata()?);
    let mut tests = cargo_test();
    for name in on_the_database(&crates) {
        tests.args(["--package", name]);
    }
    tests.env("FERRYMAN_TEST_POSTGRES", server.url()).env("FERRYMAN_TEST_POSTGRES_CA", server.authority());
    tests.env_remove("FERRYMAN_WEBDRIVER");
    report.tests(&mut tests)
}

fn in_a_browser(report: &mut Report) -> Result<()> {
    let judges = Judges { driver: start_browser(report), sdks: install_sdks(report) };
    let mut tests = cargo_test();
    judges.show_to(tests.args(["--package", "ferryman", "--test", "browser"]));
    report.tests(&mut tests)
}

/// The official SDKs, unmodified, against the sandbox wallet and against the double of Stripe.
fn by_the_sdks(report: &mut Report) -> Result<()> {
    let judges = Judges { driver: None, sdks: install_sdks(report) };
    for judged in [
        ["--package", "wallet", "--test", "sdk"].as_slice(),
        &["--package", "payments", "--test", "facts", "--", "stripe::the_official_client"],
    ] {
        let mut tests = cargo_test();
        judges.show_to(tests.args(judged));
        report.tests(&mut tests)?;
    }
    Ok(())
}

fn install_sdks(report: &mut Report) -> Option<Sdks> {
    report.stage("SDKs", "the payment platforms' own clients, and axe for our pages");
    Sdks::install().inspect_err(|error| report.missing(error)).ok()
}

fn start_browser(report: &mut Report) -> Option<Driver> {
    report.stage("browser", "Chromium for the tests that drive one");
    Driver::start().inspect_err(|error| report.missing(error)).ok()
}

fn cargo_test() -> Command {
    let mut command = Command::new("cargo");
    command.args(["test", "--quiet", "--no-fail-fast"]).current_dir(workspace::root());
    // What failed is said in a line; whoever wants the stack runs that test alone.
    command.env("RUST_BACKTRACE", "0");
    command
}

struct Report {
    started: Instant,
    passed: u64,
    failed: u64,
    notes: Vec<String>,
}

impl Report {
    fn stage(&self, name: &str, what: &str) {
        println!("\n== {:>5.0} s  {name}: {what}", self.started.elapsed().as_secs_f64());
    }

    fn check(&mut self, what: &str, holds: bool) {
        if holds {
            self.passed += 1;
        } else {
            self.fail(format!("not so: {what}"));
        }
    }

    fn fail(&mut self, note: String) {
        println!("{note}");
        self.failed += 1;
        self.notes.push(note);
    }

    /// A tool that is not there fails a complete run, and shortens another.
    fn missing(&mut self, error: &anyhow::Error) {
        let note = format!("left out: {error:#}");
        if tools::in_ci() {
            return self.fail(note);
        }
        println!("{note}");
        self.notes.push(note);
    }

    /// Runs tests, shows what they say and counts their results.
    fn tests(&mut self, command: &mut Command) -> Result<()> {
        let mut child = command.stdout(Stdio::piped()).spawn().context("cargo cannot be started")?;
        let (passed, failed) = (self.passed, self.failed);
        for line in BufReader::new(child.stdout.take().context("a pipe")?).lines() {
            let line = line?;
            if let Some((passed, failed)) = result(&line) {
                self.passed += passed;
                self.failed += failed;
            }
            if is_worth_showing(&line) {
                println!("{line}");
            }
        }
        let passed_all = child.wait()?.success();
        println!("{} passed, {} failed in this stage", self.passed - passed, self.failed - failed);
        if !passed_all && self.failed == failed {
            self.fail(
                "cargo test failed without a failed test: something did not build, or broke off".into(),
            );
        }
        Ok(())
    }

    fn finish(self) -> Result<bool> {
        println!("\n== {:>5.0} s  done", self.started.elapsed().as_secs_f64());
        self.notes.iter().for_each(|note| println!("{note}"));
        println!("test: {} passed, {} failed", self.passed, self.failed);
        Ok(self.failed == 0)
    }
}

/// Passed and failed, from `test result: ok. 12 passed; 0 failed; …`.
fn result(line: &str) -> Option<(u64, u64)> {
    let mut parts = line.trim().strip_prefix("test result: ")?.split_once(". ")?.1.split("; ");
    let mut number = |unit: &str| parts.next()?.strip_suffix(unit)?.trim().parse().ok();
    Some((number("passed")?, number("failed")?))
}

/// Quiet tests print a line of dots and a summary for each of a hundred files; only failures matter.
fn is_worth_showing(line: &str) -> bool {
    let after_dots = line.trim_start_matches(['.', 'i']).trim();
    let dots = after_dots.is_empty();
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let counted = after_dots.split_once('/').is_some_and(|(done, all)| is_number(done) && is_number(all));
    let passed = line.starts_with("test result: ok.");
    let running = line.starts_with("running ") && line.ends_with(['s', 't']);
    let documents = line.starts_with("all doctests ran");
    !(dots || counted || passed || running || documents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read() {
        let line =
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(result(line), Some((12, 0)));
        assert_eq!(result("test result: FAILED. 3 passed; 2 failed; 0 ignored"), Some((3, 2)));
        assert_eq!(result("test holds::a_seat_is_sold_once ... ok"), None);
    }

    #[test]
    fn failures_are_shown() {
        assert!(is_worth_showing("thread 'a' panicked at crates/db/src/lib.rs:1:1:"));
        assert!(is_worth_showing("test result: FAILED. 3 passed; 2 failed; 0 ignored"));
        assert!(is_worth_showing("it goes back: it has not happened; http://127.0.0.1/"));
        assert!(!is_worth_showing("......i..."));
        assert!(!is_worth_showing("......i... 87/123"));
        assert!(!is_worth_showing("running 12 tests"));
    }
}
