//! Closing the day with a provider: three ways, our orders beside its bill, and its answers where they differ.
//!
//! What stands on a bill and not in our orders, or otherwise, is a case. What is off lies in suspense until somebody
//! has decided: `bill:{provider}` holds what the provider's bills say beyond our orders, so that `provider:` and
//! `bill:` together are what the provider says it owes. Fees go the same way, into `channel_fee:{provider}`.
//! A bill is taken in once; every posting has an id of its own, so that a close that was cut off is finished later.

use crate::house::{House, Scene};
use crate::{take_payment, views};
use kernel::{Actor, CaseId, Day, Error, Instant, IntentId, Money, PlaceId, Refusal, Result};
use ledger::Transfer;
use payments::bills::{self, Taken};
use payments::cases::{self, Case, State};
use payments::intents;
use payments::providers::{BillLine, NO_BILL, Outcome};
use payments::reconciliation::{self, Class, Difference};

/// A movement may stand on a bill this many days from ours.
const DAYS_AROUND: i32 = 3;
/// Cases that are read at once while their postings are finished.
const FINISHED_AT_ONCE: i64 = 500;
/// Rounds of those, at most.
const FINISHED_ROUNDS_MAX: usize = 1_000;
/// Days that are looked back for bills that were not taken in: a house that stood still, or a bill that came late.
const LOOK_BACK_DAYS: i32 = 7;
/// The hour in Beijing after which a provider's bill of the day before is asked for.
const BILL_HOUR: i8 = 10;

/// What taking a bill in came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    pub taken: Taken,
    pub lines: usize,
    /// Cases that this bill opened.
    pub opened: usize,
    /// Cases of earlier bills that this bill explains.
    pub found: usize,
}

/// Fetches a provider's bill of a day and takes it in. Blocks on the provider.
pub fn day(house: &House, provider: &str, day: Day, actor: Actor) -> Result<Closed> {
    let bill = house.asks(provider)?.bill(day, house.now())?;
    take(house, provider, day, &bill, actor)
}

/// Takes in the bills of the last days that are there by now and were not taken in, the oldest first; what is not there
/// yet is left for the next round. Days before a provider's first payment have none.
pub fn recent(house: &House) -> Result<()> {
    let now = house.now();
    for provider in house.providers().names() {
        let zone = house.providers().named(provider)?.zone();
        let today = now.day_in(&zone);
        let newest = if now.clock_in(&zone).0 < BILL_HOUR { -2 } else { -1 };
        for back in -LOOK_BACK_DAYS..=newest {
            let wanted = today.plus(back);
            let zone = zone.clone();
            let lacks = house.read_blocking(move |view| {
                let end = wanted.plus(1).at(0, 0, &zone);
                let is_new = bills::of_day(view, provider, wanted)?.is_none();
                Ok(is_new && views::reconciliation::begun_before(view, provider, end)?)
            })?;
            if lacks && let Err(error) = day(house, provider, wanted, Actor::System) {
                not_there(provider, wanted, &error);
            }
        }
    }
    Ok(())
}

/// That a bill is not there yet is nothing; that it cannot be had or read is for an operator to know.
fn not_there(provider: &str, day: Day, error: &Error) {
    if error.refusal().is_some_and(|refusal| refusal.code == NO_BILL) {
        tracing::debug!(provider, %day, "there is no bill of this day yet");
    } else {
        tracing::error!(provider, %day, %error, "a bill was not taken in");
    }
}

/// Takes a bill in: what it tells otherwise than our orders opens a case, once. Blocks on the provider.
pub fn take(house: &House, provider: &str, day: Day, bill: &[BillLine], actor: Actor) -> Result<Closed> {
    learn(house, provider, bill)?;
    let differences = compare(house, provider, day, bill)?;
    let told = differences.into_iter().map(|one| {
        let says = third_way(house, &one);
        (one, says)
    });
    let told: Vec<(Difference, String)> = told.collect();
    let (name, lines) = (provider.to_owned(), bill.to_vec());
    let closed = house.write_blocking(&House::lane(), actor, move |scene| {
        let taken = bills::take(scene.tx, &name, day, &lines, &by(scene), scene.act.at)?;
        let mut closed = Closed { taken, lines: lines.len(), opened: 0, found: 0 };
        if taken == Taken::Now {
            for (difference, says) in &told {
                open(scene, &name, day, difference, says, &mut closed)?;
            }
        }
        Ok(closed)
    })?;
    post_fees(house, provider, day)?;
    finish(house)?;
    Ok(closed)
}

fn by(scene: &Scene) -> String {
    scene.act.person().map_or_else(|_| String::new(), |id| id.0)
}

/// A line about a payment that we wait for is a notice that was lost: the provider is asked.
fn learn(house: &House, provider: &str, bill: &[BillLine]) -> Result<()> {
    for line in bill {
        let Some((place, id)) = line.payment.clone() else { continue };
        let waits = house.read_blocking({
            let (place, id, provider) = (place.clone(), id.clone(), provider.to_owned());
            move |view| {
                let intent = intents::any(view, &place, &id);
                Ok(intent
                    .is_ok_and(|intent| intent.provider == provider && intent.state == intents::State::Open))
            }
        })?;
        if waits && let Err(unknown) = take_payment::ask(house, &place, &id) {
            tracing::warn!(intent = %id, %unknown, "what became of a payment on a bill is not known");
        }
    }
    Ok(())
}

