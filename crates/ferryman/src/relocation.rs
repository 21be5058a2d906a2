//! `ferryman move`: an embedded installation carried over to PostgreSQL.

use crate::installation::{ending, open_database, without_secrets};
use crate::{check, progress};
use anyhow::ensure;
use clap::Args;
use db::Engine;
use db::relocation::Carried;
use kernel::{Clock, SystemClock, Words};
use std::path::Path;
use std::process::ExitCode;

#[derive(Args)]
pub struct Options {
    /// The SQLite file to carry over; no house may have it open. It keeps all it has.
    #[arg(long, default_value = "ferryman.db", env = "FERRYMAN_DB", hide_env_values = true)]
    db: String,
    /// An empty database of PostgreSQL 15 or newer, as a postgres:// URL.
    #[arg(long, env = "FERRYMAN_MOVE_TO", hide_env_values = true)]
    to: String,
}

pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    ensure!(
        !options.db.contains("://"),
        "only a SQLite file can be moved; {0} is none\n          只能迁移 SQLite 文件；{0} 不是",
        without_secrets(&options.db)
    );
    ensure!(
        Engine::of(&options.to) == Engine::Postgres,
        "--to is the address of an empty database, postgres://…\n          --to 应为空数据库的地址 postgres://…"
    );
    let what = Words::new("Carrying over", "正在迁移");
    let carried = by_tables(&what, |told| db::relocation::run(Path::new(&options.db), &options.to, told))?;
    let rows: u64 = carried.iter().map(|table| table.rows).sum();
    println!("{rows} rows of {} tables carried over to {}", carried.len(), without_secrets(&options.to));
    proven(&options.to)
}

/// Does what goes table by table, and shows how far it is.
pub fn by_tables<T>(
    what: &Words,
    work: impl FnOnce(&mut dyn FnMut(&Carried, usize)) -> kernel::Result<T>,
) -> anyhow::Result<T> {
    let mut bar = None;
    let done = work(&mut |table, tables| {
        let bar = bar.get_or_insert_with(|| progress::bar(what, tables as u64));
        bar.inc(1);
        bar.set_message(format!("{}, {} rows", table.table, table.rows));
    });
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    done.map_err(ending)
}

/// Holds every invariant against what arrived in a database.
pub fn proven(address: &str) -> anyhow::Result<ExitCode> {
    let wait = progress::waiting(&Words::new("Proving them there", "正在目标处核对"));
    let checked =
        open_database(address)?.read_blocking(|view| flows::check::at_rest(view, SystemClock.now()));
    wait.finish_and_clear();
    Ok(check::say(&checked?))
}
