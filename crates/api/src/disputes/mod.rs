//! Disputes: what payers want back through their banks.

pub mod decide;
pub mod evidence;
pub mod list;
pub mod record;
pub mod show;

use crate::money::Amount;
use ::payments::disputes::Dispute as Kept;
use serde::Serialize;
use utoipa::ToSchema;

/// A payer's claim through their bank; while it is open its amount lies in suspense.
#[derive(Serialize, ToSchema)]
pub struct Dispute {
    place: String,
    id: String,
    payment: String,
    /// Its number at the provider; empty when it was recorded by hand.
    number: String,
    reason: String,
    amount: Amount,
    /// Until when the provider wants our evidence.
    answer_by: String,
    evidence: String,
    /// `open`, `won` or `lost`.
    state: String,
    opened_at: String,
    closed_at: Option<String>,
}

impl From<&Kept> for Dispute {
    fn from(dispute: &Kept) -> Dispute {
        Dispute {
            place: dispute.place.0.clone(),
            id: dispute.id.0.clone(),
            payment: dispute.intent.0.clone(),
            number: dispute.number.clone(),
            reason: dispute.reason.clone(),
            amount: dispute.amount.into(),
            answer_by: dispute.answer_by.to_string(),
            evidence: dispute.evidence.clone(),
            state: dispute.state.code().into(),
            opened_at: dispute.opened_at.rfc3339(),
            closed_at: dispute.closed_at.map(|at| at.rfc3339()),
        }
    }
}
