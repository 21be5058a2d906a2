//! Money that a provider holds and no order explains, over all places, and what was decided of it.

use db::{FromRow, Row, View};
use kernel::{Currency, Instant, IntentId, Money, OrderId, PlaceId, Result};

/// Rows of one list.
pub const UNMATCHED_MAX: i64 = 200;

/// What came besides what was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Unmatched {
    pub place: PlaceId,
    /// The id of the posting that put it into suspense.
    pub id: String,
    pub intent: IntentId,
    pub order: OrderId,
    pub provider: String,
    pub amount: Money,
    /// What the order asked for, and whether it was paid otherwise.
    pub asked: Money,
    pub is_captured: bool,
    pub happened_at: Instant,
    /// Where it went when it was decided: `refunds:due`, `reconciled`, or back to `provider:…` when it paid its order.
    pub went_to: Option<String>,
}

impl FromRow for Unmatched {
    fn from_row(row: &mut Row) -> Result<Unmatched> {
        let (currency, asked_in): (Currency, Currency) = (row.next()?, row.next()?);
        Ok(Unmatched {
            place: row.next()?,
            id: row.next()?,
            intent: row.next()?,
            order: row.next()?,
            provider: row.next()?,
            amount: row.money(currency)?,
            asked: row.money(asked_in)?,
            is_captured: row.next::<String>()? == "captured",
            happened_at: row.next()?,
            went_to: row.next()?,
        })
    }
}

/// Everything that waits, then what was decided, the latest first.
pub fn latest(view: &View) -> Result<Vec<Unmatched>> {
    view.all(
        "select held.currency, intent.currency, held.book_id, held.id, intent.id, intent.order_id, intent.provider,
           held.amount_minor, intent.amount_minor, intent.state, held.happened_at, decided.credit
         from transfer held
         join payment_intent intent on intent.place_id = held.book_id and intent.order_id = held.reference
         left join transfer decided on decided.book_id = held.book_id and decided.id = held.id || '/decided'
         where held.code = 'unmatched' and held.credit = 'suspense:unmatched'
         order by case when decided.id is null then 0 else 1 end, held.happened_at desc, held.id
         limit $1",
        &[&UNMATCHED_MAX],
    )
}

/// One of them, in its place's book.
pub fn any(view: &View, place: &PlaceId, id: &str) -> Result<Option<Unmatched>> {
    view.maybe(
        "select held.currency, intent.currency, held.book_id, held.id, intent.id, intent.order_id, intent.provider,
           held.amount_minor, intent.amount_minor, intent.state, held.happened_at, decided.credit
         from transfer held
         join payment_intent intent on intent.place_id = held.book_id and intent.order_id = held.reference
         left join transfer decided on decided.book_id = held.book_id and decided.id = held.id || '/decided'
         where held.book_id = $1 and held.id = $2 and held.code = 'unmatched' and held.credit = 'suspense:unmatched'",
        &[place, &id],
    )
}
