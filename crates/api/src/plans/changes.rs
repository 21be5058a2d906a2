//! What taking a plan would change as things stand.

use super::Showing;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, CinemaStaff};
use crate::cinemas::own;
use crate::words::Bilingual;
use box_office::{Showtime, plans};
use flows::plan_showings;
use kernel::{PlaceId, PlanId};
use serde::Serialize;
use utoipa::ToSchema;

/// What taking a plan would change.
#[derive(Serialize, ToSchema)]
pub struct PlanChanges {
    adds: Vec<Showing>,
    /// Showtimes that would go off sale; nobody has a seat of them.
    closes: Vec<String>,
    stays: Vec<String>,
    /// Of those that stay, how many have seats sold or held.
    wanted: usize,
    /// Why it cannot be taken as it is; empty when it can.
    conflicts: Vec<Bilingual>,
}

pub async fn show(
    call: Call,
    staff: CinemaStaff,
    At((place, plan)): At<(PlaceId, PlanId)>,
) -> Answer<Found<PlanChanges>> {
    let cinema = own(&call, &staff, &place).await?;
    let now = call.now;
    let found = call.read(move |view| {
        let plan = plans::any(view, &place, &plan)?;
        plan_showings::changes(view, &cinema, &plan, now)
    });
    let changes = found.await?;
    let ids = |all: Vec<Showtime>| all.into_iter().map(|one| one.id.0).collect();
    Ok(Found(PlanChanges {
        adds: changes.adds.iter().map(Showing::from).collect(),
        closes: ids(changes.closes),
        stays: ids(changes.stays),
        wanted: changes.wanted,
        conflicts: changes.conflicts.into_iter().map(Bilingual::from).collect(),
    }))
}
