//! Cinemas, what they show on a day, what of it will be sold, and what they showed before they joined.

pub mod earlier;
pub mod forecasts;
pub mod list;
pub mod showtimes;

use crate::call::{Call, CinemaStaff};
use box_office::{Cinema, cinemas};
use kernel::{PlaceId, Result};

/// The cinema, for whoever works there.
pub(crate) async fn own(call: &Call, staff: &CinemaStaff, place: &PlaceId) -> Result<Cinema> {
    let place = place.clone();
    let cinema = call.read(move |view| cinemas::any(view, &place)).await?;
    staff.check(&cinema.org)?;
    Ok(cinema)
}
