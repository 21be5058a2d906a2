//! The served engine: a PostgreSQL connection with its prepared statements.

use crate::address::Address;
use crate::connection::Connection;
use crate::row::Row;
use crate::value::Value;
use kernel::{Error, Result};
use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Statement};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

type AnyError = Box<dyn std::error::Error + Sync + Send>;

pub(crate) struct Session {
    open: RefCell<Open>,
    /// Rows that statements have written since it was opened; what was undone counts too.
    written: Cell<u64>,
    /// Whether a statement has failed since the last savepoint: then the server runs no other before a rollback.
    broken: Cell<bool>,
}

struct Open {
    address: Address,
    client: Client,
    statements: HashMap<&'static str, Statement>,
}

pub(crate) fn open(url: &str) -> Result<Connection> {
    let address = Address::parse(url)?;
    let client = address.connect()?;
    let open = Open { address, client, statements: HashMap::new() };
    let (open, written, broken) = (RefCell::new(open), Cell::new(0), Cell::new(false));
    Ok(Connection::Postgres(Session { open, written, broken }))
}

/// Whether running the same transaction again may succeed: a serialization failure or a deadlock.
pub(crate) fn may_retry(error: &Error) -> bool {
    let Error::Fault(fault) = error else { return false };
    let code = fault.downcast_ref::<postgres::Error>().and_then(|error| error.code());
    code.is_some_and(|code| matches!(code.code(), "40001" | "40P01"))
}

impl Session {
    /// Begins a transaction; connects again first when the server has gone away in the meantime.
    pub fn begin(&self, sql: &str) -> Result<()> {
        let mut open = self.open.borrow_mut();
        if open.client.is_closed() {
            open.client = open.address.connect()?;
            open.statements.clear();
        }
        drop(open);
        self.control(sql)
    }

    pub fn control(&self, sql: &str) -> Result<()> {
        self.open.borrow_mut().client.batch_execute(sql)?;
        self.broken.set(false);
        Ok(())
    }

    pub fn query(&self, sql: &'static str, binds: &[Value]) -> Result<Vec<Row>> {
        let rows = self.noted(self.open.borrow_mut().query(sql, binds))?;
        if !sql.starts_with("select") {
            self.written.set(self.written.get() + rows.len() as u64);
        }
        Ok(rows)
    }

    pub fn execute(&self, sql: &'static str, binds: &[Value]) -> Result<u64> {
        let rows = self.noted(self.open.borrow_mut().execute(sql, binds))?;
        self.written.set(self.written.get() + rows);
        Ok(rows)
    }

    pub fn written(&self) -> u64 {
        self.written.get()
    }

    pub fn is_broken(&self) -> bool {
        self.broken.get()
    }

    fn noted<T>(&self, answer: Result<T>) -> Result<T> {
        self.broken.set(self.broken.get() || answer.is_err());
        answer
    }

    pub fn prepare(&self, sql: &'static str) -> Result<()> {
        self.open.borrow_mut().statement(sql).map(|_| ())
    }
}

impl Open {
    fn query(&mut self, sql: &'static str, binds: &[Value]) -> Result<Vec<Row>> {
        let statement = self.statement(sql)?;
        let rows = self.client.query(&statement, &pointers(binds))?;
        rows.iter()
            .map(|row| {
                let columns =
                    (0..row.len()).map(|i| row.try_get::<_, Value>(i)).collect::<Result<Vec<_>, _>>()?;
                Ok(Row::new(columns))
            })
            .collect()
    }

    fn execute(&mut self, sql: &'static str, binds: &[Value]) -> Result<u64> {
        let statement = self.statement(sql)?;
        Ok(self.client.execute(&statement, &pointers(binds))?)
    }

    fn statement(&mut self, sql: &'static str) -> Result<Statement> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql)?;
        self.statements.insert(sql, statement.clone());
        Ok(statement)
    }
}

fn pointers(binds: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    binds.iter().map(|bind| bind as &(dyn ToSql + Sync)).collect()
}

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, AnyError> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Bool(yes) => yes.to_sql_checked(ty, out),
            Value::Int(int) if *ty == Type::INT4 => i32::try_from(*int)?.to_sql_checked(ty, out),
            Value::Int(int) if *ty == Type::FLOAT8 => (*int as f64).to_sql_checked(ty, out),
            Value::Int(int) => int.to_sql_checked(ty, out),
            Value::Real(real) => real.to_sql_checked(ty, out),
            Value::Text(text) => text.to_sql_checked(ty, out),
            Value::Bytes(bytes) => bytes.to_sql_checked(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Value, AnyError> {
        Ok(match *ty {
            Type::BOOL => Value::Bool(bool::from_sql(ty, raw)?),
            Type::INT2 => Value::Int(i64::from(i16::from_sql(ty, raw)?)),
            Type::INT4 => Value::Int(i64::from(i32::from_sql(ty, raw)?)),
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::FLOAT8 => Value::Real(f64::from_sql(ty, raw)?),
            Type::TEXT | Type::VARCHAR | Type::NAME => Value::Text(String::from_sql(ty, raw)?),
            Type::BYTEA => Value::Bytes(<Vec<u8>>::from_sql(ty, raw)?),
            _ => return Err(format!("a column of type {ty} is outside the common dialect; cast it").into()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Value, AnyError> {
        Ok(Value::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
