//! Rehearsals: seeds of a hostile week, with the process killed at commits, on whichever engine this run is for.

use db::scratch::{self, Scratch};
use events::log::Event;
use kernel::{Dice, FalseClock, Zone};
use payments::providers::pretend::Pretend;
use people::passwords;
use rehearsal::release::Tally;
use rehearsal::till::Till;
use rehearsal::{Faults, Release, Silent, Size, World};
use std::sync::Arc;

struct Rehearsed {
    broken: Vec<String>,
    events: Vec<Event>,
    tally: Tally,
    /// What the provider keeps, and what the books say it owes us.
    kept: (i64, i64),
    /// Differences between the provider's bills and our orders that somebody must decide.
    undecided: i64,
}

fn rehearse(scratch: &Scratch, seed: u64) -> Rehearsed {
    let mut dice = Dice::seeded(seed);
    let clock = Arc::new(FalseClock::at(World::premiere().plus(-8).at(9, 0, &Zone::shanghai())));
    let pretend = Arc::new(Pretend::new());
    let house =
        flows::House::open(scratch.db.clone(), clock.clone(), dice.fork(), pretend.clone()).expect("a house");
    let password = passwords::hash(rehearsal::world::PASSWORD, &mut dice.fork()).expect("a password hash");
    let world = World::build(&house, Size::small(), &password, dice.fork()).expect("a town");
    let mut release = Release::new(world, Till(pretend.clone()), Faults::hostile(), clock);
    release.run(&mut Silent).expect("the release runs to its end");
    let now = release.world.house.now();
    let (broken, events, owed, undecided) = scratch
        .read_blocking(move |view| {
            let (owed,): (i64,) = view.one(
                "select cast(coalesce(sum(debits_posted - credits_posted), 0) as bigint) from account where id = 'provider:pretend'",
                &[],
            )?;
            let (undecided,): (i64,) =
                view.one("select count(*) from reconciliation_case where state = 'open'", &[])?;
            Ok((flows::check::broken(view, now)?, flows::views::events::everything(view)?, owed, undecided))
        })
        .expect("the books can be read");
    Rehearsed { broken, events, tally: release.tally, kept: (pretend.kept_minor(), owed), undecided }
}

#[test]
fn ten_hostile_seeds_leave_every_invariant_whole() {
    for seed in 1..=10 {
        let scratch = scratch::scratch();
        let rehearsed = rehearse(&scratch, seed);
        assert_eq!(rehearsed.broken, Vec::<String>::new(), "seed {seed}");
        assert_eq!(rehearsed.kept.0, rehearsed.kept.1, "seed {seed}: the provider and the books agree");
        assert_eq!(rehearsed.undecided, 0, "seed {seed}: an honest bill leaves nothing to decide");
        let tally = rehearsed.tally;
        assert!(
            tally.orders > 20 && tally.kills > 0 && tally.notices_found > 0 && tally.replies_lost > 0,
            "seed {seed} was no rehearsal: {tally:?}"
        );
    }
}

#[test]
fn a_seed_leaves_the_same_log_on_both_databases() {
    let sqlite = scratch::on_sqlite(db::Synchronous::Off).expect("a database");
    let first = rehearse(&sqlite, 42);
    assert!(first.events.len() > 100);
    let other = scratch::scratch();
    let second = rehearse(&other, 42);
    assert_eq!(first.events.len(), second.events.len());
    for (a, b) in first.events.iter().zip(&second.events) {
        assert_eq!(a, b);
    }
    let another = rehearse(&scratch::scratch(), 43);
    assert_ne!(first.events, another.events, "another seed is another week");
}

/// The negative control: a sale whose money is not booked is found.
#[test]
fn a_sale_that_is_not_booked_is_found() {
    let scratch = scratch::scratch();
    let rehearsed = rehearse(&scratch, 7);
    assert!(rehearsed.broken.is_empty());
    scratch
        .write_blocking(db::Lane::house(), |tx| {
            tx.run("update ticket_order set base_minor = base_minor + 1, paid_minor = paid_minor + 1 where state = 'paid'", &[])
        })
        .expect("the books are cooked");
    let now = kernel::Instant::from_micros(i64::MAX / 2);
    let broken = scratch.read_blocking(move |view| flows::check::all(view, now)).expect("a check");
    let found: Vec<&str> = broken.iter().filter(|one| !one.broken.is_empty()).map(|one| one.code).collect();
    assert!(found.contains(&"books_equal_orders") && found.contains(&"statements_derive"), "{found:?}");
}
