//! Cases: what a provider's bill and our orders do not tell alike, and money that fits no order.

pub mod decide;
pub mod decide_unmatched;
pub mod fetch;
pub mod list;
pub mod unmatched;

use crate::money::Amount;
use ::payments::cases::Case as Kept;
use flows::unmatched::Decision;
use flows::views::unmatched::Unmatched as Waiting;
use serde::Serialize;
use utoipa::ToSchema;

/// A difference between a provider's bill and our orders.
#[derive(Serialize, ToSchema)]
#[schema(as = ReconciliationCase)]
pub struct Case {
    id: String,
    provider: String,
    /// The day of the bill.
    day: String,
    /// `ours_only`, `theirs_only`, `amount`, `status`, `fee`, `cut_off` or `duplicate`.
    class: String,
    payment: Option<String>,
    /// Our key as the bill has it.
    key: String,
    ours: Option<Amount>,
    theirs: Option<Amount>,
    /// What lies in suspense: what the provider holds by its bill, less what it holds by our books.
    off: Amount,
    /// What the provider said when it was asked; empty when it was not.
    provider_says: String,
    /// `open`, `accepted`, `corrected` or `found`.
    state: String,
    opened_at: String,
    closed_at: Option<String>,
}

impl From<&Kept> for Case {
    fn from(case: &Kept) -> Case {
        Case {
            id: case.id.0.clone(),
            provider: case.provider.clone(),
            day: case.day.to_string(),
            class: case.class.code().into(),
            payment: case.intent.as_ref().map(|intent| intent.0.clone()),
            key: case.key.clone(),
            ours: case.ours.map(Amount::from),
            theirs: case.theirs.map(Amount::from),
            off: case.off.into(),
            provider_says: case.provider_says.clone(),
            state: case.state.code().into(),
            opened_at: case.opened_at.rfc3339(),
            closed_at: case.closed_at.map(|at| at.rfc3339()),
        }
    }
}

/// Money that a provider holds and no order explains.
#[derive(Serialize, ToSchema)]
#[schema(as = UnmatchedMoney)]
pub struct Unmatched {
    place: String,
    /// The posting that put it into suspense.
    id: String,
    payment: String,
    order: String,
    provider: String,
    asked: Amount,
    came: Amount,
    /// `given_back`, `matched` or `kept`; nothing while it waits.
    decision: Option<String>,
    at: String,
}

impl From<&Waiting> for Unmatched {
    fn from(one: &Waiting) -> Unmatched {
        Unmatched {
            place: one.place.0.clone(),
            id: one.id.clone(),
            payment: one.intent.0.clone(),
            order: one.order.0.clone(),
            provider: one.provider.clone(),
            asked: one.asked.into(),
            came: one.amount.into(),
            decision: Decision::of(one).map(|decision| decision.code().into()),
            at: one.happened_at.rfc3339(),
        }
    }
}
