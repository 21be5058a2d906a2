//! What is known of the caller, to take away, and to have erased.

pub mod data;
pub mod erase;
