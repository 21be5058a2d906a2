//! The process dies before or after any commit of any step of a story; whoever was waiting asks again, or nobody does
//! and the sweep finds it. The wallet goes on living meanwhile.

use crate::town::{Begun, Town};
use db::CommitFault;
use kernel::Result;
use payments::Refund;

/// What somebody remembers between two steps.
#[derive(Default)]
struct Memory {
    begun: Option<Begun>,
    part: Option<Refund>,
    all: Option<Refund>,
}

type Step = fn(&Town, &mut Memory) -> Result<()>;

fn the<T>(remembered: &Option<T>) -> &T {
    remembered.as_ref().expect("the steps come in order")
}

const STEPS: [(&str, Step); 8] = [
    ("hold", |town, memory| {
        let held = town.holds("ann", &["F7", "F8"])?;
        memory.begun = Some(Begun { key: town.key(&held.intent), held });
        Ok(())
    }),
    ("create", |town, memory| town.begins(&the(&memory.begun).held).map(|_| ())),
    // The wallet takes the money and sends its notice; whether that is heard is its own affair.
    ("notice", |town, memory| {
        assert!(town.pays(the(&memory.begun)));
        let answered = || town.deliveries(the(&memory.begun), "") > 0;
        town.until("the notice was sent", answered);
        Ok(())
    }),
    ("capture", |town, memory| {
        flows::take_payment::ask(&town.house(), &town.star, &the(&memory.begun).held.intent.id).map(|_| ())
    }),
    ("a part", |town, memory| {
        memory.part = Some(town.gives_back(the(&memory.begun), "noise", 500)?);
        Ok(())
    }),
    ("the part is paid back", |town, memory| town.pays_back(the(&memory.part))),
    ("refund", |town, memory| {
        memory.all = Some(town.takes_back("ann", the(&memory.begun))?);
        Ok(())
    }),
    ("the refund is paid back", |town, memory| town.pays_back(the(&memory.all))),
];

/// Commits of one step, at most.
const COMMITS_MAX: u64 = 3;

/// Lives through the steps while the process dies at one commit; then, asked again or not, all is well in the end.
fn live(at: usize, nth: u64, fault: CommitFault, asks_again: bool) {
    let what = format!("{} {nth} {fault:?} {asks_again}", STEPS[at].0);
    let town = Town::new();
    let mut memory = Memory::default();
    for (_, step) in &STEPS[..at] {
        step(&town, &mut memory).unwrap_or_else(|error| panic!("{what}: {error}"));
    }
    town.house().db().plan_commit_fault(nth, fault);
    let _ = STEPS[at].1(&town, &mut memory);
    // A step with fewer commits than that has lived through it; the next process is not to die of it.
    for _ in 0..nth {
        let _ = town.story(kernel::Actor::System, |_| Ok(()));
    }
    town.restarts();
    if asks_again {
        for (name, step) in &STEPS[at..] {
            while let Err(error) = step(&town, &mut memory) {
                assert!(error.refusal().is_none(), "{what}, at {name}: {error}");
            }
        }
    }
    town.hurries();
    town.is_whole_in_the_end();
    if asks_again {
        assert_eq!(town.live_tickets(), 0, "{what}");
        let trade = town.trade(&the(&memory.begun).key).expect("a trade");
        assert_eq!(trade["refund_fee"], "86.00", "{what}");
    }
}

fn live_through(at: usize) {
    for nth in 1..=COMMITS_MAX {
        for fault in [CommitFault::KilledBefore, CommitFault::KilledAfter] {
            for asks_again in [true, false] {
                live(at, nth, fault, asks_again);
            }
        }
    }
}

#[test]
fn the_process_dies_while_seats_are_held() {
    live_through(0);
}

#[test]
fn the_process_dies_while_a_payment_begins() {
    live_through(1);
}

#[test]
fn the_process_dies_while_a_notice_arrives() {
    live_through(2);
}

#[test]
fn the_process_dies_while_a_payment_is_asked_after() {
    live_through(3);
}

#[test]
fn the_process_dies_while_a_part_is_given_back() {
    live_through(4);
    live_through(5);
}

#[test]
fn the_process_dies_while_an_order_is_taken_back() {
    live_through(6);
    live_through(7);
}
