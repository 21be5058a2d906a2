//! Throw-away databases for tests and rehearsals.
//!
//! `FERRYMAN_TEST_POSTGRES` holds the URL of a server where schemas may be made and dropped; without
//! it a scratch database is a SQLite file that is deleted at the end.

use crate::address::Address;
use crate::{Db, MIGRATIONS, Synchronous, Tree};
use kernel::{Dice, Result};
use std::path::PathBuf;

/// A database that goes away with this value.
pub struct Scratch {
    pub db: Db,
    place: Place,
}

/// A place for a database, which goes away with this value.
pub struct Empty(Place);

impl Empty {
    /// What `Db::open` takes.
    pub fn address(&self) -> String {
        self.0.address()
    }
}

enum Place {
    File(PathBuf),
    Schema { url: String, name: String },
}

impl Place {
    fn address(&self) -> String {
        match self {
            Place::File(path) => path.display().to_string(),
            Place::Schema { url, name } => in_schema(url, name),
        }
    }
}

impl Scratch {
    /// What `Db::open_tree` takes to open it once more, as another process would.
    pub fn address(&self) -> String {
        self.place.address()
    }
}

impl std::ops::Deref for Scratch {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

/// A fresh database on the engine that this test run is for.
pub fn scratch() -> Scratch {
    scratch_tree(MIGRATIONS)
}

/// `scratch` with another program's tables.
pub fn scratch_tree(tree: Tree) -> Scratch {
    let made = match std::env::var("FERRYMAN_TEST_POSTGRES") {
        Ok(url) => in_a_schema(&url, tree),
        Err(_) => in_a_file(Synchronous::Off, tree),
    };
    made.expect("a scratch database can be made")
}

pub fn on_sqlite(synchronous: Synchronous) -> Result<Scratch> {
    in_a_file(synchronous, MIGRATIONS)
}

/// A schema without a table, for a program that makes its own there.
pub fn empty(server: &str) -> Result<Empty> {
    let name = format!("scratch_{}", fresh_name());
    Address::parse(server)?.connect()?.batch_execute(&format!("create schema {name}"))?;
    Ok(Empty(Place::Schema { url: server.to_owned(), name }))
}

pub fn on_postgres(url: &str) -> Result<Scratch> {
    in_a_schema(url, MIGRATIONS)
}

fn in_a_file(synchronous: Synchronous, tree: Tree) -> Result<Scratch> {
    let path = std::env::temp_dir().join(format!("ferryman-{}.db", fresh_name()));
    let db = Db::on_sqlite(&path, synchronous, tree)?;
    Ok(Scratch { db, place: Place::File(path) })
}

fn in_a_schema(url: &str, tree: Tree) -> Result<Scratch> {
    let Empty(place) = empty(url)?;
    let db = Db::on_postgres(&place.address(), 2, 2, tree)?;
    Ok(Scratch { db, place })
}

/// The server's URL, led into one schema.
fn in_schema(url: &str, name: &str) -> String {
    let joiner = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joiner}options=-csearch_path%3D{name}")
}

fn fresh_name() -> String {
    format!("{:016x}", Dice::from_entropy().next())
}

impl Drop for Place {
    fn drop(&mut self) {
        match self {
            Place::File(path) => {
                for end in ["", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(format!("{}{end}", path.display()));
                }
            }
            Place::Schema { url, name } => {
                if let Ok(mut client) = Address::parse(url).and_then(|address| address.connect()) {
                    let _ = client.batch_execute(&format!("drop schema {name} cascade"));
                }
            }
        }
    }
}
