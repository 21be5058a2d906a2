//! What the market did and what it announces; what its rules allow: box-office history, imported series, calendars of
//! releases, quotas.

pub mod calendar;
pub mod cinemas;
pub mod facts;
pub mod films;
pub mod history;
pub mod imports;
pub mod learned;
pub mod rules;
pub mod series;
pub mod table;
pub mod taste;
