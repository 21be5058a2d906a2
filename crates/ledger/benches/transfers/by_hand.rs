//! The same transfers by hand: a row and two balances each.

use crate::raw::{self, Raw};
use crate::statement::{Bound, Run, Write};
use anyhow::Result;
use ledger::Transfer;
use std::collections::BTreeSet;

const ACCOUNT: &str = "insert into account values ($1, $2, 'CNY', false, 0, 0, 0, 0)";
/// Parameters are numbered as they appear: a raw SQLite statement counts them so.
const ROW: &str = "insert into transfer
     (book_id, id, kind, debit, credit, amount_minor, currency, code, reference, happened_at, booked_at)
   values ($1, $2, 'posted', $3, $4, $5, 'CNY', $6, $7, $8, $8)";
const DEBIT: &str = "update account set debits_posted = debits_posted + $1
   where book_id = $2 and id = $3 and currency = 'CNY'";
const CREDIT: &str = "update account set credits_posted = credits_posted + $1
   where book_id = $2 and id = $3 and currency = 'CNY'";

/// Transfers a second, into accounts that were opened before.
pub fn rate(mut raw: impl Raw, moves: &[Transfer], batch: usize) -> Result<f64> {
    raw.control("begin")?;
    for (book, account) in accounts(moves) {
        raw.run(ACCOUNT, [Bound::Text(book), Bound::Text(account)])?;
    }
    raw.control("commit")?;
    raw::rate(&mut raw, moves, batch)
}

impl Write for Transfer {
    fn write(&self, to: &mut impl Run) -> Result<()> {
        use Bound::{Int, Text};
        let (book, minor) = (Text(self.book.as_ref()), Int(self.amount.minor));
        let (debit, credit) = (Text(&self.debit), Text(&self.credit));
        let (reference, at) = (Text(&self.reference), Int(self.happened_at.micros));
        to.run(ROW, [book, Text(&self.id), debit, credit, minor, Text(self.code), reference, at])?;
        to.run(DEBIT, [minor, book, debit])?;
        to.run(CREDIT, [minor, book, credit])?;
        Ok(())
    }
}

fn accounts(moves: &[Transfer]) -> BTreeSet<(&str, &str)> {
    moves
        .iter()
        .flat_map(|one| [(one.book.0.as_str(), one.debit.as_str()), (&one.book.0, &one.credit)])
        .collect()
}
