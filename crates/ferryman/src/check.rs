//! `ferryman check`: the invariants, read from the database and nothing written.

use crate::{installation, providers};
use clap::Args;
use flows::check::Checked;
use std::process::ExitCode;

#[derive(Args)]
pub struct Options {
    /// The database: a SQLite file, or a postgres:// URL.
    #[arg(long, default_value = "ferryman.db", env = "FERRYMAN_DB", hide_env_values = true)]
    db: String,
    /// Write what was found as JSON to this file.
    #[arg(long)]
    json: Option<std::path::PathBuf>,
}

pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let embedded = !options.db.contains("://");
    anyhow::ensure!(
        !embedded || std::path::Path::new(&options.db).exists(),
        "there is no database at {}",
        options.db
    );
    let house = installation::open_house(installation::open_database(&options.db)?, providers::nobody())?;
    let now = house.now();
    let checked = house.read_blocking(move |view| flows::check::all(view, now))?;
    let answer = say(&checked);
    if let Some(file) = &options.json {
        std::fs::write(file, serde_json::to_string_pretty(&checked)?)?;
    }
    Ok(answer)
}

/// Prints what was found, and says by the exit code whether all is well.
pub fn say(checked: &[Checked]) -> ExitCode {
    print(checked);
    if checked.iter().all(|one| one.broken.is_empty()) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One line an invariant, and every sentence about a broken one.
pub fn print(checked: &[Checked]) {
    for one in checked {
        let mark = if one.broken.is_empty() { "✓" } else { "✗" };
        println!("  {mark} {}  {}", one.promise.en, one.promise.zh);
        for sentence in one.broken.iter().take(20) {
            println!("      {sentence}");
        }
        if one.broken.len() > 20 {
            println!("      … and {} more", one.broken.len() - 20);
        }
    }
}