fn compare(house: &House, provider: &str, day: Day, bill: &[BillLine]) -> Result<Vec<Difference>> {
    let asked = house.providers().named(provider)?;
    let (quote, zone) = (asked.quote(), asked.zone());
    let (name, lines) = (provider.to_owned(), bill.to_vec());
    house.read_blocking(move |view| {
        let ours = views::reconciliation::movements(view, &name, (day, &zone), &lines)?;
        let elsewhere = bills::named_around(view, &name, day, DAYS_AROUND)?;
        reconciliation::compare(day, &lines, &ours, &elsewhere, &quote)
    })
}

/// What the provider says of the payment when it is asked.
fn third_way(house: &House, difference: &Difference) -> String {
    let Some((place, id)) = difference.payment.clone() else { return String::new() };
    if matches!(difference.class, Class::Fee | Class::CutOff) {
        return String::new();
    }
    match query(house, &place, &id) {
        Ok(Outcome::Paid { amount, .. }) => format!("paid {amount}"),
        Ok(Outcome::Waiting) => "waiting".into(),
        Ok(Outcome::Closed) => "closed".into(),
        Ok(Outcome::Unheard) => "unknown to it".into(),
        Err(_) => "no answer".into(),
    }
}

fn query(house: &House, place: &PlaceId, id: &IntentId) -> Result<Outcome> {
    let (at, wanted) = (place.clone(), id.clone());
    let intent = house.read_blocking(move |view| intents::any(view, &at, &wanted))?;
    house.asks(&intent.provider)?.query(&intent, house.now())
}

fn open(
    scene: &mut Scene,
    provider: &str,
    day: Day,
    difference: &Difference,
    says: &str,
    closed: &mut Closed,
) -> Result<()> {
    let now = scene.act.at;
    let id = cases::id(provider, day, difference);
    if difference.class == Class::CutOff && cases::found(scene.tx, &id, now)? {
        closed.found += 1;
        return Ok(());
    }
    closed.opened += usize::from(cases::open(scene.tx, provider, day, difference, says, now)?);
    if difference.class == Class::CutOff {
        // Nothing is off: it is told for the record.
        cases::close(scene.tx, &id, State::Found, "", now)?;
    }
    Ok(())
}

/// What the provider kept, into the books that its payments belong to.
fn post_fees(house: &House, provider: &str, day: Day) -> Result<()> {
    let name = provider.to_owned();
    let lines = house.read_blocking(move |view| bills::lines(view, &name, day))?;
    for ((book, currency), minor) in reconciliation::fees(&lines) {
        let fee = Money::new(minor, currency);
        let (kept, provider) = (book.clone(), provider.to_owned());
        house.write_blocking(&book, Actor::System, move |scene| {
            let id = format!("bill/{provider}/{day}/{}/fee", currency.code());
            let accounts = (format!("channel_fee:{provider}"), format!("bill:{provider}"));
            post(scene, &kept, id, accounts, fee, "channel_fee", format!("bill/{provider}/{day}"))
        })?;
    }
    Ok(())
}

/// Posts what cases lack in the books: the suspense of open ones, its end for those that are closed.
pub fn finish(house: &House) -> Result<()> {
    for _ in 0..FINISHED_ROUNDS_MAX {
        let left = house.read_blocking(|view| views::reconciliation::unposted(view, FINISHED_AT_ONCE))?;
        if left.is_empty() {
            break;
        }
        for id in left {
            let case = house.read_blocking(move |view| cases::any(view, &id))?;
            let book = case.book.clone();
            house.write_blocking(&book, Actor::System, move |scene| post_case(scene, &case))?;
        }
    }
    Ok(())
}

fn post_case(scene: &mut Scene, case: &Case) -> Result<()> {
    let (suspense, bill) = (format!("suspense:{}", case.id), format!("bill:{}", case.provider));
    let reference = case.id.0.clone();
    let into = (bill.clone(), suspense.clone());
    post(
        scene,
        &case.book,
        format!("{reference}/suspense"),
        into,
        case.off,
        "reconciliation",
        reference.clone(),
    )?;
    let out = match case.state {
        State::Open => return Ok(()),
        State::Accepted => (suspense, "reconciled".to_owned()),
        State::Corrected | State::Found => (suspense, bill),
    };
    post(
        scene,
        &case.book,
        format!("{reference}/{}", case.state.code()),
        out,
        case.off,
        "reconciliation",
        reference,
    )
}

/// From debit to credit, or back when the amount is below zero.
fn post(
    scene: &mut Scene,
    book: &PlaceId,
    id: String,
    (debit, credit): (String, String),
    amount: Money,
    code: &'static str,
    reference: String,
) -> Result<()> {
    if amount.is_zero() {
        return Ok(());
    }
    let (debit, credit) = if amount.minor > 0 { (debit, credit) } else { (credit, debit) };
    let amount = Money { minor: amount.minor.abs(), ..amount };
    let happened_at: Instant = scene.act.at;
    let transfer = Transfer { book: book.clone(), id, debit, credit, amount, code, reference, happened_at };
    ledger::post(scene.tx, &transfer, scene.act.at)?;
    Ok(())
}

/// Decides an open case: the provider is right (`Accepted`) or we are (`Corrected`).
pub fn decide(house: &House, id: &CaseId, as_: State, actor: Actor) -> Result<Case> {
    if !matches!(as_, State::Accepted | State::Corrected) {
        let refusal =
            Refusal::field("decision", "unknown_decision", "Choose who is right.", "请选择以哪一方为准。");
        return Err(refusal.into());
    }
    let wanted = id.clone();
    let case = house.write_blocking(&House::lane(), actor, move |scene| {
        let by = by(scene);
        cases::close(scene.tx, &wanted, as_, &by, scene.act.at)
    })?;
    let (book, closed) = (case.book.clone(), case.clone());
    house.write_blocking(&book, Actor::System, move |scene| post_case(scene, &closed))?;
    Ok(case)
}
