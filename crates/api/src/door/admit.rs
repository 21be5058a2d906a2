//! Admitting the bearer of a ticket's code, once.

use crate::answer::{Answer, Made};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, CinemaStaff};
use crate::words::Bilingual;
use box_office::{cinemas, halls, showtimes};
use flows::buy_tickets;
use kernel::PlaceId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A code that somebody shows at the door.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// The whole signed code.
    #[schema(example = "FT1.plc_….tkt_….F7.…")]
    code: String,
}

/// Somebody who may go in, and where to.
#[derive(Serialize, ToSchema)]
pub struct Admission {
    ticket: String,
    seat: String,
    hall: Bilingual,
    film: Bilingual,
    starts_at: String,
    admitted_at: Option<String>,
}

pub async fn admit(
    call: Call,
    staff: CinemaStaff,
    At((place,)): At<(PlaceId,)>,
    Body(asked): Body<Shown>,
) -> Answer<Made<Admission>> {
    let at = place.clone();
    staff.check(&call.read(move |view| cinemas::any(view, &at)).await?.org)?;
    let lane = place.clone();
    let admitted = call.write(&lane, move |scene| {
        let ticket = buy_tickets::admit(scene, &place, &asked.code)?;
        let showtime = showtimes::any(scene.tx, &place, &ticket.showtime)?;
        Ok(Admission {
            ticket: ticket.id.0,
            seat: ticket.seat,
            hall: halls::any(scene.tx, &place, &showtime.hall)?.name.into(),
            film: flows::views::film(scene.tx, &showtime.title)?.name.into(),
            starts_at: showtime.starts_at.rfc3339(),
            admitted_at: ticket.admitted_at.map(|at| at.rfc3339()),
        })
    });
    Ok(Made(admitted.await?))
}
