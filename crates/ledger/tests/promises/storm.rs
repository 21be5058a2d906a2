//! A seeded storm against a model of the ledger that fits on a page: duplicates, overspends, races, crashes.

use crate::book::{Book, NOW, id, refusal, transfer};
use db::{CommitFault, Lane};
use kernel::{Dice, Instant, Money, Result};
use ledger::{Posted, post, seals, transfers};
use std::collections::BTreeMap;

const ACCOUNTS: [&str; 5] = ["wallet", "merchant:a", "merchant:b", "fee", "payout"];

#[derive(Clone, Debug)]
enum Order {
    Post { id: String, debit: &'static str, credit: &'static str, minor: i64 },
    Reserve { id: String, debit: &'static str, credit: &'static str, minor: i64, until: Option<Instant> },
    Settle { id: String, minor: i64 },
    Void { id: String },
    Expire,
}

fn throw(dice: &mut Dice, now: Instant) -> Order {
    let name = format!("t{}", dice.below(150));
    let debit = *dice.pick(&ACCOUNTS);
    let credit = *dice.pick(&ACCOUNTS.map(|name| if name == debit { "spare" } else { name }));
    let minor = dice.between(1, 90);
    match dice.below(10) {
        0..=3 => Order::Post { id: name, debit, credit, minor },
        4 | 5 => {
            let until = dice.chance(0.5).then(|| now.plus_seconds(dice.between(1, 40)));
            Order::Reserve { id: name, debit, credit, minor, until }
        }
        6 | 7 => Order::Settle { id: name, minor },
        8 => Order::Void { id: name },
        _ => Order::Expire,
    }
}

fn carry_out(tx: &db::Tx, order: &Order, now: Instant) -> Result<Posted> {
    match order {
        Order::Post { id, debit, credit, minor } => post(tx, &transfer(id, debit, credit, *minor), now),
        Order::Reserve { id, debit, credit, minor, until: None } => {
            transfers::reserve(tx, &transfer(id, debit, credit, *minor), now)
        }
        Order::Reserve { id, debit, credit, minor, until: Some(until) } => {
            transfers::reserve_until(tx, &transfer(id, debit, credit, *minor), *until, now)
        }
        Order::Settle { id, minor } => {
            transfers::resolve_post(tx, &crate::book::id(), id, Money::fen(*minor), now)
        }
        Order::Void { id } => transfers::resolve_void(tx, &crate::book::id(), id, now),
        Order::Expire => transfers::expire(tx, &crate::book::id(), now, 5).map(|_| Posted::Now),
    }
}

/// What must be true of every account, kept by the simplest means.
#[derive(Default)]
struct Model {
    rows: BTreeMap<String, (Order, Option<&'static str>)>,
}

impl Model {
    /// Credits less debits, and what is reserved against it.
    fn standing(&self, account: &str) -> (i64, i64) {
        let mut standing = (0, 0);
        for (order, resolved) in self.rows.values() {
            let (debit, credit, posted, pending) = match (order, resolved) {
                (Order::Post { debit, credit, minor, .. }, _) => (debit, credit, *minor, 0),
                (Order::Reserve { debit, credit, minor, .. }, None) => (debit, credit, 0, *minor),
                _ => continue,
            };
            if *debit == account {
                standing = (standing.0 - posted, standing.1 + pending);
            }
            if *credit == account {
                standing.0 += posted;
            }
        }
        standing
    }

    fn overdraws(&self, debit: &str, minor: i64) -> bool {
        let (stands, reserved) = self.standing(debit);
        debit.starts_with("merchant") && stands - reserved < minor
    }

    /// The code of the refusal, or whether it moves now.
    fn expect(&mut self, order: &Order, now: Instant) -> std::result::Result<Posted, &'static str> {
        match order {
            Order::Post { id, debit, minor, .. } | Order::Reserve { id, debit, minor, .. } => {
                if let Some((before, _)) = self.rows.get(id) {
                    return if same(before, order) { Ok(Posted::Before) } else { Err("transfer_differs") };
                }
                if self.overdraws(debit, *minor) {
                    return Err("overdrawn");
                }
                self.rows.insert(id.clone(), (order.clone(), None));
                Ok(Posted::Now)
            }
            Order::Settle { id, minor } => self.settle(id, *minor, now),
            Order::Void { id } => self.void(id),
            Order::Expire => {
                self.expire(now);
                Ok(Posted::Now)
            }
        }
    }

    fn settle(&mut self, id: &str, minor: i64, now: Instant) -> std::result::Result<Posted, &'static str> {
        let settled = format!("{id}/post");
        let Some((Order::Reserve { debit, credit, minor: reserved, until, .. }, resolved)) =
            self.rows.get(id)
        else {
            return Err("not_found");
        };
        if minor > *reserved {
            return Err("over_reserved");
        }
        match resolved {
            Some("post") => match self.rows.get(&settled) {
                Some((Order::Post { minor: before, .. }, _)) if *before == minor => Ok(Posted::Before),
                _ => Err("transfer_differs"),
            },
            _ if until.is_some_and(|until| until <= now) => Err("reservation_over"),
            Some(_) => Err("transfer_differs"),
            None => {
                let row = Order::Post { id: settled.clone(), debit, credit, minor };
                self.rows.insert(settled, (row, None));
                self.resolve(id, "post");
                Ok(Posted::Now)
            }
        }
    }

    fn void(&mut self, id: &str) -> std::result::Result<Posted, &'static str> {
        match self.rows.get(id) {
            Some((Order::Reserve { .. }, None)) => {
                self.resolve(id, "void");
                Ok(Posted::Now)
            }
            Some((Order::Reserve { .. }, Some("void"))) => Ok(Posted::Before),
            Some((Order::Reserve { .. }, Some(_))) => Err("transfer_differs"),
            _ => Err("not_found"),
        }
    }

    /// The five that have been over for the longest.
    fn expire(&mut self, now: Instant) {
        let mut over: Vec<(Instant, String)> = self
            .rows
            .iter()
            .filter_map(|(id, row)| match row {
                (Order::Reserve { until: Some(until), .. }, None) if *until <= now => {
                    Some((*until, id.clone()))
                }
                _ => None,
            })
            .collect();
        over.sort();
        over.iter().take(5).for_each(|(_, id)| self.resolve(id, "expire"));
    }

    fn resolve(&mut self, id: &str, how: &'static str) {
        if let Some((_, resolved)) = self.rows.get_mut(id) {
            *resolved = Some(how);
        }
    }
}

