//! Undoing a plan that was taken, while nothing that it put on sale is sold.

use super::Plan;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, CinemaStaff};
use crate::cinemas::own;
use box_office::plans;
use flows::plan_showings;
use kernel::{PlaceId, PlanId};

pub async fn undo(
    call: Call,
    staff: CinemaStaff,
    At((place, plan)): At<(PlaceId, PlanId)>,
) -> Answer<Found<Plan>> {
    let cinema = own(&call, &staff, &place).await?;
    let undone = call.write(&place, move |scene| {
        plan_showings::undo(scene, &cinema, &plan)?;
        Plan::of(&plans::any(scene.tx, &cinema.place, &plan)?)
    });
    Ok(Found(undone.await?))
}
