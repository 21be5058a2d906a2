//! Disputes of every place: open ones by the day of their answer, then the latest.

use super::Dispute;
use crate::answer::{Answer, Page, Paging};
use crate::body::Asked;
use crate::call::{Call, OperatorStaff};
use flows::views::disputes;

pub async fn list(call: Call, _: OperatorStaff, Asked(paging): Asked<Paging>) -> Answer<Page<Dispute>> {
    let found = call.read(disputes::latest).await?;
    Ok(paging.page(found, |one| one.id.0.clone(), |one| (&one).into())?)
}
