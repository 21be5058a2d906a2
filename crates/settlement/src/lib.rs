//! Who gets which part: splits, waterfalls, statements.
//!
//! `splits` decides, purely, by the terms of a contract; `terms` keeps those with their effective days;
//! `taxes` what the law takes;
//! `statements` keeps what was decided for one film in one cinema over one period, for good; `payouts` are what is
//! sent of it to those it belongs to.

pub mod bank_accounts;
pub mod payouts;
pub mod splits;
pub mod statements;
pub mod taxes;
pub mod terms;
