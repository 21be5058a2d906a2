//! What people will want: forecasts, audiences, recommendation, planning.

pub mod audience;
pub mod boosting;
pub mod calendar;
pub mod in_release;
mod least_squares;
pub mod opening;
pub mod planning;
pub mod purchase;
pub mod recommend;
pub mod showing;
mod threads;
