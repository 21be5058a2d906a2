//! Payments: what an order comes to, the way to whoever carries the money, and money on its way back.

pub mod checkout;
pub mod notices;
pub mod show;

use crate::call::Call;
use crate::money::Amount;
use ::payments::Intent;
use flows::take_payment;
use serde::Serialize;
use utoipa::ToSchema;

/// What an order is paid with.
#[derive(Serialize, ToSchema)]
pub struct Payment {
    place: String,
    id: String,
    /// `tickets` or `products`.
    purpose: String,
    order: String,
    /// `open`, `captured` or `closed`.
    state: String,
    amount: Amount,
    captured: Amount,
    /// Requested back, whether or not the provider has paid it out yet.
    refunded: Amount,
    /// An open payment can be made until then.
    expires_at: String,
}

impl From<&Intent> for Payment {
    fn from(intent: &Intent) -> Payment {
        Payment {
            place: intent.place.0.clone(),
            id: intent.id.0.clone(),
            purpose: intent.purpose.code().into(),
            order: intent.order.0.clone(),
            state: intent.state.code().into(),
            amount: intent.amount.into(),
            captured: intent.captured.into(),
            refunded: intent.refunded.into(),
            expires_at: intent.expires_at.rfc3339(),
        }
    }
}

/// Money on its way back.
#[derive(Serialize, ToSchema)]
pub struct Refund {
    id: String,
    amount: Amount,
    /// Whether the provider has paid it out.
    done: bool,
}

impl From<&::payments::Refund> for Refund {
    fn from(refund: &::payments::Refund) -> Refund {
        Refund { id: refund.id.0.clone(), amount: refund.amount.into(), done: refund.is_done() }
    }
}

/// Has the provider pay a refund now. What it does not do now, the sweep asks for again.
pub(crate) async fn pay_back(call: &Call, refund: ::payments::Refund) -> ::payments::Refund {
    let asked = refund.clone();
    match call.blocking(move |house| take_payment::pay_back(house, &asked)).await {
        Ok(()) => ::payments::Refund { state: ::payments::refunds::State::Done, ..refund },
        Err(unknown) => {
            tracing::warn!(refund = %refund.id, %unknown, "a refund is left for the next sweep");
            refund
        }
    }
}
