//! The invariants, as they hold now.

pub mod run;
