//! The process dies at a commit; whoever was waiting asks again.

use crate::town::{Town, premiere};
use box_office::Showtime;
use db::CommitFault;
use flows::buy_product::Promised;
use flows::buy_tickets::Held;
use kernel::{Error, Result};
use payments::{Notice, Refund};
use settlement::statements::Statement;
use shops::Listing;

/// What somebody remembers between two steps.
#[derive(Default)]
struct Memory {
    show: Option<Showtime>,
    poster: Option<Listing>,
    held: Option<Held>,
    kept: Option<Held>,
    promised: Option<Promised>,
    notice: Option<Notice>,
    refund: Option<Refund>,
    statement: Option<Statement>,
}

/// One write to the database, with what it needs and what is remembered of it.
type Step = fn(&Town, &mut Memory) -> Result<()>;

fn the<T>(remembered: &Option<T>) -> &T {
    remembered.as_ref().expect("the steps come in order")
}

const STEPS: &[(&str, Step)] = &[
    ("hold", |town, memory| {
        memory.held = Some(town.holds("ann", the(&memory.show), &["F7", "F8"])?);
        Ok(())
    }),
    ("notice", |town, memory| {
        memory.notice =
            Some(town.provider.pay(&the(&memory.held).intent.id, town.house.now()).expect("open"));
        town.tells(the(&memory.notice))
    }),
    ("refund", |town, memory| {
        memory.refund = Some(town.refunds("ann", &the(&memory.held).order.id)?);
        Ok(())
    }),
    ("the refund is paid", |town, memory| flows::take_payment::pay_back(&town.house, the(&memory.refund))),
    ("another hold", |town, memory| {
        memory.kept = Some(town.holds("ben", the(&memory.show), &["F7"])?);
        Ok(())
    }),
    ("the provider is asked", |town, memory| {
        let intent = &the(&memory.kept).intent;
        town.provider.pay(&intent.id, town.house.now()).expect("open");
        flows::take_payment::ask(&town.house, &town.star, &intent.id).map(|_| ())
    }),
    ("a product order", |town, memory| {
        memory.promised = Some(town.orders("ann", the(&memory.poster), 2, None)?);
        Ok(())
    }),
    ("its notice", |town, memory| {
        let intent = &the(&memory.promised).intent;
        town.tells_at("plc_lantern", &town.provider.pay(&intent.id, town.house.now()).expect("open"))
    }),
    ("its refund", |town, memory| {
        memory.refund = Some(town.returns("ann", &the(&memory.promised).order.id)?);
        Ok(())
    }),
    ("its refund is paid", |town, memory| flows::take_payment::pay_back(&town.house, the(&memory.refund))),
    ("a period closes", |town, memory| {
        town.at(premiere().plus(1), 9, 0);
        memory.statement = Some(town.closes(premiere(), premiere())?);
        Ok(())
    }),
    ("its mirror", |town, memory| town.mirrors(the(&memory.statement))),
];

/// Lives through every step, with the process dying during the commit of one of them; what is left of it.
fn live(dies: Option<(usize, CommitFault)>) -> Vec<String> {
    let mut town = Town::new();
    let mut memory =
        Memory { show: Some(town.showtime(19, 30, 4000)), poster: Some(town.poster(5)), ..Memory::default() };
    for (i, (name, step)) in STEPS.iter().enumerate() {
        begin_payments(&town, &memory);
        if let Some((_, fault)) = dies.filter(|(at, _)| *at == i) {
            town.house.db().plan_commit_fault(1, fault);
            let died = step(&town, &mut memory);
            assert!(matches!(died, Err(Error::Fault(_))), "{name}: nobody is answered when the process dies");
            town.restarts();
        }
        step(&town, &mut memory).unwrap_or_else(|error| panic!("{name} after {dies:?}: {error}"));
    }
    town.is_whole();
    left(&town)
}

/// Checkouts are begun outside of every transaction, as often as one likes.
fn begin_payments(town: &Town, memory: &Memory) {
    let held = [&memory.held, &memory.kept].into_iter().flatten().map(|held| &held.intent);
    for intent in held.chain(memory.promised.iter().map(|promised| &promised.intent)) {
        if intent.expires_at >= town.house.now() {
            flows::take_payment::begin(&town.house, intent).expect("a checkout");
        }
    }
}

/// What an installation holds, without its ids: books, orders, tickets, the kinds of events in their order.
fn left(town: &Town) -> Vec<String> {
    town.read(|view| {
        let mut left: Vec<(String, String, i64)> = view.all(
            "select book_id, id, credits_posted - debits_posted from account order by book_id, id",
            &[],
        )?;
        left.extend(view.all::<(String, String, i64)>(
            "select place_id, state, seats from ticket_order order by place_id, state
             ",
            &[],
        )?);
        left.extend(
            view.all::<(String, String, i64)>("select place_id, state, total_minor from product_order", &[])?,
        );
        left.extend(view.all::<(String, String, i64)>(
            "select place_id, seat, coalesce(voided_at, 0) from ticket order by seat, voided_at",
            &[],
        )?);
        left.extend(view.all::<(String, String, i64)>(
            "select place_id, kind, at from event order by place_id, id",
            &[],
        )?);
        Ok(left.into_iter().map(|row| format!("{row:?}")).collect())
    })
}

#[test]
fn a_commit_that_died_is_asked_again() {
    let whole = live(None);
    for (i, (name, _)) in STEPS.iter().enumerate() {
        for fault in [CommitFault::KilledBefore, CommitFault::KilledAfter] {
            assert_eq!(live(Some((i, fault))), whole, "{name}, {fault:?}");
        }
    }
}
