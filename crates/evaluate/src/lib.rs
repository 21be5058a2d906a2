//! Judges forecasts, recommendations and plans against what really happened, with the methods of others beside them.

pub mod box_office;
pub mod charts;
pub mod openings;
pub mod purchases;
pub mod recommendation;
pub mod report;
pub mod showings;
