//! A provider's bills as they were taken in: one a day, never changed.

use crate::providers::{BillLine, Moved};
use crate::reconciliation::{Name, refund_key};
use db::{FromRow, Row, Tx, View};
use kernel::{Currency, Day, Instant, IntentId, Kind, Money, PlaceId, RefundId, Refusal, Result};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Lines of one bill, at most.
pub const LINES_MAX: usize = 1_000_000;

/// A bill without its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    pub provider: String,
    pub day: Day,
    /// SHA-256 of its lines, in hexadecimal.
    pub digest: String,
    pub lines: i64,
    pub imported_at: Instant,
}

impl FromRow for Bill {
    fn from_row(row: &mut Row) -> Result<Bill> {
        Ok(Bill {
            provider: row.next()?,
            day: row.next()?,
            digest: row.next()?,
            lines: row.next()?,
            imported_at: row.next()?,
        })
    }
}

/// Whether a bill was taken in now or had been before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    Now,
    Before,
}

/// Takes a bill in, once. The same again changes nothing; another bill of the same day is refused (`bill_differs`).
pub fn take(tx: &Tx, provider: &str, day: Day, lines: &[BillLine], by: &str, now: Instant) -> Result<Taken> {
    if lines.len() > LINES_MAX {
        let sentence = ("This bill is too long.", "账单行数过多。");
        return Err(Refusal::new(Kind::Invalid, "bill_too_long", sentence.0, sentence.1).into());
    }
    let digest = digest(lines);
    if let Some(before) = of_day(tx, provider, day)? {
        return if before.digest == digest { Ok(Taken::Before) } else { Err(differs(day).into()) };
    }
    tx.run(
        "insert into bill (provider, day, digest, lines, imported_at, imported_by)
         values ($1, $2, $3, $4, $5, $6)",
        &[&provider, &day, &digest, &(lines.len() as i64), &now, &by],
    )?;
    for (number, line) in lines.iter().enumerate() {
        write(tx, provider, day, number as i64 + 1, line)?;
    }
    Ok(Taken::Now)
}

fn differs(day: Day) -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "bill_differs",
        format!("Another bill of {day} was taken in before."),
        format!("{day} 已导入过另一份账单。"),
    )
}

fn write(tx: &Tx, provider: &str, day: Day, number: i64, line: &BillLine) -> Result<()> {
    let (what, refund) = words(&line.what);
    let payment = line.payment.as_ref();
    tx.run(
        "insert into bill_line
           (provider, day, number, what, key, refund_id, payment_place, intent_id, reference, amount_minor, fee_minor,
            currency, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        &[
            &provider,
            &day,
            &number,
            &what,
            &line.key,
            &refund,
            &payment.map(|(place, _)| place.clone()),
            &payment.map(|(_, intent)| intent.clone()),
            &line.reference,
            &line.amount.minor,
            &line.fee.minor,
            &line.amount.currency,
            &line.at,
        ],
    )?;
    Ok(())
}

/// How a movement is kept: its kind, and the key of its refund or nothing.
pub(crate) fn words(what: &Moved) -> (&'static str, &str) {
    match what {
        Moved::Paid => ("paid", ""),
        Moved::Refunded(_) => ("refunded", refund_key(what)),
    }
}

pub(crate) fn moved(what: &str, refund: String) -> Moved {
    if what == "refunded" { Moved::Refunded(RefundId(refund)) } else { Moved::Paid }
}

/// The bill of a day, if it was taken in.
pub fn of_day(view: &View, provider: &str, day: Day) -> Result<Option<Bill>> {
    view.maybe(
        "select provider, day, digest, lines, imported_at from bill where provider = $1 and day = $2",
        &[&provider, &day],
    )
}

/// The latest bills, the newest day first.
pub fn latest(view: &View, at_most: i64) -> Result<Vec<Bill>> {
    view.all(
        "select provider, day, digest, lines, imported_at from bill order by day desc, provider limit $1",
        &[&at_most],
    )
}

/// The movements that bills of the days around a day have, without its own.
pub fn named_around(view: &View, provider: &str, day: Day, days: i32) -> Result<BTreeSet<Name>> {
    let rows: Vec<(String, String, String)> = view.all(
        "select coalesce(payment_place, ''), coalesce(intent_id, key), refund_id
         from bill_line
         where provider = $1 and day <> $2 and day >= $3 and day <= $4",
        &[&provider, &day, &day.plus(-days), &day.plus(days)],
    )?;
    Ok(rows.into_iter().map(|(place, intent, refund)| Name { place, intent, refund }).collect())
}

/// The lines of a bill, in its order.
pub fn lines(view: &View, provider: &str, day: Day) -> Result<Vec<BillLine>> {
    let rows: Vec<Kept> = view.all(
        "select currency, what, refund_id, key, payment_place, intent_id, reference, amount_minor, fee_minor, at
         from bill_line
         where provider = $1 and day = $2
         order by number",
        &[&provider, &day],
    )?;
    Ok(rows.into_iter().map(|kept| kept.0).collect())
}

struct Kept(BillLine);

impl FromRow for Kept {
    fn from_row(row: &mut Row) -> Result<Kept> {
        let currency: Currency = row.next()?;
        let what = moved(&row.next::<String>()?, row.next()?);
        let key = row.next()?;
        let (place, intent): (Option<PlaceId>, Option<IntentId>) = (row.next()?, row.next()?);
        Ok(Kept(BillLine {
            what,
            key,
            payment: place.zip(intent),
            reference: row.next()?,
            amount: row.money(currency)?,
            fee: row.money(currency)?,
            at: row.next()?,
        }))
    }
}

/// SHA-256 over the lines in an order of their own, so that a bill sorted otherwise is the same bill.
fn digest(lines: &[BillLine]) -> String {
    let mut rows: Vec<String> = lines.iter().map(row).collect();
    rows.sort();
    let mut hash = Sha256::new();
    rows.iter().for_each(|row| hash.update(row.as_bytes()));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn row(line: &BillLine) -> String {
    let (what, refund) = words(&line.what);
    let Money { minor, currency } = line.amount;
    let texts = [what, refund, &line.key, &line.reference, currency.code()]
        .map(|text| format!("{}:{text}", text.len()));
    format!("{} {minor} {} {}\n", texts.join(" "), line.fee.minor, line.at.micros)
}
