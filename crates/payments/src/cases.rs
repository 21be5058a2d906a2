//! Cases: differences between a bill and our books, each open until somebody has decided it.

use crate::bills::{moved, words};
use crate::providers::Moved;
use crate::reconciliation::{Class, Difference, Name};
use db::{FromRow, Row, Tx, View};
use kernel::{CaseId, Currency, Day, Error, Instant, IntentId, Kind, Money, PlaceId, Refusal, Result};
use sha2::{Digest, Sha256};

/// How a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Open,
    /// The provider is right; what was off is a gain or a loss.
    Accepted,
    /// Our books are right; the provider has put it right or will.
    Corrected,
    /// It stood on the bill of another day.
    Found,
}

impl State {
    pub const ALL: [State; 4] = [State::Open, State::Accepted, State::Corrected, State::Found];

    pub fn code(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Accepted => "accepted",
            State::Corrected => "corrected",
            State::Found => "found",
        }
    }

    fn parse(code: &str) -> Result<State> {
        let found = State::ALL.into_iter().find(|state| state.code() == code);
        found.ok_or_else(|| Error::fault(format!("unknown state of a case: {code}")))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub id: CaseId,
    pub provider: String,
    /// The day of the bill that told it, or did not.
    pub day: Day,
    pub class: Class,
    pub what: Moved,
    /// Our key as the bill has it.
    pub key: String,
    /// Whose books hold the suspense; the house's when nobody knows whose it is.
    pub book: PlaceId,
    pub intent: Option<IntentId>,
    pub ours: Option<Money>,
    pub theirs: Option<Money>,
    /// What the provider holds by its bill, less what it holds by our books.
    pub off: Money,
    /// What the provider said when it was asked; empty when it was not.
    pub provider_says: String,
    pub state: State,
    pub opened_at: Instant,
    pub closed_at: Option<Instant>,
}

impl FromRow for Case {
    fn from_row(row: &mut Row) -> Result<Case> {
        let currency: Currency = row.next()?;
        let money = |minor: Option<i64>| minor.map(|minor| Money::new(minor, currency));
        Ok(Case {
            id: row.next()?,
            provider: row.next()?,
            day: row.next()?,
            class: class(&row.next::<String>()?)?,
            what: moved(&row.next::<String>()?, row.next()?),
            key: row.next()?,
            book: row.next()?,
            intent: row.next()?,
            ours: money(row.next()?),
            theirs: money(row.next()?),
            off: row.money(currency)?,
            provider_says: row.next()?,
            state: State::parse(&row.next::<String>()?)?,
            opened_at: row.next()?,
            closed_at: row.next()?,
        })
    }
}

fn class(code: &str) -> Result<Class> {
    let found = Class::ALL.into_iter().find(|class| class.code() == code);
    found.ok_or_else(|| Error::fault(format!("unknown class of a case: {code}")))
}

/// The id of a difference: the same movement of one provider is one case, whichever day's bill tells it; a repetition
/// on a bill is one of its own.
pub fn id(provider: &str, day: Day, difference: &Difference) -> CaseId {
    let name = match &difference.payment {
        Some((place, intent)) => Name::of(place, intent, &difference.what),
        None => Name { place: String::new(), intent: difference.key.clone(), refund: String::new() },
    };
    let (what, _) = words(&difference.what);
    let again = if difference.class == Class::Duplicate {
        format!("{day} {}", difference.again)
    } else {
        String::new()
    };
    let text = [provider, &name.place, &name.intent, what, &name.refund, &again].join("\n");
    let hash = Sha256::digest(text.as_bytes());
    CaseId(format!("rec_{}", hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect::<String>()))
}

/// Opens a case for a difference, once; whether it is new.
pub fn open(
    tx: &Tx,
    provider: &str,
    day: Day,
    difference: &Difference,
    provider_says: &str,
    now: Instant,
) -> Result<bool> {
    let (what, refund) = words(&difference.what);
    let book = difference.payment.as_ref().map_or_else(PlaceId::house, |(place, _)| place.clone());
    let opened = tx.run(
        "insert into reconciliation_case
           (id, provider, day, class, what, key, refund_id, book, intent_id, ours_minor, theirs_minor, off_minor,
            currency, provider_says, state, opened_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'open', $15)
         on conflict (id) do nothing",
        &[
            &id(provider, day, difference),
            &provider,
            &day,
            &difference.class.code(),
            &what,
            &difference.key,
            &refund,
            &book,
            &difference.payment.as_ref().map(|(_, intent)| intent.clone()),
            &difference.ours.map(|money| money.minor),
            &difference.theirs.map(|money| money.minor),
            &difference.off.minor,
            &difference.off.currency,
            &provider_says,
            &now,
        ],
    )?;
    Ok(opened == 1)
}

/// Closes an open case. Refuses one that is closed another way (`case_closed`); the same again changes nothing.
pub fn close(tx: &Tx, id: &CaseId, as_: State, by: &str, now: Instant) -> Result<Case> {
    tx.run(
        "update reconciliation_case
         set state = $2, closed_at = $3, closed_by = $4
         where id = $1 and state = 'open'",
        &[id, &as_.code(), &now, &by],
    )?;
    let case = any(tx, id)?;
    if case.state != as_ {
        let refusal = Refusal::new(
            Kind::Conflict,
            "case_closed",
            "This case was decided otherwise.",
            "该差异已按另一方式处理。",
        );
        return Err(refusal.into());
    }
    Ok(case)
}

/// What was missing stood on another day's bill: the case is of that class, and closed.
pub fn found(tx: &Tx, id: &CaseId, now: Instant) -> Result<bool> {
    let closed = tx.run(
        "update reconciliation_case
         set class = 'cut_off', state = 'found', closed_at = $2, closed_by = ''
         where id = $1 and state = 'open' and class = 'ours_only'",
        &[id, &now],
    )?;
    Ok(closed == 1)
}

/// A case by its id, whosever it is.
pub fn any(view: &View, id: &CaseId) -> Result<Case> {
    let case = view.maybe(
        "select currency, id, provider, day, class, what, refund_id, key, book, intent_id, ours_minor, theirs_minor,
           off_minor, provider_says, state, opened_at, closed_at
         from reconciliation_case
         where id = $1",
        &[id],
    )?;
    case.ok_or_else(|| Refusal::not_found("case", "差异").into())
}

/// Cases, open ones first, then the newest.
pub fn latest(view: &View, at_most: i64) -> Result<Vec<Case>> {
    view.all(
        "select currency, id, provider, day, class, what, refund_id, key, book, intent_id, ours_minor, theirs_minor,
           off_minor, provider_says, state, opened_at, closed_at
         from reconciliation_case
         order by case when state = 'open' then 0 else 1 end, day desc, id
         limit $1",
        &[&at_most],
    )
}
