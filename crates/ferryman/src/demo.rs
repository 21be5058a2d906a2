//! `ferryman demo`: a rehearsal you can watch, and the pages of what came of it.

use crate::progress::Bars;
use crate::serve::Edge;
use crate::{installation, providers, report, serve};
use anyhow::{Context, bail, ensure};
use clap::Args;
use db::{Db, Lane};
use flows::House;
use kernel::{Dice, FalseClock, ShiftedClock, Zone};
use payments::providers::pretend::Pretend;
use people::{passwords, settings};
use rehearsal::till::Till;
use rehearsal::{Faults, Release, Report, Silent, Size, World};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

#[derive(Args)]
pub struct Options {
    /// Where to put the demonstration's database; an interrupted one is begun again.
    #[arg(long, default_value = "ferryman-demo.db")]
    db: PathBuf,
    /// The same number makes the same report, to the byte.
    #[arg(long, default_value_t = 20_161_223)]
    seed: u64,
    /// Stop after the report instead of serving the pages.
    #[arg(long)]
    exit: bool,
    /// Write the report's figures to this file, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    #[command(flatten)]
    edge: Edge,
    #[command(flatten)]
    providers: providers::Options,
}

/// How a demonstration's database says what it is: `begun` or `finished`.
const MARK: &str = "demonstration";
/// Days on sale after the report, so that a visitor can buy.
const DAYS_AFTER: i32 = 7;

pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    clear_the_way(&options.db)?;
    println!("摆渡人 The Ferryman: a release, from {} on", World::premiere());
    let db = installation::open_database(&path(&options.db))?;
    let report = rehearse(&db, options.seed)?;
    report::print(&report);
    if let Some(file) = &options.json {
        let text = serde_json::to_string_pretty(&report)? + "\n";
        std::fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    if options.exit {
        return Ok(if report.broken().is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let providers::Opened { providers, sandbox } =
        providers::open(&options.providers, &options.edge, &path(&options.db))?;
    serve::serve(installation::open_house(db, providers)?, &options.edge, report::greet)?;
    drop(sandbox);
    Ok(ExitCode::SUCCESS)
}

fn path(path: &Path) -> String {
    path.display().to_string()
}

/// A demonstration makes its database anew. It removes only what an earlier demonstration made.
fn clear_the_way(file: &Path) -> anyhow::Result<()> {
    if !file.exists() {
        return Ok(());
    }
    let mark = installation::open_database(&path(file))?.read_blocking(|view| settings::get(view, MARK))?;
    ensure!(mark.is_some(), "{} is not a demonstration's database; choose another with --db", file.display());
    for end in ["", "-wal", "-shm"] {
        let part = PathBuf::from(format!("{}{end}", file.display()));
        if let Err(error) = std::fs::remove_file(&part)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            bail!("{} cannot be removed: {error}", part.display());
        }
    }
    Ok(())
}

fn rehearse(db: &Db, seed: u64) -> anyhow::Result<Report> {
    mark(db, MARK, "begun")?;
    let size = Size::demo();
    mark(db, installation::ONE_STANDS_FOR, &size.one_stands_for.to_string())?;
    installation::make_key(db)?;
    let mut dice = Dice::seeded(seed);
    let clock = Arc::new(FalseClock::at(World::premiere().plus(-8).at(9, 0, &Zone::shanghai())));
    let pretend = Arc::new(Pretend::new());
    let house = House::open(db.clone(), clock.clone(), dice.fork(), pretend.clone())?;
    let password = passwords::hash(rehearsal::world::PASSWORD, &mut Dice::from_entropy())?;
    let world = World::build(&house, size, &password, dice.fork())?;
    let mut release = Release::new(world, Till(pretend), Faults::ordinary(), clock);
    release.run(&mut Bars::default())?;
    let report = Report::of(&release)?;
    go_on_living(db, &mut release)?;
    Ok(report)
}

/// Lives on until the afternoon after the report, with more days on sale; from there the clock runs by itself.
fn go_on_living(db: &Db, release: &mut Release) -> anyhow::Result<()> {
    const NOW: i8 = 14;
    let today = World::premiere().plus(release.world.size.days);
    release.put_on_sale(today)?;
    release.sell(today, NOW, &mut Silent)?;
    for i in 1..DAYS_AFTER {
        release.put_on_sale(today.plus(i))?;
    }
    let shift = ShiftedClock::starting_at(release.world.house.now()).micros();
    mark(db, installation::CLOCK_SHIFT, &shift.to_string())?;
    mark(db, MARK, "finished")
}

fn mark(db: &Db, name: &'static str, value: &str) -> anyhow::Result<()> {
    let value = value.to_owned();
    Ok(db.write_blocking(Lane::house(), move |tx| settings::put(tx, name, &value))?)
}
