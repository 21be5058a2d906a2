//! One plan, as it was made.

use super::Plan;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, CinemaStaff};
use crate::cinemas::own;
use box_office::plans;
use kernel::{PlaceId, PlanId};

pub async fn show(
    call: Call,
    staff: CinemaStaff,
    At((place, plan)): At<(PlaceId, PlanId)>,
) -> Answer<Found<Plan>> {
    own(&call, &staff, &place).await?;
    Ok(Found(call.read(move |view| Plan::of(&plans::any(view, &place, &plan)?)).await?))
}
