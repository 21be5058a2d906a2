//! Money on its way back: requested once under a key, then asked for until the provider has paid it.

use crate::intents::Intent;
use db::{FromRow, Row, Tx, View, broke_check};
use kernel::{Currency, Error, Instant, IntentId, Kind, Money, PlaceId, RefundId, Refusal, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Reserved; no provider has been asked.
    Requested,
    /// Asked for, and no answer has reached us: ask what became of it, then again under the same key.
    Unknown,
    /// The provider is paying it back.
    Pending,
    Done,
}

impl State {
    pub fn code(self) -> &'static str {
        match self {
            State::Requested => "requested",
            State::Unknown => "unknown",
            State::Pending => "pending",
            State::Done => "done",
        }
    }

    fn parse(code: &str) -> Result<State> {
        [State::Requested, State::Unknown, State::Pending, State::Done]
            .into_iter()
            .find(|state| state.code() == code)
            .ok_or_else(|| Error::fault(format!("unknown state of a refund: {code}")))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Refund {
    pub place: PlaceId,
    /// The key under which the provider is asked.
    pub id: RefundId,
    pub intent: IntentId,
    pub amount: Money,
    pub reason: String,
    pub state: State,
}

impl Refund {
    /// The refund of a payment of which nothing is left to pay back; nobody has to be asked for it.
    pub fn of_nothing(intent: &Intent, reason: &str) -> Refund {
        Refund {
            place: intent.place.clone(),
            id: id(intent, reason),
            intent: intent.id.clone(),
            amount: Money::zero(intent.amount.currency),
            reason: reason.to_owned(),
            state: State::Done,
        }
    }

    /// Whether the provider has paid it back.
    pub fn is_done(&self) -> bool {
        self.state == State::Done
    }
}

impl FromRow for Refund {
    fn from_row(row: &mut Row) -> Result<Refund> {
        let currency: Currency = row.next()?;
        Ok(Refund {
            place: row.next()?,
            id: row.next()?,
            intent: row.next()?,
            amount: row.money(currency)?,
            reason: row.next()?,
            state: State::parse(&row.next::<String>()?)?,
        })
    }
}

/// The key of a refund for a reason.
fn id(intent: &Intent, reason: &str) -> RefundId {
    RefundId(format!("rfd_{}_{reason}", intent.id.0.trim_start_matches("pay_")))
}

/// The refund of an intent for a reason, if it was requested.
pub fn requested_for(view: &View, intent: &Intent, reason: &str) -> Result<Option<Refund>> {
    find(view, &intent.place, &id(intent, reason))
}

/// Reserves a refund of an intent. One reason refunds once: the same again returns the first.
/// Refuses more than was captured (`refund_too_large`).
pub fn request(tx: &Tx, intent: &Intent, reason: &str, amount: Money, now: Instant) -> Result<Refund> {
    intent.amount.same_currency(amount)?;
    let refund = Refund {
        place: intent.place.clone(),
        id: id(intent, reason),
        intent: intent.id.clone(),
        amount,
        reason: reason.to_owned(),
        state: State::Requested,
    };
    let requested = tx.run(
        "insert into refund (place_id, id, intent_id, reason, amount_minor, currency, state, requested_at)
         values ($1, $2, $3, $4, $5, $6, 'requested', $7)
         on conflict (place_id, id) do nothing",
        &[&refund.place, &refund.id, &refund.intent, &refund.reason, &amount.minor, &amount.currency, &now],
    )?;
    if requested == 0 {
        return any(tx, &refund.place, &refund.id);
    }
    tx.run(
        "update payment_intent set refunded_minor = refunded_minor + $3 where place_id = $1 and id = $2",
        &[&intent.place, &intent.id, &amount.minor],
    )
    .map_err(too_large)?;
    Ok(refund)
}

/// Reserves the way back of money that fits no order. It was never captured, so it is no part of what was refunded of
/// the payment; the ledger says that it is there.
pub fn request_unmatched(
    tx: &Tx,
    intent: &Intent,
    reason: &str,
    amount: Money,
    now: Instant,
) -> Result<Refund> {
    let refund = Refund {
        place: intent.place.clone(),
        id: id(intent, reason),
        intent: intent.id.clone(),
        amount,
        reason: reason.to_owned(),
        state: State::Requested,
    };
    tx.run(
        "insert into refund (place_id, id, intent_id, reason, amount_minor, currency, state, requested_at)
         values ($1, $2, $3, $4, $5, $6, 'requested', $7)
         on conflict (place_id, id) do nothing",
        &[&refund.place, &refund.id, &refund.intent, &refund.reason, &amount.minor, &amount.currency, &now],
    )?;
    any(tx, &refund.place, &refund.id)
}

/// How the reasons of refunds of unmatched money begin.
pub const UNMATCHED: &str = "unmatched";

fn too_large(error: Error) -> Error {
    let within = ["intent_refund_within_capture", "intent_disputed_within_capture"];
    if !within.iter().any(|check| broke_check(&error, check)) {
        return error;
    }
    Refusal::new(
        Kind::Conflict,
        "refund_too_large",
        "This is more than was paid.",
        "退款金额超过了实付金额。",
    )
    .into()
}

/// We are about to ask the provider for a refund; what it was until now. What comes of it is unknown until
/// `pending` or `done`.
pub fn ask(tx: &Tx, place: &PlaceId, id: &RefundId) -> Result<State> {
    let before = any(tx, place, id)?.state;
    tx.run(
        "update refund set state = 'unknown' where place_id = $1 and id = $2 and state = 'requested'",
        &[place, id],
    )?;
    Ok(before)
}

/// The provider is paying it back.
pub fn pending(tx: &Tx, place: &PlaceId, id: &RefundId) -> Result<()> {
    tx.run(
        "update refund set state = 'pending' where place_id = $1 and id = $2 and state <> 'done'",
        &[place, id],
    )?;
    Ok(())
}

/// The provider has paid it back; whether this call learned it first.
pub fn done(tx: &Tx, place: &PlaceId, id: &RefundId, now: Instant) -> Result<bool> {
    let done = tx.run(
        "update refund set state = 'done', done_at = $3 where place_id = $1 and id = $2 and state <> 'done'",
        &[place, id, &now],
    )?;
    Ok(done == 1)
}

pub fn any(view: &View, place: &PlaceId, id: &RefundId) -> Result<Refund> {
    find(view, place, id)?.ok_or_else(|| Refusal::not_found("refund", "退款").into())
}

pub fn find(view: &View, place: &PlaceId, id: &RefundId) -> Result<Option<Refund>> {
    view.maybe(
        "select currency, place_id, id, intent_id, amount_minor, reason, state
         from refund
         where place_id = $1 and id = $2",
        &[place, id],
    )
}

/// Refunds of a place that the provider has still to pay, oldest first, after `skip` of them.
pub fn requested(view: &View, place: &PlaceId, skip: i64, limit: i64) -> Result<Vec<Refund>> {
    view.all(
        "select currency, place_id, id, intent_id, amount_minor, reason, state
         from refund
         where place_id = $1 and state <> 'done'
         order by requested_at, id
         limit $2 offset $3",
        &[place, &limit, &skip],
    )
}
