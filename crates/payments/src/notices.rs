//! What a provider told us; each notice is noted once, whatever comes of it.

use db::Tx;
use kernel::{Instant, IntentId, Money, PlaceId, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Paid,
    Closed,
}

impl What {
    pub fn code(self) -> &'static str {
        match self {
            What::Paid => "paid",
            What::Closed => "closed",
        }
    }
}

/// A provider's word, already verified by its adapter.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub provider: String,
    /// The provider's own id; a repeated notice has the same.
    pub id: String,
    pub place: PlaceId,
    pub intent: IntentId,
    pub what: What,
    pub amount: Money,
}

/// Notes a notice; false when it came before.
pub fn note(tx: &Tx, notice: &Notice, now: Instant) -> Result<bool> {
    let noted = tx.run(
        "insert into payment_notice (place_id, provider, notice_id, intent_id, what, amount_minor, at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (place_id, provider, notice_id) do nothing",
        &[
            &notice.place,
            &notice.provider,
            &notice.id,
            &notice.intent,
            &notice.what.code(),
            &notice.amount.minor,
            &now,
        ],
    )?;
    Ok(noted == 1)
}
