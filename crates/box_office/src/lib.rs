//! Cinemas, halls, seat maps, showtimes, prices, holds, ticket orders, tickets, the door.
//!
//! A cinema is a place: it owns its halls, showtimes, seats, orders, tickets. A seat of a showtime
//! is free, then held for ten minutes, then sold; an order is held, then paid or expired, and a paid
//! one may be refunded. A ticket admits once.

pub mod cinemas;
pub mod cities;
pub mod door;
pub mod halls;
pub mod holds;
pub mod line;
pub mod on_sales;
pub mod orders;
pub mod planning;
pub mod plans;
pub mod seat_map;
pub mod showtimes;
pub mod tariff;
pub mod tickets;

pub use cinemas::Cinema;
pub use halls::Hall;
pub use orders::Order;
pub use seat_map::{SeatKind, SeatMap};
pub use showtimes::Showtime;
pub use tickets::{Signer, Ticket};
