//! The append-only log of what happened.
//!
//! Every story appends in its own transaction, with its actor; nothing is ever changed or removed, save that what an
//! erased person did no longer says that it was them (`log::untie`).
//! Within a place the order of ids is the order of events.

mod kinds;
pub mod log;

pub use kinds::{Kind, PERSONAL};
