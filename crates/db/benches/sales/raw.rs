//! The same rows by hand: one connection of each engine's own driver, a transaction a batch, every statement prepared
//! once. What a careful person would write who needs nothing of ours; the tables and their indexes are the same, and so is
//! what is on disk when a batch is answered. The ledger's bench has this file too.

use crate::statement::{Bound, Run, Write};
use anyhow::Result;
use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type};
use postgres::{Client, NoTls, Statement};
use rusqlite::types::{ToSqlOutput, ValueRef};
use std::collections::HashMap;
use std::time::Instant;

/// A connection that is ours alone.
pub trait Raw: Run {
    /// Statements without values: `begin`, `commit`, what must be there first.
    fn control(&mut self, sql: &str) -> Result<()>;
}

/// How many a second, in batches of this size.
pub fn rate(raw: &mut impl Raw, things: &[impl Write], batch: usize) -> Result<f64> {
    let start = Instant::now();
    for things in things.chunks(batch) {
        raw.control("begin")?;
        things.iter().try_for_each(|thing| thing.write(raw))?;
        raw.control("commit")?;
    }
    Ok(things.len() as f64 / start.elapsed().as_secs_f64())
}

pub struct Sqlite(rusqlite::Connection);

impl Sqlite {
    pub fn open(path: &str) -> Result<Sqlite> {
        let connection = rusqlite::Connection::open(path)?;
        connection.execute_batch(
            "pragma synchronous = full; pragma foreign_keys = on; pragma cache_size = -65536;",
        )?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(Sqlite(connection))
    }
}

impl Raw for Sqlite {
    fn control(&mut self, sql: &str) -> Result<()> {
        Ok(self.0.execute_batch(sql)?)
    }
}

impl Run for Sqlite {
    fn run<const N: usize>(&mut self, sql: &'static str, values: [Bound<'_>; N]) -> Result<u64> {
        Ok(self.0.prepare_cached(sql)?.execute(rusqlite::params_from_iter(values))? as u64)
    }
}

impl rusqlite::ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Bound::Text(text) => ValueRef::Text(text.as_bytes()),
            Bound::Int(int) => ValueRef::Integer(*int),
        }))
    }
}

pub struct Postgres(Client, HashMap<&'static str, Statement>);

impl Postgres {
    pub fn open(url: &str) -> Result<Postgres> {
        Ok(Postgres(Client::connect(url, NoTls)?, HashMap::new()))
    }
}

impl Raw for Postgres {
    fn control(&mut self, sql: &str) -> Result<()> {
        Ok(self.0.batch_execute(sql)?)
    }
}

impl Run for Postgres {
    fn run<const N: usize>(&mut self, sql: &'static str, values: [Bound<'_>; N]) -> Result<u64> {
        if !self.1.contains_key(sql) {
            let statement = self.0.prepare(sql)?;
            self.1.insert(sql, statement);
        }
        Ok(self.0.execute(&self.1[sql], &values.each_ref().map(|value| value as &(dyn ToSql + Sync)))?)
    }
}

impl ToSql for Bound<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Bound::Text(text) => text.to_sql(ty, out),
            Bound::Int(int) => int.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    postgres::types::to_sql_checked!();
}
