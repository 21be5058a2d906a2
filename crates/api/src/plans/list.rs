//! A cinema's plans, the newest first.

use super::Plan;
use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, CinemaStaff};
use crate::cinemas::own;
use box_office::plans;
use kernel::{PlaceId, Result};

/// Plans that one list goes through, at most.
const PLANS_MAX: i64 = 100;

pub async fn list(
    call: Call,
    staff: CinemaStaff,
    At((place,)): At<(PlaceId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<Plan>> {
    own(&call, &staff, &place).await?;
    let found = call.read(move |view| {
        plans::latest(view, &place, PLANS_MAX)?.iter().map(Plan::of).collect::<Result<Vec<Plan>>>()
    });
    Ok(paging.page(found.await?, |one| one.id.clone(), |one| one)?)
}
