//! The same transfers by hand: one connection of the engine's own driver, a row and two balances each.

use crate::{Place, WAITING};
use anyhow::Result;
use db::{Db, Synchronous};
use ledger::Transfer;
use postgres::{Client, NoTls};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

const ACCOUNT: &str = "insert into account values ($1, $2, 'CNY', false, 0, 0, 0, 0)";
const ROW: &str = "insert into transfer
     (book_id, id, kind, debit, credit, amount_minor, currency, code, reference, happened_at, booked_at)
   values ($1, $2, 'posted', $3, $4, $5, 'CNY', $6, $7, $8, $8)";
const DEBIT: &str = "update account set debits_posted = debits_posted + $3
   where book_id = $1 and id = $2 and currency = 'CNY'";
const CREDIT: &str = "update account set credits_posted = credits_posted + $3
   where book_id = $1 and id = $2 and currency = 'CNY'";

/// A database file on the disk of the build, gone at the end.
pub struct File(PathBuf);

impl File {
    pub fn new() -> Result<File> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        std::fs::create_dir_all(&folder)?;
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        Ok(File(folder.join(format!("ledger-{}-{number}.db", std::process::id()))))
    }

    /// Transfers a second.
    pub fn by_hand(&self, moves: &[Transfer]) -> Result<f64> {
        drop(self.open()?);
        let connection = rusqlite::Connection::open(&self.0)?;
        connection.execute_batch(
            "pragma synchronous = full; pragma foreign_keys = on; pragma cache_size = -65536;",
        )?;
        for (book, account) in accounts(moves) {
            connection.prepare_cached(ACCOUNT)?.execute((book, account))?;
        }
        let start = Instant::now();
        for batch in moves.chunks(WAITING) {
            connection.execute_batch("begin immediate")?;
            for one in batch {
                let (book, minor) = (&one.book.0, one.amount.minor);
                connection.prepare_cached(ROW)?.execute((
                    book,
                    &one.id,
                    &one.debit,
                    &one.credit,
                    minor,
                    one.code,
                    &one.reference,
                    one.happened_at.micros,
                ))?;
                connection.prepare_cached(DEBIT)?.execute((book, &one.debit, minor))?;
                connection.prepare_cached(CREDIT)?.execute((book, &one.credit, minor))?;
            }
            connection.execute_batch("commit")?;
        }
        Ok(moves.len() as f64 / start.elapsed().as_secs_f64())
    }
}

impl Place for File {
    fn open(&self) -> Result<Db> {
        Ok(Db::open_sqlite(&self.0, Synchronous::Full)?)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", self.0.display()));
        }
    }
}

/// A schema of its own on the server, gone at the end.
pub struct Schema {
    server: String,
    name: String,
    url: String,
}

impl Schema {
    pub fn new(server: &str) -> Result<Schema> {
        let name = format!("bench_{:016x}", kernel::Dice::from_entropy().next());
        Client::connect(server, NoTls)?.batch_execute(&format!("create schema {name}"))?;
        let url = format!("{server}?options=-csearch_path%3D{name}");
        Ok(Schema { server: server.to_owned(), name, url })
    }

    /// Transfers a second.
    pub fn by_hand(&self, moves: &[Transfer]) -> Result<f64> {
        drop(self.open()?);
        let mut client = Client::connect(&self.url, NoTls)?;
        for (book, account) in accounts(moves) {
            client.execute(ACCOUNT, &[&book, &account])?;
        }
        let [row, debit, credit] = [client.prepare(ROW)?, client.prepare(DEBIT)?, client.prepare(CREDIT)?];
        let start = Instant::now();
        for batch in moves.chunks(WAITING) {
            let mut tx = client.transaction()?;
            for one in batch {
                let (book, minor, at) = (&one.book.0, one.amount.minor, one.happened_at.micros);
                let content: [&(dyn postgres::types::ToSql + Sync); 8] =
                    [book, &one.id, &one.debit, &one.credit, &minor, &one.code, &one.reference, &at];
                tx.execute(&row, &content)?;
                tx.execute(&debit, &[book, &one.debit, &minor])?;
                tx.execute(&credit, &[book, &one.credit, &minor])?;
            }
            tx.commit()?;
        }
        Ok(moves.len() as f64 / start.elapsed().as_secs_f64())
    }
}

impl Place for Schema {
    fn open(&self) -> Result<Db> {
        Ok(Db::open_postgres(&self.url, 8, 1)?)
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let client = Client::connect(&self.server, NoTls);
        let _ = client.map(|mut client| client.batch_execute(&format!("drop schema {} cascade", self.name)));
    }
}

fn accounts(moves: &[Transfer]) -> BTreeSet<(&str, &str)> {
    moves
        .iter()
        .flat_map(|one| [(one.book.0.as_str(), one.debit.as_str()), (&one.book.0, &one.credit)])
        .collect()
}
