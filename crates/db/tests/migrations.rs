//! The migrations run once, whoever opens the database and how often.

use db::{Db, Lane, MIGRATIONS, Synchronous, scratch};
use std::path::{Path, PathBuf};
use std::sync::Barrier;

/// What the record says ran: how many statements of each migration.
fn recorded(db: &Db) -> Vec<(String, i64)> {
    let sql = "select name, count(*) from migration group by name order by name";
    db.read_blocking(move |view| view.all(sql, &[])).expect("the record can be read")
}

/// How many things a migration makes or unmakes: each statement begins a line of its own.
fn made(text: &str) -> i64 {
    let begins = |line: &&str| {
        ["create ", "alter ", "drop ", "insert ", "update "].iter().any(|verb| line.starts_with(verb))
    };
    text.lines().filter(begins).count() as i64
}

#[test]
fn every_statement_runs_by_itself() {
    let db = scratch::scratch();
    let expected: Vec<(String, i64)> =
        MIGRATIONS.iter().map(|(name, text)| ((*name).to_owned(), made(text))).collect();
    assert_eq!(recorded(&db), expected);
}

#[test]
fn opening_again_changes_nothing() {
    let file = File::new("again");
    let first = recorded(&file.open());
    assert_eq!(recorded(&file.open()), first);
}

#[test]
fn a_database_of_a_newer_program_is_left_alone() {
    let file = File::new("newer");
    let newer = "insert into migration (name, statement) values ('9999_tomorrow', 1)";
    file.open()
        .write_blocking(Lane::house(), move |tx| tx.run(newer, &[]))
        .expect("a later version was here");
    let refused = file.try_open().err().expect("refused");
    assert_eq!(refused.refusal().map(|refusal| refusal.code), Some("newer_database"));
}

#[test]
fn many_openers_at_once_agree() {
    const OPENERS: usize = 4;
    let file = File::new("together");
    let together = Barrier::new(OPENERS);
    let seen: Vec<Vec<(String, i64)>> = std::thread::scope(|scope| {
        let open = || {
            together.wait();
            recorded(&file.open())
        };
        let openers: Vec<_> = (0..OPENERS).map(|_| scope.spawn(open)).collect();
        openers.into_iter().map(|opener| opener.join().expect("an opener ends well")).collect()
    });
    assert_eq!(seen[0].len(), MIGRATIONS.len());
    assert!(seen.iter().all(|record| *record == seen[0]));
}

/// An installation that several may open: a file, or a schema of the server this run is for.
enum File {
    Sqlite(PathBuf),
    Postgres { server: String, schema: String },
}

impl File {
    fn new(name: &str) -> File {
        let name = format!("open_{name}_{}", std::process::id());
        match std::env::var("FERRYMAN_TEST_POSTGRES") {
            Err(_) => File::Sqlite(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.db"))),
            Ok(server) => {
                execute(&server, &format!("create schema {name}"));
                File::Postgres { server, schema: name }
            }
        }
    }

    fn open(&self) -> Db {
        self.try_open().expect("it opens")
    }

    fn try_open(&self) -> kernel::Result<Db> {
        match self {
            File::Sqlite(path) => Db::open_sqlite(path, Synchronous::Off),
            File::Postgres { server, schema } => {
                Db::open_postgres(&format!("{server}?options=-csearch_path%3D{schema}"), 1, 1)
            }
        }
    }
}

impl Drop for File {
    fn drop(&mut self) {
        match self {
            File::Sqlite(path) => ["", "-wal", "-shm"].iter().for_each(|end| {
                let _ = std::fs::remove_file(format!("{}{end}", path.display()));
            }),
            File::Postgres { server, schema } => execute(server, &format!("drop schema {schema} cascade")),
        }
    }
}

fn execute(server: &str, sql: &str) {
    let mut client = postgres::Client::connect(server, postgres::NoTls).expect("the server answers");
    client.batch_execute(sql).expect("a schema comes and goes");
}
