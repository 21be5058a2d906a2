//! A connection of either engine, and what a closure sees of it: a `View` reads, a `Tx` also writes.

use crate::row::{FromRow, Row};
use crate::value::{Bind, Value};
use crate::{postgres, sqlite};
use kernel::{Error, Result};
use std::ops::Deref;

#[allow(clippy::large_enum_variant, reason = "there is a handful of connections, each made once")]
pub(crate) enum Connection {
    Sqlite(rusqlite::Connection),
    Postgres(postgres::Session),
}

impl Connection {
    /// Runs a control statement: `begin`, `savepoint`, `commit`, a migration.
    pub fn control(&self, sql: &str) -> Result<()> {
        match self {
            Connection::Sqlite(connection) => sqlite::control(connection, sql),
            Connection::Postgres(session) => session.control(sql),
        }
    }

    pub fn begin_write(&self) -> Result<()> {
        match self {
            Connection::Sqlite(_) => self.control("begin immediate"),
            Connection::Postgres(session) => session.begin("begin"),
        }
    }

    pub fn begin_read(&self) -> Result<()> {
        match self {
            Connection::Sqlite(_) => self.control("begin"),
            Connection::Postgres(session) => {
                session.begin("begin transaction isolation level repeatable read read only")
            }
        }
    }

    /// Whether the transaction is still there; an I/O error can make SQLite roll all of it back.
    pub fn in_transaction(&self) -> bool {
        match self {
            Connection::Sqlite(connection) => !connection.is_autocommit(),
            Connection::Postgres(_) => true,
        }
    }

    /// Keeps what came since the savepoint and sets the next; fails when the transaction is broken.
    pub fn next_savepoint(&self) -> Result<()> {
        match self {
            Connection::Sqlite(_) => {
                self.control("release savepoint story")?;
                self.control("savepoint story")
            }
            // One way to the server and back, for every closure.
            Connection::Postgres(_) => self.control("release savepoint story; savepoint story"),
        }
    }

    /// How many rows this connection has changed since it was opened.
    pub fn changes(&self) -> u64 {
        match self {
            Connection::Sqlite(connection) => connection.total_changes(),
            Connection::Postgres(session) => session.written(),
        }
    }

    /// Whether a statement failed that takes its whole transaction along; on SQLite it fails alone.
    pub fn is_broken(&self) -> bool {
        match self {
            Connection::Sqlite(_) => false,
            Connection::Postgres(session) => session.is_broken(),
        }
    }

    fn query(&self, sql: &'static str, binds: &[Value]) -> Result<Vec<Row>> {
        match self {
            Connection::Sqlite(connection) => sqlite::query(connection, sql, binds),
            Connection::Postgres(session) => session.query(sql, binds),
        }
    }

    fn execute(&self, sql: &'static str, binds: &[Value]) -> Result<u64> {
        match self {
            Connection::Sqlite(connection) => sqlite::execute(connection, sql, binds),
            Connection::Postgres(session) => session.execute(sql, binds),
        }
    }

    fn prepare(&self, sql: &'static str) -> Result<()> {
        match self {
            Connection::Sqlite(connection) => Ok(connection.prepare(sql).map(|_| ())?),
            Connection::Postgres(session) => session.prepare(sql),
        }
    }
}

/// A consistent look at the database.
pub struct View<'a>(pub(crate) &'a Connection);

impl View<'_> {
    /// Every row.
    pub fn all<T: FromRow>(&self, sql: &'static str, binds: &[&dyn Bind]) -> Result<Vec<T>> {
        self.0.query(sql, &values(binds))?.into_iter().map(|mut row| T::from_row(&mut row)).collect()
    }

    /// The first row, if there is one.
    pub fn maybe<T: FromRow>(&self, sql: &'static str, binds: &[&dyn Bind]) -> Result<Option<T>> {
        self.0.query(sql, &values(binds))?.first_mut().map(T::from_row).transpose()
    }

    /// The first row; a fault when there is none.
    pub fn one<T: FromRow>(&self, sql: &'static str, binds: &[&dyn Bind]) -> Result<T> {
        self.maybe(sql, binds)?.ok_or_else(|| Error::fault(format!("no row where one must be: {sql}")))
    }

    pub(crate) fn prepare(&self, sql: &'static str) -> Result<()> {
        self.0.prepare(sql)
    }
}

/// A transaction: a view that can also write.
pub struct Tx<'a>(pub(crate) View<'a>);

impl<'a> Deref for Tx<'a> {
    type Target = View<'a>;

    fn deref(&self) -> &View<'a> {
        &self.0
    }
}

impl Tx<'_> {
    /// Runs a statement; the number of rows it touched.
    pub fn run(&self, sql: &'static str, binds: &[&dyn Bind]) -> Result<u64> {
        self.0.0.execute(sql, &values(binds))
    }
}

fn values(binds: &[&dyn Bind]) -> Vec<Value> {
    binds.iter().map(|bind| bind.bind()).collect()
}
