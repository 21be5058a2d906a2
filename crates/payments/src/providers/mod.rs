//! Who carries the money. A provider is asked under our keys; asking again never pays twice.

pub mod pretend;
pub mod wallet;

use crate::{Intent, Refund};
use kernel::{Instant, Money, Result};

/// What a provider knows of a payment.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It has never heard of it: nobody has begun to pay.
    Unheard,
    /// The consumer has not confirmed yet.
    Waiting,
    Paid {
        amount: Money,
        notice_id: String,
    },
    Closed,
}

/// Where the consumer confirms.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkout {
    /// A path or an address to send the consumer to.
    pub address: String,
}

/// The border to a payment provider. An `Err` means that the outcome is unknown: ask again, with the same key.
pub trait Provider: Send + Sync {
    fn name(&self) -> &'static str;
    /// Begins a payment, once an intent.
    fn create(&self, intent: &Intent, now: Instant) -> Result<Checkout>;
    fn query(&self, intent: &Intent, now: Instant) -> Result<Outcome>;
    /// Makes sure that an unpaid payment can no longer be paid; says what it found.
    fn close(&self, intent: &Intent, now: Instant) -> Result<Outcome>;
    /// Pays back, once a refund id.
    fn refund(&self, intent: &Intent, refund: &Refund, now: Instant) -> Result<()>;
}
