//! The ledger's books, for operators.

pub mod balances;
pub mod transfers;
