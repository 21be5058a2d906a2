//! A statement of one account: how it stood, what moved, how it stands.

use crate::balances::Sums;
use crate::seals;
use crate::transfers::{self, Kept};
use db::View;
use kernel::{Currency, Instant, Money, PlaceId, Result};

/// Lines of one statement, at most; opening and closing balance are of the whole period all the same.
pub const LINES_MAX: usize = 10_000;
const PAGE: i64 = 2_000;

/// An account over a period, by when things were booked: from an instant, up to but without another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub account: String,
    pub from: Instant,
    pub until: Instant,
    /// Credits less debits just before the period.
    pub opening: Money,
    /// In the order of booking; without reservations that were only made, given up or over.
    pub lines: Vec<Line>,
    /// Lines there were, of which `lines` holds the first [`LINES_MAX`].
    pub count: usize,
    pub closing: Money,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub transfer: Kept,
    /// What it added to credits less debits.
    pub credit: Money,
    /// How the account stood after it.
    pub after: Money,
}

/// The statement of an account in one currency; all at zero for one that never moved.
pub fn of(
    view: &View,
    book: &PlaceId,
    account: &str,
    currency: Currency,
    from: Instant,
    until: Instant,
) -> Result<Statement> {
    let opening = Money::new(standing(view, book, account, currency, from)?, currency);
    let mut statement = Statement {
        account: account.to_owned(),
        from,
        until,
        opening,
        lines: Vec::new(),
        count: 0,
        closing: opening,
    };
    booked_in(view, book, from, until, |kept| statement.take(kept, currency))?;
    Ok(statement)
}

impl Statement {
    fn take(&mut self, kept: Kept, currency: Currency) -> Result<()> {
        let credit = credit_of(&kept, &self.account, currency);
        if credit == 0 {
            return Ok(());
        }
        self.closing = self.closing.plus(Money::new(credit, currency))?;
        self.count += 1;
        if self.lines.len() < LINES_MAX {
            let credit = Money::new(credit, currency);
            self.lines.push(Line { transfer: kept, credit, after: self.closing });
        }
        Ok(())
    }
}

/// Credits less debits of everything booked before an instant, in minor units: the newest seal before it, and what
/// came after that seal.
pub fn standing(
    view: &View,
    book: &PlaceId,
    account: &str,
    currency: Currency,
    before: Instant,
) -> Result<i64> {
    let sealed: Option<(i64, Instant)> = view.maybe(
        "select number, until from seal where book_id = $1 and until < $2 order by number desc limit 1",
        &[book, &before],
    )?;
    let (number, from) = sealed.unwrap_or((0, Instant::from_micros(i64::MIN)));
    let mut minor = seals::checkpoint(view, book, account, currency, number + 1)?.credit_minor();
    booked_in(view, book, Instant::from_micros(from.micros.saturating_add(1)), before, |kept| {
        minor += credit_of(&kept, account, currency);
        Ok(())
    })?;
    Ok(minor)
}

/// What a transfer adds to the credits less the debits of an account that it touches; else nothing.
fn credit_of(kept: &Kept, account: &str, currency: Currency) -> i64 {
    if kept.amount.currency != currency {
        return 0;
    }
    let touched = Sums::of(kept, 0).into_iter().filter(|(name, _)| *name == account);
    touched.map(|(_, sums)| sums.credit_minor()).sum()
}

/// Everything booked from an instant, up to but without another, in order.
pub(crate) fn booked_in(
    view: &View,
    book: &PlaceId,
    from: Instant,
    until: Instant,
    mut take: impl FnMut(Kept) -> Result<()>,
) -> Result<()> {
    let last = Instant::from_micros(until.micros.saturating_sub(1));
    // Before every id of the first instant.
    let mut behind = (from, String::new());
    loop {
        let page = transfers::booked(view, book, (behind.0, &behind.1), last, PAGE)?;
        let full = page.len() as i64 == PAGE;
        if let Some(kept) = page.last() {
            behind = (kept.booked_at, kept.id.clone());
        }
        for kept in page {
            take(kept)?;
        }
        if !full {
            return Ok(());
        }
    }
}
