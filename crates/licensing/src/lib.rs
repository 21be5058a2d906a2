//! Merchants who make licensed goods: offers, contracts, approvals, royalties.
//!
//! A studio offers the use of a title; a merchant applies with a product; the studio approves first
//! the concept, then the sample, which makes the contract; every line that is sold under it accrues a
//! royalty. A merchant never sees what another merchant plans or sells. Closing dates and terms are counted in the
//! house's days: `today` is its own.

pub mod accruals;
pub mod applications;
pub mod approvals;
pub mod categories;
pub mod contracts;
pub mod offers;
pub mod royalties;

use kernel::limits;
