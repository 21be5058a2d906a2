//! Closing the day with a provider: its bill beside our orders, cases and suspense, disputes.

use crate::town::{Town, premiere};
use flows::{dispute, reconcile};
use kernel::{Actor, Currency, Day, DisputeId, IntentId, Money, PlaceId};
use payments::bills::Taken;
use payments::cases::{self, Case, State};
use payments::disputes::{self, Dispute};
use payments::providers::{BillLine, Moved};
use payments::reconciliation::Class;

/// Three orders of one seat for 43.00 each, paid at the provider; and what its bill should say.
fn sold() -> (Town, Vec<(PlaceId, IntentId)>, Vec<BillLine>) {
    let town = Town::new();
    let show = town.subsidised(premiere(), 19, 30, 4000, 0).expect("a showtime");
    let mut payments = Vec::new();
    for (buyer, seat) in [("ann", "A1"), ("ben", "A2"), ("cai", "A3")] {
        let held = town.holds(buyer, &show, &[seat]).expect("held");
        town.tells(&town.pays(&held.intent)).expect("the notice is taken");
        payments.push((held.intent.place.clone(), held.intent.id.clone()));
    }
    let bill = payments.iter().map(|payment| line(&town, payment)).collect();
    (town, payments, bill)
}

fn line(town: &Town, (place, intent): &(PlaceId, IntentId)) -> BillLine {
    let (at, wanted) = (place.clone(), intent.clone());
    let kept =
        town.house.read_blocking(move |view| payments::intents::any(view, &at, &wanted)).expect("an intent");
    BillLine {
        what: Moved::Paid,
        key: format!("{place}{intent}"),
        payment: Some((place.clone(), intent.clone())),
        reference: "20161223".into(),
        amount: kept.amount,
        fee: town.house.providers().usual().quote().of(kept.amount).expect("a fee"),
        at: town.house.now(),
    }
}

fn takes(town: &Town, day: Day, bill: &[BillLine]) -> reconcile::Closed {
    reconcile::take(&town.house, "pretend", day, bill, Actor::System).expect("taken in")
}

fn today(town: &Town) -> Day {
    town.house.now().day_in(&kernel::Zone::shanghai())
}

fn all_cases(town: &Town) -> Vec<Case> {
    town.house.read_blocking(|view| cases::latest(view, 100)).expect("cases")
}

fn credit(town: &Town, book: &PlaceId, account: &str) -> i64 {
    let (book, account) = (book.clone(), account.to_owned());
    let look = move |view: &db::View| ledger::balances::credit_of(view, &book, &account, Currency::CNY);
    town.house.read_blocking(look).expect("a balance").minor
}

#[test]
fn a_bill_that_tells_what_we_booked_opens_nothing_and_books_its_fees() {
    let (town, payments, bill) = sold();
    let closed = takes(&town, today(&town), &bill);
    assert_eq!((closed.lines, closed.opened, closed.found), (3, 0, 0));
    let place = &payments[0].0;
    let fees: i64 = bill.iter().map(|line| line.fee.minor).sum();
    assert_eq!(credit(&town, place, "channel_fee:pretend"), -fees);
    town.is_whole();
}

#[test]
fn a_bill_is_taken_in_once() {
    let (town, _, mut bill) = sold();
    bill.pop();
    let day = today(&town);
    assert_eq!(takes(&town, day, &bill).opened, 1);
    let before = all_cases(&town);
    bill.reverse();
    let again = takes(&town, day, &bill);
    assert_eq!((again.taken, again.opened), (Taken::Before, 0));
    assert_eq!(all_cases(&town), before);
    bill.pop();
    let other = reconcile::take(&town.house, "pretend", day, &bill, Actor::System);
    assert_eq!(other.expect_err("refused").refusal().map(|refusal| refusal.code), Some("bill_differs"));
    town.is_whole();
}

