//! Double-entry accounts that are only ever appended to.
//!
//! Every place, with the house, keeps a book. A transfer moves one amount from a debit account to a credit
//! account of the same book and currency, so a book sums to zero at every instant. A transfer is
//! posted at once, or it is pending and later posted (in part or whole), voided or expired, once.
//! Balances are kept beside the transfers; `audit` recomputes them, `seals` show that nobody touched them.

pub mod audit;
pub mod balances;
pub mod exchange;
pub mod export;
pub mod seals;
pub mod statements;
pub mod transfers;

pub use balances::Balance;
pub use transfers::{Posted, Transfer, post, post_all, resolve_post, resolve_void};
