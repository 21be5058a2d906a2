//! `schema/sqlite.sql` is what the migrations make; `UPDATE_SCHEMA=1` writes it anew.

use db::{Synchronous, scratch};
use std::path::Path;

#[test]
fn the_snapshot_is_what_the_migrations_make() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schema/sqlite.sql");
    let made = snapshot();
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("a folder can be made");
        std::fs::write(&file, &made).expect("the snapshot can be written");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    let changed = made.lines().find(|line| !kept.lines().any(|kept| kept == *line));
    assert!(
        kept == made,
        "schema/sqlite.sql is not what the migrations make (first new line: {changed:?}); run UPDATE_SCHEMA=1 cargo test -p db --test schema"
    );
}

/// Every table and index, in the order of their names.
fn snapshot() -> String {
    let db = scratch::on_sqlite(Synchronous::Off).expect("a scratch database");
    let sql = "select sql from sqlite_master where sql is not null order by type desc, name";
    let made: Vec<(String,)> =
        db.read_blocking(move |view| view.all(sql, &[])).expect("the schema can be read");
    let head =
        "-- What the migrations make on SQLite; a test keeps it so. Change it by adding a migration.\n";
    made.into_iter().fold(head.to_owned(), |text, (sql,)| format!("{text}\n{sql};\n"))
}
