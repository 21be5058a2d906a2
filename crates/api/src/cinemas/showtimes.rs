//! A cinema's showtimes on a business day, of every film.

use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::Call;
use crate::read;
use crate::showtimes::Showtime;
use box_office::{cinemas, showtimes};
use kernel::PlaceId;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which showtimes.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct OnDay {
    /// The business day, `2016-12-23`.
    day: String,
    /// How many items, 1 to 100; 50 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
}

pub async fn list(
    call: Call,
    At((place,)): At<(PlaceId,)>,
    Asked(asked): Asked<OnDay>,
) -> Answer<Page<Showtime>> {
    let day = read::day("day", &asked.day)?;
    let found = call.read(move |view| {
        cinemas::any(view, &place)?;
        showtimes::of_day(view, &place, day)
    });
    let paging = Paging { limit: asked.limit, after: asked.after };
    Ok(paging.page(found.await?, |one| one.id.0.clone(), |one| (&one).into())?)
}
