//! Making a plan from a day to the end of its week of films. It changes nothing until it is taken.

use super::Plan;
use crate::answer::{Answer, Made};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, CinemaStaff};
use crate::cinemas::own;
use crate::read;
use box_office::plans;
use flows::plan_showings;
use kernel::PlaceId;
use serde::Deserialize;
use utoipa::ToSchema;

/// Which days to plan.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanWish {
    /// The first day, from tomorrow on; the plan goes to the end of its week of films.
    #[schema(example = "2016-12-30")]
    from: String,
}

pub async fn make(
    call: Call,
    staff: CinemaStaff,
    At((place,)): At<(PlaceId,)>,
    Body(asked): Body<PlanWish>,
) -> Answer<Made<Plan>> {
    let cinema = own(&call, &staff, &place).await?;
    let from = read::day("from", &asked.from)?;
    let (actor, lang) = (call.actor.clone(), call.lang);
    let made = call.blocking(move |house| {
        let id = plan_showings::make(house, &cinema, from, actor, lang)?;
        house.read_blocking(move |view| Plan::of(&plans::any(view, &cinema.place, &id)?))
    });
    Ok(Made(made.await?))
}
