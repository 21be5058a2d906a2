//! The same sales by hand, on one connection of each engine's own driver.

use crate::sale::{Bound, Run, Sale, town};
use crate::seconds;
use anyhow::Result;
use db::{Db, Synchronous};
use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type};
use postgres::{Client, NoTls, Statement};
use rusqlite::types::{ToSqlOutput, ValueRef};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

/// Seconds for these sales in batches of this size, on a new file.
pub fn on_sqlite(sales: &[Sale], batch: usize) -> Result<f64> {
    let file = File::new()?;
    drop(file.open()?);
    let mut connection = Sqlite(rusqlite::Connection::open(&file.0)?);
    let settings = "pragma synchronous = full; pragma foreign_keys = on; pragma cache_size = -65536;";
    connection.0.execute_batch(settings)?;
    connection.0.set_prepared_statement_cache_capacity(64);
    connection.0.execute_batch(&town().join(";"))?;
    seconds(|| {
        for sales in sales.chunks(batch) {
            connection.0.execute_batch("begin immediate")?;
            sales.iter().try_for_each(|sale| sale.write(&mut connection))?;
            connection.0.execute_batch("commit")?;
        }
        Ok(())
    })
}

/// The same in a new schema.
pub fn on_postgres(url: &str, sales: &[Sale], batch: usize) -> Result<f64> {
    let schema = Schema::new(url)?;
    drop(schema.open()?);
    let mut connection = Postgres(Client::connect(&schema.url, NoTls)?, HashMap::new());
    connection.0.batch_execute(&town().join(";"))?;
    seconds(|| {
        for sales in sales.chunks(batch) {
            connection.0.batch_execute("begin")?;
            sales.iter().try_for_each(|sale| sale.write(&mut connection))?;
            connection.0.batch_execute("commit")?;
        }
        Ok(())
    })
}

/// A database file on the disk of the build, gone at the end.
pub struct File(PathBuf);

impl File {
    pub fn new() -> Result<File> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        std::fs::create_dir_all(&folder)?;
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        Ok(File(folder.join(format!("bench-{}-{number}.db", std::process::id()))))
    }

    pub fn open(&self) -> Result<Db> {
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

    pub fn open(&self) -> Result<Db> {
        Ok(Db::open_postgres(&self.url, 8, 1)?)
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let client = Client::connect(&self.server, NoTls);
        let _ = client.map(|mut client| client.batch_execute(&format!("drop schema {} cascade", self.name)));
    }
}

struct Sqlite(rusqlite::Connection);

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

struct Postgres(Client, HashMap<&'static str, Statement>);

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
