//! Acknowledged means kept: the power goes at a random moment, and no answered sale is lost.
//!
//! A child process sells through `Db::write` while a shim records every write, truncation and sync of
//! its files and every answer it got. The record is then cut at random operations. What came before a
//! file's last sync is kept; of the rest nothing, everything, a random half or random sectors, since a
//! disk may do any of these. SQLite must open the result, find it whole and know every answered sale.
//! The controls do the same with less care than the product takes, and must lose something.

#![cfg(target_os = "linux")]

mod disk;
#[path = "../../benches/sales/sale.rs"]
mod sale;
#[path = "../../benches/sales/statement.rs"]
mod statement;
mod wreck;

use db::{Db, Lane, Synchronous};
use disk::{Disk, Kept, Operation};
use kernel::Dice;
use sale::{Sale, Transaction, town};
use statement::Write as _;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock};
use wreck::Wreck;

const SALES: usize = 300;
const SELLERS: usize = 3;
const FOLDER: &str = "FERRYMAN_CUT_FOLDER";
const LOG: &str = "FERRYMAN_CUT_LOG";
const LEVEL: &str = "FERRYMAN_CUT_LEVEL";
const DATABASE: &str = "ferryman.db";
/// The file of the answers, and the first line in it.
const ANSWERS: &str = "answers";
const READY: &str = "ready";

#[test]
fn an_answered_sale_survives_a_power_cut() {
    let Some(found) = cut_often("full", 1_000, 1) else { return };
    assert_eq!(found, Found { cuts: 1_000, ..Found::default() });
}

#[test]
fn with_less_syncing_answered_sales_are_lost() {
    let Some(found) = cut_often("normal", 300, 2) else { return };
    assert!(found.lost > 50, "the test would notice a lost sale: {found:?}");
    assert_eq!((found.corrupt, found.unbalanced), (0, 0), "{found:?}");
}

#[test]
fn without_syncing_the_database_breaks() {
    let Some(found) = cut_often("off", 300, 3) else { return };
    assert!(found.corrupt > 0 && found.unbalanced > 0, "the test would notice a broken database: {found:?}");
}

/// Cuts after which something was wrong.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    cuts: usize,
    /// An answered sale was gone.
    lost: usize,
    /// SQLite could not read the database, or did not find it whole.
    corrupt: usize,
    /// A sale was there in part, or a book did not sum to zero.
    unbalanced: usize,
}

/// None on PostgreSQL, which looks after its own disk.
fn cut_often(level: &'static str, cuts: usize, seed: u64) -> Option<Found> {
    if std::env::var_os("FERRYMAN_TEST_POSTGRES").is_some() {
        return None;
    }
    let room = Room::new(level);
    let operations = disk::read(&room.sell(level));
    let start =
        operations.iter().position(|operation| answer(operation) == Some(READY)).expect("the child sold");
    let checkpoint =
        |operation: &Operation| matches!(operation, Operation::Write { file, .. } if file == DATABASE);
    assert!(
        operations[start..].iter().any(checkpoint),
        "the WAL was carried into the database while sales went on"
    );
    let mut dice = Dice::seeded(seed);
    let mut moments: Vec<usize> =
        (0..cuts).map(|_| start + 1 + dice.below((operations.len() - start) as u64) as usize).collect();
    moments.sort_unstable();
    Some(play(&operations, &moments, &mut dice, &room))
}

/// Plays the operations and looks at the wreck of every cut.
fn play(operations: &[Operation], moments: &[usize], dice: &mut Dice, room: &Room) -> Found {
    let (mut disk, mut answered, mut played) = (Disk::default(), BTreeSet::new(), 0);
    let mut found = Found { cuts: moments.len(), ..Found::default() };
    for moment in moments {
        for operation in &operations[played..*moment] {
            disk.apply(operation);
            answered.extend(answer(operation).filter(|answer| *answer != READY).map(str::to_owned));
        }
        played = *moment;
        let wreck = Wreck::leave(&room.0.join("wreck"), &disk.after_a_cut(*dice.pick(&Kept::ALL), dice));
        match wreck.tickets() {
            Err(_) => found.corrupt += 1,
            Ok(tickets) if !answered.is_subset(&tickets) => found.lost += 1,
            Ok(_) => {}
        }
        found.unbalanced += usize::from(wreck.is_unbalanced());
    }
    assert!(answered.len() > SALES / 2, "cuts reach into the sale: {} answers", answered.len());
    found
}

/// The answer that an operation is, if it is one.
fn answer(operation: &Operation) -> Option<&str> {
    match operation {
        Operation::Write { file, bytes, .. } if file == ANSWERS => {
            std::str::from_utf8(bytes).ok().map(str::trim)
        }
        _ => None,
    }
}

/// A folder for one run, gone at the end.
struct Room(PathBuf);

impl Room {
    fn new(level: &str) -> Room {
        let room =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("power-cut-{level}-{}", std::process::id()));
        std::fs::create_dir_all(room.join("disk")).expect("a folder can be made");
        Room(room.canonicalize().expect("the folder is there"))
    }

    /// Runs the child under the shim; the record it left.
    fn sell(&self, level: &str) -> PathBuf {
        let log = self.0.join("log");
        let child = Command::new(std::env::current_exe().expect("this test is a program"))
            .args(["--exact", "the_child_that_sells", "--ignored"])
            .env("LD_PRELOAD", shim())
            .env(FOLDER, self.0.join("disk"))
            .env(LOG, &log)
            .env(LEVEL, level)
            .output()
            .expect("the child can be started");
        assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stdout));
        log
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The compiled shim; SQLite itself needed a C compiler, so there is one.
fn shim() -> &'static Path {
    static SHIM: OnceLock<PathBuf> = OnceLock::new();
    SHIM.get_or_init(|| {
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join("power-cut-shim.so");
        let made = library.with_extension(std::process::id().to_string());
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/power_cut/shim.c");
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"]).arg(&made).arg(source);
        assert!(cc.status().expect("cc can be started").success(), "the shim compiles");
        std::fs::rename(made, &library).expect("the shim takes its name at once");
        library
    })
}

#[test]
#[ignore = "the other tests run this one as a child"]
fn the_child_that_sells() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let level = match std::env::var(LEVEL).as_deref() {
        Ok("normal") => Synchronous::Normal,
        Ok("off") => Synchronous::Off,
        _ => Synchronous::Full,
    };
    let db = Db::open_sqlite(&folder.join(DATABASE), level).expect("a database");
    for statement in town() {
        let statement: &'static str = statement.leak();
        db.write_blocking(Lane::house(), move |tx| tx.run(statement, &[])).expect("the town is built");
    }
    let answers = Mutex::new(std::fs::File::create(folder.join(ANSWERS)).expect("a file for the answers"));
    let answer = |text: &str| {
        let line = format!("{text}\n");
        answers.lock().expect("nobody panicked").write_all(line.as_bytes()).expect("an answer can be kept");
    };
    answer(READY);
    let sales = Sale::many(SALES);
    std::thread::scope(|scope| {
        for mine in sales.chunks(SALES / SELLERS) {
            scope.spawn(|| mine.iter().for_each(|sale| sell(&db, sale, &answer)));
        }
    });
    // The power never goes after a tidy end.
    std::process::exit(0);
}

fn sell(db: &Db, sale: &Sale, answer: &impl Fn(&str)) {
    let (sold, lane) = (sale.clone(), Lane::of(&sale.place));
    db.write_blocking(lane, move |tx| sold.write(&mut Transaction(tx)).map_err(kernel::Error::Fault))
        .expect("a sale");
    answer(&sale.ticket);
}
