//! A cinema's statements, the latest period first.

use super::Statement;
use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, CinemaStaff};
use box_office::cinemas;
use kernel::PlaceId;
use settlement::statements;

pub async fn list(
    call: Call,
    staff: CinemaStaff,
    At((place,)): At<(PlaceId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<Statement>> {
    let found = call.read(move |view| {
        staff.check(&cinemas::any(view, &place)?.org)?;
        statements::of_place(view, &place)
    });
    Ok(paging.page(found.await?, |one| one.id.0.clone(), |one| (&one).into())?)
}
