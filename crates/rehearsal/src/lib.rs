//! The whole platform in one process with a false clock, seeded dice and faults.
//!
//! `world` builds a town of cinemas, shops, merchants and shoppers; `release` lets them live through
//! the first days of a film, through the same stories as real people; `faults` loses, repeats and
//! delays notices and kills the process at a commit; `report` says what came of it.
//! A seed repeats everything, so a seed is a bug report.

pub mod appetite;
pub mod faults;
pub mod merchandise;
pub mod release;
pub mod report;
pub mod schedule;
pub mod shoppers;
pub mod till;
pub mod world;

pub use faults::Faults;
pub use release::{Progress, Release, Silent};
pub use report::Report;
pub use world::{Size, World};
