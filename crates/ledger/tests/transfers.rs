//! What the ledger promises.

use db::{Lane, scratch, scratch::Scratch};
use kernel::{Currency, Dice, Instant, Money, PlaceId, Result};
use ledger::{Posted, Transfer, audit, balances, post, transfers};

const NOW: Instant = Instant::from_micros(1_000_000);

fn book() -> PlaceId {
    PlaceId("plc_book".into())
}

fn transfer(id: &str, debit: &str, credit: &str, minor: i64) -> Transfer {
    Transfer {
        book: book(),
        id: id.into(),
        debit: debit.into(),
        credit: credit.into(),
        amount: Money::fen(minor),
        code: "test",
        reference: "ord_1".into(),
        happened_at: NOW,
    }
}

fn write<T: Send + 'static>(
    db: &Scratch,
    story: impl FnMut(&db::Tx) -> Result<T> + Send + 'static,
) -> Result<T> {
    db.write_blocking(Lane::of(&book()), story)
}

fn credit(db: &Scratch, account: &'static str) -> i64 {
    db.read_blocking(move |view| balances::credit_of(view, &book(), account, Currency::CNY))
        .expect("a balance")
        .minor
}

fn audit(db: &Scratch) -> Vec<String> {
    db.read_blocking(|view| audit::discrepancies(view, &book())).expect("an audit")
}

#[test]
fn a_transfer_moves_money_once() {
    let db = scratch::scratch();
    let sale = transfer("a", "wallet", "box_office:x", 500);
    let (first, second) =
        write(&db, move |tx| Ok((post(tx, &sale, NOW)?, post(tx, &sale, NOW)?))).expect("posted");
    assert_eq!((first, second), (Posted::Now, Posted::Before));
    assert_eq!((credit(&db, "wallet"), credit(&db, "box_office:x")), (-500, 500));
    let other = write(&db, |tx| post(tx, &transfer("a", "wallet", "box_office:x", 501), NOW));
    assert_eq!(other.expect_err("differs").refusal().map(|refusal| refusal.code), Some("transfer_differs"));
    assert!(audit(&db).is_empty());
}

#[test]
fn a_limited_account_is_never_overdrawn_even_by_what_is_pending() {
    let db = scratch::scratch();
    write(&db, |tx| post(tx, &transfer("in", "wallet", "merchant:m", 100), NOW)).expect("posted");
    write(&db, |tx| transfers::reserve(tx, &transfer("hold", "merchant:m", "payout", 80), NOW))
        .expect("reserved");
    let refused = write(&db, |tx| post(tx, &transfer("out", "merchant:m", "payout", 21), NOW));
    assert_eq!(refused.expect_err("overdrawn").refusal().map(|refusal| refusal.code), Some("overdrawn"));
    write(&db, |tx| transfers::resolve_post(tx, &book(), "hold", Money::fen(30), NOW))
        .expect("posted in part");
    write(&db, |tx| post(tx, &transfer("out", "merchant:m", "payout", 70), NOW))
        .expect("the rest was released");
    assert_eq!(credit(&db, "payout"), 100);
    assert!(audit(&db).is_empty());
}

#[test]
fn a_pending_transfer_is_resolved_once() {
    let db = scratch::scratch();
    write(&db, |tx| transfers::reserve(tx, &transfer("p", "wallet", "payout", 50), NOW)).expect("reserved");
    write(&db, |tx| transfers::resolve_void(tx, &book(), "p", NOW)).expect("voided");
    assert!(write(&db, |tx| transfers::resolve_post(tx, &book(), "p", Money::fen(50), NOW)).is_err());
    assert_eq!(write(&db, |tx| transfers::resolve_void(tx, &book(), "p", NOW)).ok(), Some(Posted::Before));
    assert_eq!(credit(&db, "payout"), 0);
    assert!(audit(&db).is_empty());
}

#[test]
fn a_storm_leaves_the_books_balanced() {
    let db = scratch::scratch();
    let mut dice = Dice::seeded(11);
    let accounts = ["wallet", "merchant:a", "merchant:b", "fee", "payout"];
    let waiting: Vec<_> = (0..600)
        .map(|_| {
            let (debit, credit) = (*dice.pick(&accounts), *dice.pick(&accounts));
            let id = format!("t{}", dice.below(200));
            let (amount, pending, way) = (dice.between(1, 90), dice.chance(0.3), dice.below(4));
            db.submit(Lane::of(&book()), move |tx| {
                let sent = transfer(&id, debit, credit, amount);
                match way {
                    0 => transfers::resolve_post(tx, &book(), &id, Money::fen(amount), NOW),
                    1 => transfers::resolve_void(tx, &book(), &id, NOW),
                    _ if debit == credit => Ok(Posted::Before),
                    _ if pending => transfers::reserve(tx, &sent, NOW),
                    _ => post(tx, &sent, NOW),
                }
            })
        })
        .collect();
    let moved = waiting.into_iter().map(|waiting| waiting.wait()).filter(Result::is_ok).count();
    assert!(moved > 100, "the storm did something");
    assert_eq!(audit(&db), Vec::<String>::new());
}

#[test]
fn the_audit_sees_a_touched_balance() {
    let db = scratch::scratch();
    write(&db, |tx| post(tx, &transfer("a", "wallet", "fee", 5), NOW)).expect("posted");
    write(&db, |tx| {
        tx.run("update account set credits_posted = 6 where book_id = $1 and id = 'fee'", &[&book()])
    })
    .expect("touched");
    assert_eq!(audit(&db).len(), 2);
}

#[test]
fn a_balance_can_be_asked_as_of_any_instant() {
    let db = scratch::scratch();
    for (id, at) in [("a", 10), ("b", 20)] {
        let sent = Transfer { happened_at: Instant::from_micros(at), ..transfer(id, "wallet", "fee", at) };
        write(&db, move |tx| post(tx, &sent, NOW)).expect("posted");
    }
    let as_of = |at| {
        db.read_blocking(move |view| {
            balances::credit_as_of(view, &book(), "fee", Currency::CNY, Instant::from_micros(at))
        })
    };
    assert_eq!([5, 15, 25].map(|at| as_of(at).expect("a balance").minor), [0, 10, 30]);
}