#[test]
fn what_is_missing_waits_in_suspense_and_is_found_on_the_next_days_bill() {
    let (town, payments, bill) = sold();
    let day = today(&town);
    assert_eq!(takes(&town, day, &bill[1..]).opened, 1);
    let case = &all_cases(&town)[0];
    assert_eq!(
        (case.class, case.state, case.off.minor),
        (Class::OursOnly, State::Open, -bill[0].amount.minor)
    );
    assert!(case.provider_says.starts_with("paid"), "the provider was asked: {}", case.provider_says);
    let suspense = format!("suspense:{}", case.id);
    assert_eq!(credit(&town, &payments[0].0, &suspense), -bill[0].amount.minor);
    town.is_whole();

    let closed = takes(&town, day.plus(1), &bill[..1]);
    assert_eq!((closed.opened, closed.found), (0, 1));
    let case = &all_cases(&town)[0];
    assert_eq!((case.class, case.state), (Class::CutOff, State::Found));
    assert_eq!(credit(&town, &payments[0].0, &suspense), 0);
    town.is_whole();
}

#[test]
fn one_click_decides_a_case_once() {
    let (town, payments, mut bill) = sold();
    let day = today(&town);
    bill[0].amount.minor += 100;
    bill[0].fee = town.house.providers().usual().quote().of(bill[0].amount).expect("a fee");
    bill[1].fee.minor += 9;
    assert_eq!(takes(&town, day, &bill).opened, 2);
    let place = &payments[0].0;
    let of = |class| all_cases(&town).into_iter().find(|case| case.class == class).expect("a case");
    let (amount, fee) = (of(Class::Amount), of(Class::Fee));
    assert_eq!((amount.off.minor, fee.off.minor), (100, -9));
    let decide = |case: &Case, as_| reconcile::decide(&town.house, &case.id, as_, Actor::System);
    decide(&amount, State::Accepted).expect("decided");
    decide(&amount, State::Accepted).expect("the same again");
    let other = decide(&amount, State::Corrected).expect_err("refused");
    assert_eq!(other.refusal().map(|refusal| refusal.code), Some("case_closed"));
    decide(&fee, State::Corrected).expect("decided");
    assert_eq!(credit(&town, place, "reconciled"), 100, "a gain");
    assert!(decide(&fee, State::Open).is_err());
    town.is_whole();
}

#[test]
fn a_payment_that_only_the_bill_knows_is_found_by_asking() {
    let town = Town::new();
    let show = town.subsidised(premiere(), 19, 30, 4000, 0).expect("a showtime");
    let held = town.holds("ann", &show, &["A1"]).expect("held");
    let _lost_notice = town.pays(&held.intent);
    let payment = (held.intent.place.clone(), held.intent.id.clone());
    let closed = takes(&town, today(&town), &[line(&town, &payment)]);
    assert_eq!(closed.opened, 0, "the bill is the last net");
    let (place, id) = payment;
    let intent = town.house.read_blocking(move |view| payments::intents::any(view, &place, &id)).expect("it");
    assert_eq!(intent.state, payments::intents::State::Captured);
    town.is_whole();
}

#[test]
fn a_strangers_payment_is_the_houses_to_explain() {
    let (town, _, mut bill) = sold();
    bill.push(BillLine { key: "nobody".into(), payment: None, fee: Money::fen(0), ..bill[0].clone() });
    assert_eq!(takes(&town, today(&town), &bill).opened, 1);
    let case = &all_cases(&town)[0];
    assert_eq!((case.class, case.book.clone()), (Class::TheirsOnly, PlaceId::house()));
    assert_eq!(credit(&town, &PlaceId::house(), &format!("suspense:{}", case.id)), bill[0].amount.minor);
    town.is_whole();
}

#[test]
fn a_close_that_was_cut_off_is_finished_later() {
    let (town, payments, bill) = sold();
    let day = today(&town);
    // The bill and its case are kept; the process dies before the first posting.
    town.house.db().plan_commit_fault(2, db::CommitFault::KilledBefore);
    let cut = reconcile::take(&town.house, "pretend", day, &bill[1..], Actor::System);
    assert!(cut.is_err(), "{cut:?}");
    takes(&town, day, &bill[1..]);
    let case = &all_cases(&town)[0];
    assert_eq!(credit(&town, &payments[0].0, &format!("suspense:{}", case.id)), case.off.minor);
    town.is_whole();
}

