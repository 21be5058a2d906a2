//! What a provider told us; each notice is noted once, whatever comes of it.

use db::Tx;
use kernel::{Instant, IntentId, Money, PlaceId, RefundId, Result};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Paid,
    Closed,
    /// Something of it went back, by this key of ours; the notice's amount is what went back. It is a hint to ask
    /// about that refund, never a payment: providers repeat `paid` when they tell of a part that was refunded.
    Refunded(RefundId),
}

impl What {
    pub fn code(&self) -> &'static str {
        match self {
            What::Paid => "paid",
            What::Closed => "closed",
            What::Refunded(_) => "refunded",
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
    /// The provider's own number for the payment.
    pub reference: Option<String>,
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
