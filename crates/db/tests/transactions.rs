//! What `write` and `read` promise, on whichever engine this run is for.

use db::{CommitFault, Db, Lane, scratch};
use kernel::{Error, Kind, Refusal, Result};

fn put(db: &Db, name: &'static str, value: &'static str) -> Result<()> {
    db.write_blocking(Lane::house(), move |tx| {
        tx.run("insert into setting (name, value) values ($1, $2)", &[&name, &value]).map(|_| ())
    })
}

fn names(db: &Db) -> Vec<String> {
    let rows: Vec<(String,)> = db
        .read_blocking(|view| view.all("select name from setting order by name", &[]))
        .expect("settings can be read");
    rows.into_iter().map(|(name,)| name).collect()
}

#[test]
fn a_bad_closure_harms_nobody_else_in_its_batch() {
    let db = scratch::scratch();
    let story = |name: &'static str| {
        db.submit(Lane::house(), move |tx| {
            tx.run("insert into setting (name, value) values ($1, 'x')", &[&name])?;
            match name {
                "refused" => Err(Refusal::new(Kind::Conflict, "no", "No.", "不行。").into()),
                "broken" => {
                    tx.run("insert into setting (name, value) values ('refused', null)", &[]).map(|_| ())
                }
                "panicked" => panic!("on purpose"),
                _ => Ok(()),
            }
        })
    };
    let waiting: Vec<_> =
        ["a", "refused", "b", "broken", "c", "panicked", "d"].map(story).into_iter().collect();
    let answers: Vec<bool> = waiting.into_iter().map(|waiting| waiting.wait().is_ok()).collect();
    assert_eq!(answers, [true, false, true, false, true, false, true]);
    assert_eq!(names(&db), ["a", "b", "c", "d"]);
}

/// On PostgreSQL a statement that fails takes its transaction along, even when the closure makes light of it.
#[test]
fn a_swallowed_error_is_answered_as_what_became_of_it() {
    let db = scratch::scratch();
    put(&db, "taken", "x").expect("a setting");
    let story = |name: &'static str| {
        db.submit(Lane::house(), move |tx| {
            tx.run("insert into setting (name, value) values ($1, 'x')", &[&name])?;
            if name == "light" {
                let _ = tx.run("insert into setting (name, value) values ('taken', 'y')", &[]);
            }
            Ok(())
        })
    };
    for names in [vec!["light"], vec!["a", "light", "b"]] {
        let waiting: Vec<_> = names.iter().map(|name| (*name, story(name))).collect();
        let answered: Vec<_> = waiting.into_iter().map(|(name, one)| (name, one.wait().is_ok())).collect();
        let there = self::names(&db);
        for (name, is_kept) in answered {
            assert_eq!(is_kept, there.iter().any(|known| known == name), "{name}: {there:?}");
        }
        db.write_blocking(Lane::house(), |tx| tx.run("delete from setting where name <> 'taken'", &[]))
            .expect("a new beginning");
    }
}

#[test]
fn a_view_cannot_write() {
    let db = scratch::scratch();
    let tried: Result<Vec<(String,)>> = db.read_blocking(|view| {
        view.all("insert into setting (name, value) values ('a', 'b') returning name", &[])
    });
    assert!(tried.is_err());
    assert_eq!(names(&db), Vec::<String>::new());
}

#[test]
fn a_killed_commit_answers_nobody() {
    let db = scratch::scratch();
    db.plan_commit_fault(1, CommitFault::KilledBefore);
    assert!(put(&db, "before", "x").is_err());
    db.plan_commit_fault(1, CommitFault::KilledAfter);
    assert!(put(&db, "after", "x").is_err());
    assert_eq!(names(&db), ["after"]);
}

#[test]
fn parameters_are_bound_by_their_number() {
    let db = scratch::scratch();
    let (a, b, c): (i64, String, i64) = db
        .read_blocking(|view| {
            view.one(
                "select cast($2 as bigint), cast($1 as text), cast($2 as bigint) + cast($3 as bigint)",
                &[&"one", &2_i64, &3_i64],
            )
        })
        .expect("a row");
    assert_eq!((a, b.as_str(), c), (2, "one", 5));
}

#[test]
fn a_broken_check_says_its_name() {
    let db = scratch::scratch();
    let broken = db.write_blocking(Lane::house(), |tx| {
        tx.run("insert into account values ('plc_a', 'fund', 'CNY', true, 5, 0, 0, 0)", &[])
    });
    let error: Error = broken.expect_err("an overdraft is refused");
    assert!(db::broke_check(&error, "account_not_overdrawn"), "{error}");
    assert!(!db::broke_check(&error, "account"), "{error}");
}

#[test]
fn lanes_keep_their_order() {
    let db = scratch::scratch();
    put(&db, "n", "").expect("a setting");
    let waiting: Vec<_> = (0..100_i64)
        .map(|i| {
            db.submit(Lane::of(&"one place"), move |tx| {
                tx.run("update setting set value = value || $1 where name = 'n'", &[&format!("{i},")])
            })
        })
        .collect();
    waiting.into_iter().for_each(|waiting| assert_eq!(waiting.wait().ok(), Some(1)));
    let (value,): (String,) =
        db.read_blocking(|view| view.one("select value from setting where name = 'n'", &[])).expect("a row");
    assert_eq!(value, (0..100).map(|i| format!("{i},")).collect::<String>());
}
