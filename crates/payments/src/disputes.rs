//! Disputes: a payer's bank takes the money back until it is decided whose it is.

use crate::intents;
use db::{FromRow, Row, Tx, View};
use kernel::{Currency, Day, DisputeId, Error, Instant, IntentId, Kind, Money, PlaceId, Refusal, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Open,
    /// It stays with us.
    Won,
    /// It went back to the payer.
    Lost,
}

impl State {
    pub fn code(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Won => "won",
            State::Lost => "lost",
        }
    }

    fn parse(code: &str) -> Result<State> {
        let found = [State::Open, State::Won, State::Lost].into_iter().find(|state| state.code() == code);
        found.ok_or_else(|| Error::fault(format!("unknown state of a dispute: {code}")))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Dispute {
    pub place: PlaceId,
    pub id: DisputeId,
    pub intent: IntentId,
    pub reason: String,
    pub amount: Money,
    /// Until when the provider wants our evidence.
    pub answer_by: Day,
    pub state: State,
    pub opened_at: Instant,
    pub closed_at: Option<Instant>,
}

impl FromRow for Dispute {
    fn from_row(row: &mut Row) -> Result<Dispute> {
        let currency: Currency = row.next()?;
        Ok(Dispute {
            place: row.next()?,
            id: row.next()?,
            intent: row.next()?,
            reason: row.next()?,
            amount: row.money(currency)?,
            answer_by: row.next()?,
            state: State::parse(&row.next::<String>()?)?,
            opened_at: row.next()?,
            closed_at: row.next()?,
        })
    }
}

/// Records a dispute, once an id. Refuses more than was captured and is not refunded yet (`dispute_too_large`), and
/// the same id with another content (`dispute_differs`).
pub fn open(tx: &Tx, dispute: &Dispute) -> Result<bool> {
    let intent = intents::any(tx, &dispute.place, &dispute.intent)?;
    let left = intent.captured.minus(intent.refunded)?;
    dispute.amount.same_currency(left)?;
    if dispute.amount.minor > left.minor || dispute.amount.minor <= 0 {
        return Err(refuse("dispute_too_large", "Less than this was paid.", "争议金额超过实付金额。"));
    }
    let opened = tx.run(
        "insert into dispute
           (place_id, id, intent_id, reason, amount_minor, currency, answer_by, state, opened_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'open', $8)
         on conflict (place_id, id) do nothing",
        &[
            &dispute.place,
            &dispute.id,
            &dispute.intent,
            &dispute.reason,
            &dispute.amount.minor,
            &dispute.amount.currency,
            &dispute.answer_by,
            &dispute.opened_at,
        ],
    )?;
    let kept = any(tx, &dispute.place, &dispute.id)?;
    if (&kept.intent, kept.amount) != (&dispute.intent, dispute.amount) {
        return Err(refuse(
            "dispute_differs",
            "This dispute is about something else.",
            "该争议编号已用于其他付款。",
        ));
    }
    Ok(opened == 1)
}

/// Decides a dispute, once. Refuses one that was decided otherwise (`dispute_closed`).
pub fn close(tx: &Tx, place: &PlaceId, id: &DisputeId, as_: State, now: Instant) -> Result<Dispute> {
    tx.run(
        "update dispute
         set state = $3, closed_at = $4
         where place_id = $1 and id = $2 and state = 'open'",
        &[place, id, &as_.code(), &now],
    )?;
    let dispute = any(tx, place, id)?;
    if dispute.state != as_ {
        return Err(refuse(
            "dispute_closed",
            "This dispute was decided otherwise.",
            "该争议已按另一方式结案。",
        ));
    }
    Ok(dispute)
}

/// A dispute of a place by its id.
pub fn any(view: &View, place: &PlaceId, id: &DisputeId) -> Result<Dispute> {
    let found = view.maybe(
        "select currency, place_id, id, intent_id, reason, amount_minor, answer_by, state, opened_at, closed_at
         from dispute
         where place_id = $1 and id = $2",
        &[place, id],
    )?;
    found.ok_or_else(|| Refusal::not_found("dispute", "争议").into())
}

fn refuse(code: &'static str, en: &str, zh: &str) -> Error {
    Refusal::new(Kind::Conflict, code, en, zh).into()
}