fn same(before: &Order, order: &Order) -> bool {
    match (before, order) {
        (Order::Post { debit, credit, minor, .. }, Order::Post { debit: d, credit: c, minor: m, .. })
        | (
            Order::Reserve { debit, credit, minor, .. },
            Order::Reserve { debit: d, credit: c, minor: m, .. },
        ) => (debit, credit, minor) == (d, c, m),
        _ => false,
    }
}

fn storm(seed: u64) {
    let book = Book::new();
    let mut dice = Dice::seeded(seed);
    let mut model = Model::default();
    let mut now = NOW;
    for step in 0..700 {
        now = now.plus_seconds(dice.between(0, 1));
        let order = throw(&mut dice, now);
        let expected = model.expect(&order, now);
        if dice.chance(0.1) {
            // The process dies in the middle; whoever asked does not know, and asks again with the same id.
            let when = if dice.chance(0.5) { CommitFault::KilledBefore } else { CommitFault::KilledAfter };
            book.0.plan_commit_fault(1, when);
            let lost = order.clone();
            let _ = book.write(move |tx| carry_out(tx, &lost, now));
            // What is refused has no commit to die at; the death is not to wait for the next one.
            let _ = book.write(|_| Ok(()));
            let again = order.clone();
            let answer = book.write(move |tx| carry_out(tx, &again, now));
            match expected {
                Ok(_) => assert!(answer.is_ok(), "seed {seed}, step {step}: {order:?}: {answer:?}"),
                Err(code) => assert_eq!(refusal(answer), code, "seed {seed}, step {step}: {order:?}"),
            }
        } else {
            let sent = order.clone();
            let answer = book.write(move |tx| carry_out(tx, &sent, now));
            match expected {
                Ok(posted) => assert_eq!(answer.ok(), Some(posted), "seed {seed}, step {step}: {order:?}"),
                Err(code) => assert_eq!(refusal(answer), code, "seed {seed}, step {step}: {order:?}"),
            }
        }
        if dice.chance(0.02) {
            book.write(move |tx| seals::seal(tx, &id(), now.plus_seconds(-5), now)).expect("sealed");
        }
    }
    for account in ACCOUNTS {
        assert_eq!(book.credit(account), model.standing(account).0, "seed {seed}: {account}");
    }
    assert_eq!((book.audit(), book.audit_since_seal()), (vec![], vec![]), "seed {seed}");
}

#[test]
fn storms_end_as_the_model_says() {
    for seed in 1..=6 {
        storm(seed);
    }
}

/// Hands in the same stories from several threads at once, on two lanes as if they were two nodes.
fn race<T: Send + 'static>(
    book: &Book,
    stories: usize,
    story: impl Fn(usize, &db::Tx) -> Result<T> + Send + Sync + Copy + 'static,
) -> Vec<Result<T>> {
    let waiting: Vec<_> = (0..stories)
        .map(|i| book.0.submit(Lane::of(&format!("lane {}", i % 2)), move |tx| story(i, tx)))
        .collect();
    waiting.into_iter().map(|waiting| waiting.wait()).collect()
}

#[test]
fn one_of_many_resolutions_wins() {
    let book = Book::new();
    let end = NOW.plus_seconds(60);
    for round in 0..25 {
        let name = move || format!("p{round}");
        book.write(move |tx| {
            transfers::reserve_until(tx, &transfer(&name(), "wallet", "payout", 50), end, NOW)
        })
        .expect("reserved");
        let answers = race(&book, 12, move |i, tx| match i % 3 {
            0 => transfers::resolve_post(tx, &id(), &name(), Money::fen(50), NOW),
            1 => transfers::resolve_void(tx, &id(), &name(), NOW),
            _ => transfers::expire(tx, &id(), end, 9)
                .map(|over| if over > 0 { Posted::Now } else { Posted::Before }),
        });
        let won = answers.iter().filter(|answer| matches!(answer, Ok(Posted::Now))).count();
        assert_eq!(won, 1, "round {round}: {answers:?}");
    }
    assert_eq!((book.audit(), book.audit_since_seal()), (vec![], vec![]));
}

#[test]
fn nobody_overspends_in_a_race() {
    let book = Book::new();
    book.write(|tx| post(tx, &transfer("in", "wallet", "merchant:m", 1_000), NOW)).expect("posted");
    let answers = race(&book, 60, |i, tx| {
        let out = transfer(&format!("out{}", i / 2), "merchant:m", "payout", 70);
        if i % 4 == 0 { transfers::reserve(tx, &out, NOW) } else { post(tx, &out, NOW) }
    });
    let moved = answers.iter().filter(|answer| matches!(answer, Ok(Posted::Now))).count();
    assert_eq!(moved, 14, "fourteen times seventy is what a thousand allows");
    assert_eq!(book.audit(), Vec::<String>::new());
}
