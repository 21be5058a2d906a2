//! `ferryman backup` and `restore`: a proven copy of an installation, and an installation from a copy.

use crate::installation::{ending, engine, without_secrets};
use crate::relocation::by_tables;
use crate::{check, progress, relocation};
use anyhow::ensure;
use clap::Args;
use db::Engine;
use kernel::{Clock, SystemClock, Words};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Backup {
    /// The database: a SQLite file or a postgres:// URL; either may be in service.
    #[arg(long, default_value = "ferryman.db", env = "FERRYMAN_DB", hide_env_values = true)]
    db: String,
    /// The file to make, or a folder that gets one named after the instant (UTC). Nothing is ever overwritten.
    to: PathBuf,
}

#[derive(Args)]
pub struct Restore {
    /// The copy that `ferryman backup` made; it stays as it is.
    from: PathBuf,
    /// The database to make, or an empty one of PostgreSQL as a postgres:// URL; where anything lies already, nothing
    /// is done.
    #[arg(long, default_value = "ferryman.db", env = "FERRYMAN_DB", hide_env_values = true)]
    db: String,
}

pub fn take(options: &Backup) -> anyhow::Result<ExitCode> {
    let from = &options.db;
    let to = if options.to.is_dir() { options.to.join(named_after_now()) } else { options.to.clone() };
    match engine(from)? {
        Engine::Sqlite => copy(Path::new(from), &to)?,
        Engine::Postgres => {
            let bytes =
                by_tables(&Words::new("Copying", "正在复制"), |told| db::backup::fetch(from, &to, told))?;
            say_copied(&without_secrets(from), &to, bytes);
        }
    }
    proven(&to)
}

pub fn restore(options: &Restore) -> anyhow::Result<ExitCode> {
    let to = &options.db;
    let answer = match engine(to)? {
        Engine::Sqlite => {
            is_free(to)?;
            copy(&options.from, Path::new(to))?;
            proven(Path::new(to))?
        }
        Engine::Postgres => {
            let tables = by_tables(&Words::new("Restoring", "正在恢复"), |told| {
                db::backup::restore(&options.from, to, told)
            })?;
            let rows: u64 = tables.iter().map(|table| table.rows).sum();
            println!("{rows} rows of {} tables restored to {}", tables.len(), without_secrets(to));
            relocation::proven(to)?
        }
    };
    println!("What was sold after the copy was made is in the provider's bill: see docs/operating.md.");
    println!("备份之后售出的，可在渠道账单中查到：见 docs/operating.md。");
    Ok(answer)
}

fn is_free(db: &str) -> anyhow::Result<()> {
    for end in ["", "-wal", "-shm"] {
        let part = PathBuf::from(format!("{db}{end}"));
        ensure!(
            !part.exists(),
            "{0} is there. Stop the house, move {0} and the files beside it away, and restore again.\n          \
             {0} 已存在。请先停止服务，移走该文件及其旁边的文件，再恢复。",
            part.display()
        );
    }
    Ok(())
}

/// `ferryman-20161223T010203Z.db`
fn named_after_now() -> String {
    let text = SystemClock.now().rfc3339();
    let second = text.split(['.', 'Z']).next().unwrap_or(&text);
    format!("ferryman-{}Z.db", second.replace([':', '-'], ""))
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let wait = progress::waiting(&Words::new("Copying", "正在复制"));
    let copied = db::backup::copy(from, to);
    wait.finish_and_clear();
    say_copied(&from.display(), to, copied.map_err(ending)?);
    Ok(())
}

fn say_copied(from: &impl std::fmt::Display, to: &Path, bytes: u64) {
    println!("{from} copied to {}, {:.1} MB", to.display(), bytes as f64 / 1e6);
}

/// Holds every invariant against a copy, without writing to it.
fn proven(copy: &Path) -> anyhow::Result<ExitCode> {
    let wait = progress::waiting(&Words::new("Proving the copy", "正在核对副本"));
    let checked = db::backup::read(copy, |view| flows::check::at_rest(view, SystemClock.now()));
    wait.finish_and_clear();
    Ok(check::say(&checked?))
}
