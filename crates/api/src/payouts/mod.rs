//! Payouts: what is owed to others, on its way to their bank accounts. One operator proposes, another approves.

pub mod answer;
pub mod due;
pub mod file;
pub mod list;
pub mod propose;
pub mod send;
pub mod show;
pub mod step;

use crate::money::Amount;
use serde::Serialize;
use settlement::payouts::Payout as Kept;
use utoipa::ToSchema;

/// What is owed to somebody on its way to their bank account.
#[derive(Serialize, ToSchema)]
pub struct Payout {
    /// The place in whose book it is owed.
    place: String,
    id: String,
    /// The account that it is paid from, such as `merchant:org_…`.
    account: String,
    org: String,
    payee: String,
    /// The last four signs of the payee's account.
    payee_account: String,
    amount: Amount,
    /// `proposed`, `approved`, `sent`, `paid`, `returned` or `withdrawn`.
    state: String,
    proposed_by: String,
    proposed_at: String,
    approved_by: Option<String>,
    /// What the bank said, or why it was withdrawn.
    remark: String,
}

impl From<&Kept> for Payout {
    fn from(payout: &Kept) -> Payout {
        Payout {
            place: payout.place.0.clone(),
            id: payout.id.0.clone(),
            account: payout.account.clone(),
            org: payout.org.0.clone(),
            payee: payout.payee.name.clone(),
            payee_account: payout.payee.account.masked(),
            amount: payout.amount.into(),
            state: payout.state.code().into(),
            proposed_by: payout.proposed_by.0.clone(),
            proposed_at: payout.proposed_at.rfc3339(),
            approved_by: payout.approved_by.as_ref().map(|person| person.0.clone()),
            remark: payout.note.clone(),
        }
    }
}
