//! Currencies, exponents, parts.

use crate::book::{Book, NOW, id, transfer};
use kernel::{Currency, Dice, Money};
use ledger::exchange::{self, Exchange};
use ledger::{Posted, balances, post};

fn exchange(id: &str, sold: Money, bought: Money) -> Exchange {
    Exchange {
        book: crate::book::id(),
        id: id.into(),
        sold: ("producer:us".into(), sold),
        bought: ("producer:us".into(), bought),
        reference: "stm_1".into(),
        happened_at: NOW,
    }
}

#[test]
fn an_exchange_is_two_legs_that_each_keep_their_currency() {
    let book = Book::new();
    let yuan = Money::fen(70_000);
    let dollars = Money::new(10_000, Currency::USD);
    book.write(|tx| post(tx, &transfer("in", "wallet", "producer:us", 70_000), NOW)).expect("posted");
    let change = move |tx: &db::Tx| exchange::post(tx, &exchange("fx", yuan, dollars), NOW);
    assert_eq!(book.write(change).ok(), Some(Posted::Now));
    assert_eq!(book.write(change).ok(), Some(Posted::Before));
    let standing = |account: &'static str| {
        [Currency::CNY, Currency::USD].map(|currency| {
            book.read(move |view| balances::credit_of(view, &id(), account, currency))
                .expect("a balance")
                .minor
        })
    };
    assert_eq!(standing("producer:us"), [0, 10_000]);
    assert_eq!(standing(exchange::LIQUIDITY), [70_000, -10_000], "the open position");
    assert_eq!(book.audit(), Vec::<String>::new(), "each currency sums to zero by itself");
    assert!(book.write(move |tx| exchange::post(tx, &exchange("same", yuan, yuan), NOW)).is_err());
}

#[test]
fn every_currency_counts_in_its_own_minor_units() {
    assert_eq!(Money::new(1234, Currency::CNY).decimal(), "12.34");
    assert_eq!(Money::new(1234, Currency::JPY).decimal(), "1234");
    assert!(Money::parse("12.3", Currency::JPY).is_err() && Money::parse("１２", Currency::CNY).is_err());
}

#[test]
fn an_amount_in_another_currency_is_another_account() {
    let book = Book::new();
    book.write(|tx| post(tx, &transfer("a", "wallet", "fee", 5), NOW)).expect("posted");
    let in_yen =
        || ledger::Transfer { amount: Money::new(5, Currency::JPY), ..transfer("b", "wallet", "fee", 5) };
    book.write(move |tx| post(tx, &in_yen(), NOW)).expect("posted");
    assert_eq!(book.credit("fee"), 5);
    let mixed =
        ledger::Transfer { amount: Money::new(5, Currency::JPY), ..transfer("a", "wallet", "fee", 5) };
    assert!(book.write(move |tx| post(tx, &mixed, NOW)).is_err(), "the id is taken by five fen");
    assert!(book.audit().is_empty());
}

#[test]
fn parts_sum_to_the_whole() {
    let mut dice = Dice::seeded(13);
    for _ in 0..500 {
        let whole = Money::fen(dice.between(0, 1_000_000));
        let weights: Vec<i64> = (0..dice.between(1, 7)).map(|_| dice.between(1, 1_000)).collect();
        let parts = whole.split(&weights);
        assert_eq!(parts.iter().map(|part| part.minor).sum::<i64>(), whole.minor);
    }
}
