//! The programs behind `cargo xtask`: test, tidy, bench, fuzz.
//!
//! `tidy` reads the workspace as text, tokens and `cargo metadata` and says where it breaks a rule;
//! `shard_lint` does the same for every SQL statement. `test` runs everything on both databases.

pub mod bench;
mod browser;
pub mod fuzz;
mod postgres;
mod sdk;
pub mod shard_lint;
pub mod source;
pub mod test;
pub mod tidy;
mod tools;
pub mod workspace;
