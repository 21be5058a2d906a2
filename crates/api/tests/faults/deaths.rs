//! The process dies before or after any commit of any step of a story; whoever was waiting asks again, or nobody does
//! and the sweep finds it. The wallet goes on living meanwhile.
//!
//! Each step is lived by a process of its own, this same program started once more, which aborts in the middle of it: what
//! it held in memory is gone, its connections break off, and nobody is at its address until the next one starts.

use crate::town::{PAPERS, Town, papers};
use db::CommitFault;
use kernel::{IntentId, PlaceId, RefundId, Result};
use payments::{Intent, Refund, intents, refunds};
use serde_json::{Value, json};
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

/// What the buyer wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Story {
    Tickets,
    Goods,
}

/// What somebody remembers between two steps.
#[derive(Default)]
struct Memory {
    payment: Option<(PlaceId, IntentId)>,
    part: Option<RefundId>,
    all: Option<RefundId>,
}

impl Memory {
    fn write(&self) -> Value {
        let (place, intent) = self.payment.clone().unzip();
        json!([place, intent, self.part, self.all])
    }

    fn read(written: &Value) -> Memory {
        let part = |at: usize| written[at].as_str().map(str::to_owned);
        Memory {
            payment: part(0).map(PlaceId).zip(part(1).map(IntentId)),
            part: part(2).map(RefundId),
            all: part(3).map(RefundId),
        }
    }

    fn intent(&self, town: &Town) -> Intent {
        let (place, id) = self.payment.clone().expect("the steps come in order");
        town.read(move |view| intents::any(view, &place, &id))
    }

    fn refund(&self, town: &Town, id: &Option<RefundId>) -> Refund {
        let ((place, _), id) =
            (self.payment.clone().expect("a payment"), id.clone().expect("the steps come in order"));
        town.read(move |view| refunds::any(view, &place, &id))
    }
}

type Step = fn(&Town, &mut Memory, Story) -> Result<()>;

const STEPS: [(&str, Step); 8] = [
    ("hold", |town, memory, story| {
        let intent = match story {
            Story::Tickets => town.holds("ann", &["F7", "F8"])?.intent,
            Story::Goods => town.orders("ann", 2)?.intent,
        };
        memory.payment = Some((intent.place, intent.id));
        Ok(())
    }),
    ("create", |town, memory, _| town.goes_to_the_cashier(&memory.intent(town)).map(|_| ())),
    // The wallet takes the money and sends its notice; whether that is heard is its own affair.
    ("notice", |town, memory, _| {
        let key = town.key(&memory.intent(town));
        assert!(town.pays_for(&key));
        town.until("the notice was sent", || town.deliveries_of(&key, "") > 0);
        Ok(())
    }),
    ("capture", |town, memory, _| {
        let intent = memory.intent(town);
        flows::take_payment::ask(&town.house(), &intent.place, &intent.id).map(|_| ())
    }),
    ("a part", |town, memory, _| {
        memory.part = Some(town.gives_back_of(&memory.intent(town), "noise", 500)?.id);
        Ok(())
    }),
    ("the part is paid back", |town, memory, _| town.pays_back(&memory.refund(town, &memory.part))),
    ("refund", |town, memory, _| {
        memory.all = Some(town.takes_all_back("ann", &memory.intent(town))?.id);
        Ok(())
    }),
    ("the refund is paid back", |town, memory, _| town.pays_back(&memory.refund(town, &memory.all))),
];

/// Commits of one step, at most.
const COMMITS_MAX: u64 = 9;

/// Does nothing in a run of its own; with papers it is the process that dies.
#[test]
fn a_process_of_its_own() {
    let Some(papers) = papers() else { return };
    let town = Town::of(&papers);
    let fault = if papers["after"] == true { CommitFault::AbortedAfter } else { CommitFault::AbortedBefore };
    let story = if papers["goods"] == true { Story::Goods } else { Story::Tickets };
    town.house().db().plan_commit_fault(papers["nth"].as_u64().expect("a number"), fault);
    let at = papers["step"].as_u64().expect("a number") as usize;
    let _ = STEPS[at].1(&town, &mut Memory::read(&papers["memory"]), story);
}

