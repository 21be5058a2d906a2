//! Movements of money as our orders know them, over all places, to be held beside a provider's bill.

use db::{FromRow, Row, View};
use kernel::{CaseId, Currency, Day, Instant, Money, PlaceId, RefundId, Result, Zone};
use payments::intents::State;
use payments::providers::{BillLine, Moved};
use payments::reconciliation::{Movement, Name};
use payments::{intents, refunds};
use std::collections::BTreeSet;

/// The movements that we booked on a day of a provider's own zone, and those that the lines name besides.
pub fn movements(
    view: &View,
    provider: &str,
    (day, zone): (Day, &Zone),
    lines: &[BillLine],
) -> Result<Vec<Movement>> {
    let mut found = of_day(view, provider, day, zone)?;
    let mut known: BTreeSet<Name> =
        found.iter().map(|one| Name::of(&one.place, &one.intent, &one.what)).collect();
    for line in lines {
        for wanted in [&Moved::Paid, &line.what] {
            let Some((place, intent)) = &line.payment else { continue };
            if known.insert(Name::of(place, intent, wanted)) {
                found.extend(named(view, provider, zone, (line, wanted))?);
            }
        }
    }
    Ok(found)
}

fn of_day(view: &View, provider: &str, day: Day, zone: &Zone) -> Result<Vec<Movement>> {
    let (from, until) = (day.at(0, 0, zone), day.plus(1).at(0, 0, zone));
    let rows: Vec<Booked> = view.all(
        "select currency, place_id, id, '', captured_minor, captured_at
         from payment_intent
         where provider = $1 and captured_minor > 0 and captured_at >= $2 and captured_at < $3
         union all
         select refund.currency, refund.place_id, refund.intent_id, refund.id, refund.amount_minor, refund.done_at
         from refund
         join payment_intent intent on intent.place_id = refund.place_id and intent.id = refund.intent_id
         where intent.provider = $1 and refund.state = 'done' and refund.done_at >= $2 and refund.done_at < $3",
        &[&provider, &from, &until],
    )?;
    let on = |Booked(movement, at): Booked| Movement { day: Some(at.day_in(zone)), ..movement };
    Ok(rows.into_iter().map(on).collect())
}

/// A movement, and when it was booked.
struct Booked(Movement, Instant);

impl FromRow for Booked {
    fn from_row(row: &mut Row) -> Result<Booked> {
        let currency: Currency = row.next()?;
        let (place, intent, refund) = (row.next()?, row.next()?, row.next::<String>()?);
        let movement = Movement {
            place,
            intent,
            what: if refund.is_empty() { Moved::Paid } else { Moved::Refunded(RefundId(refund)) },
            amount: row.money(currency)?,
            day: None,
        };
        Ok(Booked(movement, row.next()?))
    }
}

/// The movement of ours that a line names, as far as it has come; nothing when there is none.
fn named(
    view: &View,
    provider: &str,
    zone: &Zone,
    (line, what): (&BillLine, &Moved),
) -> Result<Option<Movement>> {
    let Some((place, id)) = &line.payment else { return Ok(None) };
    let Ok(intent) = intents::any(view, place, id) else { return Ok(None) };
    if intent.provider != provider {
        return Ok(None);
    }
    let (amount, is_done) = match what {
        Moved::Paid if intent.state == State::Captured => (intent.captured, true),
        Moved::Paid => (intent.amount, false),
        Moved::Refunded(refund) => match refunds::find(view, place, refund)? {
            Some(refund) if refund.intent == *id => (refund.amount, refund.is_done()),
            _ => return Ok(None),
        },
    };
    let day = if is_done { booked_on(view, place, line, what)?.map(|at| at.day_in(zone)) } else { None };
    Ok(Some(Movement { place: place.clone(), intent: id.clone(), what: what.clone(), amount, day }))
}

fn booked_on(view: &View, place: &PlaceId, line: &BillLine, what: &Moved) -> Result<Option<Instant>> {
    let Some((_, intent)) = &line.payment else { return Ok(None) };
    let at: Option<(Option<Instant>,)> = match what {
        Moved::Paid => view.maybe(
            "select captured_at from payment_intent where place_id = $1 and id = $2",
            &[place, intent],
        )?,
        Moved::Refunded(refund) => {
            view.maybe("select done_at from refund where place_id = $1 and id = $2", &[place, refund])?
        }
    };
    Ok(at.and_then(|(at,)| at))
}

/// Open cases whose suspense is not in the books, and closed ones whose suspense still is.
pub fn unposted(view: &View, at_most: i64) -> Result<Vec<CaseId>> {
    let rows: Vec<(CaseId,)> = view.all(
        "select this.id
         from reconciliation_case this
         left join account on account.book_id = this.book and account.id = 'suspense:' || this.id
           and account.currency = this.currency
         where coalesce(account.credits_posted - account.debits_posted, 0)
           <> case when this.state = 'open' then this.off_minor else 0 end
         order by this.opened_at, this.id
         limit $1",
        &[&at_most],
    )?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// What each provider owes by our books, and what its bills say beyond that, summed over places.
pub fn standing(view: &View) -> Result<Vec<Standing>> {
    view.all(
        "select currency, provider, cast(sum(booked) as bigint), cast(sum(billed) as bigint), cast(sum(fees) as bigint)
         from (
           select currency, substr(id, 10) as provider, debits_posted - credits_posted as booked, 0 as billed, 0 as fees
           from account where id like 'provider:%'
           union all
           select currency, substr(id, 6), 0, debits_posted - credits_posted, 0 from account where id like 'bill:%'
           union all
           select currency, substr(id, 13), 0, 0, debits_posted - credits_posted from account
           where id like 'channel_fee:%'
         ) side
         group by provider, currency
         order by provider, currency",
        &[],
    )
}

/// A provider's account with the house, over all books.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    pub provider: String,
    /// What it owes by our orders.
    pub booked: Money,
    /// What its bills say beyond that: fees it kept, and what is in suspense.
    pub billed: Money,
    pub fees: Money,
}

impl FromRow for Standing {
    fn from_row(row: &mut Row) -> Result<Standing> {
        let currency: Currency = row.next()?;
        Ok(Standing {
            provider: row.next()?,
            booked: row.money(currency)?,
            billed: row.money(currency)?,
            fees: row.money(currency)?,
        })
    }
}

/// Whether a provider was asked for any payment before an instant.
pub fn begun_before(view: &View, provider: &str, before: Instant) -> Result<bool> {
    let found: Option<(i64,)> = view.maybe(
        "select cast(1 as bigint) from payment_intent where provider = $1 and created_at < $2 limit 1",
        &[&provider, &before],
    )?;
    Ok(found.is_some())
}
