//! What somebody is asked to pay for an order.

use db::{FromRow, Row, Tx, View};
use kernel::{
    Act, Currency, Error, Instant, IntentId, Kind, Money, OrderId, PersonId, PlaceId, Refusal, Result,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Open,
    Captured,
    /// Given up: its time was over and the provider said that nobody had paid.
    Closed,
}

impl State {
    pub fn code(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Captured => "captured",
            State::Closed => "closed",
        }
    }

    fn parse(code: &str) -> Result<State> {
        [State::Open, State::Captured, State::Closed]
            .into_iter()
            .find(|state| state.code() == code)
            .ok_or_else(|| Error::fault(format!("unknown state of an intent: {code}")))
    }
}

/// What we know of the payment that we asked a provider to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Never,
    /// It may have begun, and its answer has not reached us: ask, or begin again under the same key.
    Unknown,
    Answered,
}

impl Asked {
    pub fn code(self) -> &'static str {
        match self {
            Asked::Never => "never",
            Asked::Unknown => "unknown",
            Asked::Answered => "answered",
        }
    }

    fn parse(code: &str) -> Result<Asked> {
        [Asked::Never, Asked::Unknown, Asked::Answered]
            .into_iter()
            .find(|asked| asked.code() == code)
            .ok_or_else(|| Error::fault(format!("nobody knows what {code} says of a payment")))
    }
}

/// What an intent pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Tickets,
    Products,
}

impl Purpose {
    pub fn code(self) -> &'static str {
        match self {
            Purpose::Tickets => "tickets",
            Purpose::Products => "products",
        }
    }

    pub fn parse(code: &str) -> Result<Purpose> {
        match code {
            "tickets" => Ok(Purpose::Tickets),
            "products" => Ok(Purpose::Products),
            _ => Err(Error::fault(format!("unknown purpose {code}"))),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Intent {
    pub place: PlaceId,
    pub id: IntentId,
    pub purpose: Purpose,
    pub order: OrderId,
    pub payer: PersonId,
    pub provider: String,
    pub subject: String,
    pub amount: Money,
    pub captured: Money,
    /// Requested back, whether or not the provider has paid it out yet.
    pub refunded: Money,
    pub state: State,
    pub expires_at: Instant,
    pub asked: Asked,
    /// The provider's own number for the payment, once it has told us.
    pub reference: Option<String>,
}

impl FromRow for Intent {
    fn from_row(row: &mut Row) -> Result<Intent> {
        let currency: Currency = row.next()?;
        Ok(Intent {
            place: row.next()?,
            id: row.next()?,
            purpose: Purpose::parse(&row.next::<String>()?)?,
            order: row.next()?,
            payer: row.next()?,
            provider: row.next()?,
            subject: row.next()?,
            amount: row.money(currency)?,
            captured: row.money(currency)?,
            refunded: row.money(currency)?,
            state: State::parse(&row.next::<String>()?)?,
            expires_at: row.next()?,
            asked: Asked::parse(&row.next::<String>()?)?,
            reference: row.next()?,
        })
    }
}

/// What a payment is asked for.
#[derive(Clone, Debug)]
pub struct Bill<'a> {
    pub place: &'a PlaceId,
    pub purpose: Purpose,
    pub order: &'a OrderId,
    pub payer: &'a PersonId,
    pub provider: &'a str,
    pub subject: String,
    pub amount: Money,
    pub expires_at: Instant,
}

/// Opens the one intent of an order.
pub fn open(tx: &Tx, act: &mut Act, bill: &Bill) -> Result<Intent> {
    let intent = Intent {
        place: bill.place.clone(),
        id: act.id(),
        purpose: bill.purpose,
        order: bill.order.clone(),
        payer: bill.payer.clone(),
        provider: bill.provider.to_owned(),
        subject: bill.subject.clone(),
        amount: bill.amount,
        captured: Money::zero(bill.amount.currency),
        refunded: Money::zero(bill.amount.currency),
        state: State::Open,
        expires_at: bill.expires_at,
        asked: Asked::Never,
        reference: None,
    };
    tx.run(
        "insert into payment_intent
           (place_id, id, kind, order_id, payer_id, provider, subject, amount_minor, captured_minor, refunded_minor,
            currency, state, expires_at, created_at, asked)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $9, 'open', $10, $11, 'never')",
        &[
            &intent.place,
            &intent.id,
            &intent.purpose.code(),
            &intent.order,
            &intent.payer,
            &intent.provider,
            &intent.subject,
            &intent.amount.minor,
            &intent.amount.currency,
            &intent.expires_at,
            &act.at,
        ],
    )?;
    Ok(intent)
}

/// We are about to have the provider begin an open intent, from which moment on it may be paid; whether it is open.
/// What comes of it is unknown until `answered`.
pub fn ask(tx: &Tx, place: &PlaceId, id: &IntentId) -> Result<bool> {
    let asked = tx.run(
        "update payment_intent
         set asked = case when asked = 'never' then 'unknown' else asked end
         where place_id = $1 and id = $2 and state = 'open'",
        &[place, id],
    )?;
    Ok(asked == 1)
}

/// The provider has told us that it knows the payment, perhaps with its own number for it.
pub fn answered(tx: &Tx, place: &PlaceId, id: &IntentId, reference: Option<&str>) -> Result<()> {
    tx.run(
        "update payment_intent
         set asked = 'answered', provider_ref = coalesce(provider_ref, $3)
         where place_id = $1 and id = $2",
        &[place, id, &reference],
    )?;
    Ok(())
}

#[derive(Clone, Debug, PartialEq)]
pub enum Captured {
    Now(Intent),
    Before(Intent),
}

