//! Taking a plan: what nobody wants goes off sale, what it adds goes on. A second time changes nothing.

use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, CinemaStaff};
use crate::cinemas::own;
use flows::plan_showings;
use kernel::{PlaceId, PlanId};
use serde::Serialize;
use utoipa::ToSchema;

/// How many showtimes were put on sale, taken off it, and left as they were.
#[derive(Serialize, ToSchema)]
pub struct PlanTaken {
    added: usize,
    closed: usize,
    stayed: usize,
}

pub async fn take(
    call: Call,
    staff: CinemaStaff,
    At((place, plan)): At<(PlaceId, PlanId)>,
) -> Answer<Found<PlanTaken>> {
    let cinema = own(&call, &staff, &place).await?;
    let taken = call.write(&place, move |scene| plan_showings::take(scene, &cinema, &plan)).await?;
    Ok(Found(PlanTaken { added: taken.added, closed: taken.closed, stayed: taken.stayed }))
}
