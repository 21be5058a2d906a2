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

/// `F7, F8` or `F7、F8`, as they stand in the hall.
pub(crate) fn listed<'a>(seats: impl IntoIterator<Item = &'a str>, lang: Lang) -> String {
    let mut seats: Vec<&str> = seats.into_iter().collect();
    seats.sort_by_key(|seat| {
        let (row, number) = seat.split_at(seat.find(|c: char| c.is_ascii_digit()).unwrap_or(seat.len()));
        (row.len(), row, number.parse::<u32>().unwrap_or_default())
    });
    seats.join(say(lang, ", ", "、"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_listed_as_they_stand() {
        assert_eq!(listed(["H10", "H7", "AA1", "G12"], Lang::En), "G12, H7, H10, AA1");
        assert_eq!(listed(["F8", "F7"], Lang::Zh), "F7、F8");
        assert_eq!(listed([], Lang::Zh), "");
    }
}
