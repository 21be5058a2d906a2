//! What every party is owed, over all books.

use crate::answer::{Answer, Page, Paging};
use crate::body::Asked;
use crate::call::{Call, OperatorStaff};
use crate::money::Amount;
use crate::words::Bilingual;
use flows::views::payouts::{self, Due};
use serde::Serialize;
use utoipa::ToSchema;

/// What one account of a book owes somebody outside.
#[derive(Serialize, ToSchema)]
pub struct Owed {
    place: String,
    account: String,
    org: String,
    name: Bilingual,
    balance: Amount,
    /// Promised to payouts that are not at their end.
    reserved: Amount,
    /// What the party owes in turn for refunds of what it was paid for; the next payout leaves room for it.
    receivable: Amount,
    /// What can be proposed now.
    free: Amount,
    has_bank_account: bool,
}

impl From<Due> for Owed {
    fn from(due: Due) -> Owed {
        Owed {
            balance: due.balance.into(),
            reserved: due.reserved.into(),
            receivable: due.receivable.into(),
            free: due.free().into(),
            has_bank_account: due.party.is_some(),
            place: due.place.0,
            account: due.account,
            org: due.org.0,
            name: due.org_name.into(),
        }
    }
}

pub async fn list(call: Call, _: OperatorStaff, Asked(paging): Asked<Paging>) -> Answer<Page<Owed>> {
    let due = call.read(payouts::due).await?;
    let id = |one: &Due| format!("{} {} {}", one.place, one.account, one.balance.currency.code());
    Ok(paging.page(due, id, Owed::from)?)
}
