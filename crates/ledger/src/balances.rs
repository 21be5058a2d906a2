//! What stands in an account.

use crate::transfers::Kept;
use db::{FromRow, Row, View};
use kernel::{Currency, Instant, Money, PlaceId, Result};

/// An account with its sums, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    pub account: String,
    pub currency: Currency,
    pub debits_posted: i64,
    pub credits_posted: i64,
    pub debits_pending: i64,
    pub credits_pending: i64,
}

impl Balance {
    /// Credits less debits: positive when the book owes, negative when it is owed.
    pub fn credit(&self) -> Money {
        Money::new(self.credits_posted - self.debits_posted, self.currency)
    }
}

impl Balance {
    pub fn sums(&self) -> Sums {
        Sums {
            debits_posted: self.debits_posted,
            credits_posted: self.credits_posted,
            debits_pending: self.debits_pending,
            credits_pending: self.credits_pending,
        }
    }
}

impl FromRow for Balance {
    fn from_row(row: &mut Row) -> Result<Balance> {
        Ok(Balance {
            account: row.next()?,
            currency: row.next()?,
            debits_posted: row.next()?,
            credits_posted: row.next()?,
            debits_pending: row.next()?,
            credits_pending: row.next()?,
        })
    }
}

/// The four sums of an account, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub debits_posted: i64,
    pub credits_posted: i64,
    pub debits_pending: i64,
    pub credits_pending: i64,
}

impl Sums {
    pub fn plus(self, other: Sums) -> Sums {
        Sums {
            debits_posted: self.debits_posted + other.debits_posted,
            credits_posted: self.credits_posted + other.credits_posted,
            debits_pending: self.debits_pending + other.debits_pending,
            credits_pending: self.credits_pending + other.credits_pending,
        }
    }

    /// Credits less debits, of what is posted.
    pub fn credit_minor(self) -> i64 {
        self.credits_posted - self.debits_posted
    }

    /// What a transfer adds to its debit and to its credit account; a resolution frees what was `reserved`.
    pub fn of(kept: &Kept, reserved: i64) -> [(&str, Sums); 2] {
        let amount = kept.amount.minor;
        let (posted, pending) = match kept.kind.as_str() {
            "posted" => (amount, 0),
            "pending" => (0, amount),
            "post" => (amount, -reserved),
            _ => (0, -reserved),
        };
        let debit = Sums { debits_posted: posted, debits_pending: pending, ..Sums::default() };
        let credit = Sums { credits_posted: posted, credits_pending: pending, ..Sums::default() };
        [(&kept.debit, debit), (&kept.credit, credit)]
    }
}

impl FromRow for Sums {
    fn from_row(row: &mut Row) -> Result<Sums> {
        Ok(Sums {
            debits_posted: row.next()?,
            credits_posted: row.next()?,
            debits_pending: row.next()?,
            credits_pending: row.next()?,
        })
    }
}

/// Every account of a book, by name.
pub fn of_book(view: &View, book: &PlaceId) -> Result<Vec<Balance>> {
    view.all(
        "select id, currency, debits_posted, credits_posted, debits_pending, credits_pending
         from account
         where book_id = $1
         order by id, currency",
        &[book],
    )
}

/// Credits less debits of one account; zero when it has never been used.
pub fn credit_of(view: &View, book: &PlaceId, account: &str, currency: Currency) -> Result<Money> {
    let found: Option<(i64,)> = view.maybe(
        "select credits_posted - debits_posted
         from account
         where book_id = $1 and id = $2 and currency = $3",
        &[book, &account, &currency],
    )?;
    Ok(Money::new(found.map_or(0, |(minor,)| minor), currency))
}

/// What of an account is neither debited nor reserved; zero when it has never been used.
pub fn available_of(view: &View, book: &PlaceId, account: &str, currency: Currency) -> Result<Money> {
    let found: Option<(i64,)> = view.maybe(
        "select credits_posted - debits_posted - debits_pending
         from account
         where book_id = $1 and id = $2 and currency = $3",
        &[book, &account, &currency],
    )?;
    Ok(Money::new(found.map_or(0, |(minor,)| minor), currency))
}

/// Credits less debits of one account as it stood at an instant, by when things happened.
pub fn credit_as_of(
    view: &View,
    book: &PlaceId,
    account: &str,
    currency: Currency,
    at: Instant,
) -> Result<Money> {
    let (minor,): (i64,) = view.one(
        "select cast(coalesce(sum(case when credit = $2 then amount_minor else -amount_minor end), 0) as bigint)
         from transfer
         where book_id = $1 and (credit = $2 or debit = $2) and currency = $3
           and kind in ('posted', 'post') and happened_at <= $4",
        &[book, &account, &currency, &at],
    )?;
    Ok(Money::new(minor, currency))
}
