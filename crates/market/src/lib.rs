//! What the market did; what its rules allow: box-office history, quotas.

pub mod facts;
pub mod history;
pub mod rules;
pub mod series;
pub mod table;
