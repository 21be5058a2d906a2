//! `ferryman import`: outside figures into an installation, a file or a folder at a time.

use crate::{installation, progress, providers};
use anyhow::ensure;
use clap::Args;
use flows::{House, import_figures};
use kernel::{Actor, Clock, Error, OrgId, Refusal, SystemClock, Words};
use market::imports::{Kind, Prepared};
use market::learned::Change;
use market::taste;
use people::orgs::{self, Org, OrgKind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Files of one folder, at most.
const FILES_MAX: usize = 1_000;
/// Circuits that are named when another is asked for, at most.
const KNOWN_TOLD_MAX: usize = 20;
/// Refusals that are printed of one file, at most.
const REFUSALS_PRINTED_MAX: usize = 20;

#[derive(Args)]
pub struct Options {
    /// CSV files, gzipped or plain; a MovieLens folder; or a folder with such files in it.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// What the files are; without it their headers say: china_daily, korea_daily, taiwan_weekly, the_numbers_daily,
    /// us_daily, tmdb, movielens, china_cinemas, france_cinemas, china_calendar, korea_calendar, taiwan_calendar,
    /// us_calendar or showings.
    #[arg(long = "as", value_name = "KIND")]
    kind: Option<String>,
    /// Whose showings a list of showings holds: the circuit's name or id. It alone learns from them.
    #[arg(long, value_name = "NAME-OR-ID")]
    circuit: Option<String>,
    /// Read and say what would be taken; store nothing.
    #[arg(long)]
    dry_run: bool,
    /// Refuse a file of which a single line is refused.
    #[arg(long)]
    strict: bool,
    #[command(flatten)]
    place: installation::Place,
}

/// What became of one file.
struct Outcome {
    prepared: Prepared,
    /// `None` in a dry run.
    change: Option<Change>,
}

pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let kind = options.kind.as_deref().map(Kind::parse).transpose().map_err(installation::spoken)?;
    let files = files(&options.paths)?;
    let house = match options.dry_run {
        true => None,
        false => Some(installation::open_house(options.place.open()?, providers::nobody())?),
    };
    let circuit = match (&options.circuit, &house) {
        (Some(named), Some(house)) => Some(circuit(house, named)?),
        _ => None,
    };
    let wanted = Wanted { kind, circuit, strict: options.strict };
    let mut outcomes = Vec::new();
    let mut all_taken = true;
    for file in files {
        match take(&file, &wanted, house.as_ref())? {
            Ok(outcome) => outcomes.push(outcome),
            Err(refusal) => {
                all_taken = false;
                eprintln!("✗ {}\n  {}", refusal.say.en, refusal.say.zh);
            }
        }
    }
    print(&outcomes);
    Ok(if all_taken { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What is asked of every file.
struct Wanted {
    kind: Option<Kind>,
    circuit: Option<OrgId>,
    strict: bool,
}

/// The circuit of that id, or of that name in either language.
fn circuit(house: &House, named: &str) -> anyhow::Result<OrgId> {
    let circuits = house.read_blocking(|view| orgs::of_kind(view, OrgKind::Cinema))?;
    let named = named.trim();
    let is_it = |org: &Org| {
        let names = [&org.name.en, &org.name.zh];
        org.id.0 == named || names.iter().any(|name| name.to_lowercase() == named.to_lowercase())
    };
    let mut found = circuits.iter().filter(|org| is_it(org));
    match (found.next(), found.next()) {
        (Some(org), None) => Ok(org.id.clone()),
        (Some(_), Some(_)) => {
            let (en, zh) = (
                format!("several circuits are called “{named}”: name one by its id"),
                format!("有多条院线名为“{named}”，请使用编号"),
            );
            Err(installation::spoken(Refusal::field("circuit", "several_circuits", en, zh)))
        }
        _ => {
            let known: Vec<&str> =
                circuits.iter().take(KNOWN_TOLD_MAX).map(|org| org.name.en.as_str()).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            let (en, zh) = (
                format!("there is no circuit “{named}” here; known are: {known}"),
                format!("没有“{named}”这条院线；现有：{known}"),
            );
            Err(installation::spoken(Refusal::field("circuit", "unknown_circuit", en, zh)))
        }
    }
}

/// The files to read: those named, and those in folders that are not MovieLens's, in the order of their names.
fn files(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() || taste::is_movielens(path) {
            files.push(path.clone());
            continue;
        }
        let mut inside: Vec<PathBuf> =
            std::fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
        inside.retain(|path| is_table(path) || (path.is_dir() && taste::is_movielens(path)));
        inside.sort();
        ensure!(!inside.is_empty(), "{} holds no .csv or .csv.gz", path.display());
        files.append(&mut inside);
    }
    ensure!(
        files.len() <= FILES_MAX,
        "{} files are more than {FILES_MAX}; import them in parts",
        files.len()
    );
    Ok(files)
}

fn is_table(path: &Path) -> bool {
    let name = path.to_string_lossy().to_lowercase();
    path.is_file() && (name.ends_with(".csv") || name.ends_with(".csv.gz"))
}

/// Reads a file and, given a house, stores it there.
fn take(file: &Path, wanted: &Wanted, house: Option<&House>) -> anyhow::Result<Result<Outcome, Refusal>> {
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
    let bar = progress::bar(&Words::new("reading", "读取"), 1);
    bar.set_message(name.clone());
    let prepared = match import_figures::open(file, wanted.kind, import_figures::last_day(SystemClock.now()))
    {
        Ok(prepared) => prepared.brought_by(wanted.circuit.clone()),
        Err(refusal) => {
            bar.abandon();
            return Ok(Err(refusal));
        }
    };
    bar.inc(1);
    bar.finish();
    if let Some(first) = prepared.refusals.first().filter(|_| wanted.strict && prepared.refused > 0) {
        return Ok(Err(first.clone()));
    }
    let change = match house.map(|house| store(house, &prepared, &name)).transpose() {
        Err(Error::Refused(refusal)) => return Ok(Err(refusal)),
        change => change?,
    };
    Ok(Ok(Outcome { prepared, change }))
}

fn store(house: &House, prepared: &Prepared, name: &str) -> kernel::Result<Change> {
    let bar = progress::bar(&Words::new("storing", "写入"), prepared.subjects() as u64);
    bar.set_message(name.to_owned());
    let (shown, prepared) = (bar.clone(), Arc::new(prepared.clone()));
    let (_, change) = house.write_blocking(&House::lane(), Actor::System, move |scene| {
        let shown = shown.clone();
        import_figures::bring_in(scene, &prepared, &move |done| shown.set_position(done))
    })?;
    bar.finish();
    Ok(change)
}

fn print(outcomes: &[Outcome]) {
    if outcomes.is_empty() {
        return;
    }
    println!(
        "\n  {:<34} {:<18} {:>9} {:>8} {:<23} {:>9} {:>9} {:>9} {:>8}",
        "file 文件",
        "kind 种类",
        "rows 行",
        "films 片",
        "days 日期",
        "new 新",
        "fixed 更正",
        "same 同",
        "refused"
    );
    for Outcome { prepared, change } in outcomes {
        let span = prepared.span().map_or(String::new(), |(first, last)| format!("{first} – {last}"));
        let count = |pick: fn(&Change) -> i64| {
            change.as_ref().map_or("–".to_owned(), |change| pick(change).to_string())
        };
        println!(
            "  {:<36} {:<20} {:>9} {:>8} {:<25} {:>9} {:>9} {:>9} {:>8}",
            prepared.file,
            prepared.kind.code(),
            prepared.rows,
            prepared.subjects(),
            span,
            count(|change| change.added),
            count(|change| change.corrected),
            count(|change| change.unchanged),
            prepared.refused
        );
    }
    for Outcome { prepared, .. } in outcomes {
        for refusal in prepared.refusals.iter().take(REFUSALS_PRINTED_MAX) {
            println!("  ! {}\n    {}", refusal.say.en, refusal.say.zh);
        }
        let untold = (prepared.refused + prepared.unknown_cells)
            .saturating_sub(prepared.refusals.len().min(REFUSALS_PRINTED_MAX));
        if untold > 0 {
            println!("  ! … and {untold} more in {}  另有 {untold} 处", prepared.file);
        }
    }
}