/// The provider has the money. Refuses another amount or currency (`amount_differs`); a second
/// capture changes nothing. A closed intent is captured too: the money is there and must be answered for.
pub fn capture(tx: &Tx, place: &PlaceId, id: &IntentId, amount: Money, now: Instant) -> Result<Captured> {
    let intent = any(tx, place, id)?;
    if amount != intent.amount {
        return Err(Refusal::new(
            Kind::Conflict,
            "amount_differs",
            format!("The provider says {amount}, the order is {}.", intent.amount),
            format!("渠道金额 {amount} 与订单金额 {} 不一致。", intent.amount),
        )
        .into());
    }
    let changed = tx.run(
        "update payment_intent
         set state = 'captured', captured_minor = $3, captured_at = $4
         where place_id = $1 and id = $2 and state <> 'captured'",
        &[place, id, &amount.minor, &now],
    )?;
    if changed == 0 {
        return Ok(Captured::Before(any(tx, place, id)?));
    }
    Ok(Captured::Now(Intent { state: State::Captured, captured: amount, ..intent }))
}

/// Gives an open intent up, once its provider has said that it can no longer be paid; whether it was open.
pub fn close(tx: &Tx, place: &PlaceId, order: &OrderId) -> Result<bool> {
    let closed = tx.run(
        "update payment_intent set state = 'closed' where place_id = $1 and order_id = $2 and state = 'open'",
        &[place, order],
    )?;
    Ok(closed == 1)
}

/// Gives an open intent up that no provider was ever asked to begin; whether it was one.
pub fn close_unasked(tx: &Tx, place: &PlaceId, order: &OrderId) -> Result<bool> {
    let closed = tx.run(
        "update payment_intent set state = 'closed'
         where place_id = $1 and order_id = $2 and state = 'open' and asked = 'never'",
        &[place, order],
    )?;
    Ok(closed == 1)
}

/// Keeps a payment from everybody else until the end of this transaction: what is decided of what is left of it stands.
pub fn lock(tx: &Tx, place: &PlaceId, id: &IntentId) -> Result<()> {
    tx.run("update payment_intent set state = state where place_id = $1 and id = $2", &[place, id])?;
    Ok(())
}

/// Puts a part of what is left of a payment under a dispute; false when less than that is left.
pub(crate) fn hold(tx: &Tx, place: &PlaceId, id: &IntentId, amount: Money) -> Result<bool> {
    let held = tx.run(
        "update payment_intent set disputed_minor = disputed_minor + $3
         where place_id = $1 and id = $2 and refunded_minor + disputed_minor + $3 <= captured_minor",
        &[place, id, &amount.minor],
    )?;
    Ok(held == 1)
}

/// A dispute is over and holds its part no longer.
pub(crate) fn release(tx: &Tx, place: &PlaceId, id: &IntentId, amount: Money) -> Result<()> {
    tx.run(
        "update payment_intent
         set disputed_minor = case when disputed_minor < $3 then 0 else disputed_minor - $3 end
         where place_id = $1 and id = $2",
        &[place, id, &amount.minor],
    )?;
    Ok(())
}

/// What is left of a payment: neither requested back nor held, or taken, by a dispute.
pub fn left(view: &View, place: &PlaceId, id: &IntentId) -> Result<Money> {
    let left = view.maybe::<(i64, Currency)>(
        "select captured_minor - refunded_minor - disputed_minor, currency
         from payment_intent
         where place_id = $1 and id = $2",
        &[place, id],
    )?;
    let (minor, currency) = left.ok_or_else(|| Refusal::not_found("payment", "支付"))?;
    Ok(Money::new(minor, currency))
}

pub fn any(view: &View, place: &PlaceId, id: &IntentId) -> Result<Intent> {
    let found = view.maybe(
        "select currency, place_id, id, kind, order_id, payer_id, provider, subject, amount_minor, captured_minor,
           refunded_minor, state, expires_at, asked, provider_ref
         from payment_intent
         where place_id = $1 and id = $2",
        &[place, id],
    )?;
    found.ok_or_else(|| Refusal::not_found("payment", "支付").into())
}

/// A payer's own intent; somebody else's is not found.
pub fn of(view: &View, payer: &PersonId, place: &PlaceId, id: &IntentId) -> Result<Intent> {
    let intent = any(view, place, id)?;
    if intent.payer == *payer { Ok(intent) } else { Err(Refusal::not_found("payment", "支付").into()) }
}

/// The one intent of an order.
pub fn of_order(view: &View, place: &PlaceId, order: &OrderId) -> Result<Intent> {
    let found = view.maybe(
        "select currency, place_id, id, kind, order_id, payer_id, provider, subject, amount_minor, captured_minor,
           refunded_minor, state, expires_at, asked, provider_ref
         from payment_intent
         where place_id = $1 and order_id = $2",
        &[place, order],
    )?;
    found.ok_or_else(|| Refusal::not_found("payment", "支付").into())
}

/// Open intents of a place from before an instant, the soonest to end first, after `skip` of them: the
/// lost notices among them are found by asking the provider.
pub fn waiting(view: &View, place: &PlaceId, before: Instant, skip: i64, limit: i64) -> Result<Vec<Intent>> {
    view.all(
        "select currency, place_id, id, kind, order_id, payer_id, provider, subject, amount_minor, captured_minor,
           refunded_minor, state, expires_at, asked, provider_ref
         from payment_intent
         where place_id = $1 and state = 'open' and created_at < $2
         order by expires_at, id
         limit $3 offset $4",
        &[place, &before, &limit, &skip],
    )
}
