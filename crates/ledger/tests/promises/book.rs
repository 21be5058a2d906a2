//! One book in a throw-away database.

use db::{Lane, scratch, scratch::Scratch};
use kernel::{Currency, Instant, Money, PlaceId, Result};
use ledger::{Transfer, audit, balances, seals};

pub const NOW: Instant = Instant::from_micros(1_000_000);

pub struct Book(pub Scratch);

impl Book {
    pub fn new() -> Book {
        Book(scratch::scratch())
    }

    pub fn write<T: Send + 'static>(
        &self,
        story: impl FnMut(&db::Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.0.write_blocking(Lane::of(&id()), story)
    }

    pub fn read<T: Send + 'static>(
        &self,
        look: impl FnMut(&db::View) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.0.read_blocking(look)
    }

    pub fn credit(&self, account: &'static str) -> i64 {
        let look = move |view: &db::View| balances::credit_of(view, &id(), account, Currency::CNY);
        self.read(look).expect("a balance").minor
    }

    pub fn audit(&self) -> Vec<String> {
        let whole =
            |view: &db::View| Ok([audit::discrepancies(view, &id())?, seals::broken(view, &id())?].concat());
        self.read(whole).expect("an audit")
    }

    pub fn audit_since_seal(&self) -> Vec<String> {
        self.read(|view| audit::discrepancies_since_seal(view, &id())).expect("an audit")
    }
}

pub fn id() -> PlaceId {
    PlaceId("plc_book".into())
}

pub fn transfer(id: &str, debit: &str, credit: &str, minor: i64) -> Transfer {
    Transfer {
        book: self::id(),
        id: id.into(),
        debit: debit.into(),
        credit: credit.into(),
        amount: Money::fen(minor),
        code: "test",
        reference: "ord_1".into(),
        happened_at: NOW,
    }
}

/// The code of a refusal.
pub fn refusal<T: std::fmt::Debug>(answer: Result<T>) -> &'static str {
    answer.expect_err("refused").refusal().map_or("a fault", |refusal| refusal.code)
}
