//! `ferryman backup` and `restore`: a proven copy of an embedded installation, and an installation from a copy.

use crate::installation::spoken;
use crate::{check, progress};
use anyhow::ensure;
use clap::Args;
use kernel::{Clock, SystemClock, Words};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Backup {
    /// The database: a SQLite file, which may be in service.
    #[arg(long, default_value = "ferryman.db", env = "FERRYMAN_DB", hide_env_values = true)]
    db: String,
    /// The file to make, or a folder that gets one named after the instant (UTC). Nothing is ever overwritten.
    to: PathBuf,
}

#[derive(Args)]
pub struct Restore {
    /// The copy that `ferryman backup` made; it stays as it is.
    from: PathBuf,
    /// The database to make; where one lies already, nothing is done.
    #[arg(long, default_value = "ferryman.db", env = "FERRYMAN_DB", hide_env_values = true)]
    db: String,
}

pub fn take(options: &Backup) -> anyhow::Result<ExitCode> {
    is_embedded(&options.db)?;
    let to = if options.to.is_dir() { options.to.join(named_after_now()) } else { options.to.clone() };
    copy(Path::new(&options.db), &to)?;
    proven(&to)
}

pub fn restore(options: &Restore) -> anyhow::Result<ExitCode> {
    is_embedded(&options.db)?;
    let to = Path::new(&options.db);
    for end in ["", "-wal", "-shm"] {
        let part = PathBuf::from(format!("{}{end}", options.db));
        ensure!(
            !part.exists(),
            "{0} is there. Stop the house, move {0} and the files beside it away, and restore again.\n          \
             {0} 已存在。请先停止服务，移走该文件及其旁边的文件，再恢复。",
            part.display()
        );
    }
    copy(&options.from, to)?;
    let answer = proven(to)?;
    println!("What was sold after the copy was made is in the provider's bill: see docs/operating.md.");
    println!("备份之后售出的，可在渠道账单中查到：见 docs/operating.md。");
    Ok(answer)
}

fn is_embedded(db: &str) -> anyhow::Result<()> {
    ensure!(
        !db.contains("://"),
        "PostgreSQL keeps copies by its own tools (pg_basebackup with its log, or pg_dump); prove what you restored \
         with ferryman check.\n          PostgreSQL 请用其自带工具备份，恢复后用 ferryman check 核对。"
    );
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
    let bytes = copied.map_err(|error| match error {
        kernel::Error::Refused(refusal) => spoken(refusal),
        kernel::Error::Fault(fault) => fault,
    })?;
    println!("{} copied to {}, {:.1} MB", from.display(), to.display(), bytes as f64 / 1e6);
    Ok(())
}

/// Holds every invariant against a copy, without writing to it.
fn proven(copy: &Path) -> anyhow::Result<ExitCode> {
    let wait = progress::waiting(&Words::new("Proving the copy", "正在核对副本"));
    let checked = db::backup::read(copy, |view| flows::check::at_rest(view, SystemClock.now()));
    wait.finish_and_clear();
    Ok(check::say(&checked?))
}
