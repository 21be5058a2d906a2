//! One SQL dialect on two databases: SQLite embedded, PostgreSQL served.
//!
//! A transaction is a plain closure. `write` runs it in its lane, together with whatever else is
//! waiting there (group commit), and answers after the commit is on disk. `read` runs it on a
//! snapshot that cannot write. Closures may run again, so they make no calls to the outside.
//!
//! ```ignore
//! db.write(Lane::of(&place), move |tx| orders::open(tx, &order)).await?;
//! db.read(move |view| orders::of(view, &buyer, &id)).await?;
//! ```

mod address;
pub mod backup;
mod connection;
mod migrations;
mod postgres;
pub mod relocation;
mod row;
pub mod scratch;
mod sqlite;
mod value;
mod workers;

pub use connection::{Tx, View};
pub use migrations::{MIGRATIONS, Tree};
pub use row::{FromRow, Row};
pub use value::{Bind, Read, Value};
pub use workers::{CommitFault, Pulse, Waiting};

use kernel::{Error, Result};
use std::path::Path;
use std::sync::Arc;
use workers::{Readers, Writers};

/// Closures of one lane run in the order they were handed in.
/// On PostgreSQL a lane is one connection; on SQLite there is one writer and so one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane(u64);

impl Lane {
    /// The lane of a place, a showtime, a campaign: whatever is contended for (FNV-1a of its id).
    pub fn of(id: &impl AsRef<str>) -> Lane {
        let hash = id.as_ref().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Lane(hash)
    }

    /// For what belongs to no place.
    pub fn house() -> Lane {
        Lane(0)
    }
}

/// How hard SQLite tries to survive a power cut. Only `Full` keeps every answered write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    Full,
    /// May lose answered writes on a power cut; the negative control of the power-cut test.
    Normal,
    /// For tests on throw-away files.
    Off,
}

/// A handle to the database; clones share it.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    writers: Writers,
    readers: Readers,
    engine: Engine,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// The engine that an address leads to: `postgres://…`, or the path of a SQLite file.
    pub fn of(address: &str) -> Engine {
        let served = ["postgres://", "postgresql://"].iter().any(|scheme| address.starts_with(scheme));
        if served { Engine::Postgres } else { Engine::Sqlite }
    }
}

impl Db {
    /// Opens an installation: `postgres://…`, or the path of a SQLite file; runs the migrations it lacks.
    pub fn open(address: &str) -> Result<Db> {
        Db::open_tree(address, MIGRATIONS)
    }

    /// `open` for a program that keeps other tables in a database of its own.
    pub fn open_tree(address: &str, tree: Tree) -> Result<Db> {
        match Engine::of(address) {
            Engine::Postgres => Db::on_postgres(address, 8, 4, tree),
            Engine::Sqlite => Db::on_sqlite(Path::new(address), Synchronous::Full, tree),
        }
    }

    pub fn open_sqlite(path: &Path, synchronous: Synchronous) -> Result<Db> {
        Db::on_sqlite(path, synchronous, MIGRATIONS)
    }

    pub fn open_postgres(url: &str, lanes: usize, readers: usize) -> Result<Db> {
        Db::on_postgres(url, lanes, readers, MIGRATIONS)
    }

    fn on_sqlite(path: &Path, synchronous: Synchronous, tree: Tree) -> Result<Db> {
        const READERS: usize = 4;
        let writer = sqlite::open_writer(path, synchronous)?;
        migrations::run(&writer, tree)?;
        let readers = (0..READERS).map(|_| sqlite::open_reader(path)).collect::<Result<Vec<_>>>()?;
        Ok(Db::start(Engine::Sqlite, vec![writer], readers))
    }

    fn on_postgres(url: &str, lanes: usize, readers: usize, tree: Tree) -> Result<Db> {
        let writers = (0..lanes).map(|_| postgres::open(url)).collect::<Result<Vec<_>>>()?;
        migrations::run(&writers[0], tree)?;
        let readers = (0..readers).map(|_| postgres::open(url)).collect::<Result<Vec<_>>>()?;
        Ok(Db::start(Engine::Postgres, writers, readers))
    }

    fn start(
        engine: Engine,
        writers: Vec<connection::Connection>,
        readers: Vec<connection::Connection>,
    ) -> Db {
        let inner = Inner { writers: Writers::start(writers), readers: Readers::start(readers), engine };
        Db { inner: Arc::new(inner) }
    }

    pub fn engine(&self) -> Engine {
        self.inner.engine
    }

    /// Hands a transaction to its lane at once and returns what to wait for.
    ///
    /// The closure may run more than once (a conflict, or a neighbour in its batch that was refused); only one run
    /// is kept. When it
    /// refuses, fails or panics, its own changes are undone and nobody else's.
    pub fn submit<T: Send + 'static>(
        &self,
        lane: Lane,
        story: impl FnMut(&Tx) -> Result<T> + Send + 'static,
    ) -> Waiting<T> {
        self.inner.writers.submit(lane, story)
    }

    /// Runs a transaction; what it answers is on disk. Refuses (`busy`) while thousands wait; what must be done all the same
    /// is handed in by `submit`.
    pub async fn write<T: Send + 'static>(
        &self,
        lane: Lane,
        story: impl FnMut(&Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.inner.writers.check_room()?;
        self.submit(lane, story).answer().await
    }

    /// `write` for callers without an async runtime.
    pub fn write_blocking<T: Send + 'static>(
        &self,
        lane: Lane,
        story: impl FnMut(&Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.submit(lane, story).wait()
    }

    /// Runs a closure on a consistent snapshot that cannot write.
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&View) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.inner.readers.submit(look).answer().await
    }

    /// `read` for callers without an async runtime.
    pub fn read_blocking<T: Send + 'static>(
        &self,
        look: impl FnOnce(&View) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.inner.readers.submit(look).wait()
    }

    /// What was asked of this handle since it was opened, and what still waits.
    pub fn pulse(&self) -> Pulse {
        workers::pulse(&self.inner.writers, &self.inner.readers)
    }

    /// Plans a fault at the `nth` commit from now (1 is the next), for rehearsals and tests.
    pub fn plan_commit_fault(&self, nth: u64, fault: CommitFault) {
        self.inner.writers.plan_commit_fault(nth, fault);
    }

    /// Checks that a statement is valid on this engine, without running it.
    pub fn prepare(&self, sql: &'static str) -> Result<()> {
        self.read_blocking(move |view| view.prepare(sql))
    }
}

/// Whether an error is a check constraint of this name saying no.
pub fn broke_check(error: &Error, name: &str) -> bool {
    let Error::Fault(fault) = error else { return false };
    if let Some(rusqlite::Error::SqliteFailure(_, Some(message))) = fault.downcast_ref() {
        return message.strip_prefix("CHECK constraint failed: ").is_some_and(|found| found == name);
    }
    fault
        .downcast_ref::<::postgres::Error>()
        .and_then(|error| error.as_db_error())
        .is_some_and(|error| error.constraint() == Some(name))
}
