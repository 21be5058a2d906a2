//! Cinemas, and what they show on a day.

pub mod list;
pub mod showtimes;
