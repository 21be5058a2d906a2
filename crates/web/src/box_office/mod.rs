//! Tickets: choosing seats, holding them, the tickets themselves, the door.

pub mod calendar;
pub mod door;
pub mod hold;
mod nearest;
pub mod order;
pub mod pick;
pub mod refund;
pub mod tickets;

use crate::look::say;
use kernel::ids::Id;
use kernel::{Lang, OrderId, PlaceId, Refusal, ShowtimeId};

/// The seats of a showtime.
pub(crate) fn address(place: &PlaceId, showtime: &ShowtimeId) -> String {
    format!("/showtimes/{place}/{showtime}")
}

/// The tickets of an order.
pub(crate) fn order_address(place: &PlaceId, order: &OrderId) -> String {
    format!("/tickets/{place}/{order}")
}

/// A place and something in it, as an address names them.
pub(crate) fn located<T: Id>(place: &str, id: &str) -> Result<(PlaceId, T), Refusal> {
    Ok((PlaceId::parse(place)?, T::parse(id)?))
}

/// `F7, F8` or `F7、F8`.
pub(crate) fn listed<'a>(seats: impl IntoIterator<Item = &'a str>, lang: Lang) -> String {
    seats.into_iter().collect::<Vec<_>>().join(say(lang, ", ", "、"))
}
