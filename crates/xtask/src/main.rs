//! What developers run: test, tidy, bench, fuzz.

use std::process::ExitCode;
use xtask::{bench, fuzz, test, tidy};

const USAGE: &str = "\
cargo xtask test [--only sqlite|postgres|browser|sdk|tidy]   everything CI runs, or one stage of it
cargo xtask tidy                                         the rules of the house that no compiler knows
cargo xtask bench NAME                                   figures, printed and written to target/bench/NAME.json
cargo xtask fuzz TARGET [--minutes 10] [--seed 1]        alipay, stripe, envelope, bill, certificate: what strangers send us";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words[..] {
        ["test"] => test::run(None),
        ["test", "--only", stage] => test::run(Some(stage)),
        ["tidy"] => tidy::run(),
        ["bench", name] => bench::run(name),
        ["fuzz", target, ref options @ ..] => fuzz::run(target, options),
        _ => Err(anyhow::anyhow!("usage:\n{USAGE}")),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
