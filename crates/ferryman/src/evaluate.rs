//! `ferryman evaluate`: the honest protocols, from the command line. Nothing of an installation is touched.

use crate::installation::spoken;
use crate::progress;
use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use evaluate::{box_office, openings, purchases, recommendation, showings};
use kernel::{Day, Words};
use market::series::Market;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Forecasts of runs from their first days.
    BoxOffice(Charted),
    /// Forecasts of openings from what is known before them.
    Openings(Charted),
    /// Forecasts of the seats a showing sells, and plans of showings.
    Showings {
        /// Showings with seats and seats sold: date, theatre, hall, movie, time, seats, sold.
        #[arg(long, value_name = "FILE")]
        series: PathBuf,
        #[command(flatten)]
        days: Days,
        /// Write the report as JSON to this file.
        #[arg(long, value_name = "OUT")]
        json: Option<PathBuf>,
    },
    /// Recommendations, on a MovieLens folder (100k or latest).
    Recommendation {
        #[arg(long, value_name = "DIR")]
        movielens: PathBuf,
        /// Write the report as JSON to this file.
        #[arg(long, value_name = "OUT")]
        json: Option<PathBuf>,
    },
    /// Who buys tomorrow, on a log of behaviour: user, item, category, behaviour, timestamp.
    Purchases {
        #[arg(long, value_name = "FILE")]
        log: PathBuf,
        /// Write the report as JSON to this file.
        #[arg(long, value_name = "OUT")]
        json: Option<PathBuf>,
    },
}

/// A daily chart and how its years are divided.
#[derive(Args)]
struct Charted {
    /// The daily chart: CSV, gzipped or plain, or a folder of such files.
    #[arg(long, value_name = "FILE")]
    series: PathBuf,
    /// china, korea or us.
    #[arg(long)]
    market: String,
    #[command(flatten)]
    days: Days,
    /// Write the report as JSON to this file.
    #[arg(long, value_name = "OUT")]
    json: Option<PathBuf>,
}

/// Nothing after the first day is learned from; what lies between the others is judged.
#[derive(Args)]
struct Days {
    #[arg(long, value_name = "DAY")]
    train_until: String,
    #[arg(long, value_name = "DAY")]
    test_from: String,
    #[arg(long, value_name = "DAY")]
    test_until: String,
}

impl Days {
    /// In order: the last day of training, the first and the last of the test.
    fn read(&self) -> anyhow::Result<(Day, Day, Day)> {
        let day = |text: &str| Day::parse(text).map_err(spoken);
        let days = (day(&self.train_until)?, day(&self.test_from)?, day(&self.test_until)?);
        ensure!(
            days.0 < days.1 && days.1 <= days.2,
            "the days must be in order: --train-until before --test-from, and that no later than --test-until\n          \
             日期须依次为：--train-until 早于 --test-from，且 --test-from 不晚于 --test-until"
        );
        Ok(days)
    }
}

impl What {
    fn json(&self) -> Option<&Path> {
        match self {
            What::BoxOffice(charted) | What::Openings(charted) => charted.json.as_deref(),
            What::Showings { json, .. }
            | What::Recommendation { json, .. }
            | What::Purchases { json, .. } => json.as_deref(),
        }
    }
}

/// Finds out before minutes of work whether their report can be written. A file that was not there is not left.
fn check_writable(path: &Path) -> anyhow::Result<()> {
    let was_there = path.exists();
    let opened = OpenOptions::new().append(true).create(true).open(path);
    opened.with_context(|| format!("the report cannot be written to {0} 无法写入 {0}", path.display()))?;
    if !was_there {
        std::fs::remove_file(path)?;
    }
    Ok(())
}

pub fn run(options: Options) -> anyhow::Result<ExitCode> {
    if let Some(path) = options.what.json() {
        check_writable(path)?;
    }
    let wait = progress::waiting(&Words::new("Learning, then judging", "正在学习并评判"));
    let report = judge(options.what);
    wait.finish_and_clear();
    println!("{}", report?);
    Ok(ExitCode::SUCCESS)
}

/// The report of one room, as text.
fn judge(what: What) -> anyhow::Result<String> {
    Ok(match what {
        What::BoxOffice(Charted { series, market, days, json }) => {
            let (train_until, test_from, test_until) = days.read()?;
            let market = Market::parse(&market).map_err(spoken)?;
            box_office::run(&box_office::Options {
                series,
                market,
                train_until,
                test_from,
                test_until,
                json,
            })?
            .text()
        }
        What::Openings(Charted { series, market, days, json }) => {
            let (train_until, test_from, test_until) = days.read()?;
            let market = Market::parse(&market).map_err(spoken)?;
            openings::run(&openings::Options { series, market, train_until, test_from, test_until, json })?
                .text()
        }
        What::Showings { series, days, json } => {
            let (train_until, test_from, test_until) = days.read()?;
            showings::run(&showings::Options { series, train_until, test_from, test_until, json })?
                .to_string()
        }
        What::Recommendation { movielens, json } => {
            recommendation::run(&recommendation::Options { movielens, json }).map_err(told)?.table()
        }
        What::Purchases { log, json } => {
            purchases::run(&purchases::Options { log, json }).map_err(told)?.table()
        }
    })
}

fn told(error: kernel::Error) -> anyhow::Error {
    error.refusal().cloned().map_or_else(|| error.into(), spoken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_that_cannot_be_written_is_refused_before_the_work() {
        let folder = std::env::temp_dir();
        assert!(check_writable(&folder.join("no such folder").join("out.json")).is_err());
        assert!(check_writable(&folder).is_err(), "a folder is no file");
        let fresh = folder.join(format!("ferryman-evaluate-{}.json", std::process::id()));
        assert!(check_writable(&fresh).is_ok());
        assert!(!fresh.exists(), "nothing is left behind");
    }
}
