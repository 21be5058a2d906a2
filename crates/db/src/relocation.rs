//! An installation carried over from one engine to the other: a file into an empty PostgreSQL database, or one moment of
//! a PostgreSQL database into a new file.
//!
//! All of it goes over in one transaction, table by table, those first that others refer to; the statements that made
//! the tables are the same on both engines. At the end every table is read back, and must have as many rows as
//! it had and the same in them. The source keeps all it has. A file is brought to this version and held alone meanwhile;
//! a PostgreSQL database goes on being written, and what is written after the beginning stays behind.

use crate::address::Address;
use crate::connection::Connection;
use crate::sqlite::Table;
use crate::value::Value;
use crate::{MIGRATIONS, migrations, postgres as served, sqlite};
use kernel::{Error, Kind, Refusal, Result};
use postgres::binary_copy::BinaryCopyInWriter;
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{ToSql, Type};
use postgres::{IsolationLevel, Transaction};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// A table that was carried over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    pub table: String,
    pub rows: u64,
}

/// Carries the database at `from` over to `to`, a `postgres://` address, and tells of each table as it is done.
///
/// Refuses (`not_found`, `in_use`, `newer_database`, `not_a_database`, `not_empty`) a file that is not there, is open
/// elsewhere, is of another version or of another program, and a target that holds anything.
pub fn run(from: &Path, to: &str, mut told: impl FnMut(&Carried, usize)) -> Result<Vec<Carried>> {
    if !from.is_file() {
        return Err(sqlite::absent(from).into());
    }
    // The source is brought to this version first, as if it were opened to serve.
    drop(crate::Db::open(&from.to_string_lossy())?);
    let source = sqlite::open_alone(from)?.ok_or_else(|| in_use(from))?;
    migrations::run(&served::open(to)?, MIGRATIONS)?;
    let mut client = Address::parse(to)?.connect()?;
    let mut target = client.transaction()?;
    let tables = in_order(sqlite::tables(&source)?)?;
    for table in &tables {
        seize(&mut target, &table.name)?;
    }
    let mut carried = Vec::new();
    for table in &tables {
        let one = carry(&source, &mut target, table)?;
        told(&one, tables.len());
        carried.push(one);
    }
    target.commit()?;
    Ok(carried)
}

/// Writes this moment of the database at `from`, a `postgres://` address, into the empty file `to`, and tells of each
/// table as it is done. Nothing is brought to the disk.
///
/// The file has the tables that the database has: it may be some versions older. Refuses (`newer_database`,
/// `not_a_database`) one of a newer version, and one of another program.
pub(crate) fn fetch(from: &str, to: &Path, mut told: impl FnMut(&Carried, usize)) -> Result<()> {
    let mut client = Address::parse(from)?.connect()?;
    let moment = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let mut source = moment.start()?;
    let tree = migrations::ran(&migrations_of(&mut source)?, MIGRATIONS)?;
    let target = Connection::Sqlite(sqlite::open_unsafe(to)?);
    migrations::run(&target, tree)?;
    let Connection::Sqlite(target) = &target else { return Err(Error::fault("a file is SQLite's")) };
    let tables = in_order(sqlite::tables(target)?)?;
    for table in &tables {
        told(&take(&mut source, target, table)?, tables.len());
    }
    sqlite::must_be_sound(target)
}

