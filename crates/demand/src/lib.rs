//! What people will want: forecasts of a release from its first days.

pub mod calendar;
pub mod in_release;
mod least_squares;