#[test]
fn a_dispute_waits_in_suspense_until_it_is_decided() {
    let (town, payments, bill) = sold();
    let (place, intent) = payments[0].clone();
    let claim = |id: &str, minor| Dispute {
        place: place.clone(),
        id: DisputeId(format!("dsp_{id}")),
        intent: intent.clone(),
        reason: "not recognised".into(),
        amount: Money::fen(minor),
        answer_by: premiere(),
        state: disputes::State::Open,
        opened_at: town.house.now(),
        closed_at: None,
        evidence: String::new(),
        number: String::new(),
    };
    let opens = |dispute: Dispute| {
        town.house.write_blocking(&place, Actor::System, move |scene| dispute::open(scene, &dispute))
    };
    let closes = |id: &str, as_| {
        let (at, id) = (place.clone(), DisputeId(format!("dsp_{id}")));
        town.house.write_blocking(&place, Actor::System, move |scene| dispute::close(scene, &at, &id, as_))
    };
    let paid = bill[0].amount.minor;
    opens(claim("a", paid)).expect("recorded");
    opens(claim("a", paid)).expect("the same again");
    assert!(opens(claim("a", 1)).is_err() && opens(claim("b", paid + 1)).is_err());
    assert_eq!(credit(&town, &place, "suspense:dsp_a"), -paid);
    town.is_whole();
    closes("a", disputes::State::Lost).expect("decided");
    assert!(closes("a", disputes::State::Won).is_err(), "once");
    assert_eq!((credit(&town, &place, "suspense:dsp_a"), credit(&town, &place, "dispute_cost")), (0, -paid));
    assert!(opens(claim("c", 100)).is_err(), "nothing of this payment is left to dispute");
    opens(Dispute { intent: payments[1].1.clone(), ..claim("c", 100) }).expect("recorded");
    closes("c", disputes::State::Won).expect("decided");
    assert_eq!(credit(&town, &place, "bill:pretend"), paid, "what was lost stays with the provider");
    town.is_whole();
}

/// The provider holds 44.00 for an order of 43.00, and says so when it is asked.
fn overpaid(fen: i64) -> (Town, flows::buy_tickets::Held, flows::views::unmatched::Unmatched) {
    let town = Town::new();
    let show = town.showtime(19, 30, 4000);
    let held = town.holds("ann", &show, &["F7"]).expect("held");
    let asked = payments::Intent { amount: Money::fen(fen), ..held.intent.clone() };
    let _lost = town.pays(&asked);
    flows::take_payment::ask(&town.house, &town.star, &held.intent.id).expect("an answer");
    let all = town.read(flows::views::unmatched::latest);
    let [one] = &all[..] else { panic!("one of them, not {all:?}") };
    assert_eq!((one.amount.minor, one.asked.minor, one.went_to.clone()), (fen, 4300, None));
    assert_eq!(town.star_credit("suspense:unmatched"), fen);
    (town, held, one.clone())
}

fn decides(
    town: &Town,
    one: &flows::views::unmatched::Unmatched,
    as_: flows::unmatched::Decision,
) -> kernel::Result<flows::views::unmatched::Unmatched> {
    flows::unmatched::decide(&town.house, &one.place, &one.id, as_, Actor::System)
}

#[test]
fn money_that_fits_no_order_is_given_back_with_one_press() {
    use flows::unmatched::Decision;
    for fen in [4400, 4200] {
        let (town, _, one) = overpaid(fen);
        decides(&town, &one, Decision::GiveBack).expect("decided");
        decides(&town, &one, Decision::GiveBack).expect("the same again");
        let other = decides(&town, &one, Decision::Keep).expect_err("refused");
        assert_eq!(other.refusal().map(|refusal| refusal.code), Some("unmatched_decided"));
        assert_eq!(town.provider.kept_minor(), 0, "all of it went back");
        assert_eq!((town.star_credit("suspense:unmatched"), town.star_credit("provider:pretend")), (0, 0));
        town.later(700);
        town.sweeps();
        assert_eq!((town.live_tickets(), town.provider.kept_minor()), (0, 0));
        town.is_whole();
    }
}

