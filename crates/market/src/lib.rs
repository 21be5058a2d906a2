//! What the market did; what its rules allow: box-office history, imported series, quotas.

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
