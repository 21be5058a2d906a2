//! The embedded engine: SQLite in WAL mode, one writer, several readers.

use crate::Synchronous;
use crate::connection::Connection;
use crate::row::Row;
use crate::value::Value;
use kernel::{Error, Kind, Refusal, Result};
use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, ErrorCode, OpenFlags, ToSql};
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const STATEMENTS_KEPT: usize = 512;

pub(crate) fn open_writer(path: &Path, synchronous: Synchronous) -> Result<Connection> {
    make_for_owner(path);
    let connection = rusqlite::Connection::open(path)?;
    settle(&connection)?;
    write_ahead(&connection)?;
    let level = match synchronous {
        Synchronous::Full => "full",
        Synchronous::Normal => "normal",
        Synchronous::Off => "off",
    };
    connection.pragma_update(None, "synchronous", level)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -65_536)?;
    // Savepoints keep the pages they would undo; these belong into memory, not into a temporary file.
    connection.pragma_update(None, "temp_store", "memory")?;
    Ok(Connection::Sqlite(connection))
}

/// A file that is not there yet becomes its owner's alone, and what SQLite lays beside it with it: it will hold keys and
/// people. Whatever keeps it from being made, SQLite says.
fn make_for_owner(path: &Path) {
    #[cfg(unix)]
    if !path.as_os_str().as_encoded_bytes().starts_with(b":") {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let _ = options.open(path);
    }
}

pub(crate) fn open_reader(path: &Path) -> Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = rusqlite::Connection::open_with_flags(path, flags)?;
    settle(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(Connection::Sqlite(connection))
}

/// Opens a file that nobody writes to, without making anything beside it.
pub(crate) fn open_copy(path: &Path) -> Result<Connection> {
    let mut address = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'_' | b'-' => address.push(char::from(*byte)),
            plain if plain.is_ascii_alphanumeric() => address.push(char::from(*plain)),
            other => address += &format!("%{other:02x}"),
        }
    }
    address += "?mode=ro&immutable=1";
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = rusqlite::Connection::open_with_flags(address, flags)?;
    settle(&connection)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    Ok(Connection::Sqlite(connection))
}

/// Opens a database so that nobody else can until it is closed; nothing when somebody has it open.
pub(crate) fn open_alone(path: &Path) -> Result<Option<rusqlite::Connection>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = rusqlite::Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "locking_mode", "exclusive")?;
    match connection.execute_batch("begin immediate") {
        Ok(()) => Ok(Some(connection)),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Opens a new file to fill it fast; a crash may leave anything in it, so it is nobody's until it was brought to the disk.
pub(crate) fn open_unsafe(path: &Path) -> Result<rusqlite::Connection> {
    let connection = rusqlite::Connection::open(path)?;
    settle(&connection)?;
    connection.pragma_update(None, "journal_mode", "memory")?;
    connection.pragma_update(None, "synchronous", "off")?;
    // Rows of a table may refer to each other; whether all of them are there is asked at the end.
    connection.pragma_update(None, "foreign_keys", false)?;
    Ok(connection)
}

/// Fails unless a file is sound, and whatever its rows refer to is there.
pub(crate) fn must_be_sound(connection: &rusqlite::Connection) -> Result<()> {
    let said: String = connection.pragma_query_value(None, "integrity_check", |row| row.get(0))?;
    if said != "ok" {
        return Err(Error::fault(format!("the file is not sound: {said}")));
    }
    let mut dangling: Vec<String> = Vec::new();
    connection.pragma_query(None, "foreign_key_check", |row| {
        dangling.push(row.get("table")?);
        Ok(())
    })?;
    match dangling.first() {
        Some(table) => Err(Error::fault(format!("{table} refers to rows that are not there"))),
        None => Ok(()),
    }
}

/// The statement that puts a row into a table.
pub(crate) fn insertion(table: &Table) -> String {
    let places: Vec<String> = (1..=table.columns.len()).map(|number| format!("?{number}")).collect();
    let (columns, places) = (table.columns.join(", "), places.join(", "));
    ["insert", "into", &table.name, "(", &columns, ") values (", &places, ")"].join(" ")
}

/// A table: its columns, and the tables that it refers to.
pub(crate) struct Table {
    pub name: String,
    pub columns: Vec<String>,
    pub refers_to: Vec<String>,
}

/// The tables that a program keeps its things in, without the record of its migrations.
pub(crate) fn tables(connection: &rusqlite::Connection) -> Result<Vec<Table>> {
    let mut names: Vec<String> = Vec::new();
    connection.pragma_query(None, "table_list", |row| {
        let (name, kind): (String, String) = (row.get("name")?, row.get("type")?);
        if kind == "table" && name != "migration" && !name.starts_with("sqlite_") {
            names.push(name);
        }
        Ok(())
    })?;
    names.sort_unstable();
    names
        .into_iter()
        .map(|name| {
            let (mut columns, mut refers_to) = (Vec::new(), Vec::new());
            connection.pragma(None, "table_info", &name, |row| {
                columns.push(row.get("name")?);
                Ok(())
            })?;
            connection.pragma(None, "foreign_key_list", &name, |row| {
                refers_to.push(row.get("table")?);
                Ok(())
            })?;
            Ok(Table { name, columns, refers_to })
        })
        .collect()
}

/// Hands over each row of a query.
pub(crate) fn each(
    connection: &rusqlite::Connection,
    sql: &str,
    mut take: impl FnMut(Vec<Value>) -> Result<()>,
) -> Result<()> {
    let mut statement = connection.prepare(sql)?;
    let width = statement.column_count();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        take((0..width).map(|i| value(row.get_ref(i)?)).collect::<Result<_>>()?)?;
    }
    Ok(())
}

