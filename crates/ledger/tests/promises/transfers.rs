//! Posting, reserving, resolving.

use crate::book::{Book, NOW, id, refusal, transfer};
use kernel::{Currency, Instant, Money};
use ledger::{Posted, Transfer, balances, post, statements, transfers};

#[test]
fn a_transfer_moves_money_once() {
    let book = Book::new();
    let sale = transfer("a", "wallet", "box_office:x", 500);
    let (first, second) =
        book.write(move |tx| Ok((post(tx, &sale, NOW)?, post(tx, &sale, NOW)?))).expect("posted");
    assert_eq!((first, second), (Posted::Now, Posted::Before));
    assert_eq!((book.credit("wallet"), book.credit("box_office:x")), (-500, 500));
    let other = book.write(|tx| post(tx, &transfer("a", "wallet", "box_office:x", 501), NOW));
    assert_eq!(refusal(other), "transfer_differs");
    assert!(book.audit().is_empty());
}

#[test]
fn a_limited_account_is_never_overdrawn_even_by_what_is_pending() {
    let book = Book::new();
    book.write(|tx| post(tx, &transfer("in", "wallet", "merchant:m", 100), NOW)).expect("posted");
    book.write(|tx| transfers::reserve(tx, &transfer("hold", "merchant:m", "payout", 80), NOW))
        .expect("reserved");
    let refused = book.write(|tx| post(tx, &transfer("out", "merchant:m", "payout", 21), NOW));
    assert_eq!(refusal(refused), "overdrawn");
    book.write(|tx| transfers::resolve_post(tx, &id(), "hold", Money::fen(30), NOW)).expect("posted in part");
    book.write(|tx| post(tx, &transfer("out", "merchant:m", "payout", 70), NOW))
        .expect("the rest was released");
    assert_eq!(book.credit("payout"), 100);
    assert!(book.audit().is_empty());
}

#[test]
fn a_pending_transfer_is_resolved_once() {
    let book = Book::new();
    book.write(|tx| transfers::reserve(tx, &transfer("p", "wallet", "payout", 50), NOW)).expect("reserved");
    book.write(|tx| transfers::resolve_void(tx, &id(), "p", NOW)).expect("voided");
    assert!(book.write(|tx| transfers::resolve_post(tx, &id(), "p", Money::fen(50), NOW)).is_err());
    assert_eq!(book.write(|tx| transfers::resolve_void(tx, &id(), "p", NOW)).ok(), Some(Posted::Before));
    assert_eq!(book.credit("payout"), 0);
    assert!(book.audit().is_empty());
}

#[test]
fn the_audit_sees_a_touched_balance() {
    let book = Book::new();
    book.write(|tx| post(tx, &transfer("a", "wallet", "fee", 5), NOW)).expect("posted");
    book.write(|tx| {
        tx.run("update account set credits_posted = 6 where book_id = $1 and id = 'fee'", &[&id()])
    })
    .expect("touched");
    assert_eq!(book.audit().len(), 2);
}

#[test]
fn a_balance_can_be_asked_as_of_any_instant() {
    let book = Book::new();
    for (id, at) in [("a", 10), ("b", 20)] {
        let sent = Transfer { happened_at: Instant::from_micros(at), ..transfer(id, "wallet", "fee", at) };
        book.write(move |tx| post(tx, &sent, NOW)).expect("posted");
    }
    let as_of = |at| {
        book.read(move |view| {
            balances::credit_as_of(view, &id(), "fee", Currency::CNY, Instant::from_micros(at))
        })
    };
    assert_eq!([5, 15, 25].map(|at| as_of(at).expect("a balance").minor), [0, 10, 30]);
}

#[test]
fn a_reservation_ends_by_itself_and_only_then() {
    let book = Book::new();
    let end = NOW.plus_seconds(60);
    book.write(|tx| post(tx, &transfer("in", "wallet", "merchant:m", 100), NOW)).expect("posted");
    book.write(move |tx| {
        transfers::reserve_until(tx, &transfer("p", "merchant:m", "payout", 80), end, NOW)?;
        transfers::reserve_until(tx, &transfer("q", "merchant:m", "payout", 20), end.plus_seconds(1), NOW)
    })
    .expect("reserved");
    let expire = |at| book.write(move |tx| transfers::expire(tx, &id(), at, 10)).expect("swept");
    assert_eq!(expire(NOW.plus_seconds(59)), 0);
    let late = book.write(move |tx| transfers::resolve_post(tx, &id(), "p", Money::fen(80), end));
    assert_eq!(refusal(late), "reservation_over");
    assert_eq!((expire(end), expire(end)), (1, 0));
    assert_eq!(
        refusal(book.write(move |tx| transfers::resolve_void(tx, &id(), "p", end))),
        "transfer_differs"
    );
    book.write(|tx| post(tx, &transfer("out", "merchant:m", "payout", 80), NOW)).expect("it is free again");
    let in_time = |at| book.write(move |tx| transfers::resolve_post(tx, &id(), "q", Money::fen(20), at)).ok();
    assert_eq!(in_time(end), Some(Posted::Now));
    assert_eq!(in_time(end.plus_seconds(9)), Some(Posted::Before), "a repetition of what was in time");
    assert_eq!(book.credit("payout"), 100);
    assert!(book.audit().is_empty());
}

#[test]
fn what_was_booked_stays_when_it_is_corrected() {
    let book = Book::new();
    book.write(|tx| post(tx, &transfer("a", "wallet", "fee", 500), NOW)).expect("posted");
    book.write(|tx| post(tx, &transfer("a/back", "fee", "wallet", 500), NOW)).expect("taken back");
    let kept = book.read(|view| transfers::of_reference(view, &id(), "ord_1")).expect("rows");
    assert_eq!(kept.iter().map(|kept| kept.id.as_str()).collect::<Vec<_>>(), ["a", "a/back"]);
    assert_eq!((book.credit("fee"), book.credit("wallet")), (0, 0));
}

#[test]
fn a_statement_opens_moves_and_closes() {
    let book = Book::new();
    let at = |second| NOW.plus_seconds(second);
    for (name, minor, second) in [("a", 500, 0), ("b", 30, 10), ("c", 7, 20), ("d", 1, 30)] {
        book.write(move |tx| post(tx, &transfer(name, "wallet", "fee", minor), at(second))).expect("posted");
    }
    book.write(move |tx| post(tx, &transfer("e", "fee", "bank", 100), at(15))).expect("paid out");
    let fee = move |from, until| {
        let look =
            move |view: &db::View| statements::of(view, &id(), "fee", Currency::CNY, at(from), at(until));
        book.read(look).expect("a statement")
    };
    let statement = fee(10, 30);
    let lines: Vec<_> = statement
        .lines
        .iter()
        .map(|line| (line.transfer.id.as_str(), line.credit.minor, line.after.minor))
        .collect();
    assert_eq!(lines, [("b", 30, 530), ("e", -100, 430), ("c", 7, 437)]);
    assert_eq!((statement.opening.minor, statement.closing.minor), (500, 437));
    assert_eq!(fee(0, 10).closing, statement.opening, "one period's end is the next one's beginning");
    assert_eq!(fee(30, 40).opening, statement.closing);
}
