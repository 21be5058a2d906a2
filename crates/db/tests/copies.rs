//! A copy of a PostgreSQL database is one moment of it, whatever is written meanwhile.

use db::backup;
use db::{Db, Lane, Synchronous, Value, View, scratch};
use kernel::{Dice, Result};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        let folder =
            std::env::temp_dir().join(format!("ferryman-copies-{:016x}", Dice::from_entropy().next()));
        std::fs::create_dir_all(&folder).expect("a folder");
        Folder(folder)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const PUT: &str = "insert into setting (name, value) values ($1, $2)";

/// Two rows of two tables in one transaction, and one answer.
fn put_pair(db: &Db, number: i64) {
    let name = format!("n{number}");
    let write = db.write_blocking(Lane::house(), move |tx| {
        tx.run(PUT, &[&name, &"一对 — a pair"])?;
        tx.run(
            "insert into account values ($1, 'fee', 'CNY', false, 0, $2, 0, 0)",
            &[&name, &Value::Int(i64::MAX - number)],
        )
    });
    write.expect("written");
}

fn counts(view: &View) -> Result<(i64, i64)> {
    view.one("select (select count(*) from setting), (select count(*) from account)", &[])
}

fn rows(view: &View) -> Result<Vec<(String, bool, i64)>> {
    view.all("select book_id, limited, credits_posted from account order by book_id", &[])
}

fn copy_while_it_is_written(house: &scratch::Scratch, copies: &[PathBuf]) {
    let mut before = 1;
    for copy in copies {
        let mut told = 0;
        backup::fetch(&house.address(), copy, |_, _| told += 1).expect("a copy");
        let (settings, accounts) = backup::read(copy, counts).expect("read");
        let (after, _) = house.read_blocking(counts).expect("read");
        assert_eq!(settings, accounts, "no pair is torn apart");
        assert!(before <= settings && settings <= after, "{before}, then {settings}, then {after}");
        assert!(told > 50, "every table is told of: {told}");
        before = after;
    }
}

#[test]
fn a_copy_of_a_served_database_is_one_moment_of_it() {
    let Ok(server) = std::env::var("FERRYMAN_TEST_POSTGRES") else {
        return println!("skipped: there is no FERRYMAN_TEST_POSTGRES to copy");
    };
    let (folder, house) = (Folder::new(), scratch::on_postgres(&server).expect("a database"));
    put_pair(&house, 0);
    let over = AtomicBool::new(false);
    let copies: Vec<PathBuf> = (0..3).map(|i| folder.file(&format!("{i}.db"))).collect();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            (1..).take_while(|_| !over.load(Ordering::Relaxed)).for_each(|number| put_pair(&house, number));
        });
        let copied = std::panic::catch_unwind(AssertUnwindSafe(|| copy_while_it_is_written(&house, &copies)));
        over.store(true, Ordering::Relaxed);
        copied.unwrap_or_else(|failed| std::panic::resume_unwind(failed));
    });

    let made = std::fs::read_dir(&folder.0).expect("the folder").count();
    assert_eq!(made, copies.len(), "nothing lies beside the copies");
    assert!(backup::fetch(&house.address(), &copies[0], |_, _| {}).is_err(), "nothing is overwritten");

    let kept = backup::read(&copies[2], rows).expect("read");
    let embedded = Db::open_sqlite(&copies[2], Synchronous::Full).expect("it opens as an installation");
    assert_eq!(embedded.read_blocking(rows).expect("read"), kept);
    drop(embedded);
    let other = scratch::empty(&server).expect("an empty schema");
    backup::restore(&copies[1], &other.address(), |_, _| {}).expect("restored");
    let restored = Db::open(&other.address()).and_then(|db| db.read_blocking(rows)).expect("read");
    assert_eq!(restored, backup::read(&copies[1], rows).expect("read"));
    let again = backup::restore(&copies[1], &other.address(), |_, _| {}).expect_err("it holds something");
    assert_eq!(again.refusal().expect("in words").code, "not_empty");
}

#[test]
fn a_database_of_nobodys_is_not_copied() {
    let Ok(server) = std::env::var("FERRYMAN_TEST_POSTGRES") else {
        return println!("skipped: there is no FERRYMAN_TEST_POSTGRES to copy");
    };
    let (folder, empty) = (Folder::new(), scratch::empty(&server).expect("an empty schema"));
    let refused = backup::fetch(&empty.address(), &folder.file("a.db"), |_, _| {}).expect_err("refused");
    assert_eq!(refused.refusal().expect("in words").code, "not_a_database");
    let newer = scratch::on_postgres(&server).expect("a database");
    let insert = "insert into migration (name, statement) values ('9999_unheard_of', 1)";
    newer.write_blocking(Lane::house(), move |tx| tx.run(insert, &[])).expect("written");
    let refused = backup::fetch(&newer.address(), &folder.file("a.db"), |_, _| {}).expect_err("refused");
    assert_eq!(refused.refusal().expect("in words").code, "newer_database");
    assert_eq!(std::fs::read_dir(&folder.0).expect("the folder").count(), 0, "nothing half done stays");
}