/// Copies the snapshot of now into the empty file `to`; false when either is no sound database of ours. Nothing is
/// brought to the disk.
pub(crate) fn snapshot(from: &Path, to: &Path) -> Result<bool> {
    let tried = try_snapshot(from, to);
    let damage = |error: &rusqlite::Error| {
        matches!(error.sqlite_error_code(), Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt))
    };
    match tried {
        Err(error) if damage(&error) => Ok(false),
        other => Ok(other?),
    }
}

fn try_snapshot(from: &Path, to: &Path) -> rusqlite::Result<bool> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let source = rusqlite::Connection::open_with_flags(from, flags)?;
    source.busy_timeout(BUSY_TIMEOUT)?;
    if !source.table_exists(None, "migration")? {
        return Ok(false);
    }
    source.execute("vacuum into ?1", [to.to_string_lossy()])?;
    let copy = rusqlite::Connection::open_with_flags(to, flags)?;
    let said: String = copy.pragma_query_value(None, "integrity_check", |row| row.get(0))?;
    Ok(said == "ok")
}

/// Switches to the write-ahead log. While somebody else makes the same switch on a new file, SQLite says that the
/// file is locked without waiting for it; so we wait ourselves, a bounded number of times.
fn write_ahead(connection: &rusqlite::Connection) -> Result<()> {
    const TRIES_MAX: u64 = 50;
    for try_number in 1..TRIES_MAX {
        match connection.pragma_update(None, "journal_mode", "wal") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                std::thread::sleep(Duration::from_millis(2 * try_number));
            }
            other => return Ok(other?),
        }
    }
    Ok(connection.pragma_update(None, "journal_mode", "wal")?)
}

/// What every connection has in common.
///
/// Plans do not depend on what is bound: otherwise SQLite prepares a statement over several tables anew each time
/// that its values change, which costs several times as much as to run it.
fn settle(connection: &rusqlite::Connection) -> Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Control statements come back with every closure, so they are kept prepared.
pub(crate) fn control(connection: &rusqlite::Connection, sql: &str) -> Result<()> {
    connection.prepare_cached(sql)?.raw_execute()?;
    Ok(())
}

pub(crate) fn query(
    connection: &rusqlite::Connection,
    sql: &'static str,
    binds: &[Value],
) -> Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(sql)?;
    bind_all(&mut statement, sql, binds)?;
    let width = statement.column_count();
    let mut rows = statement.raw_query();
    let mut answer = Vec::new();
    while let Some(row) = rows.next()? {
        let columns = (0..width).map(|i| value(row.get_ref(i)?)).collect::<Result<_>>()?;
        answer.push(Row::new(columns));
    }
    Ok(answer)
}

pub(crate) fn execute(connection: &rusqlite::Connection, sql: &'static str, binds: &[Value]) -> Result<u64> {
    let mut statement = connection.prepare_cached(sql)?;
    bind_all(&mut statement, sql, binds)?;
    Ok(statement.raw_execute()? as u64)
}

/// SQLite numbers `$2` by where it first appears, so each is bound by the number in its name.
fn bind_all(statement: &mut CachedStatement<'_>, sql: &'static str, binds: &[Value]) -> Result<()> {
    let numbers = numbers(statement, sql)?;
    if numbers.len() != binds.len() {
        return Err(Error::fault(format!("{} values for {} parameters", binds.len(), numbers.len())));
    }
    for (i, number) in numbers.iter().enumerate() {
        let bind = binds.get(number - 1).ok_or_else(|| Error::fault("parameters are $1, $2, …"))?;
        statement.raw_bind_parameter(i + 1, bind)?;
    }
    Ok(())
}

/// A statement is known by where it lies: it is part of the program and stays there.
type Place = (*const u8, usize);

thread_local! {
    /// The numbers in each statement's parameters; to read them anew would take longer than to bind.
    static NUMBERS: RefCell<HashMap<Place, Rc<[usize]>>> = RefCell::default();
}

fn numbers(statement: &CachedStatement<'_>, sql: &'static str) -> Result<Rc<[usize]>> {
    let key: Place = (sql.as_ptr(), sql.len());
    if let Some(known) = NUMBERS.with_borrow(|numbers| numbers.get(&key).cloned()) {
        return Ok(known);
    }
    let number = |i| {
        statement.parameter_name(i)?.strip_prefix('$')?.parse::<usize>().ok().filter(|number| *number > 0)
    };
    let read = (1..=statement.parameter_count()).map(number).collect::<Option<Rc<[usize]>>>();
    let read = read.ok_or_else(|| Error::fault("parameters are $1, $2, …"))?;
    NUMBERS.with_borrow_mut(|numbers| numbers.insert(key, read.clone()));
    Ok(read)
}

fn value(value: ValueRef<'_>) -> Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(int) => Value::Int(int),
        ValueRef::Real(real) => Value::Real(real),
        ValueRef::Text(text) => Value::Text(String::from_utf8(text.to_vec())?),
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    })
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Bool(yes) => ValueRef::Integer(i64::from(*yes)),
            Value::Int(int) => ValueRef::Integer(*int),
            Value::Real(real) => ValueRef::Real(*real),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

pub(crate) fn absent(path: &Path) -> Refusal {
    let name = path.display();
    Refusal::new(
        Kind::NotFound,
        "not_found",
        format!("There is no database at {name}."),
        format!("{name} 处没有数据库。"),
    )
}
