//! What happened at a place.

pub mod list;
