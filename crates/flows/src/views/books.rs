//! Every book, and what moved in one of its accounts.

use db::{FromRow, Row, View};
use kernel::{Currency, Instant, Money, PlaceId, Result};

/// Movements of one account in a list, the newest first.
pub const MOVES_MAX: i64 = 200;

/// A book in sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book {
    pub place: PlaceId,
    pub accounts: i64,
    pub transfers: i64,
    /// Everything that was ever debited, in minor units, summed over currencies: only for its size.
    pub turnover_minor: i64,
    /// Credits less debits over all accounts; zero, or the book is wrong.
    pub off_minor: i64,
}

impl FromRow for Book {
    fn from_row(row: &mut Row) -> Result<Book> {
        Ok(Book {
            place: row.next()?,
            accounts: row.next()?,
            transfers: row.next()?,
            turnover_minor: row.next()?,
            off_minor: row.next()?,
        })
    }
}

pub fn all(view: &View) -> Result<Vec<Book>> {
    view.all(
        "with moved as (
           select book_id, count(*) as transfers from transfer group by book_id
         )
         select account.book_id, count(*), cast(coalesce(max(moved.transfers), 0) as bigint),
           cast(sum(account.debits_posted) as bigint),
           cast(sum(account.credits_posted - account.debits_posted) as bigint)
         from account
         left join moved on moved.book_id = account.book_id
         group by account.book_id
         order by account.book_id",
        &[],
    )
}

/// Whether money ever moved in any book, or is about to.
pub fn is_anything_booked(view: &View) -> Result<bool> {
    let found: Option<(String,)> = view.maybe("select id from transfer limit 1", &[])?;
    Ok(found.is_some())
}

/// One movement as one account sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    pub id: String,
    /// `posted`, `pending`, `post` or `void`.
    pub kind: String,
    /// The account on the other side.
    pub other: String,
    pub is_credit: bool,
    pub amount: Money,
    pub code: String,
    pub reference: String,
    pub booked_at: Instant,
}

impl Move {
    /// What it adds to credits less debits; what is only reserved, or given up, adds nothing.
    pub fn credit_minor(&self) -> i64 {
        match (self.kind.as_str(), self.is_credit) {
            ("posted" | "post", true) => self.amount.minor,
            ("posted" | "post", false) => -self.amount.minor,
            _ => 0,
        }
    }
}

impl FromRow for Move {
    fn from_row(row: &mut Row) -> Result<Move> {
        let currency: Currency = row.next()?;
        Ok(Move {
            amount: row.money(currency)?,
            id: row.next()?,
            kind: row.next()?,
            other: row.next()?,
            is_credit: row.next::<i64>()? == 1,
            code: row.next()?,
            reference: row.next()?,
            booked_at: row.next()?,
        })
    }
}

/// The latest movements of an account in one currency, the newest first.
pub fn moves(view: &View, book: &PlaceId, account: &str, currency: Currency) -> Result<Vec<Move>> {
    view.all(
        "select currency, amount_minor, id, kind, case when credit = $2 then debit else credit end,
           cast(case when credit = $2 then 1 else 0 end as bigint), code, reference, booked_at
         from transfer
         where book_id = $1 and (credit = $2 or debit = $2) and currency = $3
         order by booked_at desc, id desc
         limit $4",
        &[book, &account, &currency, &MOVES_MAX],
    )
}