/// Whether a process that lives this step died of it.
fn dies_of(town: &Town, memory: &Memory, story: Story, at: usize, nth: u64, after: bool) -> bool {
    let mut papers = town.papers();
    papers["memory"] = memory.write();
    papers["goods"] = json!(story == Story::Goods);
    papers["step"] = json!(at);
    papers["nth"] = json!(nth);
    papers["after"] = json!(after);
    let mut process = Command::new(std::env::current_exe().expect("this program"));
    process.args(["deaths::a_process_of_its_own", "--exact", "--nocapture"]).env(PAPERS, papers.to_string());
    let ended = process.output().expect("it starts");
    const ABORTED: i32 = 6;
    let died = ended.status.signal() == Some(ABORTED);
    assert!(died || ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    died
}

/// Lives through the steps while the process dies at one commit; then, asked again or not, all is well in the end.
/// Whether it died.
fn live(story: Story, at: usize, nth: u64, after: bool, asks_again: bool) -> bool {
    let what = format!("{story:?}, {} {nth}, after: {after}, again: {asks_again}", STEPS[at].0);
    let town = Town::new();
    let mut memory = Memory::default();
    for (_, step) in &STEPS[..at] {
        step(&town, &mut memory, story).unwrap_or_else(|error| panic!("{what}: {error}"));
    }
    town.stops();
    let died = dies_of(&town, &memory, story, at, nth, after);
    town.starts();
    if asks_again {
        for (name, step) in &STEPS[at..] {
            step(&town, &mut memory, story).unwrap_or_else(|error| panic!("{what}, at {name}: {error}"));
        }
    }
    town.hurries();
    town.is_whole_in_the_end();
    if asks_again {
        assert_eq!((town.live_tickets(), town.stock()), (0, 500), "{what}");
        let intent = memory.intent(&town);
        let trade = town.trade(&town.key(&intent)).expect("a trade");
        assert_eq!(trade["refund_fee"], alipay::amount::write(intent.amount), "{what}");
    }
    died
}

/// Every commit of a step, before it and after it, until the process outlives the step.
fn live_through(story: Story, at: usize) {
    for after in [false, true] {
        for asks_again in [true, false] {
            let deaths = (1..=COMMITS_MAX).take_while(|nth| live(story, at, *nth, after, asks_again)).count();
            assert!(deaths > 0, "{story:?}, {}: there is a commit to die at", STEPS[at].0);
            assert!((deaths as u64) < COMMITS_MAX, "{story:?}, {}: it ends", STEPS[at].0);
        }
    }
}

#[test]
fn the_process_dies_while_seats_are_held() {
    live_through(Story::Tickets, 0);
}

#[test]
fn the_process_dies_while_goods_are_ordered() {
    live_through(Story::Goods, 0);
}

#[test]
fn the_process_dies_while_a_payment_begins() {
    live_through(Story::Tickets, 1);
    live_through(Story::Goods, 1);
}

#[test]
fn the_process_dies_while_a_notice_of_tickets_arrives() {
    live_through(Story::Tickets, 2);
}

#[test]
fn the_process_dies_while_a_notice_of_goods_arrives() {
    live_through(Story::Goods, 2);
}

/// The notice is lost; the question after the payment is what sells.
#[test]
fn the_process_dies_while_a_payment_is_asked_after() {
    live_through(Story::Tickets, 3);
    live_through(Story::Goods, 3);
}

#[test]
fn the_process_dies_while_a_part_is_given_back() {
    for story in [Story::Tickets, Story::Goods] {
        live_through(story, 4);
        live_through(story, 5);
    }
}

#[test]
fn the_process_dies_while_tickets_are_taken_back() {
    live_through(Story::Tickets, 6);
    live_through(Story::Tickets, 7);
}

#[test]
fn the_process_dies_while_goods_are_sent_back() {
    live_through(Story::Goods, 6);
    live_through(Story::Goods, 7);
}
