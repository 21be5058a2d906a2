//! The door of a cinema.

pub mod admit;
