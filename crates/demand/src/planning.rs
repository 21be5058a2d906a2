//! What to do about it: which film in which hall, on which day to open, where to advertise next.

pub mod advertising;
pub mod attendance;
pub mod lift;
pub mod release_date;
pub mod showings;
