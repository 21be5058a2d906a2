//! Cases: open ones first, then the newest.

use super::Case;
use crate::answer::{Answer, Page, Paging};
use crate::body::Asked;
use crate::call::{Call, OperatorStaff};
use ::payments::cases;

/// Cases that one list goes through, at most.
const CASES_MAX: i64 = 1000;

pub async fn list(call: Call, _: OperatorStaff, Asked(paging): Asked<Paging>) -> Answer<Page<Case>> {
    let found = call.read(|view| cases::latest(view, CASES_MAX)).await?;
    Ok(paging.page(found, |one| one.id.0.clone(), |one| (&one).into())?)
}
