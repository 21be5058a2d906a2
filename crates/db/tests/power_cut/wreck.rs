//! What is found when the power comes back.

use rusqlite::{Connection, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub struct Wreck(Result<Connection>);

impl Wreck {
    /// Lays the files out and opens the database; the index of the WAL is made anew from it.
    pub fn leave(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Wreck {
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder).expect("a folder can be made");
        for (name, bytes) in files.iter().filter(|(name, _)| !name.ends_with("-shm")) {
            std::fs::write(folder.join(name), bytes).expect("a file can be written");
        }
        Wreck(Connection::open(folder.join("ferryman.db")).and_then(|connection| {
            connection.execute_batch("pragma synchronous = off")?;
            Ok(connection)
        }))
    }

    /// The tickets of a database that is whole.
    pub fn tickets(&self) -> Result<BTreeSet<String>, String> {
        let connection = self.0.as_ref().map_err(ToString::to_string)?;
        let whole: String = one(connection, "pragma integrity_check").map_err(|error| error.to_string())?;
        if whole != "ok" {
            return Err(whole);
        }
        self.ids().map_err(|error| error.to_string())
    }

    fn ids(&self) -> Result<BTreeSet<String>> {
        let Ok(connection) = &self.0 else { return Ok(BTreeSet::new()) };
        if !has_tables(connection)? {
            return Ok(BTreeSet::new());
        }
        connection.prepare("select id from ticket")?.query_map([], |row| row.get(0))?.collect()
    }

    /// Whether a sale is there in part, or the books do not follow from their transfers.
    pub fn is_unbalanced(&self) -> bool {
        const HALF_SALES: &str = "
            select count(*) from ticket_order o
            where 1 <> (select count(*) from ticket t where t.place_id = o.place_id and t.order_id = o.id)
              or 2 <> (select count(*) from transfer t where t.book_id = o.place_id and t.reference = o.id)";
        const BOOKS_OFF_ZERO: &str = "
            select count(*) from (
              select book_id from account group by book_id having sum(debits_posted) <> sum(credits_posted))";
        const WRONG_BALANCES: &str = "
            select count(*) from account a
            where debits_posted <>
                (select coalesce(sum(amount_minor), 0) from transfer t where t.book_id = a.book_id and t.debit = a.id)
              or credits_posted <>
                (select coalesce(sum(amount_minor), 0) from transfer t where t.book_id = a.book_id and t.credit = a.id)";
        let Ok(connection) = &self.0 else { return true };
        let wrong = |sql| one(connection, sql).map_or(true, |count: i64| count > 0);
        let queries = [HALF_SALES, BOOKS_OFF_ZERO, WRONG_BALANCES];
        has_tables(connection).map_or(true, |has| has && queries.into_iter().any(wrong))
    }
}

/// Whether the migrations are there; without syncing even they may be lost, which is a loss but no damage.
fn has_tables(connection: &Connection) -> Result<bool> {
    let count: i64 = one(connection, "select count(*) from sqlite_master where name = 'event_by_time'")?;
    Ok(count > 0)
}

fn one<T: rusqlite::types::FromSql>(connection: &Connection, sql: &str) -> Result<T> {
    connection.query_row(sql, [], |row| row.get(0))
}
