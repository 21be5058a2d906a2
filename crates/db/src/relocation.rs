//! An embedded installation carried over into an empty PostgreSQL database.
//!
//! All of it goes over in one transaction, table by table, those first that others refer to; the statements that made
//! the tables are the same on both engines. Before the commit every table is read back, and must have as many rows as
//! it had and the same in them. The source is brought to this version, is held alone
//! meanwhile, and keeps all it has.

use crate::address::Address;
use crate::sqlite::Table;
use crate::value::Value;
use crate::{MIGRATIONS, migrations, postgres as served, sqlite};
use kernel::{Error, Kind, Refusal, Result};
use postgres::Transaction;
use postgres::binary_copy::BinaryCopyInWriter;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{ToSql, Type};
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
        arrived.add(&(0..row.len()).map(|i| row.try_get(i)).collect::<std::result::Result<Vec<Value>, _>>()?);
    }
    if sent != arrived {
        return Err(Error::fault(format!("{} did not arrive as it was", table.name)));
    }
    Ok(Carried { table: table.name.clone(), rows: sent.rows })
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
