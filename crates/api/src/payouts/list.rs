//! Payouts of every place: those that go on, then the latest.

use super::Payout;
use crate::answer::{Answer, Page, Paging};
use crate::body::Asked;
use crate::call::{Call, OperatorStaff};
use flows::views::payouts;

pub async fn list(call: Call, _: OperatorStaff, Asked(paging): Asked<Paging>) -> Answer<Page<Payout>> {
    let found = call.read(payouts::latest).await?;
    Ok(paging.page(found, |one| one.id.0.clone(), |one| (&one).into())?)
}
