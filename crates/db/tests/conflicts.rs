//! Conflicts between nodes on PostgreSQL: the same transaction runs again, a bounded number of times.
//!
//! SQLite has one writer and no conflicts, so these tests have nothing to do there.

use db::{Db, Lane, scratch};
use kernel::{Error, Kind, Result};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};

fn on_postgres() -> Option<scratch::Scratch> {
    let url = std::env::var("FERRYMAN_TEST_POSTGRES").ok()?;
    Some(scratch::on_postgres(&url).expect("a scratch database"))
}

/// A transaction that meets this error in its first runs, and then succeeds.
fn conflicted(db: &Db, raise: &'static str, times: u64) -> (Result<u64>, u64) {
    let runs = Arc::new(AtomicU64::new(0));
    let counted = runs.clone();
    let answer = db.write_blocking(Lane::house(), move |tx| {
        let done = tx.run("insert into setting (name, value) values ('a', 'b')", &[])?;
        if counted.fetch_add(1, Ordering::SeqCst) < times {
            tx.run(raise, &[])?;
        }
        Ok(done)
    });
    (answer, runs.load(Ordering::SeqCst))
}

const SERIALIZATION: &str = "do $$ begin raise exception 'planted' using errcode = '40001'; end $$";
const DEADLOCK: &str = "do $$ begin raise exception 'planted' using errcode = '40P01'; end $$";
const DIVISION: &str = "do $$ begin raise exception 'planted' using errcode = '22012'; end $$";

#[test]
fn a_conflict_is_tried_again() {
    for raise in [SERIALIZATION, DEADLOCK] {
        let Some(db) = on_postgres() else { return };
        let (answer, runs) = conflicted(&db, raise, 2);
        assert_eq!((answer.ok(), runs), (Some(1), 3), "{raise}");
    }
}

#[test]
fn an_endless_conflict_is_refused_as_busy() {
    let Some(db) = on_postgres() else { return };
    let (answer, runs) = conflicted(&db, SERIALIZATION, u64::MAX);
    let error = answer.expect_err("it never succeeds");
    assert_eq!(error.refusal().map(|refusal| refusal.kind), Some(Kind::Busy), "{error}");
    assert!((5..=6).contains(&runs), "{runs} runs");
    let count: Vec<(i64,)> =
        db.read_blocking(|view| view.all("select count(*) from setting", &[])).expect("a count");
    assert_eq!(count, [(0,)]);
}

#[test]
fn another_error_is_not_tried_again() {
    let Some(db) = on_postgres() else { return };
    let (answer, runs) = conflicted(&db, DIVISION, u64::MAX);
    assert!(matches!(answer, Err(Error::Fault(_))));
    assert_eq!(runs, 1);
}

#[test]
fn two_that_wait_for_each_other_both_end() {
    let Some(db) = on_postgres() else { return };
    let lanes = other_lanes();
    for name in ["a", "b"] {
        db.write_blocking(Lane::house(), move |tx| {
            tx.run("insert into setting (name, value) values ($1, '')", &[&name])
        })
        .expect("a setting");
    }
    let meet = Arc::new(Barrier::new(2));
    let cross = |lane: Lane, first: &'static str, second: &'static str| {
        let (meet, mut runs) = (meet.clone(), 0);
        db.submit(lane, move |tx| {
            tx.run("update setting set value = value || 'x' where name = $1", &[&first])?;
            runs += 1;
            if runs == 1 {
                meet.wait();
            }
            tx.run("update setting set value = value || 'x' where name = $1", &[&second])
        })
    };
    let (one, other) = (cross(lanes[0], "a", "b"), cross(lanes[1], "b", "a"));
    assert_eq!((one.wait().ok(), other.wait().ok()), (Some(1), Some(1)));
    let values: Vec<(String,)> =
        db.read_blocking(|view| view.all("select value from setting order by name", &[])).expect("settings");
    assert_eq!(values, [("xx".to_owned(),), ("xx".to_owned(),)]);
}

/// Two lanes that are not the same connection of a scratch database, which has two.
fn other_lanes() -> [Lane; 2] {
    let lanes = ["a", "b", "c", "d", "e"].map(|name| Lane::of(&name));
    let odd = |lane: &&Lane| format!("{lane:?}").trim_end_matches(')').ends_with(['1', '3', '5', '7', '9']);
    let found = (lanes.iter().find(odd), lanes.iter().find(|lane| !odd(lane)));
    [*found.0.expect("an odd lane"), *found.1.expect("an even lane")]
}

/// The server ends every connection of this database, as a restart or a failover does.
#[test]
fn a_connection_that_was_ended_is_made_again() {
    const MARK: &str = "select set_config('application_name', 'doomed', false)";
    const END: &str =
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'doomed'";
    let Some(db) = on_postgres() else { return };
    let marked = || db.write_blocking(Lane::house(), |tx| tx.one::<(String,)>(MARK, &[]));
    marked().expect("the writer's connection is marked");
    let ended = db.read_blocking(|view| view.all::<(bool,)>(END, &[])).expect("it is ended");
    assert_eq!(ended, [(true,)]);
    let answers: Vec<bool> = (0..3).map(|_| marked().is_ok()).collect();
    assert_eq!(answers.last(), Some(&true), "the writer connects again: {answers:?}");
}