#[test]
fn money_that_is_more_than_its_order_pays_it_and_the_rest_goes_back() {
    use flows::unmatched::Decision;
    let (town, held, one) = overpaid(4400);
    decides(&town, &one, Decision::Match).expect("decided");
    decides(&town, &one, Decision::Match).expect("the same again");
    assert_eq!(town.order(&held.order.id).state, box_office::orders::State::Paid);
    assert_eq!((town.live_tickets(), town.provider.kept_minor()), (1, 4300));
    assert_eq!((town.star_credit("suspense:unmatched"), town.star_credit("provider:pretend")), (0, -4300));
    town.is_whole();

    let (town, _, one) = overpaid(4200);
    let less = decides(&town, &one, Decision::Match).expect_err("refused");
    assert_eq!(less.refusal().map(|refusal| refusal.code), Some("unmatched_no_fit"));
    assert_eq!(town.star_credit("suspense:unmatched"), 4200);
}

#[test]
fn money_that_came_too_late_for_its_order_goes_back_although_it_is_matched() {
    let (town, _, one) = overpaid(4400);
    town.later(700);
    town.sweeps();
    decides(&town, &one, flows::unmatched::Decision::Match).expect("decided");
    town.sweeps();
    assert_eq!((town.live_tickets(), town.provider.kept_minor()), (0, 0));
    town.is_whole();
}

#[test]
fn money_that_fits_no_order_may_be_kept() {
    let (town, _, one) = overpaid(4400);
    decides(&town, &one, flows::unmatched::Decision::Keep).expect("decided");
    assert_eq!((town.star_credit("reconciled"), town.star_credit("suspense:unmatched")), (4400, 0));
    town.later(700);
    town.sweeps();
    town.is_whole();
}

#[test]
fn a_provider_tells_of_a_dispute_as_often_as_it_likes() {
    let (town, payments, bill) = sold();
    let (place, intent) = payments[0].clone();
    town.sql("update payment_intent set provider_ref = 'pi_' || id");
    let paid = bill[0].amount;
    let told = |state| disputes::Told {
        provider: "pretend".into(),
        number: "dp_1".into(),
        reference: format!("pi_{intent}"),
        reason: "fraudulent".into(),
        amount: paid,
        answer_by: premiere(),
        state,
    };
    for _ in 0..2 {
        dispute::hear(&town.house, &told(disputes::State::Open)).expect("taken");
    }
    let all = town.read(flows::views::disputes::latest);
    assert_eq!((all.len(), all[0].number.as_str(), all[0].amount), (1, "dp_1", paid));
    town.is_whole();
    let (at, id) = (place.clone(), all[0].id.clone());
    let noted = town.story("plc_star", Actor::System, move |scene| {
        dispute::put_evidence(scene, &at, &id, "Seat F7 was admitted at the door.")
    });
    assert!(noted.expect("noted").evidence.contains("admitted"));
    for _ in 0..2 {
        dispute::hear(&town.house, &told(disputes::State::Lost)).expect("taken");
    }
    assert_eq!(credit(&town, &place, "dispute_cost"), -paid.minor);
    let (at, id) = (place, all[0].id.clone());
    let late =
        town.story("plc_star", Actor::System, move |scene| dispute::put_evidence(scene, &at, &id, "more"));
    assert_eq!(crate::town::code(late), "dispute_closed");
    let stranger = disputes::Told { reference: "pi_none".into(), ..told(disputes::State::Open) };
    assert_eq!(crate::town::code(dispute::hear(&town.house, &stranger)), "not_found");
    town.is_whole();
}
