//! What was touched shows.

use crate::book::{Book, NOW, id, transfer};
use kernel::{Currency, Instant, Money};
use ledger::{post, seals, statements, transfers};

/// Four sales and a reservation that was posted in part, a second apart; sealed after the second and the fifth.
fn sealed() -> Book {
    let book = Book::new();
    let at = |second| NOW.plus_seconds(second);
    for second in 0..2 {
        book.write(move |tx| post(tx, &transfer(&format!("s{second}"), "wallet", "fee", 100), at(second)))
            .expect("posted");
    }
    seal(&book, at(1));
    book.write(move |tx| {
        post(tx, &transfer("s2", "wallet", "fee", 100), at(2))?;
        transfers::reserve(tx, &transfer("hold", "fee", "bank", 50), at(3))?;
        transfers::resolve_post(tx, &id(), "hold", Money::fen(20), at(4))
    })
    .expect("moved");
    seal(&book, at(4));
    book.write(move |tx| post(tx, &transfer("s5", "wallet", "fee", 7), at(5))).expect("posted");
    book
}

fn seal(book: &Book, until: Instant) -> Option<seals::Seal> {
    book.write(move |tx| seals::seal(tx, &id(), until, until)).expect("sealed")
}

#[test]
fn a_chain_of_seals_covers_what_was_booked() {
    let book = sealed();
    let chain = book.read(|view| seals::of_book(view, &id(), 9)).expect("seals");
    assert_eq!(chain.iter().map(|seal| (seal.number, seal.transfers)).collect::<Vec<_>>(), [(2, 3), (1, 2)]);
    assert_eq!(chain[0].previous, chain[1].digest);
    assert_eq!(seal(&book, NOW.plus_seconds(4)), None, "nothing new");
    assert_eq!((book.audit(), book.audit_since_seal()), (vec![], vec![]));
}

#[test]
fn a_digest_is_the_same_on_every_database() {
    let chain = sealed().read(|view| seals::of_book(view, &id(), 9)).expect("seals");
    // Written down once; a row that is hashed in another order or another way changes it.
    assert_eq!(chain[0].digest, DIGEST);
}

const DIGEST: &str = "c16cb09dc833a8c66d2a2c406d2cb3fe8d58e222b699194fe56a9fe0d108f7f5";

#[test]
fn whoever_touches_a_sealed_row_is_seen() {
    type Touch = fn(&db::Tx) -> kernel::Result<u64>;
    let touches: [(&str, Touch); 6] = [
        ("another amount, balances along with it", |tx| {
            tx.run(
                "update account set debits_posted = debits_posted - 1 where book_id = $1 and id = 'wallet'",
                &[&id()],
            )?;
            tx.run(
                "update account set credits_posted = credits_posted - 1 where book_id = $1 and id = 'fee'",
                &[&id()],
            )?;
            tx.run("update transfer set amount_minor = 99 where book_id = $1 and id = 's0'", &[&id()])
        }),
        ("another reference", |tx| {
            tx.run("update transfer set reference = 'ord_2' where book_id = $1 and id = 's1'", &[&id()])
        }),
        ("another day", |tx| {
            tx.run("update transfer set happened_at = 7 where book_id = $1 and id = 's2'", &[&id()])
        }),
        ("a row less", |tx| tx.run("delete from transfer where book_id = $1 and id = 's1'", &[&id()])),
        ("a row more", |tx| {
            tx.run(
                "insert into transfer
                   (book_id, id, kind, debit, credit, amount_minor, currency, code, reference, happened_at, booked_at)
                 values ($1, 'x', 'posted', 'wallet', 'fee', 1, 'CNY', 'test', '', 1, 1)",
                &[&id()],
            )
        }),
        ("another digest", |tx| {
            tx.run("update seal set digest = 'x' where book_id = $1 and number = 1", &[&id()])
        }),
    ];
    for (name, touch) in touches {
        let book = sealed();
        book.write(touch).expect("touched");
        let found = book.audit();
        assert!(found.iter().any(|sentence| sentence.contains("seal ")), "{name}: {found:?}");
    }
}

#[test]
fn a_touched_checkpoint_or_balance_is_seen_since_the_seal() {
    for sql in [
        "update checkpoint set credits_posted = 1 where book_id = $1 and account = 'fee'",
        "update account set credits_posted = 1 where book_id = $1 and id = 'fee'",
    ] {
        let book = sealed();
        book.write(move |tx| tx.run(sql, &[&id()])).expect("touched");
        assert!(!book.audit_since_seal().is_empty() && !book.audit().is_empty(), "{sql}");
    }
}

#[test]
fn a_clock_that_stands_behind_books_after_the_seal() {
    let book = sealed();
    book.write(|tx| post(tx, &transfer("late", "wallet", "fee", 1), NOW)).expect("posted");
    let kept = book.read(|view| transfers::of_reference(view, &id(), "ord_1")).expect("rows");
    let late = kept.iter().find(|kept| kept.id == "late").expect("it was booked");
    assert_eq!(late.booked_at.micros, NOW.plus_seconds(4).micros + 1);
    assert_eq!(late.happened_at, NOW, "and still happened when it happened");
    assert_eq!((book.audit(), book.audit_since_seal()), (vec![], vec![]));
}

#[test]
fn a_statement_opens_the_same_from_a_seal_as_from_the_beginning() {
    let book = sealed();
    let before = |second| {
        let look = move |view: &db::View| {
            statements::standing(view, &id(), "fee", Currency::CNY, NOW.plus_seconds(second))
        };
        book.read(look).expect("a balance")
    };
    assert_eq!([0, 1, 2, 3, 4, 5, 6].map(before), [0, 100, 200, 300, 300, 280, 287]);
}

#[test]
fn a_seal_takes_a_bounded_batch_and_goes_on() {
    let book = Book::new();
    book.write(|tx| {
        // Far more than fits under one seal would be slow here; the last instant is taken whole.
        for i in 0..3_000 {
            post(tx, &transfer(&format!("t{i:04}"), "wallet", "fee", 1), NOW.plus_seconds(i / 100))?;
        }
        Ok(())
    })
    .expect("posted");
    assert_eq!(seal(&book, NOW.plus_seconds(14)).map(|seal| seal.transfers), Some(1_500));
    assert_eq!(seal(&book, NOW.plus_seconds(99)).map(|seal| seal.transfers), Some(1_500));
    assert_eq!((book.audit(), book.audit_since_seal()), (vec![], vec![]));
}
