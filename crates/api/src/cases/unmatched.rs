//! Money that fits no order: what waits, then what was decided.

use super::Unmatched;
use crate::answer::{Answer, Page, Paging};
use crate::body::Asked;
use crate::call::{Call, OperatorStaff};
use flows::views::unmatched;

pub async fn list(call: Call, _: OperatorStaff, Asked(paging): Asked<Paging>) -> Answer<Page<Unmatched>> {
    let found = call.read(unmatched::latest).await?;
    Ok(paging.page(found, |one| one.id.clone(), |one| (&one).into())?)
}
