//! `ferryman export`: the books as files for other programs.

use crate::{installation, providers};
use anyhow::Context;
use clap::{Args, ValueEnum};
use db::View;
use flows::views;
use kernel::ids::Id;
use kernel::{Day, Instant, PlaceId, Zone};
use lake::Kind;
use ledger::export;
use ledger::transfers::Kept;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

#[derive(Args, Clone)]
pub struct Options {
    /// The database: a SQLite file, or a postgres:// URL.
    #[arg(long, default_value = "ferryman.db", env = "FERRYMAN_DB", hide_env_values = true)]
    db: String,
    /// One book, by the id of its place; every book when left out.
    #[arg(long)]
    book: Option<String>,
    /// How the file is written.
    #[arg(long = "as", value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// The first day, by when transfers were booked, in Shanghai.
    #[arg(long)]
    from: Option<String>,
    /// The last day.
    #[arg(long)]
    until: Option<String>,
    /// The file to write; it appears when it is whole.
    #[arg(long)]
    out: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Comma-separated values, one transfer a line.
    Csv,
    /// Parquet, one transfer a row.
    Parquet,
    /// A journal for ledger-cli and hledger: what moved money, without reservations.
    Journal,
}

pub fn run(options: &Options) -> anyhow::Result<()> {
    let embedded = !options.db.contains("://");
    anyhow::ensure!(!embedded || Path::new(&options.db).exists(), "there is no database at {}", options.db);
    let house = installation::open_house(installation::open_database(&options.db)?, providers::nobody())?;
    let asked = options.clone();
    let half = options.out.with_extension("part");
    let to = half.clone();
    let written = house
        .read_blocking(move |view| write(view, &asked, &to).map_err(kernel::Error::Fault))
        .inspect_err(|_| {
            let _ = std::fs::remove_file(&half);
        })?;
    std::fs::rename(&half, &options.out).with_context(|| options.out.display().to_string())?;
    println!("{written} transfers written to {}", options.out.display());
    Ok(())
}

fn write(view: &View, options: &Options, to: &Path) -> anyhow::Result<u64> {
    let books = match &options.book {
        Some(id) => vec![PlaceId::parse(id).map_err(|refusal| anyhow::anyhow!(refusal.say.en))?],
        None => views::places::with_books(view)?,
    };
    let zone = people::home::of(view)?.zone;
    let (from, until) = (first(options, &zone)?, end(options, &zone)?);
    let file = BufWriter::new(File::create(to).with_context(|| to.display().to_string())?);
    let mut sheet = Sheet::new(options.format, file)?;
    let mut written = 0;
    for book in &books {
        export::walk(view, book, from, until, |kept| {
            written += u64::from(sheet.take(book, &kept).map_err(kernel::Error::Fault)?);
            Ok(())
        })?;
    }
    sheet.finish()?;
    Ok(written)
}

fn first(options: &Options, zone: &Zone) -> anyhow::Result<Instant> {
    let first = options.from.as_deref().map(day).transpose()?;
    Ok(first.map_or(Instant::from_micros(i64::MIN), |day| day.at(0, 0, zone)))
}

fn end(options: &Options, zone: &Zone) -> anyhow::Result<Instant> {
    let last = options.until.as_deref().map(day).transpose()?;
    Ok(last.map_or(Instant::from_micros(i64::MAX), |day| day.plus(1).at(0, 0, zone)))
}

fn day(text: &str) -> anyhow::Result<Day> {
    Day::parse(text).map_err(|refusal| anyhow::anyhow!(refusal.say.en))
}

/// A file that is being written.
enum Sheet {
    Csv(BufWriter<File>),
    Journal(BufWriter<File>),
    Parquet(Box<lake::Writer<BufWriter<File>>>),
}

const COLUMNS: [(&str, Kind); 13] = [
    ("book", Kind::Text),
    ("id", Kind::Text),
    ("kind", Kind::Text),
    ("pending_id", Kind::Text),
    ("debit", Kind::Text),
    ("credit", Kind::Text),
    ("amount_minor", Kind::Integer),
    ("currency", Kind::Text),
    ("code", Kind::Text),
    ("reference", Kind::Text),
    ("happened_at", Kind::Instant),
    ("booked_at", Kind::Instant),
    ("expires_at", Kind::Instant),
];

impl Sheet {
    fn new(format: Format, mut file: BufWriter<File>) -> anyhow::Result<Sheet> {
        Ok(match format {
            Format::Csv => {
                file.write_all(export::CSV_HEADER.as_bytes())?;
                Sheet::Csv(file)
            }
            Format::Journal => Sheet::Journal(file),
            Format::Parquet => Sheet::Parquet(Box::new(lake::Writer::new(file, "transfer", &COLUMNS)?)),
        })
    }

    /// Whether the transfer went into the file.
    fn take(&mut self, book: &PlaceId, kept: &Kept) -> anyhow::Result<bool> {
        match self {
            Sheet::Csv(file) => file.write_all(export::csv_line(book, kept).as_bytes())?,
            Sheet::Journal(file) => match export::journal_entry(book, kept) {
                Some(entry) => file.write_all(entry.as_bytes())?,
                None => return Ok(false),
            },
            Sheet::Parquet(writer) => writer.row(row(book, kept))?,
        }
        Ok(true)
    }

    fn finish(self) -> anyhow::Result<()> {
        match self {
            Sheet::Csv(mut file) | Sheet::Journal(mut file) => Ok(file.flush()?),
            Sheet::Parquet(writer) => writer.finish(),
        }
    }
}

fn row(book: &PlaceId, kept: &Kept) -> Vec<lake::Value> {
    vec![
        book.as_ref().into(),
        kept.id.as_str().into(),
        kept.kind.as_str().into(),
        kept.pending_id.as_deref().into(),
        kept.debit.as_str().into(),
        kept.credit.as_str().into(),
        kept.amount.minor.into(),
        kept.amount.currency.code().into(),
        kept.code.as_str().into(),
        kept.reference.as_str().into(),
        kept.happened_at.micros.into(),
        kept.booked_at.micros.into(),
        kept.expires_at.map(|at| at.micros).into(),
    ]
}