/// The names of the migrations that ran in a database, in order.
fn migrations_of(source: &mut Transaction<'_>) -> Result<Vec<String>> {
    let rows = match source.query("select distinct name from migration order by name", &[]) {
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => return Err(not_ours().into()),
        rows => rows?,
    };
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// The tables so that each comes after those it refers to.
fn in_order(mut waiting: Vec<Table>) -> Result<Vec<Table>> {
    let mut ordered: Vec<Table> = Vec::new();
    while !waiting.is_empty() {
        let (ready, rest): (Vec<Table>, Vec<Table>) = waiting.into_iter().partition(|table| {
            let is_there = |name: &String| ordered.iter().any(|done| done.name == *name);
            table.refers_to.iter().all(|name| *name == table.name || is_there(name))
        });
        if ready.is_empty() {
            let names: Vec<&str> = rest.iter().map(|table| table.name.as_str()).collect();
            return Err(Error::fault(format!("{} refer to each other in a circle", names.join(", "))));
        }
        ordered.extend(ready);
        waiting = rest;
    }
    Ok(ordered)
}

/// Keeps everybody else out of a table until the commit; it must be empty.
fn seize(target: &mut Transaction<'_>, table: &str) -> Result<()> {
    target.batch_execute(&format!("lock table {table} in access exclusive mode"))?;
    let taken = target.query_opt(&format!("table {table} limit 1"), &[])?.is_some();
    if taken { Err(not_empty(table).into()) } else { Ok(()) }
}

fn carry(source: &rusqlite::Connection, target: &mut Transaction<'_>, table: &Table) -> Result<Carried> {
    let read = ["select", &table.columns.join(", "), "from", &table.name].join(" ");
    let types: Vec<Type> =
        target.prepare(&read)?.columns().iter().map(|column| column.type_().clone()).collect();
    let copy = format!("copy {} ({}) from stdin (format binary)", table.name, table.columns.join(", "));
    let mut writer = BinaryCopyInWriter::new(target.copy_in(&copy)?, &types);
    let mut sent = Sum::default();
    sqlite::each(source, &read, |row| {
        let row: Vec<Value> = row.into_iter().zip(&types).map(|(value, ty)| typed(value, ty)).collect();
        sent.add(&row);
        let row: Vec<&(dyn ToSql + Sync)> = row.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
        writer.write(&row).map_err(|error| of_table(error, &table.name))
    })?;
    writer.finish().map_err(|error| of_table(error, &table.name))?;
    let mut arrived = Sum::default();
    let mut rows = target.query_raw(&read, std::iter::empty::<&(dyn ToSql + Sync)>())?;
    while let Some(row) = rows.next()? {
        arrived.add(&values(&row)?);
    }
    sent.must_be(&arrived, table)
}

/// Takes a table out of PostgreSQL into a file.
fn take(source: &mut Transaction<'_>, target: &rusqlite::Connection, table: &Table) -> Result<Carried> {
    let read = ["select", &table.columns.join(", "), "from", &table.name].join(" ");
    let query = source.prepare(&read)?;
    let types: Vec<Type> = query.columns().iter().map(|column| column.type_().clone()).collect();
    let mut sent = Sum::default();
    let mut rows = source.query_raw(&query, std::iter::empty::<&(dyn ToSql + Sync)>())?;
    target.execute_batch("begin")?;
    let mut insert = target.prepare(&sqlite::insertion(table))?;
    while let Some(row) = rows.next()? {
        let row = values(&row)?;
        sent.add(&row);
        insert.execute(rusqlite::params_from_iter(row))?;
    }
    target.execute_batch("commit")?;
    let mut arrived = Sum::default();
    sqlite::each(target, &read, |row| {
        arrived.add(&row.into_iter().zip(&types).map(|(value, ty)| typed(value, ty)).collect::<Vec<_>>());
        Ok(())
    })?;
    sent.must_be(&arrived, table)
}

fn values(row: &postgres::Row) -> Result<Vec<Value>> {
    Ok((0..row.len()).map(|i| row.try_get(i)).collect::<std::result::Result<_, _>>()?)
}

fn of_table(error: postgres::Error, table: &str) -> Error {
    Error::Fault(anyhow::Error::from(error).context(format!("in the table {table}")))
}

/// A value as the target's column holds it: SQLite knows no truth values and keeps whole numbers whole.
fn typed(value: Value, ty: &Type) -> Value {
    match value {
        Value::Int(int) if *ty == Type::BOOL => Value::Bool(int != 0),
        Value::Int(int) if *ty == Type::FLOAT8 => Value::Real(int as f64),
        other => other,
    }
}

/// How many rows, and what is in them whatever their order.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sum {
    rows: u64,
    digest: u64,
}

impl Sum {
    fn add(&mut self, row: &[Value]) {
        let mut hasher = DefaultHasher::new();
        for value in row {
            std::mem::discriminant(value).hash(&mut hasher);
            match value {
                Value::Null => {}
                Value::Bool(yes) => yes.hash(&mut hasher),
                Value::Int(int) => int.hash(&mut hasher),
                Value::Real(real) => real.to_bits().hash(&mut hasher),
                Value::Text(text) => text.hash(&mut hasher),
                Value::Bytes(bytes) => bytes.hash(&mut hasher),
            }
        }
        self.rows += 1;
        self.digest = self.digest.wrapping_add(hasher.finish());
    }

    fn must_be(&self, arrived: &Sum, table: &Table) -> Result<Carried> {
        if self != arrived {
            return Err(Error::fault(format!("{} did not arrive as it was", table.name)));
        }
        Ok(Carried { table: table.name.clone(), rows: self.rows })
    }
}

fn in_use(from: &Path) -> Refusal {
    let name = from.display();
    Refusal::new(
        Kind::Conflict,
        "in_use",
        format!("{name} is open elsewhere. Stop the house, then move it."),
        format!("{name} 正在被使用。请先停止服务，再迁移。"),
    )
}

fn not_ours() -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "not_a_database",
        "This PostgreSQL database holds nothing of this program.",
        "该 PostgreSQL 数据库中没有本程序的数据。",
    )
}

fn not_empty(table: &str) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "not_empty",
        format!("The target holds something already (in {table}); it was left as it is."),
        format!("目标数据库已有数据（{table}），未作改动。"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, refers_to: &[&str]) -> Table {
        let refers_to = refers_to.iter().map(|&name| name.to_owned()).collect();
        Table { name: name.into(), columns: vec!["id".into()], refers_to }
    }

    #[test]
    fn a_table_comes_after_those_it_refers_to() {
        let tables =
            vec![table("ticket", &["orders"]), table("orders", &["place"]), table("place", &["place"])];
        let ordered = in_order(tables).expect("an order");
        let names: Vec<&str> = ordered.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, ["place", "orders", "ticket"]);
        assert!(in_order(vec![table("a", &["b"]), table("b", &["a"])]).is_err());
    }

    #[test]
    fn a_sum_knows_rows_but_not_their_order() {
        let sum = |rows: &[&[Value]]| {
            let mut sum = Sum::default();
            rows.iter().for_each(|row| sum.add(row));
            sum
        };
        let (one, two) = ([Value::Int(1), Value::Null], [Value::Int(2), Value::Text("x".into())]);
        assert_eq!(sum(&[&one, &two]), sum(&[&two, &one]));
        assert_ne!(sum(&[&one, &two]), sum(&[&one, &one]));
        assert_ne!(
            sum(&[&[Value::Text("ab".into()), Value::Text("c".into())]]),
            sum(&[&[Value::Text("a".into()), Value::Text("bc".into())]])
        );
    }
}
