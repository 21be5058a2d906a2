//! The sandbox wallet: pretend money, real steps.

pub mod confirm;
pub mod show;
