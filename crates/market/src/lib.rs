//! What the market did, what it announces and what its rules allow: history, imported charts and calendars, quotas.

pub mod cinemas;
pub mod facts;
pub mod films;
pub mod history;
pub mod imports;
pub mod learned;
pub mod release_calendar;
pub mod rules;
pub mod series;
pub mod showings;
pub mod table;
pub mod taste;
