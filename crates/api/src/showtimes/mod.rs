//! Showtimes: a film in a hall at a moment, for a price.

pub mod seats;

use crate::money::Amount;
use serde::Serialize;
use utoipa::ToSchema;

/// A film in a hall at a moment, for a price.
#[derive(Serialize, ToSchema)]
pub struct Showtime {
    pub place: String,
    pub id: String,
    pub title: String,
    pub hall: String,
    pub starts_at: String,
    pub ends_at: String,
    /// The cinema's business day.
    pub day: String,
    /// `2D`, `3D`, `IMAX`.
    pub version: String,
    /// Whether it is on sale; what was sold stays sold.
    pub open: bool,
    pub seats: i64,
    /// Without the service fee.
    pub price: Amount,
}

impl From<&box_office::Showtime> for Showtime {
    fn from(showtime: &box_office::Showtime) -> Showtime {
        Showtime {
            place: showtime.place.0.clone(),
            id: showtime.id.0.clone(),
            title: showtime.title.0.clone(),
            hall: showtime.hall.0.clone(),
            starts_at: showtime.starts_at.rfc3339(),
            ends_at: showtime.ends_at.rfc3339(),
            day: showtime.day.to_string(),
            version: showtime.version.clone(),
            open: showtime.open,
            seats: showtime.seats,
            price: showtime.price.into(),
        }
    }
}
