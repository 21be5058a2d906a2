//! The disk is full: what does not fit is not answered as kept, and when there is room again everything goes on.

use db::{Lane, Synchronous, scratch};
use std::collections::BTreeSet;

/// Writes until the database may not grow any more; SQLite's own limit stands for the disk's.
#[test]
fn what_does_not_fit_is_not_answered_and_nothing_answered_is_lost() {
    let db = scratch::on_sqlite(Synchronous::Full).expect("a database");
    let limit = |sql: &'static str| {
        db.write_blocking(Lane::house(), move |tx| tx.one::<(i64,)>(sql, &[])).expect("a limit").0
    };
    let pages = limit("pragma page_count");
    assert!(pages < 400, "a new database is small: {pages}");
    limit("pragma max_page_count = 400");
    let put = |i: u32| {
        let (name, value) = (format!("n{i:04}"), "x".repeat(900));
        db.submit(Lane::house(), move |tx| {
            tx.run("insert into setting (name, value) values ($1, $2)", &[&name, &value])
        })
    };
    let waiting: Vec<_> = (0..2_000).map(|i| (i, put(i))).collect();
    let kept: BTreeSet<u32> =
        waiting.into_iter().filter_map(|(i, one)| one.wait().is_ok().then_some(i)).collect();
    assert!(!kept.is_empty() && kept.len() < 2_000, "{} fit", kept.len());

    let there = || -> BTreeSet<u32> {
        let look = |view: &db::View| view.all::<(String,)>("select name from setting order by name", &[]);
        let names = db.read_blocking(look).expect("settings").into_iter();
        names.filter_map(|(name,)| name.strip_prefix('n').and_then(|digits| digits.parse().ok())).collect()
    };
    assert_eq!(there(), kept, "what is answered is there, and nothing else");
    limit("pragma max_page_count = 100000");
    put(9_999).wait().expect("there is room again");
    assert_eq!(there().len(), kept.len() + 1);
    let whole =
        db.read_blocking(|view| view.one::<(String,)>("pragma integrity_check", &[])).expect("a check");
    assert_eq!(whole.0, "ok");
}
