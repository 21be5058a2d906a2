//! Many writers at once: nothing is lost, nothing is done twice, a bad one harms nobody.

use db::{Lane, scratch};
use kernel::{Kind, Refusal};
use std::sync::Barrier;

const WRITERS: usize = 200;
const LANES: usize = 7;
const WRITES: usize = 5;

#[test]
fn two_hundred_writers_on_seven_lanes_all_count() {
    let db = scratch::scratch();
    for lane in 0..LANES {
        let name = format!("lane {lane}");
        db.write_blocking(Lane::house(), move |tx| {
            tx.run("insert into setting (name, value) values ($1, '')", &[&name])
        })
        .expect("a counter");
    }
    let together = Barrier::new(WRITERS);
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let (db, together) = (&db, &together);
            scope.spawn(move || {
                together.wait();
                (0..WRITES).for_each(|_| append(db, writer % LANES));
            });
        }
    });
    let rows: Vec<(String,)> =
        db.read_blocking(|view| view.all("select value from setting order by name", &[])).expect("rows");
    let counts: Vec<usize> = rows.iter().map(|(value,)| value.len()).collect();
    let expected: Vec<usize> = (0..LANES)
        .map(|lane| (0..WRITERS).filter(|writer| writer % LANES == lane).count() * WRITES)
        .collect();
    assert_eq!(counts, expected);
}

fn append(db: &db::Db, lane: usize) {
    let name = format!("lane {lane}");
    let lane = Lane::of(&name);
    let done = db.write_blocking(lane, move |tx| {
        tx.run("update setting set value = value || 'x' where name = $1", &[&name])
    });
    assert_eq!(done.ok(), Some(1));
}

#[test]
fn refusals_before_and_after_writing_leave_no_trace() {
    let db = scratch::scratch();
    let refuse = || Refusal::new(Kind::Conflict, "no", "No.", "不行。").into();
    let waiting: Vec<_> = (0..600)
        .map(|i| {
            db.submit(Lane::house(), move |tx| {
                let insert = "insert into setting (name, value) values ($1, 'x')";
                match i % 4 {
                    0 => Err(refuse()),
                    1 => tx.run(insert, &[&format!("n{i}")]).and_then(|_| Err(refuse())),
                    2 => tx.run(insert, &[&"taken"]).map(|_| i),
                    _ => tx.run(insert, &[&format!("n{i}")]).map(|_| i),
                }
            })
        })
        .collect();
    let kept: Vec<i32> = waiting.into_iter().filter_map(|waiting| waiting.wait().ok()).collect();
    let taken = kept.iter().filter(|i| *i % 4 == 2).count();
    let (count,): (i64,) =
        db.read_blocking(|view| view.one("select count(*) from setting", &[])).expect("a count");
    assert_eq!((kept.len(), taken, count), (151, 1, 151));
}
