//! Whoever keys what they do ends in the same place, at whichever commit the process dies.

use db::{CommitFault, Db, Lane, scratch};
use kernel::Result;

const STEPS: u64 = 12;

/// One step of a story: it counts itself once, however often it is asked to.
fn step(db: &Db, name: String) -> Result<()> {
    db.write_blocking(Lane::house(), move |tx| {
        let mine = tx.run(
            "insert into setting (name, value) values ($1, 'done') on conflict (name) do nothing",
            &[&name],
        )?;
        if mine == 1 {
            tx.run(
                "update setting set value = cast(cast(value as bigint) + 1 as text) where name = 'total'",
                &[],
            )?;
        }
        Ok(())
    })
}

/// Runs every step until it is answered, as a caller with a key does after a failure.
fn story(db: &Db) {
    const TRIES_MAX: u64 = 4;
    for i in 0..STEPS {
        let answered = (0..TRIES_MAX).any(|_| step(db, format!("step {i}")).is_ok());
        assert!(answered, "step {i} is answered in the end");
    }
}

fn begun() -> scratch::Scratch {
    let db = scratch::scratch();
    db.write_blocking(Lane::house(), |tx| {
        tx.run("insert into setting (name, value) values ('total', '0')", &[])
    })
    .expect("a setting");
    db
}

fn all(db: &Db) -> Vec<(String, String)> {
    db.read_blocking(|view| view.all("select name, value from setting order by name", &[])).expect("settings")
}

#[test]
fn a_fault_at_any_commit_changes_nothing_in_the_end() {
    let undisturbed = begun();
    story(&undisturbed);
    let expected = all(&undisturbed);
    assert_eq!(expected.len() as u64, STEPS + 1);
    let disturbed = begun();
    for fault in [CommitFault::KilledBefore, CommitFault::KilledAfter] {
        for nth in 1..=STEPS {
            disturbed
                .write_blocking(Lane::house(), |tx| {
                    tx.run("delete from setting where name <> 'total'", &[])?;
                    tx.run("update setting set value = '0' where name = 'total'", &[])
                })
                .expect("a new beginning");
            disturbed.plan_commit_fault(nth, fault);
            story(&disturbed);
            assert_eq!(all(&disturbed), expected, "{fault:?} at commit {nth}");
        }
    }
}

#[test]
fn a_step_without_a_key_is_done_twice() {
    let db = begun();
    let unkeyed = || {
        db.write_blocking(Lane::house(), |tx| {
            tx.run(
                "update setting set value = cast(cast(value as bigint) + 1 as text) where name = 'total'",
                &[],
            )
        })
    };
    db.plan_commit_fault(1, CommitFault::KilledAfter);
    assert!(unkeyed().is_err());
    assert!(unkeyed().is_ok());
    assert_eq!(all(&db), [("total".to_owned(), "2".to_owned())], "the fault is real");
}

#[test]
fn a_killed_commit_takes_its_whole_batch_along() {
    let db = begun();
    db.plan_commit_fault(2, CommitFault::KilledBefore);
    let waiting: Vec<_> = (0..300)
        .map(|i| {
            db.submit(Lane::house(), move |tx| {
                tx.run("insert into setting (name, value) values ($1, 'x')", &[&format!("n{i:03}")])
            })
        })
        .collect();
    let answered = waiting.into_iter().filter_map(|waiting| waiting.wait().ok()).count();
    assert_eq!(all(&db).len() - 1, answered, "what is answered is there, and nothing else");
}
