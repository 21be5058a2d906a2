//! Throw-away databases for tests and rehearsals.
//!
//! `FERRYMAN_TEST_POSTGRES` holds the URL of a server where schemas may be made and dropped; without
//! it a scratch database is a SQLite file that is deleted at the end.

use crate::{Db, Synchronous};
use kernel::{Dice, Result};
use std::path::PathBuf;

/// A database that goes away with this value.
pub struct Scratch {
    pub db: Db,
    place: Place,
}

enum Place {
    File(PathBuf),
    Schema { url: String, name: String },
}

impl std::ops::Deref for Scratch {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

/// A fresh database on the engine that this test run is for.
pub fn scratch() -> Scratch {
    let made = match std::env::var("FERRYMAN_TEST_POSTGRES") {
        Ok(url) => on_postgres(&url),
        Err(_) => on_sqlite(Synchronous::Off),
    };
    made.expect("a scratch database can be made")
}

pub fn on_sqlite(synchronous: Synchronous) -> Result<Scratch> {
    let path = std::env::temp_dir().join(format!("ferryman-{}.db", fresh_name()));
    let db = Db::open_sqlite(&path, synchronous)?;
    Ok(Scratch { db, place: Place::File(path) })
}

pub fn on_postgres(url: &str) -> Result<Scratch> {
    let name = format!("scratch_{}", fresh_name());
    postgres::Client::connect(url, postgres::NoTls)?.batch_execute(&format!("create schema {name}"))?;
    let joiner = if url.contains('?') { '&' } else { '?' };
    let db = Db::open_postgres(&format!("{url}{joiner}options=-csearch_path%3D{name}"), 2, 2)?;
    Ok(Scratch { db, place: Place::Schema { url: url.to_owned(), name } })
}

fn fresh_name() -> String {
    format!("{:016x}", Dice::from_entropy().next())
}

impl Drop for Scratch {
    fn drop(&mut self) {
        match &self.place {
            Place::File(path) => {
                for end in ["", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(format!("{}{end}", path.display()));
                }
            }
            Place::Schema { url, name } => {
                if let Ok(mut client) = postgres::Client::connect(url, postgres::NoTls) {
                    let _ = client.batch_execute(&format!("drop schema {name} cascade"));
                }
            }
        }
    }
}
