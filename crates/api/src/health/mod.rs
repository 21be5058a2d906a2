//! Whether this node serves.

pub mod show;
