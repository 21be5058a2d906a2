//! Getting paid: intents, captures, refunds; the providers who carry the money.
//!
//! An intent is open, then captured or closed; a closed one is captured when money comes after all. What was
//! captured may be refunded, in parts, never more than was captured. A provider is asked under our own keys, so asking
//! again changes nothing, and what it tells us is a notice that counts once. That we asked is on disk before the call;
//! until an answer has reached us what came of it is unknown, and is found out by asking.

pub mod bills;
pub mod cases;
pub mod disputes;
pub mod intents;
pub mod notices;
pub mod providers;
pub mod reconciliation;
pub mod refunds;

pub use intents::Intent;
pub use notices::Notice;
pub use providers::{Provider, Providers};
pub use refunds::Refund;
